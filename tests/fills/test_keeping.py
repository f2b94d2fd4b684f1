"""Rows kept between a total and its children: the same rows, held in bounded memory, and let go of."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fixturegen as fg
from fixturegen.fills import chunks, keeping
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.runs import plan_of
from fixturegen.sources.yaml_file import parse_schema

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
ID = {"type": "integer", "primary_key": True}
TABLES = {
    "orders": {
        "rows": 90,
        "columns": {"id": ID, "total": {"type": "decimal(12,2)", "sum": "items.price * items.pieces"}},
    },
    "products": {"rows": 7, "columns": {"id": ID, "price": {"type": "decimal(8,2)", "min": -50, "max": 999}}},
    "items": {
        "rows": "0..4 per orders",
        "primary_key": ["order_id", "line"],
        "columns": {
            "order_id": {"references": "orders.id"},
            "line": {"type": "integer", "ordinal": "orders"},
            "product_id": {"references": "products.id"},
            "pieces": {"type": "integer", "min": 1, "max": 9, "nulls": 0.2},
            "price": {"type": "decimal(8,2)", "expression": "products.price"},
        },
    },
}


def engine() -> Engine:
    schema = parse_schema(json.dumps({"version": 1, "tables": TABLES}))
    return Engine(plan_of(schema, fg.plan(schema).options), Bulk(0))


def computed(one: Engine, table: str, width: int) -> pl.DataFrame:
    rows = one.plan.tables[table].total
    return pl.concat([one.frame(table, at, min(at + width, rows)) for at in range(0, rows, width)])


@pytest.mark.parametrize("orders_at_once", [1, 7, 90])
@pytest.mark.parametrize("items_at_once", [1, 5, 64, 1_000])
def test_what_totals_computed_serves_their_children(orders_at_once: int, items_at_once: int) -> None:
    alone = computed(engine(), "items", 1_000)
    one = engine()
    computed(one, "orders", orders_at_once)
    whole = one.plan.tables["items"].total
    kept = one.keeper.kept("items", 0, whole)
    assert kept is not None
    assert {"pieces", "price"} <= kept.columns.keys()
    assert computed(one, "items", items_at_once).equals(alone)
    assert one.keeper.kept("items", 0, whole) is None


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT_BYTES", 2_000)
    one = engine()
    computed(one, "orders", 10)
    assert one.keeper.kept("items", 0, 5) is not None
    assert one.keeper.kept("items", 0, one.plan.tables["items"].total) is None
    assert computed(one, "items", 13).equals(computed(engine(), "items", 1_000))
    computed(one, "orders", 10)
    assert one.keeper.kept("items", 0, 5) is not None, "room was given back"


def test_children_out_of_order_and_apart_are_computed_again() -> None:
    one = engine()
    one.frame("orders", 40, 60)
    one.frame("orders", 0, 20)
    one.frame("orders", 50, 70)
    assert one.frame("items", 0, 100).equals(engine().frame("items", 0, 100))
    assert computed(one, "items", 33).equals(computed(engine(), "items", 1_000))


def test_sums_of_rows_picked_here_and_there_equal_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = computed(engine(), "orders", 90)["total"]
    picked = np.array([3, 4, 80, 4, 0, 89])
    assert engine().rows("orders", picked).column("total").to_list() == whole.gather(pl.Series(picked)).to_list()
    monkeypatch.setattr(chunks, "chunk_rows", lambda *_: 3)
    assert computed(engine(), "orders", 90)["total"].equals(whole)


def test_sums_beyond_64_bits_are_exact() -> None:
    tables = {
        "boxes": {"rows": 3, "columns": {"id": ID, "sum": {"type": "decimal(38,0)", "sum": "things.weight"}}},
        "things": {
            "rows": "4..9 per boxes",
            "columns": {
                "id": ID,
                "box_id": {"references": "boxes.id"},
                "weight": {"type": "bigint", "min": 2**62 - 9, "max": 2**62},
            },
        },
    }
    schema = parse_schema(json.dumps({"version": 1, "tables": tables}))
    dataset = fg.generate(schema)
    for box, whole in dataset["boxes"].iter_rows():
        assert int(whole) == sum(dataset["things"].filter(pl.col("box_id") == box)["weight"].to_list())


def test_rows_are_given_back_as_soon_as_nobody_holds_them() -> None:
    # Circles would keep their columns until Python happens to collect them: of every chunk, for a whole export.
    gc.collect()
    gc.disable()
    try:
        made = Engine(fg.plan(str(SHOP)), Bulk(0))
        watched: list[weakref.ref[object]] = [weakref.ref(made)]
        for name, table in made.plan.tables.items():
            rows = made.rows(name, np.arange(20, dtype=np.int64))
            for column in table.table.columns:
                rows.column(column.name)
            watched.append(weakref.ref(rows))
        del rows, made
        assert [each() for each in watched] == [None] * len(watched)
    finally:
        gc.enable()
