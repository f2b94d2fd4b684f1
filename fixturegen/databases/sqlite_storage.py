"""How SQLite holds each type: what a declared column type makes of a value decides what is bound.

SQLite knows integers, floats, texts and blobs. Dates and times are ISO text (``2024-01-31 12:00:00``, UTC without a zone where
they name an instant, six digits of a fraction where there is one: the form of Python's own adapters). A decimal is an
integer where it has no scale and fits 64 bits, else a float: a column of numeric affinity would make that of it in any
case, exact to 15 digits; only a column of text affinity keeps its digits as text. Intervals are the moment that long after
1970, as SQLAlchemy stores them; arrays and json are JSON text; a uuid is text of 36 characters, of 32 in a column declared with
that length, 16 bytes in one declared as BLOB or BINARY.
"""

from __future__ import annotations

import polars as pl

from fixturegen.databases import texts
from fixturegen.errors import InputError
from fixturegen.schema import Column, Type

_BEYOND = 2**63
"""The first integer that 64 bits with a sign cannot hold."""


def stored(series: pl.Series, column: Column, declared: str) -> pl.Series:
    """Return what is bound for a column's values: integers, floats, booleans, texts or bytes.

    Args:
        series: The values.
        column: Their column.
        declared: The column's type as the database declares it; empty where it has none.

    Raises:
        InputError: For NaN, which SQLite would store as NULL.

    >>> from decimal import Decimal
    >>> price = Column(name="price", type=Type(kind="decimal", precision=10, scale=2))
    >>> stored(pl.Series([Decimal("1.50")]), price, "DECIMAL(10,2)").to_list()
    [1.5]
    """
    match column.type.kind:
        case "decimal":
            return _decimal(series, column.type, declared)
        case "float" if series.is_nan().any():
            message = "holds NaN, which SQLite would store as NULL"
            raise InputError(message, where=column.name)
        case "uuid":
            return _uuid(series, declared)
        case _:
            return _by_dtype(series)


def affinity(declared: str) -> str:
    """Return the affinity of a declared type, by SQLite's five rules (https://sqlite.org/datatype3.html#determination_of_column_affinity).

    >>> [affinity(name) for name in ("BIGINT", "varchar(9)", "", "DOUBLE", "DECIMAL(9,2)")]
    ['INTEGER', 'TEXT', 'BLOB', 'REAL', 'NUMERIC']
    """
    name = declared.upper()
    rules = (
        ("INTEGER", ("INT",)),
        ("TEXT", ("CHAR", "CLOB", "TEXT")),
        ("BLOB", ("BLOB",)),
        ("REAL", ("REAL", "FLOA", "DOUB")),
    )
    if not name:
        return "BLOB"
    return next((kind for kind, parts in rules if any(part in name for part in parts)), "NUMERIC")


def _decimal(series: pl.Series, type_: Type, declared: str) -> pl.Series:
    if affinity(declared) == "TEXT":
        return series.cast(pl.String)
    largest = series.abs().max()
    whole = type_.scale == 0 and (largest is None or int(str(largest)) < _BEYOND)
    return series.cast(pl.Int64 if whole else pl.Float64)


def _uuid(series: pl.Series, declared: str) -> pl.Series:
    name = declared.upper()
    bare = series.str.replace_all("-", "", literal=True)
    if "BLOB" in name or "BINARY" in name:
        return bare.str.decode("hex")
    return bare if "(32)" in name else series


def _by_dtype(series: pl.Series) -> pl.Series:  # noqa: PLR0911 (one a dtype)
    match series.dtype:
        case pl.Date():
            return series.dt.to_string("%Y-%m-%d")
        case pl.Datetime():
            return texts.datetime_text(series)
        case pl.Time():
            return texts.time_text(series)
        case pl.Duration():
            return texts.moment_text(series)
        case pl.List():
            return texts.array_text(series)
        case pl.Enum() | pl.Categorical():
            return series.cast(pl.String)
        case _:
            return series
