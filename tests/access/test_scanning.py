"""A LazyFrame makes what a query asks for and no more, and lets the process end."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.errors import SchemaError
from fixturegen.fills.rows import TableRows

SHOP = Path(__file__).parents[2] / "schemas" / "shop.yaml"
BIG = {"customers": 60_000_000, "orders": 1_000_000_000, "products": 1_000_000}


@pytest.fixture(scope="module")
def schema() -> fg.Schema:
    return fg.load(SHOP)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many values of every column were made."""
    seen: Counter[str] = Counter()
    plain = TableRows._completed

    def counted(rows: TableRows, name: str) -> pl.Series:
        seen[f"{rows.name}.{name}"] += len(rows)
        return plain(rows, name)

    monkeypatch.setattr(TableRows, "_completed", counted)
    return seen


@pytest.mark.parametrize("path", sorted(SHOP.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_scan_is_the_table(path: Path) -> None:
    schema = fg.load(path)
    for table, frame in fg.generate(schema).items():
        lazy = fg.scan(schema, table)
        assert lazy.collect_schema() == frame.schema
        assert lazy.collect().equals(frame)
        last = frame.columns[-1]
        assert (
            lazy.select(last, frame.columns[0]).head(5).collect().equals(frame.select(last, frame.columns[0]).head(5))
        )
        assert lazy.filter(pl.col(last).is_not_null()).collect().equals(frame.filter(pl.col(last).is_not_null()))
        assert lazy.select(pl.len()).collect().item() == frame.height
        assert lazy.slice(3, 4).collect(engine="in-memory").equals(frame.slice(3, 4))


def test_columns_that_nobody_asks_for_are_not_made(schema: fg.Schema, made: Counter[str]) -> None:
    lazy = fg.scan(schema, "orders", rows=BIG)
    made.clear()
    assert lazy.select("status").head(10).collect().height == 10
    assert {name.split(".")[1] for name in made if name.startswith("orders.")} <= {"status", "shipped_at"}
    assert not any(name.startswith("order_items.") for name in made)


def test_head_makes_no_more_rows_than_it_shows(schema: fg.Schema, made: Counter[str]) -> None:
    lazy = fg.scan(schema, "orders", rows=BIG)
    assert lazy.select("customer_id").head(10).collect().height == 10
    made.clear()
    assert lazy.select("customer_id").head(20).collect().height == 20
    assert made["orders.customer_id"] <= 20 + 64  # and the rows on which it was seen that they can be made alone


def test_a_filter_is_applied_chunk_by_chunk(schema: fg.Schema, made: Counter[str]) -> None:
    lazy = fg.scan(schema, "orders", rows=BIG)
    found = lazy.filter(pl.col("status") == "new").select("id", "status").head(5).collect()
    assert found["status"].to_list() == ["new"] * 5
    # Chunks that Polars asks for beforehand are made as well, of a billion rows only the first ones.
    assert made["orders.status"] < 5_000_000
    assert made["orders.total"] == 0


def test_a_column_that_takes_a_pass_is_made_with_the_whole() -> None:
    schema = fg.load(SHOP.parent / "forum.yaml")
    whole = fg.generate(schema)
    table = next(name for name in whole if name != "users")
    assert fg.scan(schema, table, hostile=0.0).collect().equals(whole[table])


def test_hostile_rows_are_those_of_the_whole(schema: fg.Schema) -> None:
    whole = fg.generate(schema, hostile=0.2)
    assert fg.scan(schema, "customers", hostile=0.2).collect().equals(whole["customers"])


def test_an_unknown_table_is_an_error_at_once(schema: fg.Schema) -> None:
    with pytest.raises(SchemaError, match="Did you mean 'orders'"):
        fg.scan(schema, "order")


def test_a_scan_outlives_what_else_is_planned(schema: fg.Schema) -> None:
    lazy = fg.scan(schema, "products")
    for seed in range(12):
        fg.rows_at(schema, "products", [0], seed=seed)
    assert lazy.collect().equals(fg.generate(schema)["products"])


QUERIES = {
    "filter and head": 'lazy.filter(pl.col("status") == "new").head(3).collect()',
    "slice": "lazy.slice(500_000, 10).collect()",
    "count": 'fg.scan(schema, "orders").select(pl.len()).collect()',
    "left batches": "next(iter(lazy.collect_batches(chunk_size=1000)))",
}


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_a_process_ends_cleanly_after_a_query_that_was_soon_satisfied(query: str) -> None:
    program = f"""
import polars as pl, fixturegen as fg
schema = fg.load({str(SHOP)!r})
lazy = fg.scan(schema, "orders", rows={BIG!r}).select("id", "status")
{QUERIES[query]}
"""
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
