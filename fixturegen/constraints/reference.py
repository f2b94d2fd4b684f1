"""References: the referring columns hold the target of some row, or a NULL among them (MATCH SIMPLE)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.contract import Constraint, Flagged
from fixturegen.constraints.data import Data, keys
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.schema import Dialect, Path, Reference, Schema, Table


@kind
class ForeignKey(Kind):
    """A reference, to another table or to its own, of one column or several."""

    name = "reference"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every reference of the table."""
        del schema
        for reference in table.references:
            name = reference.name or f"{table.name}_{'_'.join(reference.columns)}_fkey"
            yield Constraint(
                name=name,
                kind=self.name,
                table=table.name,
                columns=reference.columns,
                subject=reference,
                where=reference.where,
            )

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows without a NULL among the referring columns that find no parent."""
        reference = _reference(constraint)
        pairs = keys(data.schema, constraint.table, reference)
        names = [f"\0part {at}" for at in range(len(pairs))]
        children = data.named(constraint.table, {n: Path((), c) for n, c in zip(names, reference.columns, strict=True)})
        parents = data.named(reference.table, {n: Path((), c) for n, c in zip(names, reference.target, strict=True)})
        left = children.drop_nulls(names).with_columns(
            pair.child(pl.col(name)).alias(name) for name, pair in zip(names, pairs, strict=True)
        )
        right = parents.select(pair.parent(pl.col(name)).alias(name) for name, pair in zip(names, pairs, strict=True))
        return left.join(right, on=names, how="anti")

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return NOT EXISTS over the parent's key."""
        reference, alias = _reference(constraint), quoted("related 1", dialect)
        given = [f"{sql.column(constraint.table, name, dialect)} IS NOT NULL" for name in reference.columns]
        on = sql.joined(reference, quoted_table(constraint.table, dialect), alias, dialect)
        parent = sql.selected("1", f"{sql.own_rows(schema.tables[reference.table], dialect)} AS {alias}", on)
        return Flagged(sql.conjunction([*given, f"NOT EXISTS ({parent})"]))


def _reference(constraint: Constraint) -> Reference:
    assert isinstance(constraint.subject, Reference)
    return constraint.subject
