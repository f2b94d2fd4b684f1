"""Rows alone are the rows of the whole, for every shipped schema; what takes a pass is refused by name."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import fixturegen as fg
from fixturegen.access.access import opened
from fixturegen.access.engine import AccessEngine
from fixturegen.access.source import AloneRanges
from fixturegen.errors import InputError, SchemaError
from fixturegen.fills.engine import Engine
from fixturegen.options import Options, options_from
from fixturegen.sources.yaml_file import parse_schema

SCHEMAS = Path(__file__).parents[2] / "schemas"
NESTED = parse_schema("""
version: 1
as_of: 2026-01-01
tables:
  firms:
    rows: 40
    columns:
      id: {type: integer, primary_key: true}
      country: {choices: {DE: 5, FR: 3}}
      users_count: {type: integer, count: users}
  users:
    rows: 0..4 per firms
    primary_key: [firm_id, number]
    columns:
      firm_id: {references: firms.id}
      number: {ordinal: firms}
      name: {type: text, faker: name}
      country: {type: text, expression: firms.country}
  posts:
    rows: 0..3 per users
    columns:
      firm_id: {type: integer}
      number: {type: bigint}
      body: {type: text, nulls: 0.2}
      size: {type: integer, min: 1, max: 9}
    references: [{columns: [firm_id, number], to: "users(firm_id, number)"}]
  serials:
    rows: 1..2 per firms
    columns:
      id: {type: integer, primary_key: true}
      firm_id: {references: firms.id}
      code: {type: integer, unique: true, min: 0, max: 1000000}
      size: {type: integer, min: 1, max: 9}
  likes:
    rows: 30
    columns:
      id: {type: integer, primary_key: true}
      serial_id: {references: serials.id}
      stars: {type: integer, min: 1, max: 5}
