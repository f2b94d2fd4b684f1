"""``python -m benchmarks.shrinking``: relational bugs found from ten seeds: how many databases, of which rows, in how many calls."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

import polars as pl
from hypothesis import HealthCheck, Phase, find, settings

import fixturegen as fg

ROOT = Path(__file__).parents[1]
SOURCES = {"shop": ROOT / "schemas" / "shop.yaml", "hard": ROOT / "tests" / "corpus" / "sqlite" / "hard.sql"}
SEEDS = 10
Data = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug of an application, as the test that it fails.

    Attributes:
        schema: The schema's name.
        name: What the bug needs.
        fails: Whether a database shows it.
        rows: Rows of the least database that does, by table.
    """

    schema: str
    name: str
    fails: Callable[[Data], bool]
    rows: Mapping[str, int]


# The bugs on hard.sql ------------------------------------------------------------------------------------------------


def over_a_thousand(data: Data) -> bool:
    """An order's total is over 1,000; on shop, where it is the sum of its items' quantities times prices, too."""
    return bool((data["orders"]["total"] > 1_000).any())


def two_orders_of_a_user(data: Data) -> bool:
    """A user has two orders."""
    return bool(data["orders"].select("tenant_id", "user_id").is_duplicated().any())


def a_manager(data: Data) -> bool:
    """An employee has a manager."""
    return bool(data["employees"]["manager_id"].is_not_null().any())


def head_of_another_department(data: Data) -> bool:
    """A department's head works in another."""
    at = dict(data["employees"].select("id", "department_id").iter_rows())
    heads = data["departments"].select("id", "head_emp_id").drop_nulls().iter_rows()
    return any(at[head] != department for department, head in heads)


def two_tags(data: Data) -> bool:
    """A user has two tags."""
    return bool(data["user_tags"]["user_id"].is_duplicated().any())


def dear_order(data: Data) -> bool:
    """The prices of an order's items come to more than 1,000."""
    prices = data["order_items"].group_by("order_id").agg(pl.col("price").sum())
    return bool((prices["price"] > 1_000).any())


def dear_products(data: Data) -> bool:
    """Quantities times prices of an order's items come to more than 1,000."""
    sums = data["order_items"].group_by("order_id").agg((pl.col("qty") * pl.col("price")).sum())
    return bool((sums["qty"] > 1_000).any())


def orphaned_tags(data: Data) -> bool:
    """Users without orders are deleted, and their tags are forgotten."""
    kept = set(data["orders"]["user_id"])
    return any(user not in kept for user in data["user_tags"]["user_id"])


def idle_beside_busy(data: Data) -> bool:
    """A user has no orders while another has."""
    return 0 < data["orders"]["user_id"].n_unique() < data["users"].height


# The bugs on shop ----------------------------------------------------------------------------------------------------


def two_orders_of_a_customer(data: Data) -> bool:
    """A customer has two orders."""
    return bool(data["orders"]["customer_id"].is_duplicated().any())


def shipped(data: Data) -> bool:
    """An order has been shipped: what may be missing is there."""
    return bool(data["orders"]["shipped_at"].is_not_null().any())


def mixed_order(data: Data) -> bool:
    """An order has products of two categories: rows that one row joins disagree."""
    lines = data["order_items"].join(data["products"], left_on="product_id", right_on="id")
    return bool((lines.group_by("order_id").agg(pl.col("category").n_unique())["category"] > 1).any())


def two_products(data: Data) -> bool:
    """An order has two products."""
    products = data["order_items"].group_by("order_id").agg(pl.col("product_id").n_unique())
    return bool((products["product_id"] > 1).any())


def many_pieces(data: Data) -> bool:
    """The quantities of an order come to more than 12: more than one item may have."""
    pieces = data["order_items"].group_by("order_id").agg(pl.col("quantity").sum())
    return bool((pieces["quantity"] > 12).any())


def orphaned_orders(data: Data) -> bool:
    """Customers who are not active are deleted, and their orders are forgotten."""
    kept = set(data["customers"].filter("is_active")["id"])
    return any(customer not in kept for customer in data["orders"]["customer_id"])


def idle_product(data: Data) -> bool:
    """A product is never ordered while another is."""
    return 0 < data["order_items"]["product_id"].n_unique() < data["products"].height


