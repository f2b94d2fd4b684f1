"""NOT NULL: declared, or because the column is part of the primary key."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data
from fixturegen.schema import Dialect, Schema, Table


@kind
class NotNull(Kind):
    """A column holds a value in every row."""

    name = "not_null"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every column that may not be NULL; columns that the database computes are its own affair."""
        del schema
        key = table.primary_key.columns if table.primary_key else ()
        for column in table.columns:
            if column.generated is None and (not column.nullable or column.name in key):
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value is null as given: one that merely does not fit its type is no NULL."""
        (column,) = constraint.columns
        null = pl.col(column).is_null() & ~data.misfit(constraint.table, column)
        return data.source(constraint.table, column).filter(null)

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return ``column IS NULL``."""
        del schema
        return Flagged(f"{sql.column(constraint.table, constraint.columns[0], dialect)} IS NULL")
