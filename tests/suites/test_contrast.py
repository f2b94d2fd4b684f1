"""Rows that repeat a key differ from their twins, also beside columns that the database computes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import fixturegen as fg
from fixturegen.suites import suite_of

DDL = """
CREATE TABLE made (a INTEGER PRIMARY KEY, b INTEGER NOT NULL CHECK (b BETWEEN 1 AND 50),
    s INTEGER GENERATED ALWAYS AS (a + b) VIRTUAL, t TEXT GENERATED ALWAYS AS ('x' || b) STORED);
"""


def test_lines_of_tables_with_computed_columns_are_as_expected(tmp_path: Path) -> None:
    (tmp_path / "made.sql").write_text(DDL)
    lines = list(suite_of(fg.load(str(tmp_path / "made.sql")), dialect="sqlite"))
    assert {line.expect for line in lines} == {"accept", "reject"}
    for line in lines:
        database = sqlite3.connect(":memory:")
        database.executescript(DDL)
        for statement in line.statements[:-1]:
            database.execute(statement)
        try:
            database.execute(line.statements[-1])
            seen = "accept"
        except sqlite3.DatabaseError:
            seen = "reject"
        database.close()
        assert seen == line.expect, line.id
