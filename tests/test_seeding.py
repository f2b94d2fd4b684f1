"""A table that nothing fills is left out, with what cannot do without it; the rest is filled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

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


def test_parents_of_references_that_may_not_be_null_have_a_key(tmp_path: Path) -> None:
    tables = """
    CREATE TABLE users (name TEXT UNIQUE, age INTEGER);
    CREATE TABLE presence (user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (name));
    """
    url = database(tmp_path / "keys.db", tables)
    fg.seed(url, url, rows=50)
    assert fg.verify(url, url)
    assert counts(tmp_path / "keys.db")["presence"] == 50


RAISING = """
CREATE TABLE fine (id integer PRIMARY KEY);
CREATE TABLE own_code (id integer PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'sql_routine_exception'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON own_code FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TABLE written (id integer NOT NULL);
CREATE TABLE writer (id integer PRIMARY KEY);
CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO written VALUES (NULL); RETURN NEW; END $$;
CREATE TRIGGER write AFTER INSERT ON writer FOR EACH ROW EXECUTE FUNCTION write();
"""


@pytest.mark.postgresql
def test_whatever_way_a_trigger_fails_its_table_is_left_out(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(RAISING)
    result = fg.seed(engine, engine, rows=5)
    engine.dispose()
    assert {one.table: one.kind for one in result.rejected} == {"own_code": "trigger", "writer": "trigger"}
    assert result.tables["fine"].rows == result.tables["written"].rows == 5


def test_uniques_over_computed_columns_hold(tmp_path: Path) -> None:
    tables = """
    CREATE TABLE sums (a INTEGER PRIMARY KEY, b INTEGER NOT NULL, s INTEGER GENERATED ALWAYS AS (a + b) VIRTUAL,
                       t TEXT NOT NULL, UNIQUE (s), UNIQUE (s, t));
    """
    url = database(tmp_path / "sums.db", tables)
    assert fg.seed(url, url, rows=200).tables["sums"].rows == 200
    assert fg.verify(url, url)


def test_databases_that_gain_nothing_by_more_connections_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = database(tmp_path / "one.db", TABLES)
    assert run(["seed", url, "--rows", "5", "--only", "fine", "--workers", "4"]) == 0
    assert "loaded by one connection: only PostgreSQL is filled faster by several" in capsys.readouterr().err
    assert counts(tmp_path / "one.db")["fine"] == 5
    assert fg.seed(url, url, rows=5, only=["may"], existing="append").alone == ""
    with pytest.raises(fg.InputError, match="workers is 0"):
        fg.seed(url, url, rows=5, workers=0)
