"""Hostile datasets in live databases: loaded, read back, equal to the last bit and digit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from reading_back import differences
from schemas_at_hand import CORPUS, SHIPPED, SQLITE, every_kind_schema, loaded
from sqlalchemy import URL, Engine, create_engine

import fixturegen as fg
from fixturegen.databases.literals import literals
from fixturegen.databases.types import sql_type
from fixturegen.loading import seed_frames
from fixturegen.schema import Dialect, Schema, Table, Type

SLOW = [pytest.param(path, marks=pytest.mark.slow, id=path.stem) for path in (*SHIPPED, *SQLITE)]


def stored(schema: Schema, engine: Engine, dialect: Dialect) -> list[str]:
    """Load what is hostile and kept by the database; return the columns that come back otherwise."""
    made = fg.hostile(schema, engine)
    tables = [schema.tables[name] for name in made]
    seed_frames(engine, schema, tables, iter(made.items()), marker="0a", create=True)
    assert fg.verify(schema, engine).violations == ()
    found = [column for table in tables for column in differences(engine, dialect, table, made[table.name])]
    engine.dispose()
    return found


def sqlite_at(directory: Path) -> Engine:
    return create_engine(f"sqlite:///{directory / 'hostile.db'}")


def test_sqlite_keeps_every_kind(tmp_path: Path, every_kind: tuple[Table, pl.DataFrame]) -> None:
    assert stored(every_kind_schema(every_kind[0]), sqlite_at(tmp_path), "sqlite") == []


@pytest.mark.postgresql
def test_postgresql_keeps_every_kind(postgresql_url: URL, every_kind: tuple[Table, pl.DataFrame]) -> None:
    assert stored(every_kind_schema(every_kind[0]), create_engine(postgresql_url), "postgresql") == []


@pytest.mark.mariadb
def test_mariadb_keeps_every_kind(mariadb_url: URL, every_kind: tuple[Table, pl.DataFrame]) -> None:
    assert stored(every_kind_schema(every_kind[0]), create_engine(mariadb_url), "mysql") == []


@pytest.mark.parametrize("path", SLOW)
def test_sqlite_keeps_schemas(path: Path, tmp_path: Path) -> None:
    assert stored(loaded(path), sqlite_at(tmp_path), "sqlite") == []


@pytest.mark.postgresql
@pytest.mark.parametrize("path", [*SLOW, pytest.param(CORPUS / "postgresql" / "sakila.sql", marks=pytest.mark.slow)])
def test_postgresql_keeps_schemas(path: Path, postgresql_url: URL) -> None:
    assert stored(loaded(path), create_engine(postgresql_url), "postgresql") == []


@pytest.mark.mariadb
@pytest.mark.parametrize("path", [*SLOW, pytest.param(CORPUS / "mariadb" / "sakila.sql", marks=pytest.mark.slow)])
def test_mariadb_keeps_schemas(path: Path, mariadb_url: URL) -> None:
    assert stored(loaded(path), create_engine(mariadb_url), "mysql") == []


def test_what_a_database_would_not_keep_is_left_out_and_said(every_kind: tuple[Table, pl.DataFrame]) -> None:
    schema = every_kind_schema(every_kind[0])
    made = fg.hostile(schema, "sqlite://")
    out = made.labels.filter(pl.col("left_out").is_not_null()).select("column", "class", "left_out").rows()
    assert ("ratio", "NaN", "SQLite stores NaN as NULL") in out
    assert ("ratio", "float minus zero", "SQLite drops the sign of zero") in out
    assert ("amount", "greatest decimal", "SQLite keeps 15 digits of a decimal") in out
    assert "a\0b" in made["every kind"]["name"].to_list()
    assert "a\0b" not in fg.hostile(schema)["every kind"]["name"].to_list()


def test_literals_of_mysql_hold_nul_and_the_greatest_float() -> None:
    assert literals(pl.Series(["a\0b"]), Type(kind="text"), "mysql").to_list() == ["'a\\0b'"]
    greatest = pl.Series([3.4028234663852886e38], dtype=pl.Float32)
    assert float(literals(greatest, Type(kind="float", bits=32), "mysql")[0]) <= 3.4028234663852886e38


def test_texts_of_mysql_say_their_character_set_once() -> None:
    assert sql_type(Type(kind="text", length=9), "mysql").count("COLLATE") == 1
