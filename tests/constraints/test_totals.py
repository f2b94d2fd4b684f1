"""Totals that their column cannot hold exactly: rounded once, half away from zero, and held against that by frames and databases."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

import fixturegen as fg
from fixturegen.schema import Schema
from fixturegen.sources.yaml_file import parse_schema

ID = {"type": "integer", "primary_key": True}
KINDS = [
    ("decimal(14,2)", "sum", "c.v * c.w"),
    ("decimal(14,2)", "sum", "c.v / 3"),
    ("decimal(14,2)", "sum", "c.v * 2"),
    ("decimal(9,1)", "sum", "c.number * 0.125"),
    ("integer", "sum", "c.v"),
    ("decimal(6,1)", "maximum", "c.v"),
    ("integer", "minimum", "c.v"),
    ("decimal(14,1)", "sum", "c.real"),
]


def schema_of(
    type_: str, function: str, expression: str, count: object = "0..3 per p", dialect: str = "sqlite"
) -> Schema:
    total = {"type": type_, function: expression} | ({} if function == "sum" else {"nulls": True})
    cents = {"type": "decimal(6,2)", "min": -90, "max": 90}
    columns = {
        "id": ID,
        "p_id": {"type": "integer", "references": "p.id"},
        "v": cents,
        "w": cents,
        "number": {"type": "integer", "min": -99, "max": 99},
        "real": {"type": "float", "min": 0, "max": 99},
    }
    tables = {"p": {"rows": 30, "columns": {"id": ID, "total": total}}, "c": {"rows": count, "columns": columns}}
    return parse_schema(json.dumps({"version": 1, "dialect": dialect, "tables": tables}))


def unit_of(type_: str) -> str:
    return {",2)": "0.01", ",1)": "0.1"}.get(type_[-3:], "1")


def changed(schema: Schema, off: str) -> dict[str, pl.DataFrame]:
    """Rows whose first total that is not NULL is off by so much."""
    rows = fg.generate(schema)
    parents = rows["p"]
    at = parents["total"].is_not_null().arg_max()
    assert at is not None
    totals = parents["total"].to_list()
    totals[at] += type(totals[at])(Decimal(off))
    return {**rows, "p": parents.with_columns(pl.Series("total", totals, dtype=parents["total"].dtype))}


@pytest.mark.parametrize(("type_", "function", "expression"), KINDS)
@pytest.mark.parametrize("count", ["0..3 per p", 40])
def test_totals_verify_and_those_off_by_one_unit_do_not(
    type_: str, function: str, expression: str, count: object
) -> None:
    schema = schema_of(type_, function, expression, count)
    report = fg.verify(schema, fg.generate(schema))
    assert (report.violations, report.unverified) == ((), ())
    unit = unit_of(type_)
    for off in (unit, f"-{unit}"):
        (found,) = fg.verify(schema, changed(schema, off)).violations
        assert (found.constraint.columns, found.rows) == (("total",), 1)


def judged_by_database(url: sa.URL | str, dialect: str) -> None:
    for type_, function, expression in KINDS:
        schema = schema_of(type_, function, expression, dialect=dialect)
        engine = sa.create_engine(url)
        fg.seed(schema, engine, create=True)
        report = fg.verify(schema, engine)
        assert (report.violations, report.unverified) == ((), ()), expression
        for off in (f"+ {unit_of(type_)}", f"- 2 * {unit_of(type_)}"):
            with engine.begin() as connection:
                connection.exec_driver_sql(f"UPDATE p SET total = total {off} WHERE total IS NOT NULL")
                held = connection.exec_driver_sql("SELECT count(*) FROM p WHERE total IS NOT NULL").scalar_one()
            found = {each.constraint.columns: each.rows for each in fg.verify(schema, engine).violations}
            assert found == {("total",): held}, expression
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE c")
            connection.exec_driver_sql("DROP TABLE p")
        engine.dispose()


def test_sqlite_holds_totals_against_the_rounded_sum(tmp_path: Path) -> None:
    judged_by_database(f"sqlite:///{tmp_path / 'dev.sqlite'}", "sqlite")


@pytest.mark.postgresql
def test_postgresql_holds_totals_against_the_rounded_sum(postgresql_url: sa.URL) -> None:
    judged_by_database(postgresql_url, "postgresql")


@pytest.mark.mariadb
def test_mariadb_holds_totals_against_the_rounded_sum(mariadb_url: sa.URL) -> None:
    judged_by_database(mariadb_url, "mysql")


@pytest.mark.parametrize(("value", "total"), [("0.05", "0.1"), ("-0.05", "-0.1"), ("0.25", "0.3"), ("0.24", "0.2")])
def test_a_sum_half_way_goes_away_from_zero(tmp_path: Path, value: str, total: str) -> None:
    number = {"type": "decimal(6,2)", "constant": float(value)}
    columns = {"id": ID, "p_id": {"type": "integer", "references": "p.id"}, "v": number}
    parents = {"id": ID, "total": {"type": "decimal(9,1)", "sum": "c.v"}}
    tables = {"p": {"rows": 3, "columns": parents}, "c": {"rows": "1 per p", "columns": columns}}
    schema = parse_schema(json.dumps({"version": 1, "tables": tables}))
    rows = fg.generate(schema)
    assert rows["p"]["total"].to_list() == [Decimal(total)] * 3
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'dev.sqlite'}")
    fg.seed(schema, engine, create=True)
    assert fg.verify(schema, engine).violations == ()
    toward = "sign(total) * 0.1" if value[-1] == "5" else "-0.1"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE p SET total = total - {toward} WHERE id = 1")
    assert [found.rows for found in fg.verify(schema, engine).violations] == [1]
    engine.dispose()
