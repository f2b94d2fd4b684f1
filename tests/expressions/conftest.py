"""Rows of one shape in the three engines, and what each says an expression is for every row."""

# ruff: noqa: DTZ001 - zone-less moments are what is tested

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from servers import connection_to

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Type

TYPES: dict[str, Type] = {
    "i": Type(kind="integer", bits=32),
    "j": Type(kind="integer", bits=32),
    "p": Type(kind="decimal", precision=10, scale=2),
    "r": Type(kind="decimal", precision=12, scale=4),
    "s": Type(kind="text", length=20),
    "t": Type(kind="text", length=20),
    "b": Type(kind="boolean"),
    "d": Type(kind="date"),
    "e": Type(kind="date"),
    "m": Type(kind="datetime"),
}
ROWS: list[tuple[Any, ...]] = [
    (1, 2, Decimal("1.50"), Decimal("0.1250"), "abc", "ABC", True, date(2024, 1, 31), date(2024, 2, 29), datetime(2024, 1, 31, 10)),
    (-7, 2, Decimal("-3.33"), Decimal("3.3300"), "", "x%y", False, date(2023, 12, 31), date(2024, 1, 1), datetime(2023, 12, 31, 23, 59, 59)),
    (0, 0, Decimal("0.00"), Decimal("0.0000"), " pad ", "a_c", True, date(2000, 2, 29), date(2000, 2, 29), datetime(2000, 2, 29)),
    (None, 3, Decimal("10.00"), None, "x-1@y.de", None, None, None, date(2024, 6, 15), None),
    (100, None, None, Decimal("99.9999"), None, "abc", False, date(2024, 6, 15), None, datetime(2024, 6, 15, 0, 0, 1)),
    (7, -2, Decimal("7.00"), Decimal("2.0000"), "123", "1", True, date(1999, 12, 31), date(2031, 1, 1), datetime(2031, 1, 1)),
    (None,) * 10,
]  # fmt: skip
_POSTGRESQL = [
    "int",
    "int",
    "numeric(10,2)",
    "numeric(12,4)",
    "varchar(20)",
    "varchar(20)",
    "boolean",
    "date",
    "date",
    "timestamp",
]


def frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema={name: polars_dtype(type_) for name, type_ in TYPES.items()}, orient="row")


def _quoted(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case datetime():
            return f"'{value:%Y-%m-%d %H:%M:%S}'"
        case date() | time():
            return f"'{value.isoformat()}'"
        case _:
            text = str(value).replace("'", "''")
            return f"'{text}'"


class Engine:
    """One engine: ``answers`` gives the expression's value for every row, or raises the driver's error."""

    def __init__(self, connection: Any, source: str) -> None:
        self.connection, self.source = connection, source

    def answers(self, sql: str) -> list[Any]:
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(f"SELECT ({sql}) FROM {self.source} ORDER BY n".replace("%", "%%" if self.doubled else "%"))
            return [row[0] for row in cursor.fetchall()]

    doubled = False


def sqlite() -> Engine:
    connection = sqlite3.connect(":memory:")
    columns = "n INTEGER, i INTEGER, j INTEGER, p NUMERIC(10,2), r NUMERIC(12,4), s VARCHAR(20), t VARCHAR(20), b BOOLEAN, d DATE, e DATE, m TIMESTAMP"
    connection.execute(f"CREATE TABLE rows ({columns})")
    for number, row in enumerate(ROWS):
        connection.execute(f"INSERT INTO rows VALUES ({number}, {', '.join(map(_quoted, row))})")
    return Engine(connection, "rows")


def postgresql() -> Engine | None:
    connection = connection_to("FIXTUREGEN_TEST_POSTGRESQL")
    if connection is None:
        return None
    rows = [
        f"({number}, {', '.join(f'{_quoted(v)}::{t}' for v, t in zip(row, _POSTGRESQL, strict=True))})"
        for number, row in enumerate(ROWS)
    ]
    return Engine(connection, f"(VALUES {', '.join(rows)}) AS rows (n, {', '.join(TYPES)})")


def mysql() -> Engine | None:
    connection = connection_to("FIXTUREGEN_TEST_MARIADB")
    if connection is None:
        return None
    kinds = [
        "SIGNED",
        "SIGNED",
        "DECIMAL(10,2)",
        "DECIMAL(12,4)",
        "CHAR(20)",
        "CHAR(20)",
        "SIGNED",
        "DATE",
        "DATE",
        "DATETIME",
    ]
    rows = [
        f"SELECT {number} AS n, "
        + ", ".join(f"CAST({_quoted(v)} AS {k}) AS {name}" for v, k, name in zip(row, kinds, TYPES, strict=True))
        for number, row in enumerate(ROWS)
    ]
    return Engine(connection, f"({' UNION ALL '.join(rows)}) AS engine_rows")


def normal(values: Iterator[Any] | list[Any]) -> list[Any]:
    """Bring what drivers return to one form: truth as 0 and 1, whole decimals as integers, moments as text."""
    return [_normal(value) for value in values]


def _normal(value: Any) -> Any:
    match value:
        case bool():
            return int(value)
        case float() | Decimal():
            exact = Decimal(str(value)).normalize()
            return int(exact) if exact == exact.to_integral_value() else exact
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case date():
            return value.isoformat()
        case bytes():
            return value.decode()
        case _:
            return value


@pytest.fixture(scope="session")
def engines() -> Iterator[SimpleNamespace]:
    found = {"sqlite": sqlite(), "postgresql": postgresql(), "mysql": mysql()}
    yield SimpleNamespace(types=TYPES, frame=frame(), normal=normal, **found)
    for engine in found.values():
        if engine is not None:
            engine.connection.close()
