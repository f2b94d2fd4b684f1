"""Fixed parts: what cannot be met is refused, and never makes rows that break the schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import find, settings

import fixturegen as fg

SHOP = "schemas/shop.yaml"
ONCE = settings(database=None, max_examples=1)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"orders": {"status": "lost"}}, "none of the choices of orders.status"),
        ({"products": {"price": -1}}, "below 0.99, the least of products.price"),
        ({"products": {"price": 500}}, "above 499, the greatest of products.price"),
        ({"orders": "total >"}, "no SQL expression"),
        ({"orders": "DROP TABLE orders"}, "no SQL expression"),
        ({"orders": ""}, "is empty"),
        ({"orders": "price > 3"}, "orders has no column 'price'"),
    ],
)
def test_parts_that_no_row_can_have_are_refused(where: dict[str, str | dict[str, object]], told: str) -> None:
    with pytest.raises(fg.FixturegenError, match=told):
        fg.datasets(SHOP, where=where)


@pytest.mark.parametrize("status", ["new", "shipped"])
def test_a_row_has_its_fixed_parts(status: str) -> None:
    row = find(fg.rows(SHOP, "orders", where={"status": status}), lambda _: True, settings=ONCE)
    assert row["status"] == status
    assert (row["shipped_at"] is not None) == (status == "shipped")


def test_parents_of_children_that_rows_must_have_come_along() -> None:
    data = find(fg.datasets(SHOP, min_rows={"orders": 2}), lambda _: True, settings=ONCE)
    assert {name: frame.height for name, frame in data.items()} == {
        "customers": 1,
        "products": 1,
        "orders": 2,
        "order_items": 2,
    }
    assert fg.verify(SHOP, data)


@pytest.mark.parametrize("rows", [5, {"orders": 5}, {"orders": [5]}, {"orders": "ab"}, {"orders": {"id": 1}}])
def test_rows_of_no_known_form_are_refused(rows: object) -> None:
    with pytest.raises(fg.FixturegenError, match=r"mapping|list of dicts"):
        fg.dataset(SHOP, rows)  # type: ignore[arg-type]


def test_a_clock_that_is_no_date_is_refused() -> None:
    with pytest.raises(fg.FixturegenError, match="as_of is 'today', which is no date"):
        fg.datasets(SHOP, as_of="today")  # type: ignore[arg-type]


def test_a_list_that_checks_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lists.sql"
    path.write_text(
        "CREATE TABLE docs (id int PRIMARY KEY, tags text[] NOT NULL, free text[] NOT NULL, CHECK (cardinality(tags) <= 3))"
    )
    schema = fg.load(path, dialect="postgresql")
    with pytest.raises(fg.InputError, match=r"where cannot fix docs\.tags, which check .* reads"):
        fg.datasets(schema, where={"docs": {"tags": ["a"]}})
    made = find(fg.datasets(schema, where={"docs": {"free": ["a"]}}), lambda data: data["docs"].height > 1)
    assert made["docs"]["free"].to_list() == [["a"], ["a"]]
