"""Single values as the databases take them: what the loaders do to whole columns, for rows that are few.

The usual kinds are spelled here, for speed; everything else goes through the loaders' own functions as a column of length one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite

import polars as pl

from fixturegen.databases.literals import literal
from fixturegen.databases.sqlite_storage import affinity, stored
from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Dialect

Convert = Callable[[object], object]
_PLAIN = frozenset({"integer", "float", "boolean", "text", "bytes", "enum", "url"})


def bound(column: Column, declared: str) -> Convert:
    """Return what makes the value that is bound for a column of SQLite.

    Args:
        column: The column.
        declared: Its type as the database declares it.

    >>> from fixturegen.schema import Type
    >>> bound(Column(name="day", type=Type(kind="date")), "DATE")(date(2024, 1, 31))
    '2024-01-31'
    """

    def whole(value: object) -> object:
        return stored(pl.Series(column.name, [value], dtype=polars_dtype(column.type)), column, declared)[0]

    def convert(value: object) -> object:
        if value is None or (column.type.kind in _PLAIN and isinstance(value, str | int | bytes)):
            return value
        if type(value) is Decimal and affinity(declared) != "TEXT" and column.type.scale:
            return float(value)
        if type(value) is date and column.type.kind == "date":
            return value.isoformat()
        if type(value) is datetime and column.type.kind == "datetime":
            return _moment(value)
        return whole(value)

    return convert


def spelled(column: Column, dialect: Dialect) -> Callable[[object], str]:
    """Return what spells a value of a column as a literal of PostgreSQL or MySQL.

    >>> from fixturegen.schema import Type
    >>> spelled(Column(name="name", type=Type(kind="text")), "postgresql")("it's")
    "'it''s'"
    """
    type_ = column.type
    suffix = "+00" if type_.zone and dialect == "postgresql" else ""
    special = "\\'\n\r\0\x1a" if dialect == "mysql" else "\r\0"

    names = ("FALSE", "TRUE") if dialect == "postgresql" else ("0", "1")

    def convert(value: object) -> str:  # noqa: PLR0911 - one a kind
        if value is None:
            return "NULL"
        kind = type_.kind
        if isinstance(value, str) and kind != "array" and not any(mark in value for mark in special):
            return "'" + value.replace("'", "''") + "'"
        if type(value) is int and kind == "integer":
            return str(value)
        if type(value) is bool and kind == "boolean":
            return names[value]
        if type(value) is Decimal and kind == "decimal" and value.is_finite():
            return f"{value:f}"
        if type(value) is date and kind == "date":
            return f"'{value.isoformat()}'"
        if type(value) is datetime and kind == "datetime":
            return f"'{_moment(value)}{suffix}'"
        if type(value) is float and kind == "float" and isfinite(value):
            return repr(value)
        return literal(value, type_, dialect)

    return convert


def _moment(value: datetime) -> str:
    naive = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(" ")
