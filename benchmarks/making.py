"""What a call of ``make`` costs, with and without inserting its rows into SQLite, beside factory_boy doing the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.resources import as_file, files
from itertools import count
from typing import Any

import factory
import sqlalchemy as sa
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

import fixturegen as fg
from benchmarks.measuring import busy, busy_once
from fixturegen.databases.create import create_statements
from fixturegen.making import Made, Maker

CALLS = 200


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call costs.

    Attributes:
        name: What is made, and where it goes.
        milliseconds: Median of CPU time.
        first: Milliseconds of the first call of its kind, which makes the batch that later ones are taken from.
        rows: Rows of a call.
    """

    name: str
    milliseconds: float
    first: float
    rows: int


WANTED: Mapping[str, tuple[str, int, Mapping[str, object]]] = {
    "an order of a German customer": ("orders", 1, {"status": "shipped", "customer": {"country_code": "DE"}}),
    "an item with all it needs (4 rows)": ("order_items", 1, {}),
    "10 customers with 3 orders each": ("customers", 10, {"orders": 3}),
}


def costs(calls: int = CALLS) -> Iterator[Cost]:
    """Yield the costs: made alone, inserted by ``sqlite3``, by SQLAlchemy, and by factory_boy's models."""
    with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
        schema = fg.load(path)
    for name, (table, rows, asked) in WANTED.items():
        maker, numbers = Maker(schema), count(1)

        def make(
            maker: Maker = maker, table: str = table, rows: int = rows, asked: Mapping[str, object] = asked,
            numbers: Iterator[int] = numbers,
        ) -> Made:  # fmt: skip
            return maker.made(table, asked, rows=rows, key=f"benchmark {next(numbers)}#1")

        size = sum(map(len, make().rows.values()))
        fresh = Maker(schema)
        first = busy_once(lambda fresh=fresh, table=table, rows=rows, asked=asked: fresh.made(table, asked, rows=rows))
        yield _cost(f"{name}, made", make, calls, first, size)
        for way, inserting in (("sqlite3", _by_sqlite3), ("SQLAlchemy", _by_sqlalchemy)):
            yield _cost(f"{name}, inserted by {way}", inserting(schema, make), calls, first, size)
    yield from _factory_boy(schema, calls)


def _cost(name: str, action: Callable[[], object], calls: int, first: float, rows: int) -> Cost:
    return Cost(name, busy(action, calls) * 1_000, first * 1_000, rows)


def _by_sqlite3(schema: fg.Schema, make: Callable[[], Made]) -> Callable[[], object]:
    """Insert in a transaction that is rolled back, as a test would."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(";\n".join(create_statements(schema, "sqlite")) + "; PRAGMA foreign_keys = ON")

    def insert() -> None:
        connection.execute("BEGIN")
        for table, rows in make().inserts:
            marks = ", ".join("?" * len(rows[0]))
            names = ", ".join(rows[0])
            connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of a schema of ours
                [[_plain(value) for value in row.values()] for row in rows],
            )
        connection.execute("ROLLBACK")

    return insert


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _by_sqlalchemy(schema: fg.Schema, make: Callable[[], Made]) -> Callable[[], object]:
    engine, metadata = _database(schema)
    connection = engine.connect()

    def insert() -> None:
        for table, rows in make().inserts:
            connection.execute(metadata.tables[table].insert(), rows)
        connection.rollback()

    return insert


def _database(schema: fg.Schema) -> tuple[sa.Engine, sa.MetaData]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        for statement in create_statements(schema, "sqlite"):
            connection.execute(sa.text(statement))
    metadata = sa.MetaData()
    metadata.reflect(engine)
    return engine, metadata


def _factory_boy(schema: fg.Schema, calls: int) -> Iterator[Cost]:
    """Yield what factory_boy takes for the same: factories as its documentation writes them, flushed and rolled back."""
    engine, metadata = _database(schema)
    base: Any = automap_base(metadata=metadata)
    base.prepare()
    session = Session(engine)

    class Factory(SQLAlchemyModelFactory):
        class Meta:
            abstract = True
            sqlalchemy_session = session
            sqlalchemy_session_persistence = "flush"

    class CustomerFactory(Factory):
        class Meta:
            model = base.classes.customers

        id = factory.Sequence(lambda number: number + 1)
        first_name = factory.Faker("first_name")
        last_name = factory.Faker("last_name")
        email = factory.Sequence(lambda number: f"customer{number}@example.com")
        phone = factory.Faker("phone_number")
        street_address = factory.Faker("street_address")
        city = factory.Faker("city")
        postcode = factory.Faker("postcode")
        country_code = "DE"
        signup_at = factory.Faker("date_time_between", start_date=datetime(2022, 1, 1), end_date=datetime(2024, 1, 1))  # noqa: DTZ001 - zone-less, as the schema says
        is_active = True

    class OrderFactory(Factory):
        class Meta:
            model = base.classes.orders

        id = factory.Sequence(lambda number: number + 1)
        customers = factory.SubFactory(CustomerFactory)
        ordered_at = factory.Faker("date_time_between", start_date=datetime(2024, 1, 2), end_date=datetime(2025, 1, 1))  # noqa: DTZ001 - the same
        status = "shipped"
        shipped_at = factory.Faker("date_time_between", start_date=datetime(2025, 1, 2), end_date=datetime(2025, 6, 1))  # noqa: DTZ001 - the same
        total = Decimal(0)

    class ProductFactory(Factory):
        class Meta:
            model = base.classes.products

        id = factory.Sequence(lambda number: number + 1)
        name = factory.Faker("catch_phrase")
        category = "book"
        price = Decimal("9.99")

    class ItemFactory(Factory):
        class Meta:
            model = base.classes.order_items

        orders = factory.SubFactory(OrderFactory)
        products = factory.SubFactory(ProductFactory)
        line_no = 1
        quantity = 2
        unit_price = Decimal("9.99")

    def several() -> None:
        for customer in CustomerFactory.create_batch(10):
            OrderFactory.create_batch(3, customers=customer)

    ways: tuple[Callable[[], object], ...] = (OrderFactory, ItemFactory, several)
    for (name, _), way, rows in zip(WANTED.items(), ways, (2, 4, 40), strict=True):

        def undone(way: Callable[[], object] = way) -> None:
            way()
            session.rollback()

        first = busy_once(undone)
        yield _cost(f"{name}, by factory_boy", undone, calls, first, rows)
    session.close()
    engine.dispose()


if __name__ == "__main__":
    for cost in costs():
        print(f"{cost.name:60} {cost.milliseconds:8.3f} ms   first {cost.first:7.1f} ms   {cost.rows} rows")
