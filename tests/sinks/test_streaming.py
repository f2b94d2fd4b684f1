"""Blocks streamed into a file: all of them in order, and an end without noise where they are not wanted any more."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest

from fixturegen.sinks.streaming import StreamWriter

HEIGHT = 1_000


def block(number: int) -> pl.DataFrame:
    return pl.DataFrame({"x": range(number * HEIGHT, (number + 1) * HEIGHT)})


def writer(path: Path) -> StreamWriter:
    return StreamWriter(lambda frame: frame.write_parquet(path), lambda frame: frame.sink_parquet(path))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fixturegen-writer"]


@pytest.mark.parametrize("blocks", [1, 2, 3, 10])
def test_all_blocks_are_written_in_order(blocks: int, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    made = writer(path)
    for number in range(blocks):
        made.write(block(number))
    made.close()
    assert pl.read_parquet(path)["x"].to_list() == list(range(blocks * HEIGHT))
    assert threads() == []


@pytest.mark.parametrize("blocks", [0, 1, 2, 5])
def test_what_is_not_wanted_any_more_ends_in_silence(
    blocks: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.parquet"
    made = writer(path)
    for number in range(blocks):
        made.write(block(number))
    made.abort()
    assert path.exists() == (blocks > 1), "a single block waits until it is known to be alone"
    assert threads() == []
    assert capfd.readouterr().err == ""


def test_a_failure_of_the_stream_is_raised_by_the_end_at_the_latest(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    made = writer(tmp_path / "file" / "x.parquet")

    def give() -> None:
        for number in range(100):
            made.write(block(number))
        made.close()

    with pytest.raises(OSError, match="file"):
        give()
    made.abort()
    assert threads() == []
