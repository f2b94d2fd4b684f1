"""What must stay when a schema changes: all other columns and tables; in whatever order it is written, everything."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

Dataset = dict[str, pl.DataFrame]


def data(text: str, **options: Any) -> Dataset:
    return fg.generate(parse_schema(text), **options)


# ---- columns and tables come and go

WIDE: dict[str, Any] = {
    "a": "{type: integer, min: 0, max: 1000}",
    "b": "{type: varchar(30)}",
    "c": '{type: "decimal(8,2)", min: 0, max: 99, nulls: 0.3}',
    "d": "{type: date, max: as_of}",
    "e": "{choices: {x: 1, y: 2, z: 3}}",
    "f": "{type: varchar(12), unique: true}",
    "g": "{references: parents.id}",
    "h": "{references: parents.id, nulls: 0.2, skew: 0.7}",
    "i": "{type: datetime, min: d, max: as_of}",
    "email": "{type: varchar(80)}",
}


def wide(columns: dict[str, str], *, more: str = "", rules: str = "[]", unique: str = "[]", first: str = "") -> str:
    lines = "\n".join(f"      {name}: {text}" for name, text in columns.items())
    return f"""
version: 1
tables:
{first}
  parents: {{rows: 90, columns: {{id: {{type: integer, primary_key: true}}, x: {{type: integer}}}}}}
  wide:
    rows: 400
    rules: {rules}
    unique: {unique}
    columns:
      id: {{type: integer, primary_key: true}}
{lines}
{more}
"""


@pytest.fixture(scope="module")
def wide_rows() -> pl.DataFrame:
    return data(wide(WIDE))["wide"]


@pytest.mark.parametrize("gone", [name for name in WIDE if name != "d"])
def test_removing_a_column_changes_no_other(wide_rows: pl.DataFrame, gone: str) -> None:
    rest = {name: text for name, text in WIDE.items() if name != gone}
    assert data(wide(rest))["wide"].equals(wide_rows.drop(gone))


def test_moving_columns_changes_none(wide_rows: pl.DataFrame) -> None:
    backwards = dict(reversed(WIDE.items()))
    moved = data(wide(backwards))["wide"]
    assert moved.columns == ["id", *backwards]
    assert moved.select(wide_rows.columns).equals(wide_rows)


@pytest.mark.parametrize(
    "text",
    [
        "{type: integer}",
        "{type: varchar(9), unique: true}",
        "{references: parents.id}",
        "{type: date, min: d, max: as_of}",
    ],
)
def test_adding_a_column_changes_no_other(wide_rows: pl.DataFrame, text: str) -> None:
    for columns in ({"new": text, **WIDE}, {**WIDE, "new": text}):
        assert data(wide(columns))["wide"].drop("new").equals(wide_rows)


def test_a_rule_on_other_columns_changes_nothing_else(wide_rows: pl.DataFrame) -> None:
    ruled = data(wide(WIDE, rules="[\"c IS NULL OR c > 5 OR e = 'x'\"]"))["wide"]
    rest = [name for name in wide_rows.columns if name not in {"c", "e"}]
    assert ruled.select(rest).equals(wide_rows.select(rest))
    assert not ruled.equals(wide_rows)


def test_a_unique_on_other_columns_changes_nothing_else(wide_rows: pl.DataFrame) -> None:
    unique = data(wide(WIDE, unique="[[a, g]]"))["wide"]
    rest = [name for name in wide_rows.columns if name not in {"a", "g"}]
    assert unique.select(rest).equals(wide_rows.select(rest))


def test_tables_come_and_go(wide_rows: pl.DataFrame) -> None:
    table = "  other: {rows: 30, columns: {id: {type: integer, primary_key: true}, wide_id: {references: wide.id}}}"
    for text in (wide(WIDE, more=table), wide(WIDE, first=table)):
        assert data(text)["wide"].equals(wide_rows)


def test_an_aggregate_changes_nothing_but_itself(wide_rows: pl.DataFrame) -> None:
    table = "  other: {rows: 30, columns: {id: {type: integer, primary_key: true}, wide_id: {references: wide.id}}}"
    counted = data(wide({**WIDE, "others": "{count: other}"}, more=table))
    assert counted["wide"].drop("others").equals(wide_rows)
    assert counted["other"].equals(data(wide(WIDE, more=table))["other"])


# ---- the order of the file

ORDERED = {
    "version": 1,
    "tables": {
        "tenants": {"rows": 8, "columns": {"id": {"type": "uuid", "primary_key": True}, "name": {"type": "varchar(30)"}}},
        "users": {
            "rows": 60,
            "unique": [["tenant_id", "id"], ["tenant_id", "email"]],
            "columns": {
                "id": {"type": "integer", "primary_key": True},
                "tenant_id": {"references": "tenants.id"},
                "email": {"type": "varchar(60)"},
                "boss_id": {"references": "users.id", "nulls": 0.4},
            },
        },
        "tasks": {
            "rows": 120,
            "unique": [["tenant_id", "title"], ["owner_id", "number"]],
            "references": [
                {"columns": ["tenant_id", "owner_id"], "to": "users(tenant_id, id)", "as": "owner"},
                {"columns": ["tenant_id", "tester_id"], "to": "users(tenant_id, id)", "as": "tester"},
            ],
            "columns": {
                "id": {"type": "integer", "primary_key": True},
                "tenant_id": {},
                "owner_id": {},
                "tester_id": {"nulls": 0.3},
                "number": {"type": "integer", "min": 1, "max": 50},
                "title": {"type": "varchar(30)"},
                "state": {"choices": {"new": 2, "done": 1}},
                "begun": {"type": "date", "max": "as_of", "nulls": True},
                "ended": {"type": "date", "min": "begun", "max": "as_of", "nulls": True},
            },
            "rules": ["state <> 'done' OR ended IS NOT NULL", "ended IS NULL OR begun IS NOT NULL", "number <> 13"],
        },
    },
}  # fmt: skip


def reversed_lists(value: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The schema with every mapping or list under these keys backwards, primary keys and columns of keys as they are."""
    out = copy.deepcopy(value)
    if "tables" in keys:
        out["tables"] = dict(reversed(out["tables"].items()))
    for table in out["tables"].values():
        for key in keys:
            held = table.get(key)
            if isinstance(held, dict):
                table[key] = dict(reversed(held.items()))
            elif isinstance(held, list):
                table[key] = held[::-1]
    return out


@pytest.mark.parametrize(
    "keys",
    [
        ("tables",),
        ("columns",),
        ("references",),
        ("rules",),
        ("unique",),
        ("tables", "columns", "references", "rules", "unique"),
    ],
)
def test_the_order_of_the_file_is_irrelevant(keys: tuple[str, ...]) -> None:
    straight, turned = data(json.dumps(ORDERED)), data(json.dumps(reversed_lists(ORDERED, keys)))
    assert set(straight) == set(turned)
    for name, frame in straight.items():
        assert turned[name].select(frame.columns).equals(frame), name


def test_the_shop_may_be_written_in_any_order() -> None:
    shop = fg.load("schemas/shop.yaml")
    tables = {
        name: replace(table, columns=table.columns[::-1], checks=table.checks[::-1], references=table.references[::-1])
        for name, table in reversed(shop.tables.items())
    }
    turned = fg.generate(replace(shop, tables=tables), seed=3)
    for name, frame in fg.generate(shop, seed=3).items():
        assert turned[name].select(frame.columns).equals(frame), name
