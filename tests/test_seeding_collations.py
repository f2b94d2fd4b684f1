"""Keys and uniques under collations that take different texts for equal."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

import fixturegen as fg

LETTERS = "('a', 'A', 'b', 'B', 'é', 'E')"


@pytest.mark.mariadb
@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_unicode_520_ci"])
def test_mariadb(mariadb_url: URL, collation: str) -> None:
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        for statement in (
            f"CREATE TABLE codes (code varchar(2) COLLATE {collation} NOT NULL PRIMARY KEY CHECK (code REGEXP BINARY '^[A-Za-z]{{2}}$'))",
            f"CREATE TABLE pairs (letter varchar(1) COLLATE {collation} NOT NULL CHECK (letter IN {LETTERS}), n int NOT NULL CHECK (n BETWEEN 1 AND 100), UNIQUE (letter, n))",
            f"CREATE TABLE people (id int PRIMARY KEY, last_name varchar(80) COLLATE {collation} NOT NULL UNIQUE, city varchar(80) COLLATE {collation} NOT NULL UNIQUE)",
            f"CREATE TABLE uses (id int PRIMARY KEY, code varchar(2) COLLATE {collation} NOT NULL, FOREIGN KEY (code) REFERENCES codes (code))",
        ):
            connection.exec_driver_sql(statement)
    result = fg.seed(engine, engine, rows=400)
    assert {name: held.rows for name, held in result.tables.items()} == {
        "codes": 400, "pairs": 300, "people": 400, "uses": 400
    }  # fmt: skip
    assert fg.verify(engine, engine)
    engine.dispose()


@pytest.mark.postgresql
def test_postgresql_citext(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"""
        CREATE EXTENSION IF NOT EXISTS citext;
        CREATE TABLE pairs (letter citext NOT NULL, n int NOT NULL CHECK (n BETWEEN 1 AND 100), kind citext NOT NULL CHECK (kind::text IN {LETTERS}), UNIQUE (kind, n));
        CREATE TABLE codes (code citext PRIMARY KEY CHECK (code::text ~ '^[A-Za-z]{{2}}$'));
        CREATE TABLE people (id int PRIMARY KEY, last_name citext NOT NULL UNIQUE, city citext NOT NULL UNIQUE);
        """)
    result = fg.seed(engine, engine, rows=400)
    assert {name: held.rows for name, held in result.tables.items()} == {"codes": 400, "pairs": 400, "people": 400}
    assert fg.verify(engine, engine)
    engine.dispose()


def test_sqlite(tmp_path: Path) -> None:
    tables = f"""
    CREATE TABLE pairs (letter TEXT COLLATE NOCASE NOT NULL CHECK (letter IN {LETTERS}), n INTEGER NOT NULL CHECK (n BETWEEN 1 AND 200), UNIQUE (letter, n));
    CREATE TABLE people (id INTEGER PRIMARY KEY, last_name TEXT COLLATE NOCASE NOT NULL UNIQUE, city TEXT COLLATE RTRIM NOT NULL UNIQUE);
    """
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as connection:
        for statement in tables.strip().strip(";").split(";"):
            connection.exec_driver_sql(statement)
    result = fg.seed(engine, engine, rows=400)
    assert result.tables["people"].rows == 400
    assert result.tables["pairs"].rows == 400
    assert fg.verify(engine, engine)
    engine.dispose()


@pytest.mark.mariadb
def test_names_with_accents_made_from_a_file(mariadb_url: URL, tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(
        "version: 1\ndialect: mysql\nlocale: cs_CZ\ntables:\n  people:\n    columns:\n      id: {type: integer, primary_key: true}\n"
        "      last_name: {type: varchar(60), unique: true, collation: utf8mb4_general_ci}\n"
        "      city: {type: varchar(60), unique: true, collation: utf8mb4_general_ci}\n"
    )
    engine = create_engine(mariadb_url)
    result = fg.seed(path, engine, create=True, rows=1200)
    assert result.tables["people"].rows == 1200
    assert fg.verify(path, engine)
    engine.dispose()
