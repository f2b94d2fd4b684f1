"""``min`` and ``max`` of a column: constants, the frozen clock, or columns of this row or a related one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Literal

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.conditions import type_at
from fixturegen.constraints.contract import Constraint, Flagged, Unverifiable, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.schema import AsOf, Bound, Column, Constant, Dialect, Path, Schema, Table, Type

_OWN, _BOUND = "\0value", "\0bound"


class _Bounds(Kind):
    """One side of a column's range, inclusive; NULL on either side passes."""

    side: Literal["low", "high"]

    def bound(self, column: Column) -> Bound | None:
        """Return the bound of this side, if the column has one."""
        return column.low if self.side == "low" else column.high

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every column with a bound on this side."""
        del schema
        for column in table.columns:
            if self.bound(column) is not None:
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value lies beyond the bound."""
        column = column_of(data.schema.tables[constraint.table], constraint.columns[0])
        bound, paths = self.bound(column), {_OWN: Path((), column.name)}
        own = pl.col(_OWN)
        if isinstance(bound, Path):
            other = type_at(data.schema, constraint.table, bound)
            paths[_BOUND] = bound
            own, limit = _instant(own, column.type, other), _instant(pl.col(_BOUND), other, column.type)
        else:
            limit = pl.lit(_constant(bound, column.type, data.schema.as_of))
        beyond = own < limit if self.side == "low" else own > limit
        return data.named(constraint.table, paths).filter(beyond)

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the comparison; related columns by a subquery over the parent's key."""
        column = column_of(schema.tables[constraint.table], constraint.columns[0])
        bound, moment = self.bound(column), False
        if isinstance(bound, Path):
            other = type_at(schema, constraint.table, bound)
            moment = "datetime" in {column.type.kind, other.kind}
            text = sql.value_at(schema, constraint.table, bound, dialect)
            limit = sql.operand(text, other, dialect, moment=moment)
        else:
            value = _constant(bound, column.type, schema.as_of)
            limit = sql.literal(value, dialect, zone=column.type.zone)
        own = sql.operand(sql.column(constraint.table, column.name, dialect), column.type, dialect, moment=moment)
        return Flagged(f"{own} {'<' if self.side == 'low' else '>'} {limit}")


@kind
class Least(_Bounds):
    """``min``."""

    name = "min"
    side = "low"


@kind
class Greatest(_Bounds):
    """``max``."""

    name = "max"
    side = "high"


def _constant(bound: Bound | None, type_: Type, as_of: date) -> object:
    """The bound as a value of the column's type; a date as the bound of a datetime is its first instant."""
    value: object = as_of if isinstance(bound, AsOf) else bound.value if isinstance(bound, Constant) else None
    if type_.kind == "datetime" and isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone, if any, comes next
    if type_.zone and isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _instant(value: pl.Expr, type_: Type, other: Type) -> pl.Expr:
    """One side of a comparison of columns, as what compares with the other side."""
    if type_.kind not in {"date", "datetime"} or other.kind not in {"date", "datetime"}:
        if type_.kind != other.kind and "text" in {type_.kind, other.kind}:
            message = f"{type_.kind} and {other.kind} do not compare"
            raise Unverifiable(message)
        return value
    if "datetime" not in {type_.kind, other.kind}:
        return value
    moment = value if type_.kind == "datetime" else value.cast(pl.Datetime("us"))
    return moment.dt.replace_time_zone("UTC") if other.zone and not type_.zone else moment
