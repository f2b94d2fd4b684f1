"""Rows alone of a shop with a billion orders: a row of every table, all its columns; a thousand in one call; the first call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.resources import as_file, files
from time import perf_counter
from typing import Any

import fixturegen as fg
from benchmarks.measuring import Aim, Result, busy
from benchmarks.shop import Bench

ORDERS = 1_000_000_000
ROWS = {"customers": 60_000_000, "products": 1_000_000, "orders": ORDERS}
TABLES = ("customers", "products", "orders", "order_items")
TOGETHER = 1_000
CALLS = 100
STRIDE = 7_919
"""A prime: keys lie all over their tables."""
WARM = 0.0005


def results(bench: Bench) -> Iterator[Result]:
    """Yield the first call of all, then every table: rows one by one, and together, in processor time."""
    with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
        fresh = fg.load(path)
    start = perf_counter()
    fg.rows_at(fresh, "orders", [ORDERS - 1], rows=ROWS)
    yield Result("a row of a billion orders, first call", perf_counter() - start, 1, "rows")
    for table in TABLES:
        keys = [_key(table, number * STRIDE % ROWS.get(table, ORDERS)) for number in range(TOGETHER)]
        one, many = f"a row of {table} alone", f"{TOGETHER:,} rows of {table} in one call"
        seconds = busy(partial(_one_by_one, bench, table, keys), bench.runs) / CALLS
        yield Result(one, seconds, 1, "rows", "", (Aim("seconds", WARM),))
        seconds = busy(partial(_together, bench, table, keys), bench.runs)
        yield Result(many, seconds, TOGETHER, "rows", one, (Aim("beside its rival", 20),))


def _key(table: str, number: int) -> Any:
    """Return the key of a row; every order has a first item."""
    return (number, 0) if table == "order_items" else number


def _one_by_one(bench: Bench, table: str, keys: list[Any]) -> None:
    for key in keys[:CALLS]:
        fg.rows_at(bench.schema, table, [key], rows=ROWS)


def _together(bench: Bench, table: str, keys: list[Any]) -> None:
    fg.rows_at(bench.schema, table, keys, rows=ROWS)