_ORDERED = {"customers": 1, "products": 1, "orders": 1, "order_items": 1}
BUGS = (
    Bug("hard", "an order over 1,000", over_a_thousand, {"tenants": 1, "users": 1, "orders": 1}),
    Bug("hard", "two orders of one user", two_orders_of_a_user, {"tenants": 1, "users": 1, "orders": 2}),
    Bug("hard", "an employee with a manager", a_manager, {"departments": 1, "employees": 2}),
    Bug("hard", "a head of another department", head_of_another_department, {"departments": 2, "employees": 1}),
    Bug("hard", "two tags", two_tags, {"tenants": 1, "tags": 2, "users": 1, "user_tags": 2}),
    Bug("hard", "a sum over children", dear_order, {"tenants": 1, "users": 1, "orders": 1, "order_items": 1}),
    Bug("hard", "a sum of products", dear_products, {"tenants": 1, "users": 1, "orders": 1, "order_items": 1}),
    Bug("hard", "an orphan of a delete", orphaned_tags, {"tenants": 1, "tags": 1, "users": 1, "user_tags": 1}),
    Bug("hard", "an idle user beside a busy one", idle_beside_busy, {"tenants": 1, "users": 2, "orders": 1}),
    Bug("shop", "an order over 1,000", over_a_thousand, _ORDERED),
    Bug("shop", "two orders of one customer", two_orders_of_a_customer, _ORDERED | {"orders": 2, "order_items": 2}),
    Bug("shop", "an order that was shipped", shipped, _ORDERED),
    Bug("shop", "an order of two categories", mixed_order, _ORDERED | {"products": 2, "order_items": 2}),
    Bug("shop", "two products of one order", two_products, _ORDERED | {"products": 2, "order_items": 2}),
    Bug("shop", "more than 12 pieces", many_pieces, _ORDERED | {"order_items": 2}),
    Bug("shop", "an orphan of a delete", orphaned_orders, _ORDERED),
    Bug("shop", "an idle product beside a sold one", idle_product, _ORDERED | {"products": 2}),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What ten searches for a bug came to.

    Attributes:
        bug: The bug.
        databases: The databases found, as they print, with how often each was.
        rows: Rows of each search's database by table, tables without rows left out.
        calls: Calls of the test function by search, those of shrinking included.
        seconds: Seconds of CPU time of a search, in the median.
    """

    bug: Bug
    databases: Counter[str]
    rows: tuple[Mapping[str, int], ...]
    calls: tuple[int, ...]
    seconds: float


def search(bug: Bug, seeds: int = SEEDS) -> Found:
    """Look for a bug from so many seeds, and let Hypothesis shrink what it finds."""
    strategy = fg.datasets(str(SOURCES[bug.schema]))
    databases: Counter[str] = Counter()
    rows, calls, seconds = [], [], []
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
            return bug.fails(data)

        begin = process_time()
        found = find(strategy, fails, settings=plain, random=random.Random(seed))  # noqa: S311 - seeds a search
        seconds.append(process_time() - begin)
        databases[repr(found)] += 1
        rows.append({name: frame.height for name, frame in found.items() if frame.height})
        calls.append(count[0])
    return Found(bug, databases, tuple(rows), tuple(calls), median(seconds))


def searches(schema: str = "", seeds: int = SEEDS) -> Iterator[Found]:
    """Look for all bugs, or those on one schema."""
    for bug in BUGS:
        if schema in {"", bug.schema}:
            yield search(bug, seeds)


def main(schema: str = "", *, verbose: bool = False) -> None:
    """Print the table; the databases too where asked for."""
    print("| Schema | Bug | Least rows | Databases | Calls, median | Calls, most | CPU seconds |")
    print("|---|---|---|---|---|---|---|")
    for found in searches(schema):
        bug, calls = found.bug, found.calls
        least = sum(rows == bug.rows for rows in found.rows)
        print(
            f"| {bug.schema} | {bug.name} | {least} of {len(calls)} | {len(found.databases)} "
            f"| {median(calls):.0f} | {max(calls)} | {found.seconds:.2f} |",
            flush=True,
        )
        for database, times in found.databases.items() if verbose else ():
            print(times, database)


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word in SOURCES], verbose="--databases" in sys.argv)
