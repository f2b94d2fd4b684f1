"""Chunks: whatever their order and size, every table's rows come whole, in order and the same."""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.fills import chunks
from fixturegen.fills.bulk import Bulk, frames
from fixturegen.fills.engine import Engine
from fixturegen.planning import Plan
from fixturegen.sources.yaml_file import parse_schema

ID = {"type": "integer", "primary_key": True}
SUM = {"type": "integer", "sum": "items.pieces"}
TABLES = {
    "customers": {
        "rows": 30,
        "columns": {"id": ID, "orders": {"count": "orders"}, "spent": {"type": "bigint", "sum": "orders.total"}},
    },
    "orders": {
        "rows": "0..5 per customers",
        "columns": {"id": ID, "customer_id": {"references": "customers.id"}, "total": SUM},
    },
    "items": {
        "rows": "0..4 per orders",
        "columns": {
            "id": ID,
            "order_id": {"references": "orders.id"},
            "pieces": {"type": "integer", "min": 1, "max": 9},
        },
    },
    "notes": {"rows": "1..2 per orders", "columns": {"id": ID, "order_id": {"references": "orders.id"}}},
    "nothings": {"rows": 0, "columns": {"id": ID}},
}


def plan(tables: object = TABLES) -> Plan:
    return fg.plan(parse_schema(json.dumps({"version": 1, "tables": tables})))


def whole(parts: Iterable[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    found: dict[str, list[pl.DataFrame]] = {}
    for name, frame in parts:
        found.setdefault(name, []).append(frame)
    return {name: pl.concat(held) for name, held in found.items()}


@pytest.mark.parametrize(("most", "first"), [(1, 1), (3, 2), (8, 29), (7, 3), (250_000, 30), (250_000, 125_000)])
def test_families_give_the_same_rows(monkeypatch: pytest.MonkeyPatch, most: int, first: int) -> None:
    made = plan()
    expected = whole(frames(made, 7))
    monkeypatch.setattr(chunks, "chunk_rows", lambda *_: most)
    monkeypatch.setattr(chunks, "block_rows", lambda *_: first)
    found = whole(frames(made, None))
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        assert found[name].equals(frame), name


def test_the_first_chunk_is_short_for_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "chunk_rows", lambda *_: 20)
    monkeypatch.setattr(chunks, "block_rows", lambda *_: 5)
    assert [frame.height for name, frame in frames(plan(), None) if name == "customers"] == [5, 15, 10]


def test_chunks_end_where_whole_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "chunk_rows", lambda *_: 10)
    engine = Engine(plan(), Bulk(0))
    assert list(chunks.cuts(engine, "orders", 7, 31)) == [(7, 10), (10, 20), (20, 30), (30, 31)]
    assert list(chunks.cuts(engine, "orders", 10, 20)) == [(10, 20)]
    assert list(chunks.cuts(engine, "orders", 3, 3)) == [(3, 3)]


def test_chunks_of_long_values_have_few_rows_however_many_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"letters": {"rows": 40, "columns": {"id": ID, "text": {"type": "text", "regex": "[a-z]{10000}"}}}}
    monkeypatch.setattr(chunks, "MOST_BYTES", 100_500)
    assert [frame.height for _, frame in frames(plan(tables), 1_000)] == [10, 10, 10, 10]
    assert [frame.height for _, frame in frames(plan(tables), 7)] == [7, 7, 7, 7, 7, 5]


def test_children_follow_their_parents_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "chunk_rows", lambda *_: 10)
    seen: dict[str, set[int]] = {"customers": set(), "orders": set()}
    for name, frame in frames(plan(), None):
        if name == "orders":
            assert set(frame["customer_id"]) <= seen["customers"]
        if name == "items":
            assert set(frame["order_id"]) <= seen["orders"]
        if name in seen:
            seen[name] |= set(frame["id"])
        if name == "notes":
            assert len(seen["orders"]) == plan().tables["orders"].total, "what no total computes waits its turn"


def test_children_of_none_are_an_empty_frame() -> None:
    tables = {name: dict(table) for name, table in TABLES.items()}
    tables["orders"]["rows"] = "0..0 per customers"
    found = whole(frames(plan(tables), None))
    assert {name: frame.height for name, frame in found.items()} == {
        "customers": 30, "orders": 0, "items": 0, "notes": 0, "nothings": 0,
    }  # fmt: skip
    assert found["items"].columns == ["id", "order_id", "pieces"]
