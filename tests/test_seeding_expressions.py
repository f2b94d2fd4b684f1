"""Uniques over expressions that only the database evaluates: it says what they are, and rows that repeat one are drawn again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

import fixturegen as fg

ROWS = 40
SQLITE = """
CREATE TABLE hosts (id integer PRIMARY KEY, meta json NOT NULL);
CREATE UNIQUE INDEX one_host ON hosts (json_extract(meta, '$.host'));
CREATE TABLE shapes (id integer PRIMARY KEY, name text NOT NULL);
CREATE UNIQUE INDEX one_shape ON shapes (unicode(name), length(name) % 7);
"""
POSTGRESQL = """
CREATE TABLE hosts (id integer PRIMARY KEY, meta jsonb NOT NULL);
CREATE UNIQUE INDEX ON hosts ((meta ->> 'host'));
CREATE UNIQUE INDEX ON hosts (((meta ->> 'port')::int));
CREATE TABLE messages (id integer PRIMARY KEY, body jsonb NOT NULL,
  number text GENERATED ALWAYS AS (body ->> 'number') STORED UNIQUE);
CREATE FUNCTION shape(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT md5(left($1, 1) || mod(length($1), 7)) $$;
CREATE TABLE shapes (id integer PRIMARY KEY, name text NOT NULL);
CREATE UNIQUE INDEX ON shapes (shape(name)) WHERE shape(name) <> '';
"""


def filled(url: URL | str, statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements.strip().strip(";").split(";\n"):
            connection.exec_driver_sql(statement)
    result = fg.seed(engine, engine, rows=ROWS)
    assert {name: table.rows for name, table in result.tables.items()} == dict.fromkeys(result.tables, ROWS)
    assert not result.rejected
    assert not fg.verify(engine, engine).violations
    engine.dispose()


def test_sqlite(tmp_path: Path) -> None:
    filled(f"sqlite:///{tmp_path / 'a.db'}", SQLITE)


@pytest.mark.postgresql
def test_postgresql(postgresql_url: URL) -> None:
    filled(postgresql_url, POSTGRESQL)


@pytest.mark.mariadb
def test_mariadb(mariadb_url: URL) -> None:
    filled(
        mariadb_url,
        """
        CREATE TABLE hosts (id integer PRIMARY KEY, meta json NOT NULL,
          host varchar(40) GENERATED ALWAYS AS (json_value(meta, '$.host')) STORED, UNIQUE (host));
        CREATE TABLE shapes (id integer PRIMARY KEY, name varchar(60) NOT NULL,
          shape varchar(60) GENERATED ALWAYS AS (concat(ord(name), '-', mod(length(name), 7))) STORED, UNIQUE (shape))
        """,
    )


@pytest.mark.postgresql
def test_a_table_that_no_rows_satisfy_beside_a_unique_is_left_out(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE fine (id integer PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE never (id integer PRIMARY KEY, name text NOT NULL, code text NOT NULL UNIQUE"
            " GENERATED ALWAYS AS (nullif(md5(name), md5(name))) STORED)"
        )
    result = fg.seed(engine, engine, rows=ROWS)
    assert {name: table.rows for name, table in result.tables.items()} == {"fine": ROWS}
    assert [(one.table, one.kind) for one in result.rejected] == [("never", "check")]
    engine.dispose()
