"""Schemas and frames of every type for tests of verification, and what a report names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Dialect, Schema, Table, Type
from fixturegen.verification import Report

INTEGER, TEXT = Type(kind="integer"), Type(kind="text")
TYPES = {
    "i16": Type(kind="integer", bits=16),
    "u64": Type(kind="integer", bits=64, signed=False),
    "price": Type(kind="decimal", precision=10, scale=2),
    "wide": Type(kind="decimal", precision=30, scale=2),
    "f": Type(kind="float"),
    "yes": Type(kind="boolean"),
    "name": Type(kind="text", length=5),
    "raw": Type(kind="bytes"),
    "day": Type(kind="date"),
    "clock": Type(kind="time"),
    "at": Type(kind="datetime"),
    "instant": Type(kind="datetime", zone=True),
    "span": Type(kind="interval"),
    "token": Type(kind="uuid"),
    "doc": Type(kind="json"),
    "mood": Type(kind="enum", labels=("calm", "busy")),
    "tags": Type(kind="array", element=TEXT),
    "address": Type(kind="ip"),
}
VALUES: Mapping[str, object] = {
    "i16": -32768,
    "u64": 2**64 - 1,
    "price": Decimal("-99999999.99"),
    "wide": Decimal("1234567890123456789012345678.99"),
    "f": 0.1,
    "yes": True,
    "name": "007",
    "raw": b"\0\xff",
    "day": date(1, 1, 1),
    "clock": time(23, 59, 59, 999_999),
    "at": datetime(9999, 12, 31, 23, 59, 59, 999_999),  # noqa: DTZ001 - zone-less on purpose
    "instant": datetime(2026, 1, 1, tzinfo=UTC),
    "span": timedelta(days=-3, microseconds=1),
    "token": "00000000-0000-4000-8000-000000000001",
    "doc": '{"a": null}',
    "mood": "busy",
    "tags": ["a", None, ""],
    "address": "2001:db8::1",
}


def schema_of(*tables: Table, dialect: Dialect = "sqlite") -> Schema:
    return Schema(tables={table.name: table for table in tables}, dialect=dialect)


def typed(nullable: bool = True) -> Schema:
    columns = tuple(Column(name=name, type=type_, nullable=nullable) for name, type_ in TYPES.items())
    return schema_of(Table(name="t", columns=columns))


def frame_of(schema: Schema, *rows: Mapping[str, object]) -> pl.DataFrame:
    table = schema.tables["t"]
    return pl.DataFrame(rows, schema={column.name: polars_dtype(column.type) for column in table.columns})


def names(report: Report) -> list[str]:
    return [violation.constraint.name for violation in report.violations]


def one() -> Schema:
    return schema_of(Table(name="t", columns=(Column(name="a", type=INTEGER),)))
