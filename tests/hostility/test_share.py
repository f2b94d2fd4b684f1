"""A share of hostile rows in whatever rows are made for: the same in any chunks, valid everywhere, stored as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from schemas_at_hand import SHIPPED, SQLITE, every_kind_schema, loaded, of

import fixturegen as fg
from fixturegen.cli import run
from fixturegen.errors import InputError
from fixturegen.fills.bulk import Bulk
from fixturegen.hostility.allowed import hostile_values
from fixturegen.hostility.engine import HostileEngine
from fixturegen.hostility.tracks import Spread
from fixturegen.hostility.tried import tried_hostility
from fixturegen.schema import Column, Table, Type, Unique

HARD = SQLITE[0]
WORDS = of(
    Column(name="word", type=Type(kind="text", length=30)),
    Column(name="code", type=Type(kind="text", length=30)),
    Column(name="number", type=Type(kind="integer"), nullable=True),
    uniques=(Unique(columns=("code",), name="c"),),
)


def test_chunks_change_no_value() -> None:
    schema = loaded(HARD)
    whole = fg.generate(schema, rows=40, hostile=0.4)
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, frame in fg.stream(schema, rows=40, hostile=0.4, chunk_rows=7):
        parts.setdefault(name, []).append(frame)
    assert all(pl.concat(parts[name]).equals(frame) for name, frame in whole.items())
    assert fg.verify(schema, whole).violations == ()


def test_a_table_that_grows_keeps_its_rows() -> None:
    small, large = (fg.generate(WORDS, rows=rows, hostile=0.5)["t"] for rows in (120, 300))
    assert large.head(120).equals(small)
    assert large["code"].n_unique() == 300


def test_rows_beside_the_share_are_as_ever() -> None:
    plain, hostile = (fg.generate(WORDS, rows=400, hostile=share)["t"] for share in (0.0, 0.1))
    numbers = Spread.of(0.1).numbers(np.arange(400))
    same = pl.Series(numbers < 0)
    assert 359 <= same.sum() <= 361
    assert hostile.filter(same).select("word", "number").equals(plain.filter(same).select("word", "number"))
    changed = (hostile.filter(~same)["word"] != plain.filter(~same)["word"]).sum()
    assert 10 <= changed <= 30


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_every_class_occurs_within_the_stated_number_of_rows(share: float) -> None:
    plan = fg.plan(WORDS, rows=1_000)
    hostility = tried_hostility(plan, share)
    bound = hostility.bound("t")
    assert bound <= (2 * 90 + 4) / share
    frame = HostileEngine(plan, Bulk(0), hostility).frame("t", 0, bound)
    for column in ("word", "code", "number"):
        track = hostility.tables["t"].track(column)
        assert track is not None
        held = frame[column].to_list()
        assert [target.candidate for target in track.targets if target.candidate.value not in held] == []


def test_distinct_columns_stay_distinct_where_hostile_values_are_ordinary_ones() -> None:
    schema = of(
        Column(name="few", type=Type(kind="integer", bits=8)),
        uniques=(Unique(columns=("few",), name="f"),),
    )
    frame = fg.generate(schema, rows={"t": 256}, hostile=0.5)["t"]
    assert sorted(frame["few"].to_list()) == list(range(-128, 128))
    assert frame["id"].n_unique() == 256


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "ipc"])
def test_files_hold_hostile_rows(form: str, tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    schema = every_kind_schema(every_kind[0])
    fg.export(schema, tmp_path / "out", format=form, rows=200, hostile=1.0)
    report = fg.verify(schema, tmp_path / "out")
    assert report.violations == ()
    assert report.unverified == ()


@pytest.mark.parametrize(("form", "held"), [("csv", b"\0"), ("ndjson", b"\\u0000")])
def test_files_but_sql_hold_nul_and_frames_do_not(form: str, held: bytes, tmp_path: Path) -> None:
    schema = of(Column(name="a", type=Type(kind="text")))
    fg.export(schema, tmp_path / "out", format=form, rows=2000, hostile=1.0)
    fg.export(schema, tmp_path / "sql", format="sql", dialect="sqlite", rows=2000, hostile=1.0)
    assert held in next((tmp_path / "out").glob(f"t.{form}")).read_bytes()
    assert not any(nul in next((tmp_path / "sql").glob("t.sql")).read_bytes() for nul in (b"\0", b"\\u0000"))
    assert not fg.generate(schema, rows=2000, hostile=1.0)["t"]["a"].str.contains("\0", literal=True).any()


@pytest.mark.slow
@pytest.mark.parametrize("path", [HARD, SHIPPED[2]], ids=lambda path: path.stem)
def test_sql_files_hold_hostile_rows(path: Path, tmp_path: Path) -> None:
    schema = loaded(path)
    fg.export(schema, tmp_path / "out", format="sql", dialect="sqlite", rows=60, hostile=0.5)
    fg.seed(schema, f"sqlite:///{tmp_path / 'a.db'}", create=True, rows=0 if path is HARD else None, hostile=0.5)
    if path is HARD:
        connection = sqlite3.connect(tmp_path / "a.db")
        for file in sorted((tmp_path / "out").glob("*.sql")):
            if file.name != "load.sql":
                connection.executescript(file.read_text())
        connection.close()
    assert fg.verify(schema, f"sqlite:///{tmp_path / 'a.db'}").violations == ()


def test_databases_are_seeded_with_what_they_keep(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hard.db'}"
    schema = loaded(HARD)
    fg.seed(schema, url, create=True, rows=60, hostile=0.5)
    assert fg.verify(schema, url).violations == ()
    other = fg.seed(schema, url, rows=60, hostile=0.5)
    assert other.already


def test_what_is_no_share_is_refused() -> None:
    for share in (-0.1, 1.5, float("nan"), "0.5", True):
        with pytest.raises(InputError, match="hostile is"):
            fg.generate(WORDS, hostile=share)  # type: ignore[arg-type] # that is the point


def test_the_command_line_takes_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", str(HARD), "tags", "--hostile", "1", "-n", "4", "--json"]) == 0
    assert capsys.readouterr().out
    assert run(["preview", str(HARD), "--hostile", "2"]) == 2
    assert "share of rows" in capsys.readouterr().err


def test_the_command_says_which_classes_a_schema_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hostile", str(HARD), "--rows", "30"]) == 0
    assert "tags: 30 rows" in capsys.readouterr().out
    assert run(["hostile"]) == 2
    assert run(["hostile", str(HARD), "--matrix"]) == 2
    assert run(["hostile", "--matrix", "--url", "nowhere"]) == 2
    assert "is no URL" in capsys.readouterr().err


def test_the_command_prints_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hostile", "--matrix"]) == 0
    assert "float minus zero | float | alters" in capsys.readouterr().out
    assert run(["hostile", "--matrix", "--url", "sqlite://"]) == 0
    assert "all as the matrix says" in capsys.readouterr().out


def test_values_of_a_single_column() -> None:
    plan = fg.plan(WORDS).tables["t"]
    values = hostile_values(plan, "word")
    assert values[:3] == ["", "a", "x" * 30]
    assert all(isinstance(value, str) and len(value) <= 30 for value in values)
    assert None not in hostile_values(plan, "number")
