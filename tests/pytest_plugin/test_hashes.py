"""Hashes of schemas that earlier runs have read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_fixturegen.hashes import Hashes

SCHEMA = "version: 1\ntables:\n  teams:\n    columns:\n      id: {type: integer, primary_key: true}\n"


class Reading:
    """Reads nothing, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        return f"hash {self.calls}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "league.yaml"
    path.write_text(SCHEMA)
    return path


def test_the_same_text_is_read_once(tmp_path: Path, source: Path) -> None:
    read = Reading()
    assert [Hashes(tmp_path, {"polars": "2"}).of(source, None, read) for _ in range(3)] == ["hash 1"] * 3


@pytest.mark.parametrize(
    ("text", "dialect", "version"), [(f"{SCHEMA}# more", None, "2"), (SCHEMA, "mysql", "2"), (SCHEMA, None, "3")]
)
def test_what_is_otherwise_is_read_again(
    tmp_path: Path, source: Path, text: str, dialect: str | None, version: str
) -> None:
    read = Reading()
    Hashes(tmp_path, {"polars": "2"}).of(source, None, read)
    source.write_text(text)
    assert Hashes(tmp_path, {"polars": version}).of(source, dialect, read) == "hash 2"


def test_what_leads_elsewhere_is_read_always(tmp_path: Path, source: Path) -> None:
    source.write_text(f"extends: other.yaml\n{SCHEMA}")
    read, hashes = Reading(), Hashes(tmp_path, {})
    assert [hashes.of(source, None, read), hashes.of(source, None, read)] == ["hash 1", "hash 2"]


@pytest.mark.parametrize("held", ["", "[1]", '{"a": 1', "\x00"])
def test_a_file_that_is_damaged_is_made_anew(tmp_path: Path, source: Path, held: str) -> None:
    (tmp_path / "schemas.json").write_text(held)
    read = Reading()
    assert [Hashes(tmp_path, {}).of(source, None, read) for _ in range(2)] == ["hash 1", "hash 1"]


def test_a_source_that_is_gone_is_left_to_who_reads(tmp_path: Path) -> None:
    read = Reading()
    assert Hashes(tmp_path, {}).of(tmp_path / "none.yaml", None, read) == "hash 1"


def test_no_more_are_kept_than_a_hundred(tmp_path: Path, source: Path) -> None:
    read, hashes = Reading(), Hashes(tmp_path, {})
    for number in range(105):
        source.write_text(f"{SCHEMA}# {number}")
        hashes.of(source, None, read)
    before = read.calls
    hashes.of(source, None, read)
    assert read.calls == before
    source.write_text(f"{SCHEMA}# 0")
    hashes.of(source, None, read)
    assert read.calls == before + 1
