"""``choices``: the only values that a column may take."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Dialect, Schema, Table


@kind
class Choices(Kind):
    """A column takes one of the declared values; NULL passes, and so does a value of weight 0."""

    name = "choices"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every column with choices."""
        del schema
        for column in table.columns:
            if column.choices:
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value is none of the choices."""
        (name,) = constraint.columns
        column = column_of(data.schema.tables[constraint.table], name)
        allowed = pl.Series([choice.value for choice in column.choices], dtype=polars_dtype(column.type), strict=False)
        return data.rows(constraint.table, name).filter(~pl.col(name).is_in(allowed.implode()))

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return ``column NOT IN (...)``."""
        (name,) = constraint.columns
        column = column_of(schema.tables[constraint.table], name)
        allowed = ", ".join(sql.literal(choice.value, dialect, zone=column.type.zone) for choice in column.choices)
        own = sql.operand(sql.column(constraint.table, name, dialect), column.type, dialect)
        return Flagged(f"{own} NOT IN ({allowed})")
