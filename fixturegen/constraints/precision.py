"""Precision: the width of an integer, the digits of a decimal, the fractional seconds of a moment."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.schema import Column, Dialect, Schema, Table, Type

_FINEST = 6


@kind
class Precision(Kind):
    """A value needs no more digits than its type has."""

    name = "precision"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every integer and decimal column, and for every moment of less than microseconds."""
        del schema
        for column in table.columns:
            if column.type.kind in {"integer", "decimal"} or _coarse(column):
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose number does not fit its dtype, or whose moment is finer than its type."""
        (name,) = constraint.columns
        column = column_of(data.schema.tables[constraint.table], name)
        if not _coarse(column):
            return data.source(constraint.table, name).filter(data.misfit(constraint.table, name, self.name))
        return data.rows(constraint.table, name).filter(
            _microseconds(pl.col(name), column.type) % _grain(column.type) != 0
        )

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the comparison with the greatest value, or with the rounded one."""
        (name,) = constraint.columns
        type_ = column_of(schema.tables[constraint.table], name).type
        if sql.held_by_type(type_, dialect):
            return Flagged("1 = 0")
        own = sql.column(constraint.table, name, dialect)
        if type_.kind == "integer":
            return Flagged(_number(own, f"{own} NOT BETWEEN {_least(type_)} AND {_greatest(type_)}", dialect))
        if type_.kind == "decimal":
            return Flagged(_digits(own, type_, dialect))
        return Flagged(_fraction(own, type_, dialect))


def _coarse(column: Column) -> bool:
    precision = column.type.precision
    return column.type.kind in {"datetime", "time", "interval"} and precision is not None and precision < _FINEST


def _grain(type_: Type) -> int:
    return (1_000_000, 100_000, 10_000, 1_000, 100, 10)[type_.precision or 0]


def _microseconds(value: pl.Expr, type_: Type) -> pl.Expr:
    physical = value.to_physical()
    return physical // 1000 if type_.kind == "time" else physical


def _least(type_: Type) -> int:
    return -(1 << (type_.bits - 1)) if type_.signed else 0


def _greatest(type_: Type) -> int:
    return (1 << (type_.bits - 1 if type_.signed else type_.bits)) - 1


def _number(own: str, condition: str, dialect: Dialect) -> str:
    """The condition on numbers only: that a text is no number is for ``type`` to say."""
    return f"typeof({own}) IN ('integer', 'real') AND ({condition})" if dialect == "sqlite" else condition


def _digits(own: str, type_: Type, dialect: Dialect) -> str:
    """Beyond the greatest value, or not its own rounding; SQLite keeps decimals as doubles, whose last bit may waver."""
    value = sql.operand(own, type_, dialect)
    rounded = f"round({value}, {type_.scale})"
    wavers = f"abs({value}) * 1e-15" if dialect == "sqlite" else "0"
    finer = f"abs({rounded} - {value}) > {wavers}"
    if type_.precision is None:
        return finer
    return f"{finer} OR abs({value}) >= {10 ** (type_.precision - type_.scale)}"


def _fraction(own: str, type_: Type, dialect: Dialect) -> str:
    digits = type_.precision or 0
    match dialect:
        case "sqlite":
            tail = f"substr({own}, instr({own}, '.') + {digits + 1})"
            return f"instr({own}, '.') > 0 AND rtrim(replace({tail}, 'Z', ''), '0') <> ''"
        case "postgresql":
            return f"(extract(microseconds FROM {own})::bigint % {_grain(type_)}) <> 0"
        case _:
            return f"(microsecond({own}) % {_grain(type_)}) <> 0"
