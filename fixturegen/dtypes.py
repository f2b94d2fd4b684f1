"""The Polars dtype of every type of the schema: one exact answer for every path."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from fixturegen.schema import Type

WIDEST_DECIMAL = 38
_TEXT = 40
"""Bytes of a text, where its type does not say that there are fewer."""
_VIEW = 16
"""Bytes of a text beside its characters."""

_FIXED: dict[str, pl.DataType] = {
    "boolean": pl.Boolean(),
    "text": pl.String(),
    "bytes": pl.Binary(),
    "date": pl.Date(),
    "time": pl.Time(),
    "interval": pl.Duration("us"),
    "uuid": pl.String(),
    "json": pl.String(),
    "ip": pl.String(),
    "mac": pl.String(),
    "url": pl.String(),
    "unknown": pl.String(),
}
_INTEGERS: dict[tuple[int, bool], pl.DataType] = {
    (8, True): pl.Int8(),
    (16, True): pl.Int16(),
    (24, True): pl.Int32(),
    (32, True): pl.Int32(),
    (64, True): pl.Int64(),
    (8, False): pl.UInt8(),
    (16, False): pl.UInt16(),
    (24, False): pl.UInt32(),
    (32, False): pl.UInt32(),
    (64, False): pl.UInt64(),
}


def polars_dtype(type_: Type) -> pl.DataType:
    """Return the dtype in which values of ``type_`` are held.

    Decimals stay decimals (38 digits where the type sets no limit), zoned datetimes are UTC, uuid, json and network
    types are text in their canonical spelling.

    >>> polars_dtype(Type(kind="decimal", precision=10, scale=2))
    Decimal(precision=10, scale=2)
    >>> polars_dtype(Type(kind="datetime", zone=True))
    Datetime(time_unit='us', time_zone='UTC')
    """
    maker = _MADE.get(type_.kind)
    return _FIXED[type_.kind] if maker is None else maker(type_)


def bytes_a_value(type_: Type) -> int:
    """Return about how many bytes a value of a type takes in a frame.

    >>> bytes_a_value(Type(kind="integer"))
    8
    """
    dtype = polars_dtype(type_)
    if isinstance(dtype, pl.Decimal):
        return 16
    if dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean:
        return 8
    if isinstance(dtype, pl.Enum | pl.Categorical):
        return 4
    return _VIEW + min(type_.length or _TEXT, _TEXT)


def _decimal(type_: Type) -> pl.DataType:
    return pl.Decimal(min(type_.precision or WIDEST_DECIMAL, WIDEST_DECIMAL), type_.scale)


_MADE: dict[str, Callable[[Type], pl.DataType]] = {
    "integer": lambda type_: _INTEGERS[type_.bits, type_.signed],
    "decimal": _decimal,
    "float": lambda type_: pl.Float32() if type_.bits == 32 else pl.Float64(),
    "datetime": lambda type_: pl.Datetime("us", "UTC" if type_.zone else None),
    "enum": lambda type_: pl.Enum(type_.labels),
    "array": lambda type_: pl.List(polars_dtype(type_.element or Type(kind="text"))),
}


def type_of_dtype(dtype: pl.DataType) -> Type:
    """Return the type whose lattice holds every value of an ordered dtype: exact to the microsecond and the last digit.

    Raises:
        TypeError: If the dtype is not ordered.

    >>> type_of_dtype(pl.Decimal(10, 2)).scale
    2
    """
    if isinstance(dtype, pl.Decimal):
        return Type(kind="decimal", precision=dtype.precision, scale=dtype.scale)
    if isinstance(dtype, pl.Datetime):
        return Type(kind="datetime", zone=dtype.time_zone is not None, precision=6)
    if dtype.is_integer():
        return Type(kind="integer")
    for kind in ("date", "time", "interval", "boolean"):
        if dtype == _FIXED[kind]:
            return Type(kind=kind, precision=6)
    if dtype.is_float():
        return Type(kind="float")
    message = f"{dtype} is not ordered"
    raise TypeError(message)
