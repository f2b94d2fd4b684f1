"""A small market that declares every kind of constraint, with rows that keep them all, and the same rows in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import (
    Aggregate,
    AsOf,
    Check,
    Choice,
    Column,
    Constant,
    Reference,
    Schema,
    Table,
    Type,
    Unique,
)
from fixturegen.schema import (
    Path as To,
)

Frames = dict[str, pl.DataFrame]

INTEGER, TEXT = Type(kind="integer"), Type(kind="text")


def _shops() -> Table:
    return Table(
        name="shops",
        columns=(
            Column(name="id", type=INTEGER),
            Column(name="code", type=Type(kind="text", length=5), collation="NOCASE"),
            Column(name="country", type=TEXT, choices=(Choice("DE", 3.0), Choice("NO"))),
            Column(name="mood", type=Type(kind="enum", labels=("calm", "busy")), nullable=True),
            Column(name="founded", type=Type(kind="date"), low=Constant(date(1990, 1, 1)), high=AsOf(), nullable=True),
            Column(name="opens_at", type=Type(kind="datetime", precision=0)),
            Column(name="seal", type=Type(kind="bytes", length=4), nullable=True),
            Column(name="token", type=Type(kind="uuid"), nullable=True),
            Column(name="about", type=Type(kind="json"), nullable=True),
            Column(name="address", type=Type(kind="ip"), nullable=True),
            Column(name="main", type=Type(kind="boolean")),
            Column(name="region", type=Type(kind="text")),
            Column(name="parent_id", type=INTEGER, nullable=True),
            Column(name="hour", type=Type(kind="time"), nullable=True),
            Column(name="seen", type=Type(kind="datetime", zone=True), nullable=True, high=AsOf()),
        ),
        primary_key=Unique(columns=("id",), name="shops_pkey"),
        uniques=(
            Unique(columns=("code",), name="shops_code_key"),
            Unique(columns=("region", "main"), name="one_main", predicate="main"),
            Unique(columns=("token",), name="shops_token_low", expressions=("lower(token)",)),
        ),
        references=(
            Reference(columns=("parent_id",), table="shops", target=("id",), name="shops_parent", role="parent"),
        ),
        checks=(
            Check(sql="parent_id <> id", name="no_own_parent"),
            Check(sql="parent.opens_at <= opens_at", name="after_parent"),
            Check(sql="region = 'nowhere'", name="not_enforced", enforced=False),
        ),
    )


def _receipts() -> Table:
    return Table(
        name="receipts",
        columns=(
            Column(name="shop_id", type=INTEGER),
            Column(name="number", type=Type(kind="integer", bits=16)),
            Column(name="at", type=Type(kind="datetime"), low=To(("receipts_shop",), "opens_at")),
            Column(name="paid_at", type=Type(kind="datetime"), low=To((), "at"), nullable=True),
            Column(
                name="total",
                type=Type(kind="decimal", precision=8, scale=2),
                aggregate=_over("sum", "quantity * price"),
            ),
            Column(name="lines", type=INTEGER, aggregate=_over("count", "")),
            Column(
                name="dearest",
                type=Type(kind="decimal", precision=6, scale=2),
                nullable=True,
                aggregate=_over("max", "price"),
            ),
        ),
        primary_key=Unique(columns=("shop_id", "number"), name="receipts_pkey"),
        references=(Reference(columns=("shop_id",), table="shops", target=("id",), name="receipts_shop", role="shop"),),
        checks=(Check(sql="total < 100 OR paid_at IS NOT NULL", name="large_is_paid"),),
    )


def _over(function: str, expression: str) -> Aggregate:
    return Aggregate(function, expression, "lines", "lines_receipt")  # type: ignore[arg-type] - the names are right


def _lines() -> Table:
    return Table(
        name="lines",
        columns=(
            Column(name="shop_id", type=INTEGER),
            Column(name="number", type=Type(kind="integer", bits=16)),
            Column(name="line_no", type=INTEGER, ordinal="lines_receipt"),
            Column(name="quantity", type=INTEGER, low=Constant(1), high=Constant(9)),
            Column(name="price", type=Type(kind="decimal", precision=6, scale=2), low=Constant(Decimal("0.50"))),
            Column(name="weight", type=Type(kind="float"), nullable=True, high=Constant(2.5)),
        ),
        primary_key=Unique(columns=("shop_id", "number", "line_no"), name="lines_pkey"),
        references=(
            Reference(
                columns=("shop_id", "number"), table="receipts", target=("shop_id", "number"), name="lines_receipt"
            ),
        ),
    )


@pytest.fixture(scope="session")
def market() -> Schema:
    """Return the schema."""
    tables = (_shops(), _receipts(), _lines())
    return Schema(tables={table.name: table for table in tables})


_ROWS: Mapping[str, list[dict[str, object]]] = {
    "shops": [
        {
            "id": number,
            "code": f"s{number}",
            "country": "NO" if number % 2 else "DE",
            "mood": ["calm", "busy", None][number % 3],
            "founded": None if number == 3 else date(2026, 1, 1),
            "opens_at": datetime(2026, 1, number, 8),  # noqa: DTZ001 - zone-less on purpose
            "seal": b"\0\xff" if number > 1 else None,
            "token": f"0000000{number}-0000-4000-8000-00000000000a" if number > 1 else None,
            "about": '{"a": [1, null]}' if number > 1 else None,
            "address": "192.0.2.1" if number > 1 else None,
            "main": number < 3,
            "region": "east" if number == 1 else "west",
            "parent_id": number - 1 or None,
            "hour": time(23, 59, 59, 5) if number > 1 else None,
            "seen": datetime(2026, 1, 1, tzinfo=UTC) if number > 1 else None,
        }
        for number in range(1, 5)
    ],
    "receipts": [
        {
            "shop_id": shop,
            "number": number,
            "at": datetime(2026, 1, shop, 8, 0, 0, number),  # noqa: DTZ001 - zone-less on purpose
            "paid_at": None if number == 1 else datetime(2026, 2, 1),  # noqa: DTZ001 - zone-less on purpose
            "total": [Decimal("1.50"), Decimal("199.98"), Decimal(0)][number - 1],
            "lines": [1, 2, 0][number - 1],
            "dearest": [Decimal("0.50"), Decimal("99.99"), None][number - 1],
        }
        for shop in (1, 2)
        for number in (1, 2, 3)
    ],
    "lines": [
        {
            "shop_id": shop,
            "number": number,
            "line_no": line,
            "quantity": 3 if number == 1 else 1,
            "price": Decimal("0.50") if number == 1 else Decimal("99.99"),
            "weight": None if line == 1 else 2.5,
        }
        for shop in (1, 2)
        for number, line in ((1, 1), (2, 1), (2, 2))
    ],
}


@pytest.fixture
def rows(market: Schema) -> Frames:
    """Return rows that keep every constraint, in the schema's dtypes."""
    return {
        name: pl.DataFrame(_ROWS[name], schema={c.name: polars_dtype(c.type) for c in table.columns})
        for name, table in market.tables.items()
    }


_NATIVE = {"integer": "INTEGER", "decimal": "NUMERIC", "float": "REAL", "boolean": "BOOLEAN", "bytes": "BLOB"}


@pytest.fixture
def stored(tmp_path: Path, market: Schema) -> Iterator[Callable[[Frames], sa.Engine]]:
    """Return a function that puts frames into SQLite tables without any constraint."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'market.sqlite'}")

    def store(frames: Frames) -> sa.Engine:
        connection = sqlite3.connect(tmp_path / "market.sqlite")
        for name, table in market.tables.items():
            columns = ", ".join(f"{c.name} {_NATIVE.get(c.type.kind, 'TEXT')} {_collate(c)}" for c in table.columns)
            connection.execute(f"CREATE TABLE {name} ({columns})")
            frame = frames[name].select(c.name for c in table.columns)
            marks = ", ".join("?" * frame.width)
            texts = [[_stored(value) for value in row] for row in frame.iter_rows()]
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", texts)
        connection.commit()
        connection.close()
        return engine

    yield store
    engine.dispose()


def _collate(column: Column) -> str:
    return f"COLLATE {column.collation}" if column.collation else ""


def _stored(value: object) -> object:
    match value:
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            return value
