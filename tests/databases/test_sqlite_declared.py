"""What SQLite's tables declare beyond the model stays what it was in the tables that are made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.databases.create import create_statements
from fixturegen.databases.sqlite_declared import answer
from fixturegen.schema import Dialect, Location, Schema, Table
from fixturegen.sources.ddl import from_ddl
from fixturegen.sources.yaml_writer import to_yaml

DECLARED = """
CREATE TABLE plain (id INT PRIMARY KEY, n INT);
CREATE TABLE long (id INT NOT NULL PRIMARY KEY, n INT);
CREATE TABLE backwards (id INTEGER PRIMARY KEY DESC, n INT);
CREATE TABLE certain (id INTEGER NOT NULL PRIMARY KEY DESC, n INT);
CREATE TABLE strict (id INTEGER PRIMARY KEY DESC, n INTEGER) STRICT;
CREATE TABLE upwards (id INTEGER, n INT, PRIMARY KEY (id DESC));
CREATE TABLE rows (id INTEGER PRIMARY KEY, n INT);
CREATE TABLE shared (id INTEGER PRIMARY KEY REFERENCES rows (id), n INT);
CREATE TABLE exact (id INT PRIMARY KEY, n INT) STRICT;
CREATE TABLE replaced (id INTEGER PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT, n INT);
CREATE TABLE passed (id INT PRIMARY KEY, n INT, UNIQUE (n) ON CONFLICT IGNORE);
CREATE TABLE folded (id INT PRIMARY KEY, n TEXT, UNIQUE (n COLLATE NOCASE) ON CONFLICT REPLACE);
CREATE TABLE filled (id INT PRIMARY KEY, n INT NOT NULL ON CONFLICT REPLACE DEFAULT 7);
CREATE TABLE keyed (a INT, n INT, PRIMARY KEY (a, n) ON CONFLICT IGNORE) WITHOUT ROWID;
"""
ROWS = ("(1, 1)", "(1, 2)", "(2, 'a')", "(3, 'A')", "(4, NULL)", "(NULL, 5)", "(NULL, 6)", "('x', 7)", "(8, 1)")


def read(text: str, dialect: Dialect = "sqlite") -> Schema:
    return from_ddl(text, dialect=dialect, where=Location("f.sql", 1))


def told(statements: list[str]) -> dict[str, list[object]]:
    """What tables make of the same rows: what each INSERT says, and what stands there in the end."""
    found: dict[str, list[object]] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE TABLE%n%'").fetchall():
            if table.startswith("sqlite_"):
                continue
            said = found.setdefault(table, [])
            for row in ROWS:
                try:
                    said.append(database.execute(f"INSERT INTO {table} VALUES {row}").rowcount)
                except sqlite3.Error as error:
                    said.append(type(error).__name__)
            said += database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    return found


def test_what_is_made_takes_what_was_declared() -> None:
    text = (
        DECLARED.replace("INT ", "BIGINT ").replace("INT,", "BIGINT,").replace("INT)", "BIGINT)")
    )  # without CHECKs of width
    text = text.replace("exact (id BIGINT PRIMARY KEY, n BIGINT)", "exact (id INT PRIMARY KEY, n INTEGER)")
    declared = told([each for each in text.split(";") if each.strip()])
    assert told(create_statements(read(text), "sqlite")) == declared
    assert len(declared) == 14


def test_a_key_that_is_no_rowid_takes_null_in_what_is_made() -> None:
    made = told(create_statements(read("CREATE TABLE t (id INT PRIMARY KEY, n INT);"), "sqlite"))
    assert made["t"].count((None, 5)) == 1


def test_other_systems_make_keys_and_uniques_that_refuse() -> None:
    for dialect in ("postgresql", "mysql"):
        assert not [each for each in create_statements(read(DECLARED), dialect) if "CONFLICT" in each]


def test_integer_keys_of_other_sources_are_rowids() -> None:
    (made,) = create_statements(read("CREATE TABLE t (id INT PRIMARY KEY)", "mysql"), "sqlite")
    assert '"id" INTEGER NOT NULL' in made


def test_what_is_written_as_yaml_is_made_alike(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(to_yaml(read(DECLARED)))
    made = "".join(create_statements(fg.load(str(path)), "sqlite"))
    assert made.count(" ON CONFLICT ") == DECLARED.count(" ON CONFLICT ")


@pytest.mark.parametrize(
    "listed", ["REPLACE", [["unique", ["a"]]], [["unique", "a", "REPLACE"]], [["unique", ["a"], "X; --"]]]
)
def test_options_that_say_something_else_say_nothing(listed: object) -> None:
    table = Table(name="t", columns=(), options={"on_conflict": listed})
    assert answer(Schema(tables={}), table, "unique", ("a",)) is None
