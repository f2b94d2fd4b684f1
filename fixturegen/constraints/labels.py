"""Enum labels: the only values of an enum column."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of
from fixturegen.schema import Dialect, Schema, Table


@kind
class Labels(Kind):
    """An enum column holds one of the labels, or NULL."""

    name = "enum"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every enum column."""
        del schema
        for column in table.columns:
            if column.type.kind == "enum":
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose text is no label: those that do not fit the dtype."""
        (name,) = constraint.columns
        return data.source(constraint.table, name).filter(data.misfit(constraint.table, name, self.name))

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return ``column NOT IN (labels)``, as text."""
        (name,) = constraint.columns
        labels = column_of(schema.tables[constraint.table], name).type.labels
        own = sql.text(sql.column(constraint.table, name, dialect), dialect)
        return Flagged(f"{own} NOT IN ({', '.join(sql.literal(label, dialect) for label in labels)})")
