"""Numbers rounded to what a column holds, half away from zero, as ROUND of a database does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.schema import Dialect, Type

Values = TypeVar("Values", pl.Series, pl.Expr)


def digits_held(type_: Type) -> int | None:
    """Return how many digits after the point a type holds; None for what is no exact number.

    >>> digits_held(Type(kind="decimal", precision=14, scale=2)), digits_held(Type(kind="integer"))
    (2, 0)
    >>> digits_held(Type(kind="float")) is None
    True
    """
    return {"integer": 0, "decimal": type_.scale}.get(type_.kind)


def rounded(values: Values, dtype: pl.DataType, digits: int | None) -> Values:
    """Return numbers rounded to so many digits after the point, in the dtype that they have; others as they are.

    Args:
        values: The numbers.
        dtype: What they are.
        digits: Digits after the point to keep; None for all.

    >>> from decimal import Decimal
    >>> values = pl.Series([Decimal("1.005"), Decimal("-1.005"), Decimal("1.004")])
    >>> [str(value) for value in rounded(values, values.dtype, 2)]
    ['1.010', '-1.010', '1.000']
    """
    if digits is None or not (dtype.is_float() or (isinstance(dtype, pl.Decimal) and dtype.scale > digits)):
        return values
    return values.round(digits, mode="half_away_from_zero")


def dtype_of(sql: str, dialect: Dialect, types: Mapping[str, Type]) -> pl.DataType:
    """Return the dtype of an expression over columns of these types.

    Raises:
        SchemaError: It holds something that only the database can judge.

    >>> dtype_of("a * 0.5", "sqlite", {"a": Type(kind="decimal", precision=8, scale=2)})
    Decimal(precision=38, scale=3)
    """
    value = polars_expression(sql, dialect, types, date(2026, 1, 1)).alias("value")
    frame = pl.LazyFrame(schema={name: polars_dtype(type_) for name, type_ in types.items()})
    return frame.select(value).collect_schema()["value"]