""")


def keys_of(engine: AccessEngine, table: str, numbers: list[int]) -> list[Any]:
    """The keys that people write, from the numbers that rows go by."""
    if engine.numbered(table):
        return numbers
    strides = engine.strides(table)
    parents, places = np.divmod(np.array(numbers, dtype=np.int64), strides.stride)
    return list(zip(keys_of(engine, strides.parent, parents.tolist()), places.tolist(), strict=True))


def all_keys(schema: fg.Schema, table: str) -> list[Any]:
    access = opened(schema, Options())
    ranges = AloneRanges(access, table)
    numbers = [number for part in ranges._numbers(0, ranges.units) for number in part.tolist()]
    return keys_of(access.engine, table, numbers)


def served(schema: fg.Schema, table: str) -> list[str]:
    access = opened(schema, Options())
    ranges = AloneRanges(access, table)
    return [name for name in access.dtypes(table) if ranges.serves((name,))]


@pytest.mark.parametrize(
    "schema", [*sorted(SCHEMAS.glob("*.yaml")), NESTED], ids=lambda each: getattr(each, "stem", "")
)
def test_rows_alone_are_the_rows_of_the_whole(schema: Path | fg.Schema) -> None:
    loaded = fg.load(schema)
    whole = fg.generate(loaded)
    compared = 0
    for table, frame in whole.items():
        keys, columns = all_keys(loaded, table), served(loaded, table)
        assert len(keys) == frame.height
        if not columns:
            continue
        picked = np.random.default_rng(7).integers(0, max(frame.height, 1), 50 if frame.height else 0)
        got = fg.rows_at(loaded, table, [keys[at] for at in picked], columns=columns)
        assert got.equals(frame.select(columns)[picked.tolist()]), table
        single = fg.rows_at(loaded, table, keys[-1:], columns=columns)
        assert single.equals(frame.select(columns).tail(1))
        compared += len(columns)
    assert compared > 10


@pytest.mark.parametrize("name", ["shop"])
def test_every_column_of_the_shop_is_served(name: str) -> None:
    schema = fg.load(SCHEMAS / f"{name}.yaml")
    assert all(len(served(schema, table)) == len(opened(schema, Options()).dtypes(table)) for table in schema.tables)


def test_a_column_that_takes_a_pass_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"serials\.id: the column takes a pass over all rows: it counts up") as caught:
        fg.rows_at(NESTED, "serials", [(0, 0)])
    assert "columns=" in str(caught.value)
    with pytest.raises(InputError, match=r"serials\.code"):
        fg.rows_at(NESTED, "serials", [(0, 0)], columns=["code"])
    with pytest.raises(InputError, match=r"likes\.serial_id.*counted per parent"):
        fg.rows_at(NESTED, "likes", [0])
    assert fg.rows_at(NESTED, "serials", [(0, 0)], columns=["size"]).height == 1
    assert fg.rows_at(NESTED, "likes", [3], columns=["stars", "id"]).columns == ["stars", "id"]


@pytest.mark.parametrize(
    ("table", "keys", "message"),
    [
        ("firms", [40], "no row 40: the table has 40"),
        ("firms", [-1], "no row -1"),
        ("firms", [10**30], "no row 1000000000000000000000000000000"),
        ("firms", 7, "no sequence of keys"),
        ("firms", "seven", "no sequence of keys"),
        ("firms", [1.5], "no whole number"),
        ("firms", [True], "no whole number"),
        ("firms", [None], "no whole number"),
        ("firms", [2**70], "no whole number|no row"),
        ("firms", np.array([2**63], dtype=np.uint64), "no row"),
        ("firms", [(0, 0)], "known by their ordinals"),
        ("users", [0], "is no pair"),
        ("users", [(0, 99)], "its parent in firms has"),
        ("users", [(0, -1)], "its parent in firms has"),
        ("users", [(40, 0)], "firms: no row 40"),
        ("posts", [(0, 0)], "users: a key is no pair"),
        ("firms", [np.True_], "no whole number"),
        ("firms", ["1"], "no whole number"),
        ("firms", b"12", "no sequence of keys"),
        ("firms", None, "no sequence of keys"),
        ("firms", np.array([1], dtype="m8[s]"), "no whole number"),
        ("firms", np.zeros((2, 2), dtype=np.int64), "no whole number"),
        ("firms", pl.Series([1, None]), "no whole number"),
        ("users", np.array([[3, 99]]), r"no row \(3, 99\)"),
        ("users", [(3, -(2**62))], "its parent in firms has"),
        ("users", [(0, 0, 0)], "is no pair"),
        ("users", 7, "is no pair"),
        ("posts", [((0, -1), 0)], "users: no row"),
    ],
)
def test_a_key_that_names_no_row_is_an_error(table: str, keys: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fg.rows_at(NESTED, table, keys)


def test_wrong_names_are_errors_with_the_nearest() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'firms'"):
        fg.rows_at(NESTED, "firm", [0])
    with pytest.raises(SchemaError, match="Did you mean 'country'"):
        fg.rows_at(NESTED, "firms", [0], columns=["countri"])
    for share in (0.5, -1, None, "x"):
        with pytest.raises(InputError, match="hostile"):
            fg.rows_at(NESTED, "firms", [0], hostile=share)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rows of firms is"):
        fg.rows_at(NESTED, "firms", [0], rows={"firms": -1})
    with pytest.raises(InputError, match="rows of firms is"):
        fg.rows_at(NESTED, "firms", [0], rows={"firms": [1]})  # type: ignore[dict-item]


@pytest.mark.parametrize("columns", [5, True, pl.col("id"), [1], [None], [["id"]], b"id", [pl.col("id")]])
def test_what_is_no_name_of_a_column_is_said(columns: Any) -> None:
    with pytest.raises(InputError, match=r"no name of a column|no names of columns"):
        fg.rows_at(NESTED, "firms", [0], columns=columns)


@pytest.mark.parametrize("table", [None, 3, ["firms"], {}, NESTED.tables["firms"]])
def test_what_is_no_name_of_a_table_is_said(table: Any) -> None:
    for ask in (lambda: fg.rows_at(NESTED, table, [0]), lambda: fg.scan(NESTED, table)):
        with pytest.raises(SchemaError, match="no name of a table"):
            ask()


def test_keys_of_any_whole_numbers() -> None:
    expected = fg.rows_at(NESTED, "firms", [3, 3, 1])
    for keys in (np.array([3, 3, 1], dtype=np.uint8), pl.Series([3, 3, 1]), iter([3, 3, 1]), [np.int16(3), 3, 1]):
        assert fg.rows_at(NESTED, "firms", keys).equals(expected)


def test_no_keys_and_no_columns_are_no_rows_and_no_columns() -> None:
    assert fg.rows_at(NESTED, "users", []).schema == fg.generate(NESTED)["users"].schema
    assert fg.rows_at(NESTED, "firms", [1, 1], columns=[]).shape == (2, 0)
    assert fg.rows_at(NESTED, "firms", range(3), columns="id")["id"].to_list() == [1, 2, 3]


def test_a_billion_rows_are_planned_without_being_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = fg.load(SCHEMAS / "shop.yaml")
    rows = {"customers": 60_000_000, "orders": 1_000_000_000, "products": 1_000_000}
    tracemalloc.start()
    try:
        orders = fg.rows_at(schema, "orders", [999_999_999], rows=rows)
        items = fg.rows_at(schema, "order_items", [(999_999_999, 0)], rows=rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert orders["id"].item() == items["order_id"].item() == 1_000_000_000
    assert peak < 100 * 2**20
    monkeypatch.setattr(Engine, "__init__", None)  # the second call plans nothing and makes no engine
    assert fg.rows_at(schema, "orders", [999_999_999], rows=rows).equals(orders)


def test_totals_of_a_row_alone_sum_up_its_own_children() -> None:
    schema = fg.load(SCHEMAS / "shop.yaml")
    rows = {"orders": 1_000_000_000}
    order = fg.rows_at(schema, "orders", [123_456_789], rows=rows)
    access = opened(schema, options_from(rows=rows))
    size = int(access.engine.strides("order_items").sizes(np.array([123_456_789]))[0])
    items = fg.rows_at(schema, "order_items", [(123_456_789, at) for at in range(size)], rows=rows)
    assert items["line_no"].to_list() == list(range(1, size + 1))
    assert items.select((pl.col("quantity") * pl.col("unit_price")).sum()).item() == order["total"].item()
