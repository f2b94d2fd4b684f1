"""Sizes asked for: by table as for all, a table named gets what it needs, and what cannot be held is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import find, settings

import fixturegen as fg

SHOP = "schemas/shop.yaml"
CALM = settings(max_examples=500, database=None, deadline=None, derandomize=True)


@pytest.mark.parametrize("table", ["customers", "orders", "order_items"])
def test_a_table_beyond_what_an_example_holds_is_refused_with_the_largest_size(table: str) -> None:
    with pytest.raises(fg.InputError, match=f"max_rows of {table} is 1,000,000, more than an example holds") as caught:
        fg.datasets(SHOP, max_rows={table: 10**6})
    found = re.search(r"The largest size that fits is (\d+)", str(caught.value))
    assert found is not None
    largest = int(found[1])
    assert largest > 50
    assert fg.datasets(SHOP, max_rows={table: largest}) is not None
    with pytest.raises(fg.InputError, match=f"The largest size that fits is {largest}"):
        fg.datasets(SHOP, max_rows={table: largest + 1})


def test_the_table_of_the_largest_size_is_named() -> None:
    with pytest.raises(fg.InputError, match="max_rows of customers is 2,000,000"):
        fg.datasets(SHOP, max_rows={"products": 9, "customers": 2 * 10**6})
    with pytest.raises(fg.InputError, match="max_rows is 2,000,000"):
        fg.datasets(SHOP, max_rows=2 * 10**6)


@pytest.mark.parametrize("table", ["orders", "order_items"])
def test_tables_that_were_not_named_make_room(table: str) -> None:
    # Each order has an item at least, and five at most.
    sizes = {"orders": 12, "order_items": 60}
    data = find(fg.datasets(SHOP, max_rows={table: sizes[table]}), lambda data: data[table].height > 8, settings=CALM)
    assert data[table].height == 9
    assert fg.verify(SHOP, data)


def test_a_child_that_was_named_limits_its_parents() -> None:
    strategy = fg.datasets(SHOP, max_rows={"orders": 12, "order_items": 3}, min_rows={"orders": 3})
    data = find(strategy, lambda _: True, settings=CALM)
    assert (data["orders"].height, data["order_items"].height) == (3, 3)


def test_rows_with_many_uniques_have_their_place(tmp_path: Path) -> None:
    """The simplest rows repeat each other in every unique."""
    path = tmp_path / "five.sql"
    path.write_text(f"CREATE TABLE t ({', '.join(f'{name} VARCHAR(20) NOT NULL UNIQUE' for name in 'abcde')})")
    made = find(fg.datasets(path, min_rows=8), lambda _: True)
    assert made["t"].height == 8
    assert fg.verify(path, made)


@pytest.mark.parametrize(
    ("most", "least", "words"),
    [
        ({"customers": 0}, {"orders": 1}, "max_rows of customers is 0, but what min_rows asks for needs 1 rows of it"),
        ({"customers": 0}, {"order_items": 2}, "max_rows of customers is 0, "),
    ],
)
def test_a_most_below_what_others_need_is_refused(most: dict[str, int], least: dict[str, int], words: str) -> None:
    with pytest.raises(fg.InputError, match=words):
        fg.datasets(SHOP, max_rows=most, min_rows=least)
