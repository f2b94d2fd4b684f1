"""For every column that may repeat a value, two rows that do so are taken in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.breaking.records import Insert
from fixturegen.suites import Line, suite_of

PLAIN = "CREATE TABLE visits (guest INT NOT NULL, room INT NOT NULL, note VARCHAR(20));"
SINGLE = "CREATE TABLE notes (note VARCHAR(20));"
LED = """
CREATE TABLE people (id INT PRIMARY KEY NOT NULL, name VARCHAR(20));
CREATE TABLE trades (code INT PRIMARY KEY NOT NULL);
CREATE TABLE jobs (person INT PRIMARY KEY NOT NULL REFERENCES people (id), trade INT REFERENCES trades (code), wage INT);
"""
SEVERAL = """
CREATE TABLE people (id INT PRIMARY KEY NOT NULL);
CREATE TABLE pairs (one INT NOT NULL REFERENCES people (id), other INT NOT NULL REFERENCES people (id), PRIMARY KEY (one, other));
"""


def lines(path: Path, ddl: str) -> tuple[Line, ...]:
    path.write_text(ddl)
    return suite_of(fg.load(path)).lines


def repeated(line: Line, table: str) -> set[str]:
    """Return the columns in which two rows of a table that are taken hold the same value."""
    steps = line.case.steps if line.expect == "accept" else line.case.steps[:-1]
    rows = [row for step in steps if isinstance(step, Insert) and step.table == table for row in step.rows]
    return {
        name
        for at, row in enumerate(rows)
        for other in rows[:at]
        for name, value in row.items()
        if value is not None and value == other[name]
    }


@pytest.mark.parametrize(
    ("ddl", "table", "columns"),
    [
        pytest.param(PLAIN, "visits", {"guest", "room", "note"}, id="no key"),
        pytest.param(SINGLE, "notes", {"note"}, id="one column"),
        pytest.param(LED, "jobs", {"trade", "wage"}, id="a key that refers"),
        pytest.param(SEVERAL, "pairs", {"one", "other"}, id="a key of two references"),
    ],
)
def test_every_column_that_may_repeats_a_value(tmp_path: Path, ddl: str, table: str, columns: set[str]) -> None:
    made = lines(tmp_path / "made.sql", ddl)
    assert set().union(*(repeated(line, table) for line in made)) == columns


def test_a_column_that_may_be_null_is_null_somewhere_too(tmp_path: Path) -> None:
    made = lines(tmp_path / "made.sql", PLAIN)
    taken = [step for line in made for step in line.case.steps[: None if line.expect == "accept" else -1]]
    assert any(row["note"] is None for step in taken if isinstance(step, Insert) for row in step.rows)
