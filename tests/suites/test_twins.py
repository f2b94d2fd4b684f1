"""Rows like others under other keys: their parents are copied where the keys lead there, and no dangling row finds one of them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import fixturegen as fg
from fixturegen.breaking.records import Insert
from fixturegen.suites import Line, suite_of

DDL = """
CREATE TABLE regions (id INT NOT NULL UNIQUE, code VARCHAR(4) NOT NULL UNIQUE);
CREATE TABLE towns (id INT NOT NULL UNIQUE, region VARCHAR(4) NOT NULL REFERENCES regions (code));
CREATE TABLE people (ssn INT PRIMARY KEY NOT NULL, name VARCHAR(50), town INT REFERENCES towns (id));
CREATE TABLE schooling (ssn INT PRIMARY KEY NOT NULL REFERENCES people (ssn), level VARCHAR(50));
CREATE TABLE degrees (ssn INT PRIMARY KEY NOT NULL REFERENCES schooling (ssn), title VARCHAR(50), earned DATE);
"""


def seen(line: Line) -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(DDL)
        for statement in line.statements[:-1]:
            connection.execute(statement)
        try:
            connection.execute(line.statements[-1])
        except sqlite3.IntegrityError:
            return "reject"
        return "accept"
    finally:
        connection.close()


def suite(tmp_path: Path) -> tuple[Line, ...]:
    (tmp_path / "made.sql").write_text(DDL)
    return suite_of(fg.load(tmp_path / "made.sql")).lines


def test_lines_are_as_expected(tmp_path: Path) -> None:
    assert [line.id for line in suite(tmp_path) if seen(line) != line.expect] == []


def test_a_repeated_key_refers_to_another_parent(tmp_path: Path) -> None:
    (line,) = [each for each in suite(tmp_path) if each.id == "towns.towns_id_key/duplicate"]
    *held, last = [
        row for step in line.case.steps if isinstance(step, Insert) and step.table == "towns" for row in step.rows
    ]
    (twin,) = [row for row in held if row["id"] == last["id"]]
    assert twin["region"] != last["region"]


def test_rows_whose_keys_are_their_parents_stand_side_by_side(tmp_path: Path) -> None:
    taken = [
        [step for step in line.case.steps if step.table == "degrees"]
        for line in suite(tmp_path)
        if line.expect == "accept"
    ]
    assert max(map(len, taken)) > 1
