"""Relational bugs found ten times, from ten seeds: each time the same least database."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, find, settings

import fixturegen as fg

ROOT = Path(__file__).parents[2]
SOURCES = {"shop": ROOT / "schemas" / "shop.yaml", "hard": ROOT / "tests" / "corpus" / "sqlite" / "hard.sql"}
Data = Mapping[str, pl.DataFrame]
Sizes = dict[str, int]


def over_a_thousand(data: Data) -> bool:
    return bool((data["orders"]["total"] > 1_000).any())


def two_orders_of_a_user(data: Data) -> bool:
    return bool(data["orders"].select("tenant_id", "user_id").is_duplicated().any())


def a_manager(data: Data) -> bool:
    return bool(data["employees"]["manager_id"].is_not_null().any())


def head_of_another_department(data: Data) -> bool:
    at = dict(data["employees"].select("id", "department_id").iter_rows())
    heads = data["departments"].select("id", "head_emp_id").drop_nulls().iter_rows()
    return any(at[head] != department for department, head in heads)


def two_tags(data: Data) -> bool:
    return bool(data["user_tags"]["user_id"].is_duplicated().any())


def dear_order(data: Data) -> bool:
    prices = data["order_items"].group_by("order_id").agg(pl.col("price").sum())
    return bool((prices["price"] > 1_000).any())


def idle_beside_busy(data: Data) -> bool:
    return 0 < data["orders"]["user_id"].n_unique() < data["users"].height


def orphaned_tags(data: Data) -> bool:
    """Users without orders are deleted, and their tags are forgotten."""
    kept = set(data["orders"]["user_id"])
    return any(user not in kept for user in data["user_tags"]["user_id"])


BUGS: dict[str, tuple[str, Callable[[Data], bool], Sizes]] = {
    "an order over 1,000": ("hard", over_a_thousand, {"tenants": 1, "users": 1, "orders": 1}),
    "two orders of one user": ("hard", two_orders_of_a_user, {"tenants": 1, "users": 1, "orders": 2}),
    "an employee with a manager": ("hard", a_manager, {"departments": 1, "employees": 2}),
    "a head of another department": ("hard", head_of_another_department, {"departments": 2, "employees": 1}),
    "two tags": ("hard", two_tags, {"tenants": 1, "tags": 2, "users": 1, "user_tags": 2}),
    "a sum over children": ("hard", dear_order, {"tenants": 1, "users": 1, "orders": 1, "order_items": 1}),
    "an idle user beside a busy one": ("hard", idle_beside_busy, {"tenants": 1, "users": 2, "orders": 1}),
    "an orphan": ("hard", orphaned_tags, {"tenants": 1, "tags": 1, "users": 1, "user_tags": 1}),
}
MOST_CALLS = 700
"""Calls of the test function, in the median of ten seeds."""


def least(name: str, seeds: int) -> tuple[Counter[str], list[int], list[Data]]:
    """Find a bug from so many seeds: what was found, the calls of the test function, and the databases."""
    source, bug, _ = BUGS[name]
    strategy = fg.datasets(str(SOURCES[source]))
    found: Counter[str] = Counter()
    calls: list[int] = []
    examples: list[Data] = []
    # The explain phase comes after shrinking and changes nothing that is found.
    plain = settings(
        max_examples=2_000,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    for seed in range(seeds):
        count = [0]

        def fails(data: Data, count: list[int] = count) -> bool:
            count[0] += 1
            return bug(data)

        examples.append(find(strategy, fails, settings=plain, random=random.Random(seed)))
        found[repr(examples[-1])] += 1
        calls.append(count[0])
    return found, calls, examples


def check(name: str, seeds: int) -> None:
    found, calls, examples = least(name, seeds)
    print(name, len(found), "databases; calls", median(calls), "of", sorted(calls))  # noqa: T201 - for who measures
    sizes = BUGS[name][2]
    assert all({table: len(rows) for table, rows in each.items() if len(rows)} == sizes for each in examples)
    assert len(found) == 1
    assert median(calls) <= MOST_CALLS


def test_an_orphan_is_found_least() -> None:
    check("an orphan", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_ten_seeds_find_the_same_least_database(name: str) -> None:
    check(name, 10)


@pytest.mark.slow
def test_the_least_values_are_simple() -> None:
    _, _, [order] = least("an order over 1,000", 1)
    assert [str(total) for total in order["orders"]["total"]] == ["1000.01"]
    _, _, [dear] = least("a sum over children", 1)
    assert [str(price) for price in dear["order_items"]["price"]] == ["1000.01"]
