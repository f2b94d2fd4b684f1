"""The shop made, and written in each format: beside Polars that writes finished frames in the same format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl

import fixturegen as fg
from benchmarks.measuring import Aim, Missing, Result
from benchmarks.shop import Bench
from fixturegen.errors import FixturegenError

Writing = Callable[[pl.DataFrame, Path], object]
WRITERS: Mapping[str, tuple[str, Writing]] = {
    "Parquet": ("parquet", lambda frame, path: frame.write_parquet(path)),
    "CSV": ("csv", lambda frame, path: frame.write_csv(path)),
    "NDJSON": ("ndjson", lambda frame, path: frame.write_ndjson(path)),
    "IPC": ("ipc", lambda frame, path: frame.write_ipc(path)),
}
ALONE = {"SQL": "sql", "Delta": "delta"}
"""Formats that Polars does not write by itself."""
AIMS = {"Parquet": (Aim("beside its rival", 1 / 2.5), Aim("a second", 3.5e6))}


def results(bench: Bench) -> Iterator[Result | Missing]:
    """Yield the making alone, and each format beside its pure write."""
    yield bench.result("generate", lambda: fg.generate(bench.schema, scale=bench.scale))
    for name, (format_, write) in WRITERS.items():
        rival = f"Polars: {name} of finished frames"
        yield bench.result(rival, _writing(bench, format_, write))
        yield bench.result(f"export to {name}", _exporting(bench, format_), rival, *AIMS.get(name, ()))
    for name, format_ in ALONE.items():
        try:
            yield bench.result(f"export to {name}", _exporting(bench, format_))
        except FixturegenError as error:
            yield Missing(f"export to {name}", str(error))


def _writing(bench: Bench, format_: str, write: Writing) -> Callable[[], object]:
    def written() -> None:
        for name, frame in bench.frames.items():
            write(frame, bench.folder / f"{name}.{format_}")

    return written


def _exporting(bench: Bench, format_: str) -> Callable[[], object]:
    return lambda: fg.export(bench.schema, bench.folder / f"exported-{format_}", format=format_, scale=bench.scale)
