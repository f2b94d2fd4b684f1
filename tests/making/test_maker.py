"""The maker: what depends on a key, what rows never repeat, and what it keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import polars as pl
import pytest
from neighbourhoods import corpus, inserted, shipped, violations

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.making import Made, Maker
from fixturegen.schema import Schema


@pytest.fixture(scope="module")
def shop() -> Schema:
    return shipped("shop")


def together(schema: Schema, several: list[Made]) -> None:
    """Rows of several calls stand side by side in one database."""
    inserted(schema, several)


def test_calls_of_one_test_never_collide(shop: Schema) -> None:
    maker = Maker(shop)
    made = [maker.made("orders", {"status": "shipped"}, key=f"a test#{number}") for number in range(1, 120)]
    made += [maker.made("customers", {"orders": 2}, rows=3, key=f"a test#{number}") for number in range(120, 160)]
    emails = [row["email"] for each in made for row in each.rows["customers"]]
    assert len(set(emails)) == len(emails)
    assert [each.row["id"] for each in made[:119]] == list(range(1, 120))
    together(shop, made)


def test_a_test_sees_the_same_whatever_ran_before(shop: Schema) -> None:
    def run(maker: Maker) -> list[object]:
        return [maker.made("orders", {}, key=f"it#{number}").rows for number in (1, 2, 3)]

    fresh, used = Maker(shop), Maker(shop)
    for number in range(30):
        used.made("orders", {}, key=f"another{number}#1")
        used.made("customers", {"country_code": "FR"}, key="it#1")
    assert run(fresh) == run(used) == run(used)
    assert [made["orders"][0]["id"] for made in run(fresh)] == [1, 2, 3]  # type: ignore[index]


def test_another_key_gives_other_values(shop: Schema) -> None:
    maker = Maker(shop)
    emails = {maker.made("customers", {}, key=f"test {number}#1").row["email"] for number in range(40)}
    assert len(emails) > 20
    assert maker.made("customers", {}, key="one").row == maker.made("customers", {}, key="one").row


def test_rows_made_before_in_the_test_are_there(shop: Schema) -> None:
    maker = Maker(shop)
    customer = maker.made("customers", {"signup_at": "2025-06-01"}, key="it#1")
    order = maker.made("orders", {"customer_id": customer.row["id"]}, key="it#2")
    assert list(order.rows) == ["orders"]
    assert order.row["ordered_at"] >= customer.row["signup_at"]  # type: ignore[operator]
    item = maker.made("order_items", {"order_id": order.row["id"]}, key="it#3")
    more = maker.made("order_items", {"order_id": order.row["id"]}, key="it#4")
    assert [item.row["line_no"], more.row["line_no"]] == [1, 2]
    with pytest.raises(ImpossibleError, match="signup_at"):
        maker.made("orders", {"customer_id": customer.row["id"], "ordered_at": "2025-05-01"}, key="it#5")
    another = maker.made("orders", {"customer_id": customer.row["id"]}, key="another#1")
    assert list(another.rows) == ["customers", "orders"]


def test_existing_rows_are_never_repeated(shop: Schema) -> None:
    existing = fg.generate(shop, rows={"customers": 500, "orders": 50})
    maker = Maker(shop, existing=existing)
    made = [maker.made("orders", {"order_items": 1}, key=f"it#{number}") for number in range(70)]
    emails = set(existing["customers"]["email"])
    assert not emails & {row["email"] for each in made for row in each.rows["customers"]}
    assert made[0].row["id"] == existing["orders"].height + 1
    assert made[0].rows["customers"][0]["id"] == 501
    old = maker.made("orders", {"customer_id": 7}, key="it#99")
    assert list(old.rows) == ["orders"]
    signup = existing["customers"].filter(id=7)["signup_at"].item()
    assert old.row["ordered_at"] >= signup
    item = maker.made("order_items", {"order_id": 1}, key="it#100")
    assert item.row["line_no"] == existing["order_items"].filter(order_id=1).height + 1
    frames = dict(existing)
    for each in (*made, old):
        for name, frame in each.frames().items():
            frames[name] = pl.concat([frames[name], frame])
    assert fg.verify(shop, frames, only=["customers", "orders", "products"]).violations == ()


def test_what_exists_is_not_made_again(shop: Schema) -> None:
    maker = Maker(shop, existing=fg.generate(shop, rows={"customers": 3, "orders": 3}))
    with pytest.raises(ImpossibleError, match="customers_pkey"):
        maker.made("customers", {"id": 2})
    with pytest.raises(ImpossibleError, match="exists, with another"):
        maker.made("orders", {"customer": {"id": 2, "first_name": "Nobody At All"}})


def test_a_key_that_was_asked_for_is_passed_over(shop: Schema) -> None:
    maker = Maker(shop)
    made = [maker.made("products", {"id": 2} if number == 1 else {}, key=f"it#{number}") for number in (1, 2, 3)]
    assert [each.row["id"] for each in made] == [2, 1, 3]
    with pytest.raises(ImpossibleError, match="products_pkey"):
        maker.made("products", {"id": 3}, key="it#4")
    mixed = maker.made("categories", {"parent": {"id": 1}}, key="x") if "categories" in shop.tables else made[0]
    assert violations(shop, mixed) == []


def test_keys_of_rows_in_one_call_differ() -> None:
    forum = shipped("forum")
    made = Maker(forum).made("categories", {"parent": {"id": 1, "parent": {}}})
    assert violations(forum, made) == []
    assert len({row["id"] for row in made.rows["categories"]}) == 3


def test_few_values_run_out_with_the_unique_that_binds() -> None:
    saas = shipped("saas")
    maker = Maker(saas)
    codes = 12
    made = [maker.made("permissions", {}, key=f"it#{number}") for number in range(codes)]
    assert len({each.row["code"] for each in made}) == codes
    with pytest.raises(ImpossibleError, match="permissions_code_key"):
        maker.made("permissions", {}, key=f"it#{codes}")


def test_parents_of_which_there_are_no_more_are_those_that_exist() -> None:
    saas = shipped("saas")
    existing = {"permissions": fg.generate(saas)["permissions"]}
    assert existing["permissions"].height == 12, "all codes that there are"
    maker = Maker(saas, existing=existing)
    made = [maker.made("role_permissions", {}, key=f"it#{number}") for number in range(5)]
    assert all(list(each.rows) == ["tenants", "roles", "role_permissions"] for each in made)
    assert {each.row["permission_id"] for each in made} <= set(existing["permissions"]["id"])
    with pytest.raises(ImpossibleError, match="permissions_code_key"):
        maker.made("permissions", {}, key="it#9")


def test_circles_are_inserted_and_closed() -> None:
    hard = corpus("sqlite/hard")
    made = Maker(hard).made("employees", {"department": {"head_emp": {"manager": {}}}})
    assert violations(hard, made) == []
    assert made.updates
    inserted(hard, [made])


def test_threads_share_a_maker(shop: Schema) -> None:
    maker, alone = Maker(shop), Maker(shop)

    def run(number: int) -> object:
        return [maker.made("orders", {"order_items": 2}, key=f"thread {number}#{at}").rows for at in range(5)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(8)))
    expected = [
        [alone.made("orders", {"order_items": 2}, key=f"thread {number}#{at}").rows for at in range(5)]
        for number in range(8)
    ]
    assert found == expected


def test_the_clock_can_be_set(shop: Schema) -> None:
    made = Maker(shop, as_of=date(2022, 1, 10)).made("orders", {}, rows=20)
    assert max(row["ordered_at"] for row in made.wanted).date() <= date(2022, 1, 10)  # type: ignore[type-var,attr-defined]


def test_rows_of_one_call_are_not_those_of_another(shop: Schema) -> None:
    maker = Maker(shop)
    first = maker.made("products", {}, key="k")
    first.row["name"] = "changed"
    assert maker.made("products", {}, key="k").row["name"] != "changed"
