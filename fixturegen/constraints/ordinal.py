"""Ordinals: a column that numbers the rows of one parent, from 1, without gaps."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of, reference_of
from fixturegen.schema import Dialect, Path, Schema, Table

_OWN = "\0value"


@kind
class Ordinal(Kind):
    """Among the n rows that refer to one parent the column holds 1 to n, each once; rows without a parent are free."""

    name = "ordinal"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every ordinal column."""
        del schema
        for column in table.columns:
            if column.ordinal is not None:
                yield of_column(self.name, table, column)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose number is beyond the number of siblings, below 1, or an earlier sibling's."""
        reference = self._parent(constraint, data.schema)
        parts = [f"\0part {at}" for at in range(len(reference))]
        paths = {part: Path((), column) for part, column in zip(parts, reference, strict=True)}
        rows = data.named(constraint.table, {_OWN: Path((), constraint.columns[0]), **paths}).drop_nulls(parts)
        beyond = (pl.col(_OWN) < 1) | (pl.col(_OWN) > pl.len().over(parts))
        return rows.filter(beyond | ~pl.struct(_OWN, *parts).is_first_distinct())

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the same by windows over the parent's rows."""
        (name,), table = constraint.columns, constraint.table
        parts = [sql.column(table, column, dialect) for column in self._parent(constraint, schema)]
        own, within = sql.column(table, name, dialect), ", ".join(parts)
        order = sql.key_order(schema.tables[table], dialect)
        given = sql.conjunction(f"{part} IS NOT NULL" for part in parts)
        siblings = f"count(*) OVER (PARTITION BY {within})"
        repeated = f"row_number() OVER (PARTITION BY {within}, {own}{f' ORDER BY {order}' if order else ''})"
        return Flagged(f"({given}) AND ({own} < 1 OR {own} > {siblings} OR {repeated} > 1)")

    def _parent(self, constraint: Constraint, schema: Schema) -> tuple[str, ...]:
        table = schema.tables[constraint.table]
        ordinal = column_of(table, constraint.columns[0]).ordinal
        assert ordinal is not None
        return reference_of(table, ordinal).columns
