"""``fg.make`` on the shipped schemas: the fewest rows, as asked, with every constraint met, or the reason why not."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from neighbourhoods import ROOT, complete, shipped

import fixturegen as fg
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.making import MadeDataset
from fixturegen.schema import Schema

JANUARY = datetime(2022, 1, 3)  # noqa: DTZ001 - zone-less, as the schema says


@pytest.fixture(scope="module")
def shop() -> Schema:
    return shipped("shop")


@pytest.fixture(scope="module")
def saas() -> Schema:
    return shipped("saas")


@pytest.fixture(scope="module")
def forum() -> Schema:
    return shipped("forum")


@pytest.fixture(scope="module")
def bank() -> Schema:
    return shipped("bank")


def counts(made: MadeDataset) -> dict[str, int]:
    assert fg.verify(made.made.schema, made.complete()).violations == ()
    return {name: frame.height for name, frame in made.items()}


def test_an_order_of_a_german_customer_takes_two_rows(shop: Schema) -> None:
    made = fg.make(shop, "orders", status="shipped", customer={"country_code": "DE"})
    assert list(made) == ["customers", "orders"]
    assert counts(made) == {"customers": 1, "orders": 1}
    assert made["customers"]["country_code"].item() == "DE"
    assert made.row["status"] == "shipped"
    assert made.row["shipped_at"] is not None
    assert made.rows["orders"] == [made.row]
    assert made.rows["customers"][0]["id"] == made.row["customer_id"]


def test_the_rest_follows_what_is_asked(shop: Schema) -> None:
    made = fg.make(shop, "customers", country_code="JP")
    assert made.row["city"] in fg.generate(shop)["customers"].filter(country_code="JP")["city"].to_list()


@pytest.mark.parametrize(
    ("table", "rows", "asked", "expected"),
    [
        ("products", 1, {}, {"products": 1}),
        ("order_items", 1, {}, {"customers": 1, "orders": 1, "products": 1, "order_items": 1}),
        ("order_items", 3, {}, {"customers": 1, "orders": 1, "products": 1, "order_items": 3}),
        ("orders", 10, {}, {"customers": 1, "orders": 10}),
        ("customers", 10, {"orders": 3}, {"customers": 10, "orders": 30}),
        ("customers", 2, {"orders": [{"order_items": 2}, {}]}, {"customers": 2, "orders": 4, "products": 1, "order_items": 4}),
        ("orders", 1, {"order_items": {"quantity": 3}}, {"customers": 1, "orders": 1, "products": 1, "order_items": 1}),
        ("orders", 1, {"customer": {"orders": 2}}, {"customers": 1, "orders": 3}),
        ("orders", 1, {"order_items": 0}, {"customers": 1, "orders": 1}),
    ],
)  # fmt: skip
def test_parents_are_shared_and_children_made(
    shop: Schema, table: str, rows: int, asked: dict[str, object], expected: dict[str, int]
) -> None:
    assert counts(fg.make(shop, table, rows=rows, values=asked)) == expected


def test_rows_are_numbered_among_their_like(shop: Schema) -> None:
    made = fg.make(shop, "orders", order_items=[{"quantity": 9}, {}, {"quantity": 1}])
    assert counts(made)["products"] == 1
    assert made["order_items"]["line_no"].to_list() == [1, 2, 3]
    assert sorted(made["order_items"].filter(line_no=1)["quantity"].to_list()) == [9]
    assert made.row["total"] == sum(made["order_items"]["quantity"] * made["order_items"]["unit_price"])


def test_a_parent_is_told_apart_by_what_is_asked(forum: Schema) -> None:
    shared = fg.make(forum, "votes", post={}, member={})
    assert counts(shared)["members"] == 1
    apart = fg.make(forum, "votes", post={"author": {"handle": "ann"}}, member={"handle": "bob"})
    assert counts(apart)["members"] == 2
    same = fg.make(forum, "votes", post={"author": {"handle": "bob"}}, member={"handle": "bob"})
    assert counts(same)["members"] == 1


def test_a_row_of_the_same_table_is_another_row(forum: Schema) -> None:
    made = fg.make(forum, "categories", parent={"parent": {}})
    assert counts(made) == {"categories": 3}
    ids = {row["id"]: row["parent_id"] for row in made.rows["categories"]}
    assert ids[ids[ids[made.row["id"]]]] is None
    assert counts(fg.make(forum, "categories", categories=2)) == {"categories": 3}


def test_what_a_unique_over_parents_asks_is_kept(forum: Schema, bank: Schema) -> None:
    votes = fg.make(forum, "votes", rows=4)
    assert counts(votes)["posts"] == 1
    assert votes["votes"]["member_id"].n_unique() == 4
    entries = fg.make(bank, "transfers", entries=2)
    assert counts(entries)["accounts"] == 2


def test_references_that_share_a_column_agree(saas: Schema) -> None:
    made = fg.make(saas, "role_assignments", user={"tenant": {"plan": "free"}})
    assert counts(made) == {"tenants": 1, "users": 1, "roles": 1, "role_assignments": 1}
    several = fg.make(saas, "tenants", rows=2, projects={"owner": {}})
    assert counts(several) == {"tenants": 2, "users": 2, "projects": 2}
    assert several["projects"]["tenant_id"].n_unique() == 2


def test_a_bound_reaches_the_parent(shop: Schema) -> None:
    made = fg.make(shop, "orders", ordered_at="2022-01-02")
    assert counts(made) == {"customers": 1, "orders": 1}
    assert made.rows["customers"][0]["signup_at"] < JANUARY  # type: ignore[operator]
    far = fg.make(shop, "order_items", order={"status": "shipped", "shipped_at": "2022-02-01"})
    assert counts(far)["customers"] == 1


@pytest.mark.parametrize("total", [0, "0.99", 100, "5000.01"])
def test_a_total_is_made_of_children(shop: Schema, total: Any) -> None:
    made = fg.make(shop, "orders", total=total)
    counts(made)
    assert made.row["total"] == Decimal(total)


@pytest.mark.parametrize(
    "asked",
    [
        {"total": 10, "order_items": [{"quantity": 3}, {"quantity": 4}]},
        {"total": 60, "order_items": 3},
        {"total": 30, "order_items": [{"quantity": 2, "product": {"price": 10}}, {}]},
    ],
)
def test_children_that_are_asked_for_share_a_total(shop: Schema, asked: dict[str, object]) -> None:
    made = fg.make(shop, "orders", values=asked)
    counts(made)
    assert made.row["total"] == asked["total"]


def test_counts_and_sums_of_the_same_children(bank: Schema) -> None:
    made = fg.make(bank, "transfers", entry_count=2, entry_total=0)
    counts(made)
    assert (made.row["entry_count"], made.row["entry_total"]) == (2, 0)
    assert fg.make(bank, "accounts", balance="12.34").row["balance"] == Decimal("12.34")


def test_a_key_that_is_asked_for_is_the_parents(shop: Schema) -> None:
    made = fg.make(shop, "order_items", order_id=77, quantity=2)
    assert made.rows["orders"][0]["id"] == 77
    assert counts(made)["order_items"] == 1


IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
    ("orders", {"status": "lost"}, "orders_status_choices"),
    ("orders", {"status": "shipped", "shipped_at": None}, "orders_status_shipped_at_check"),
    ("orders", {"status": "new", "shipped_at": "2025-01-01"}, "orders_status_shipped_at_check"),
    ("orders", {"ordered_at": "2030-01-01"}, "orders_ordered_at_max"),
    ("orders", {"ordered_at": "2021-01-01"}, "signup_at"),
    ("orders", {"ordered_at": "2024-01-01", "customer": {"signup_at": "2025-01-01"}}, "signup_at"),
    ("orders", {"shipped_at": "2024-01-01", "ordered_at": "2024-01-02"}, "shipped_at"),
    ("orders", {"customer": None}, "orders_customer_id_fkey"),
    ("orders", {"customer_id": None}, "orders_customer_id_not_null"),
    ("orders", {"customer_id": 1, "customer": {"id": 2}}, "orders_customer_id_fkey"),
    ("orders", {"total": 5, "order_items": 0}, "orders_total_sum"),
    ("orders", {"total": -1}, "orders_total_sum"),
    ("orders", {"total": 11, "order_items": {"quantity": 1, "product": {"price": 10}}}, "orders_total_sum"),
    ("order_items", {"quantity": 10}, "order_items_quantity_max"),
    ("order_items", {"line_no": 2}, "order_items_line_no_ordinal"),
    ("customers", {"country_code": "XX"}, "customers_country_code_choices"),
    ("customers", {"first_name": "x" * 61}, "customers_first_name_length"),
    ("customers", {"orders": {"customer_id": 3}}, "orders_customer_id_fkey"),
]


@pytest.mark.parametrize(("table", "asked", "named"), IMPOSSIBLE, ids=lambda value: str(value)[:60])
def test_what_is_impossible_is_refused_with_the_constraint(
    shop: Schema, table: str, asked: dict[str, Any], named: str
) -> None:
    with pytest.raises(ImpossibleError) as refused:
        fg.make(shop, table, values=asked)
    assert named in str(refused.value)
    assert "shop.yaml" in str(refused.value.where)


def test_several_rows_do_not_share_what_is_unique(shop: Schema) -> None:
    with pytest.raises(ImpossibleError, match="customers_email_key"):
        fg.make(shop, "customers", rows=2, email="ann@example.com")


def test_references_that_cannot_agree_are_refused(saas: Schema) -> None:
    with pytest.raises(ImpossibleError, match="user and role of role_assignments share tenant_id"):
        fg.make(saas, "role_assignments", user={"tenant": {"plan": "free"}}, role={"tenant": {"plan": "team"}})


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("ordres", {}, "Did you mean 'orders'"),
    ("orders", {"custmer": {}}, "Did you mean 'customer'"),
    ("orders", {"customer": {"emial": "x"}}, r"orders\.customer has no .* Did you mean 'email'"),
    ("orders", {"customer": 5}, "name customer_id"),
    ("orders", {"customer": [{}]}, "a mapping of overrides, or None"),
    ("orders", {"order_items": -1}, "a number from 0 to"),
    ("orders", {"order_items": True}, "a number from 0 to"),
    ("orders", {"order_items": "two"}, "a number from 0 to"),
    ("orders", {"order_items": [3]}, "takes a mapping"),
    ("orders", {"id": "seven"}, "takes a whole number, not str"),
    ("orders", {"id": True}, "takes a whole number"),
    ("orders", {"id": 2**70}, "integer can hold"),
    ("orders", {"ordered_at": "yesterday"}, "a datetime such as"),
    ("orders", {"ordered_at": 5}, "takes a datetime"),
    ("orders", {"total": "a lot"}, "total of orders takes"),
    ("order_items", {"unit_price": "0.001"}, "digits after the point"),
    ("customers", {"is_active": 2}, "true or false"),
    ("customers", {"first_name": b"x"}, "takes a text, not bytes"),
    ("customers", {"orders": {"customer": None}}, "orders_customer_id_fkey"),
    ("orders", {"customer": None, "customer_id": 1}, "contradict each other"),
    ("orders", {5: 1}, "takes names"),
]


@pytest.mark.parametrize(("table", "asked", "said"), WRONG, ids=lambda value: str(value)[:60])
def test_what_means_nothing_is_refused(shop: Schema, table: str, asked: dict[Any, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fg.make(shop, table, values=asked)


@pytest.mark.parametrize("keywords", [{"rows": 0}, {"rows": True}, {"rows": 10**9}, {"seed": "x"}, {"seed": 1.5}])
def test_wrong_keywords_are_refused(shop: Schema, keywords: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="which is no whole number"):
        fg.make(shop, "orders", **keywords)


def test_a_name_is_not_given_twice(shop: Schema) -> None:
    with pytest.raises(InputError, match="'status' is given twice"):
        fg.make(shop, "orders", status="new", values={"status": "new"})


def test_another_seed_gives_another_row(shop: Schema) -> None:
    assert fg.make(shop, "customers").row == fg.make(shop, "customers").row
    assert fg.make(shop, "customers", seed=1).row != fg.make(shop, "customers").row


@pytest.mark.slow
def test_rows_are_the_same_in_any_process(shop: Schema) -> None:
    code = (
        "import fixturegen as fg; schema = fg.load('schemas/shop.yaml');"
        "print(repr(fg.make(schema, 'orders', total=100, customer={'country_code': 'DE'}).rows))"
    )
    run = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    here = fg.make(shop, "orders", customer={"country_code": "DE"}, total=100).rows
    assert run == [repr(here), repr(here)]


def test_a_source_will_do() -> None:
    made = fg.make(ROOT / "schemas" / "shop.yaml", "products", rows=2)
    assert made.complete().keys() == complete(made.made.schema, made).keys()
    assert made.complete()["orders"].height == 0


@pytest.mark.parametrize("table", [5, None, ["orders"]])
def test_a_table_that_is_no_name_is_refused(shop: Schema, table: Any) -> None:
    with pytest.raises(InputError, match="which is no name"):
        fg.make(shop, table)
