"""Exclusion constraints of PostgreSQL: no two rows for which every operator holds."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from sqlglot import exp

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.conditions import truth_of
from fixturegen.constraints.contract import ROW, Constraint, Flagged, Unverifiable
from fixturegen.constraints.data import Data, column_of
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import parsed, rendered
from fixturegen.schema import Dialect, Exclusion, Schema, Table


@kind
class Exclusions(Kind):
    """An exclusion constraint; where all operators are ``=`` over plain columns it is a unique in disguise."""

    name = "exclusion"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every exclusion constraint of the table."""
        del schema
        for exclusion in table.exclusions:
            name = exclusion.name or f"{table.name}_{'_'.join(exclusion.columns)}_excl"
            yield Constraint(
                name=name,
                kind=self.name,
                table=table.name,
                columns=exclusion.columns,
                subject=exclusion,
                where=exclusion.where,
            )

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows that equal an earlier one; operators other than ``=`` are for the database to judge."""
        exclusion, table = _exclusion(constraint), data.schema.tables[constraint.table]
        plain = {column.name for column in table.columns}
        if set(exclusion.operators) != {"="} or not plain.issuperset(exclusion.expressions):
            message = "only the database knows its operators"
            raise Unverifiable(message)
        rows = data.rows(table.name, *exclusion.expressions).drop_nulls(list(exclusion.expressions))
        if exclusion.predicate is not None:
            frame, holds = truth_of(data, table.name, exclusion.predicate, "postgresql")
            rows = rows.join(frame.filter(holds).select(ROW), on=ROW, how="semi").sort(ROW)
        return rows.filter(~pl.struct(exclusion.expressions).is_first_distinct())

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return EXISTS over the other rows of the table; a pair that collides counts once."""
        if dialect != "postgresql":
            message = "only PostgreSQL has exclusion constraints"
            raise Unverifiable(message)
        exclusion, table = _exclusion(constraint), schema.tables[constraint.table]
        here, there = quoted_table(table.name, dialect), quoted("other", dialect)
        pairs = zip(exclusion.expressions, exclusion.operators, strict=True)
        collide = [f"({_over(text, table, here)}) {op} ({_over(text, table, there)})" for text, op in pairs]
        if exclusion.predicate is not None:
            collide += [_over(exclusion.predicate, table, side) for side in (here, there)]
        earlier = f"{there}.ctid < {here}.ctid AND {sql.conjunction(collide)}"
        return Flagged(f"EXISTS ({sql.selected('1', f'{sql.own_rows(table, dialect)} AS {there}', earlier)})")


def _exclusion(constraint: Constraint) -> Exclusion:
    assert isinstance(constraint.subject, Exclusion)
    return constraint.subject


def _over(text: str, table: Table, qualifier: str) -> str:
    """The expression with every column said to be of one of the two rows."""
    names = {column.name for column in table.columns}
    if text in names:
        return f"{qualifier}.{quoted(text, 'postgresql')}"
    try:
        tree = parsed(text, "postgresql").copy()
    except SchemaError as error:
        raise Unverifiable(str(error)) from error
    for node in tree.find_all(exp.Column):
        name = column_of(table, node.name).name if node.name in names else node.name
        node.set("table", exp.to_identifier(qualifier.strip('"').replace('""', '"'), quoted=True))
        node.set("this", exp.to_identifier(name, quoted=True))
    return rendered(tree, "postgresql")
