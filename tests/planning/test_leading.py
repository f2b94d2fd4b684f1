"""Checks between a key and the reference of other rows to it: whom a row refers to decides them, on every system."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import URL, create_engine, text

import fixturegen as fg
from fixturegen.schema import Location, Schema
from fixturegen.sources.ddl import from_ddl

STAFF = """
CREATE TABLE employees (
    tenant INT NOT NULL, no INT NOT NULL, boss INT {boss}, PRIMARY KEY (tenant, no),
    FOREIGN KEY (tenant, boss) REFERENCES employees (tenant, no), CHECK (boss <> no)
)
"""
UUIDS = "CREATE TABLE employees (no UUID PRIMARY KEY, boss UUID {boss} REFERENCES employees (no), CHECK (boss <> no))"
NULLS = ("", "NOT NULL")


def read(ddl: str, boss: str) -> Schema:
    return from_ddl(ddl.format(boss=boss), dialect="postgresql", where=Location("f.sql", 1))


@pytest.mark.parametrize("boss", NULLS)
@pytest.mark.parametrize("ddl", [STAFF, UUIDS])
@pytest.mark.parametrize("rows", [2, 7, 200])
def test_nobody_is_the_own_boss(ddl: str, boss: str, rows: int) -> None:
    schema = read(ddl, boss)
    staff = fg.generate(schema, rows=rows)["employees"]
    assert fg.verify(schema, {"employees": staff})
    nulls = staff["boss"].null_count()
    assert (nulls == 0) is bool(boss)
    assert nulls < rows or rows < 200


@pytest.mark.parametrize("boss", NULLS)
def test_rows_meet_in_few_tenants_and_a_table_that_grows_keeps_its_rows(boss: str) -> None:
    schema = read(STAFF, boss)
    staff = fg.generate(schema, rows=300)["employees"]
    assert staff["tenant"].n_unique() <= 8
    assert fg.generate(schema, rows=60)["employees"].equals(staff[:60])


def test_a_single_row_that_must_have_another_is_refused_by_name() -> None:
    with pytest.raises(fg.FixturegenError, match="1 of 1 rows found no place"):
        fg.generate(read(STAFF, "NOT NULL"), rows=1)


@pytest.mark.parametrize("boss", NULLS)
@pytest.mark.parametrize("ddl", [STAFF, UUIDS])
def test_hostile_rows_and_negatives_are_made(ddl: str, boss: str) -> None:
    schema = read(ddl, boss)
    assert fg.verify(schema, fg.hostile(schema))
    assert {one.constraint for one in fg.negatives(schema) if one.breaks} >= {"employees.employees_boss_no_check"}


def test_columns_between_the_two_are_drawn_between_them() -> None:
    ddl = (
        "CREATE TABLE t (kind INT NOT NULL, no INT NOT NULL, up INT, x INT NOT NULL, PRIMARY KEY (kind, no),"
        " FOREIGN KEY (kind, up) REFERENCES t (kind, no), CHECK (up <= x), CHECK (x <= no))"
    )
    schema = read(ddl, "")
    made = fg.generate(schema, rows=100)["t"]
    assert fg.verify(schema, {"t": made})
    assert made.filter(pl.col("up") < pl.col("no")).height > 10


def loaded(url: URL, boss: str) -> list[tuple[int, int, int | None]]:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(STAFF.format(boss=boss)))
    report = fg.seed(engine, engine, rows=80)
    assert not report.rejected
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text("SELECT tenant, no, boss FROM employees"))]
    engine.dispose()
    return rows


def judge(rows: list[tuple[int, int, int | None]], boss: str) -> None:
    held = {(tenant, no) for tenant, no, _ in rows}
    assert len(held) == 80
    assert all((tenant, up) in held and up != no for tenant, no, up in rows if up is not None)
    assert any(up is None for *_, up in rows) is (not boss)
    assert sum(up is not None for *_, up in rows) > 30


@pytest.mark.parametrize("boss", NULLS)
def test_sqlite_takes_them(boss: str, tmp_path: Path) -> None:
    judge(loaded(URL.create("sqlite", database=str(tmp_path / "x.db")), boss), boss)


@pytest.mark.postgresql
@pytest.mark.parametrize("boss", NULLS)
def test_postgresql_takes_them(boss: str, postgresql_url: URL) -> None:
    judge(loaded(postgresql_url, boss), boss)


@pytest.mark.mariadb
@pytest.mark.parametrize("boss", NULLS)
def test_mariadb_takes_them(boss: str, mariadb_url: URL) -> None:
    judge(loaded(mariadb_url, boss), boss)
