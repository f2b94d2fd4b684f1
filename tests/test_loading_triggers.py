"""Triggers and tables of migration tools, on SQLite; the other databases have theirs beside their loaders."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from fixturegen.databases.base import RejectedError
from fixturegen.loading import LoadResult, seed_frames
from fixturegen.schema import Column, Reference, Schema, Table, Type, Unique

INTEGER = Type(kind="integer")
KEY = Unique(columns=("id",))


def table(name: str, *others: str, references: tuple[Reference, ...] = ()) -> Table:
    columns = tuple(Column(name=column, type=INTEGER) for column in ("id", *others))
    return Table(name=name, columns=columns, primary_key=KEY, references=references)


TOTALS = table("totals", "films")
NOTES = table(
    "notes", "total_id", references=(Reference(columns=("total_id",), table="totals", target=("id",), name="t"),)
)
FILMS = table("films")
DDL = """
CREATE TABLE films (id INTEGER PRIMARY KEY);
CREATE TABLE totals (id INTEGER PRIMARY KEY, films INTEGER NOT NULL);
CREATE TABLE notes (id INTEGER PRIMARY KEY, total_id INTEGER NOT NULL REFERENCES totals);
CREATE TRIGGER counted AFTER INSERT ON films BEGIN INSERT INTO totals VALUES (new.id, 1); END;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "films.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(DDL)
    return made


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def seed(
    path: Path, tables: tuple[Table, ...], frames: list[tuple[str, pl.DataFrame]], **options: object
) -> LoadResult:
    schema = Schema(tables={each.name: each for each in tables})
    settings = {"marker": "0a", **options}
    return seed_frames(f"sqlite:///{path}", schema, tables, frames, **settings)  # type: ignore[arg-type]  # options by name


def rows() -> list[tuple[str, pl.DataFrame]]:
    return [
        ("totals", pl.DataFrame({"id": range(40, 90), "films": [7] * 50})),
        ("notes", pl.DataFrame({"id": [1, 2], "total_id": [89, 40]})),
        ("films", pl.DataFrame({"id": range(1, 61)})),
    ]


def test_rows_give_way_to_those_of_a_trigger(path: Path) -> None:
    result = seed(path, (TOTALS, NOTES, FILMS), rows())
    assert query(path, "SELECT films, count(*) FROM totals GROUP BY 1 ORDER BY 1") == [(1, 60), (7, 29)]
    assert query(path, "SELECT count(*) FROM notes JOIN totals ON totals.id = total_id") == [(2,)]
    assert result.tables["totals"].rows == 50
    assert seed(path, (TOTALS, NOTES, FILMS), rows()).already


def test_rows_give_way_to_nothing_else(path: Path) -> None:
    twice = [("totals", pl.DataFrame({"id": [5, 5], "films": [7, 7]}))]
    with pytest.raises(RejectedError, match="row 2 of 'totals' breaks the primary key constraint"):
        seed(path, (TOTALS,), twice)  # no trigger has run
    absent = [("totals", pl.DataFrame({"id": [1, 5], "films": [7, None]})), rows()[2]]
    with pytest.raises(RejectedError, match="row 2 of 'totals' breaks the not null constraint"):
        seed(path, (TOTALS, FILMS), absent)
    assert query(path, "SELECT count(*) FROM totals") == [(0,)]


def test_bookkeeping_that_holds_rows_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (id INTEGER PRIMARY KEY); INSERT INTO alembic_version VALUES (7);"
            "CREATE TABLE Django_Migrations (id INTEGER PRIMARY KEY); CREATE TABLE films (id INTEGER PRIMARY KEY);"
        )
    tables = (table("alembic_version"), table("Django_Migrations"), FILMS)
    frames = [(each.name, pl.DataFrame({"id": [1, 2]})) for each in tables]
    result = seed(path, tables, frames)
    assert result.left_alone == ("alembic_version",)
    assert sorted(result.tables) == ["Django_Migrations", "films"]
    assert query(path, "SELECT id FROM alembic_version") == [(7,)]
    assert query(path, "SELECT id FROM Django_Migrations") == [(1,), (2,)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO Django_Migrations VALUES (3)")  # a migration has run since
    assert seed(path, tables, frames).already
    seed(path, tables, frames, existing="replace", marker="0b")
    assert query(path, "SELECT count(*) FROM Django_Migrations") == [(3,)]
