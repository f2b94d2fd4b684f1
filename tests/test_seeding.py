"""A table that nothing fills is left out, with what cannot do without it; the rest is filled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.cli import run

TABLES = """
CREATE TABLE fine (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE square (id INTEGER PRIMARY KEY, x INTEGER NOT NULL, CHECK (x * x = 7 AND x > 0));
CREATE TABLE needs (id INTEGER PRIMARY KEY, square_id INTEGER NOT NULL REFERENCES square (id));
CREATE TABLE may (id INTEGER PRIMARY KEY, square_id INTEGER REFERENCES square (id));
"""
REFUSING = """
CREATE TABLE picky (id INTEGER PRIMARY KEY, x INTEGER NOT NULL);
CREATE TRIGGER no_thank_you BEFORE INSERT ON picky BEGIN SELECT RAISE(ABORT, 'no'); END;
CREATE TABLE fine (id INTEGER PRIMARY KEY);
"""


def database(path: Path, tables: str) -> str:
    connection = sqlite3.connect(path)
    connection.executescript(tables)
    connection.close()
    return f"sqlite:///{path}"


def counts(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    connection.close()
    return {name: count for name, count in found.items() if not name.startswith("_fixturegen")}


def test_a_check_that_no_rows_satisfy_leaves_its_table_empty(tmp_path: Path) -> None:
    url = database(tmp_path / "a.db", TABLES)
    result = fg.seed(url, url, rows=10)
    assert counts(tmp_path / "a.db") == {"fine": 10, "square": 0, "needs": 0, "may": 10}
    assert [(one.table, one.kind) for one in result.rejected] == [("square", "check")]


def test_seeding_again_finds_its_work_done_although_a_table_was_left_out(tmp_path: Path) -> None:
    url = database(tmp_path / "again.db", TABLES)
    fg.seed(url, url, rows=10)
    again = fg.seed(url, url, rows=10)
    assert again.already
    assert counts(tmp_path / "again.db")["fine"] == 10


def test_triggers_that_refuse_leave_their_table_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = database(tmp_path / "b.db", REFUSING)
    assert run(["seed", url, "--rows", "5"]) == 1
    assert counts(tmp_path / "b.db") == {"picky": 0, "fine": 5}
    assert "picky" in capsys.readouterr().err


def test_a_database_of_which_nothing_can_be_filled_is_refused(tmp_path: Path) -> None:
    url = database(tmp_path / "c.db", "CREATE TABLE square (x INTEGER NOT NULL, CHECK (x * x = 7 AND x > 0));")
    with pytest.raises(fg.FixturegenError, match="square"):
        fg.seed(url, url, rows=5)
    assert counts(tmp_path / "c.db") == {"square": 0}
