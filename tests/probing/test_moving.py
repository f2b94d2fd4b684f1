"""Keys moved out of the way of rows that are there: checks between keys say what they said before."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine

import fixturegen as fg
from fixturegen.breaking.keeping import alike
from fixturegen.constraints.base import constraints
from fixturegen.probing.asking import probed
from fixturegen.schema import Schema

DDL = (
    'CREATE TABLE "my users" ("user id" integer PRIMARY KEY, code varchar(3) NOT NULL UNIQUE, CHECK (length(code) = 3))',
    'CREATE TABLE friends (a integer REFERENCES "my users", b integer REFERENCES "my users", CHECK (a < b), PRIMARY KEY (a, b))',
    'CREATE TABLE notes ("user id" integer PRIMARY KEY CHECK ("user id" > 0) REFERENCES "my users", x integer CHECK (x <> 5))',
)


def held(engine: Engine, schema: Schema) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"'))) for name in schema.tables
        }


def checked(url: str, *more: str, on_connect: tuple[str, ...] = ()) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in (*DDL, *more):
            connection.exec_driver_sql(statement)
    fg.seed(fg.load(url), engine, rows=12)
    schema = fg.load(url)
    before = held(engine, schema)
    report = probed(schema, engine, on_connect=on_connect)
    after = held(engine, schema)
    engine.dispose()
    statuses = {one.constraint: one.status for one in report.findings}
    assert set(statuses.values()) <= {"enforced", "unbreakable", "left to verify"}, statuses
    assert statuses["friends.friends_pkey"] == statuses["my users.my users_pkey"] == "enforced"
    assert before == after


@pytest.mark.postgresql
def test_a_full_database_has_room_for_keys_that_checks_read(postgresql_url: URL) -> None:
    extension = "CREATE EXTENSION IF NOT EXISTS btree_gist"
    shifts = """CREATE TABLE shifts (id integer PRIMARY KEY, worker integer NOT NULL, starts date NOT NULL, ends date NOT NULL,
        CHECK (starts < ends), EXCLUDE USING gist (worker WITH =, daterange(starts, ends) WITH &&))"""
    checked(postgresql_url.render_as_string(hide_password=False), extension, shifts)


def test_a_full_sqlite_database_has_room_for_keys_that_checks_read(tmp_path: Path) -> None:
    checked(f"sqlite:///{tmp_path / 'a.db'}", on_connect=("PRAGMA foreign_keys = ON",))


def test_rows_are_alike_where_the_checks_say_the_same_of_them(tmp_path: Path) -> None:
    ddl = tmp_path / "f.sql"
    ddl.write_text("CREATE TABLE f (a INTEGER, b INTEGER, CHECK (a < b))")
    schema = fg.load(ddl)
    asked = [each for each in constraints(schema, "f") if each.kind == "check"]
    rows = [{"a": 1, "b": 2}, {"a": 2, "b": 1}]
    table = schema.tables["f"]
    assert alike(schema, table, asked, rows, [{"a": 11, "b": 12}, {"a": 12, "b": 11}])
    assert not alike(schema, table, asked, rows, [{"a": 11, "b": 2}, {"a": 12, "b": 11}])
