"""Whether a stored total is what its children give: the exact total, rounded once to the digits that its column holds."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
from sqlglot import exp

from fixturegen.constraints.conditions import mentioned_paths, type_at
from fixturegen.constraints.contract import Unverifiable
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rounding import digits_held, dtype_of, rounded
from fixturegen.schema import Aggregate, Dialect, Schema, Type

_WAVERS = 1e-9
"""Sums of floats depend on their order: they may differ by this share."""
_DOUBLES = 1e-12
"""Sums of decimals in doubles may differ by this share."""
_QUOTIENTS = Decimal("0.01")
"""Databases cut quotients at different digits: sums of them may differ by this share of the last digit that a column holds."""


def value_type(schema: Schema, aggregate: Aggregate) -> tuple[pl.DataType | None, bool]:
    """Return what is aggregated, a decimal with its digits, None if unknown; and whether it holds a quotient with a fraction."""
    if not aggregate.expression:
        return pl.Int64(), False
    try:
        paths = mentioned_paths(schema, aggregate.table, aggregate.expression, schema.dialect)
        types = {name: type_at(schema, aggregate.table, path) for name, path in paths.items()}
        dtype = dtype_of(aggregate.expression, schema.dialect, types)
    except (Unverifiable, SchemaError, pl.exceptions.PolarsError, RecursionError, OverflowError):
        return None, False
    fraction = dtype.is_float() or isinstance(dtype, pl.Decimal)
    return dtype, fraction and parsed(aggregate.expression, schema.dialect).find(exp.Div) is not None


def differs(own: pl.Expr, taken: pl.Expr, dtype: pl.DataType, type_: Type) -> pl.Expr:
    """Return whether a stored total differs from what the children give.

    Args:
        own: The stored total.
        taken: What the children give, exactly.
        dtype: The dtype of that.
        type_: The total's type.

    >>> frame = pl.DataFrame({"own": ["1.00", "1.01"]}).select(
    ...     pl.col("own").cast(pl.Decimal(14, 2)), taken=pl.lit("1.005").cast(pl.Decimal(38, 3))
    ... )
    >>> type_ = Type(kind="decimal", precision=14, scale=2)
    >>> frame.select(differs(pl.col("own"), pl.col("taken"), pl.Decimal(38, 3), type_)).to_series().to_list()
    [True, False]
    """
    digits, other = digits_held(type_), own.ne_missing(taken)
    if type_.kind == "float" or (digits is not None and dtype.is_float()):
        half = 0 if digits is None else float(_half(digits))
        near = (own - taken).abs() <= pl.max_horizontal(own.abs(), taken.abs()) * _WAVERS + half
        return other & ~near.fill_null(value=False)
    held = own.ne_missing(rounded(taken, dtype, digits))
    return held & other if _unlimited(type_) else held


def sql_differs(own: str, taken: str, type_: Type, value: tuple[pl.DataType | None, bool], dialect: Dialect) -> str:
    """Return the condition that a stored total differs from what the children give.

    Args:
        own: The stored total in SQL.
        taken: What the children give.
        type_: The total's type.
        value: What is aggregated, as ``value_type`` says.
        dialect: The database's.

    >>> sql_differs("a", "b", Type(kind="decimal", precision=14, scale=2), (pl.Decimal(38, 4), False), "postgresql")
    'a IS DISTINCT FROM round(b, 2)'
    """
    digits, (dtype, divided) = digits_held(type_), value
    if digits is not None and dtype is not None and (divided or dtype.is_float()):
        slack = _QUOTIENTS.scaleb(-digits) if divided else Decimal(0)
        return _far(own, taken, f"{_half(digits) + slack:f} + abs({taken}) * {_WAVERS}")
    finer = digits is not None and isinstance(dtype, pl.Decimal) and dtype.scale > digits
    if dialect == "sqlite" and finer:
        assert digits is not None
        assert isinstance(dtype, pl.Decimal)
        return _sqlite_rounded(own, taken, digits, dtype.scale)
    if dialect == "sqlite" and type_.kind in {"decimal", "float"}:
        # SQLite sums doubles: equal but for the last bits.
        return _far(own, taken, f"max(abs({own} + 0), abs({taken})) * {_WAVERS}")
    other = _other(own, taken, dialect)
    if not finer:
        return other
    held = _other(own, f"round({taken}, {digits})", dialect)
    return f"({held}) AND ({other})" if _unlimited(type_) else held


def _half(digits: int) -> Decimal:
    """Half of the last digit."""
    return Decimal(5).scaleb(-digits - 1)


def _unlimited(type_: Type) -> bool:
    """Whether a database may hold all digits, though fewer are made."""
    return type_.kind == "decimal" and type_.precision is None


def _far(own: str, taken: str, most: str) -> str:
    return f"({own} IS NULL) <> ({taken} IS NULL) OR abs({own} + 0 - {taken}) > {most}"


def _sqlite_rounded(own: str, taken: str, digits: int, scale: int) -> str:
    """Doubles: a sum is within half a digit of its own of the exact one, so that a sum half way is known, and goes away from 0."""
    off, wavers = f"(CASE WHEN {taken} < 0 THEN -1 ELSE 1 END) * ({own} + 0 - {taken})", f"abs({taken}) * {_DOUBLES}"
    half, own_half = _half(digits), _half(scale)
    low, high = f"{own_half - half:f} - {wavers}", f"{own_half + half:f} + {wavers}"
    return f"({own} IS NULL) <> ({taken} IS NULL) OR {off} < {low} OR {off} > {high}"


def _other(own: str, taken: str, dialect: Dialect) -> str:
    match dialect:
        case "sqlite":
            return f"{own} IS NOT {taken}"
        case "postgresql":
            return f"{own} IS DISTINCT FROM {taken}"
        case _:
            return f"NOT ({own} <=> {taken})"
