"""Frames as they are given, brought to the dtypes of the schema: what does not fit is flagged, never lost or bent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from fixturegen.constraints.contract import ROW
from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Table, Type

Step = Callable[[pl.Expr], pl.Expr]
"""Values as they are -> values of another dtype, null where one does not fit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column that was read as text becomes values: an integer or decimal of any width, a moment, ...

    Attributes:
        step: The texts' values, null where a text is none.
        dtype: Dtype of those values; it need not be the column's own yet.
    """

    step: Step
    dtype: pl.DataType


_TEXTS = frozenset({"text", "uuid", "json", "enum", "ip", "mac", "url", "unknown"})


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of one table, ready to be checked.

    Attributes:
        frame: ``ROW``, the columns by name in the schema's dtypes (null where a value does not fit), and the flags.
        flags: By column and by the kind of constraint that is broken (``type``, ``precision``, ``enum``): the name of the
            flag that is true where the value does not fit; absent where every value does.
        missing: Columns that the schema names and the data lacks.
        surplus: Columns that the data has and the schema does not name.
    """

    frame: pl.LazyFrame
    flags: Mapping[str, Mapping[str, str]]
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()


def given(table: Table, frame: pl.LazyFrame, readings: Mapping[str, Reading] | None = None) -> Given:
    """Return the frame in the schema's dtypes.

    Args:
        table: The table that it holds.
        frame: The rows, in any dtypes.
        readings: How to read columns that hold texts in place of values, such as those of a CSV file.
    """
    dtypes = frame.collect_schema()
    chosen: list[pl.Expr] = [pl.col(ROW)]
    flags: dict[str, Mapping[str, str]] = {}
    for column in table.columns:
        if column.name in dtypes:
            reading = (readings or {}).get(column.name)
            value, raised = _fitted(column, dtypes[column.name], reading)
            flags[column.name] = {kind: _flag(kind, column.name) for kind in raised}
            chosen.append(value.alias(column.name))
            chosen.extend(flag.alias(_flag(kind, column.name)) for kind, flag in raised.items())
    names = {column.name for column in table.columns}
    return Given(
        frame=frame.with_row_index(ROW).select(chosen),
        flags=flags,
        missing=tuple(column.name for column in table.columns if column.name not in dtypes and not _computed(column)),
        surplus=tuple(name for name in dtypes if name not in names),
    )


def _flag(kind: str, column: str) -> str:
    return f"\0{kind} {column}"


def _fitted(column: Column, dtype: pl.DataType, reading: Reading | None) -> tuple[pl.Expr, dict[str, pl.Expr]]:
    """The column's values in its own dtype, and by kind the flag of those that do not fit."""
    value, flags = pl.col(column.name), {}
    if reading is not None:
        text, value, dtype = value, reading.step(value), reading.dtype
        flags["type"] = value.is_null() & text.is_not_null()
    kind, step = _step(dtype, column.type)
    if step is not None:
        before, value = value, step(value)
        misfit = value.is_null() & before.is_not_null()
        flags[kind] = flags[kind] | misfit if kind in flags else misfit
    return value, flags


def _computed(column: Column) -> bool:
    return column.generated is not None


def _step(dtype: pl.DataType, type_: Type) -> tuple[str, Step | None]:
    """How a dtype becomes that of the type, and the kind of constraint that a misfit breaks; None where it is the same."""
    if dtype == polars_dtype(type_):
        return "type", None
    if not _admissible(dtype, type_):
        return "type", lambda value: _nothing(value, type_)
    if type_.kind == "enum":
        return "enum", lambda value: _label(value, type_)
    return "precision" if type_.kind in {"integer", "decimal"} else "type", lambda value: _cast(value, type_)


def _is_text(dtype: pl.DataType) -> bool:
    return dtype in (pl.String, pl.Null) or isinstance(dtype, pl.Categorical | pl.Enum)


def _admissible(dtype: pl.DataType, type_: Type) -> bool:
    """Whether values of the dtype can be values of the type at all; a number that is no float may be any number."""
    if dtype == pl.Null or dtype == polars_dtype(type_):
        return True
    if type_.kind in _TEXTS:
        return _is_text(dtype)
    inner = getattr(dtype, "inner", None)
    tests = {
        "integer": dtype.is_integer() or (isinstance(dtype, pl.Decimal) and dtype.scale == 0),
        "decimal": dtype.is_integer() or dtype.is_decimal(),
        "float": dtype.is_integer() or dtype.is_float(),
        "datetime": isinstance(dtype, pl.Datetime) and (dtype.time_zone is not None) == type_.zone,
        "interval": isinstance(dtype, pl.Duration),
        "array": isinstance(inner, pl.DataType) and _admissible(inner, type_.element or Type(kind="text")),
    }
    return tests.get(type_.kind, False)


def _cast(value: pl.Expr, type_: Type) -> pl.Expr:
    """Cast, and null where the way back does not give the same value (a digit or a microsecond was lost)."""
    dtype = polars_dtype(type_)
    value = value.dt.convert_time_zone("UTC") if type_.kind == "datetime" and type_.zone else value
    cast = value.cast(dtype, strict=False)
    if type_.kind in {"decimal", "datetime", "interval"}:
        return pl.when(cast == value).then(cast)
    return cast


def _label(value: pl.Expr, type_: Type) -> pl.Expr:
    return value.cast(pl.String).cast(pl.Enum(type_.labels), strict=False)


def _nothing(value: pl.Expr, type_: Type) -> pl.Expr:
    """No value of this dtype is one of the type."""
    del value
    return pl.lit(None, dtype=polars_dtype(type_))
