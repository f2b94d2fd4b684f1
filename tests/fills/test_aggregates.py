"""Columns that are functions of child rows: exact, for children counted per parent and children that choose."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.fills import aggregates
from fixturegen.sources.yaml_file import parse_schema

ID = {"type": "integer", "primary_key": True}
MONEY = {"type": "decimal(8,2)", "min": -50, "max": 999}


def family(count: Any, **columns: Any) -> dict[str, pl.DataFrame]:
    tables = {
        "orders": {"rows": 80, "columns": {"id": ID, **columns}},
        "items": {
            "rows": count,
            "columns": {
                "id": ID,
                "order_id": {"references": "orders.id", "childless": 0.2}
                if isinstance(count, int)
                else {"references": "orders.id"},
                "quantity": {"type": "integer", "min": 1, "max": 9, "nulls": 0.2},
                "price": MONEY,
                "sent": {"type": "datetime", "max": "as_of"},
            },
        },
    }
    schema = parse_schema(json.dumps({"version": 1, "tables": tables}))
    dataset = fg.generate(schema)
    assert fg.verify(schema, dataset).violations == ()
    for chunk_rows in (1, 7):
        parts = [frame for name, frame in fg.stream(schema, chunk_rows=chunk_rows) if name == "orders"]
        assert pl.concat(parts).equals(dataset["orders"])
    return dataset


def by_hand(dataset: dict[str, pl.DataFrame], reduce: Any) -> list[Any]:
    """Reduce the children of every order in plain Python."""
    children: dict[int, list[dict[str, Any]]] = {order: [] for order in dataset["orders"]["id"]}
    for item in dataset["items"].iter_rows(named=True):
        children[item["order_id"]].append(item)
    return [reduce(items) for items in children.values()]


@pytest.mark.parametrize("count", ["0..4 per orders", 200])
def test_aggregates_equal_what_their_children_come_to(count: Any) -> None:
    dataset = family(
        count,
        total={"type": "decimal(12,2)", "sum": "items.quantity * items.price"},
        items={"count": "items"},
        least={"type": "decimal(8,2)", "minimum": "items.price", "nulls": True},
        last={"type": "datetime", "maximum": "items.sent", "nulls": True},
    )
    orders = dataset["orders"]
    product = lambda item: (item["quantity"] or 0) * item["price"]  # noqa: E731 (named for what it is)
    assert orders["total"].to_list() == by_hand(dataset, lambda items: sum(map(product, items), Decimal(0)))
    assert orders["items"].to_list() == by_hand(dataset, len)
    assert 0 in orders["items"]
    assert orders["least"].to_list() == by_hand(dataset, lambda items: min((i["price"] for i in items), default=None))
    assert orders["last"].to_list() == by_hand(dataset, lambda items: max((i["sent"] for i in items), default=None))


def test_aggregates_are_the_same_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"total": {"type": "decimal(12,2)", "sum": "items.price"}, "items": {"count": "items"}}
    whole = family(200, **columns)
    monkeypatch.setattr(aggregates, "CHUNK", 13)
    assert family(200, **columns)["orders"].equals(whole["orders"])


def test_aggregates_of_aggregates_are_exact() -> None:
    tables = {
        "customers": {"rows": 10, "columns": {"id": ID, "spent": {"type": "decimal(14,2)", "sum": "orders.total"}}},
        "orders": {
            "rows": 40,
            "columns": {
                "id": ID,
                "customer_id": {"references": "customers.id"},
                "total": {"type": "decimal(12,2)", "sum": "items.price"},
            },
        },
        "items": {
            "rows": "0..3 per orders",
            "columns": {"id": ID, "order_id": {"references": "orders.id"}, "price": MONEY},
        },
    }
    dataset = fg.generate(parse_schema(json.dumps({"version": 1, "tables": tables})))
    assert dataset["customers"]["spent"].sum() == dataset["orders"]["total"].sum() == dataset["items"]["price"].sum()


def test_a_column_may_hang_on_an_aggregate() -> None:
    dataset = family(
        "0..4 per orders",
        items={"count": "items"},
        paid={"type": "integer", "min": 0, "max": "items"},
        note={"type": "varchar(30)", "template": "{items} items"},
    )
    orders = dataset["orders"]
    assert (orders["paid"] <= orders["items"]).all()
    assert orders["note"].to_list() == [f"{count} items" for count in orders["items"]]


def test_a_table_may_count_its_own_rows() -> None:
    tables = {
        "posts": {
            "rows": 300,
            "columns": {"id": ID, "parent_id": {"references": "posts.id", "nulls": 0.2}, "replies": {"count": "posts"}},
        }
    }
    posts = fg.generate(parse_schema(json.dumps({"version": 1, "tables": tables})))["posts"]
    counts = dict(posts.drop_nulls("parent_id").group_by("parent_id").len().iter_rows())
    assert posts["replies"].to_list() == [counts.get(post, 0) for post in posts["id"]]
