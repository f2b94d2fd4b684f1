"""Aggregates: a column that is the sum, count, min or max over the rows that refer to its row, rounded once to the column."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql, totals
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.conditions import sql_of, value_of
from fixturegen.constraints.contract import ROW, Constraint, Flagged, of_column
from fixturegen.constraints.data import Data, column_of, keys, reference_of
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.schema import Aggregate, Dialect, Path, Schema, Table

_OWN, _TAKEN = "\0value", "\0taken"


@kind
class OverChildren(Kind):
    """A column equals a function of its child rows; ``sum`` and ``count`` of none are 0, ``min`` and ``max`` NULL."""

    name = "aggregate"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every aggregate column, named by its function."""
        del schema
        for column in table.columns:
            if column.aggregate is not None:
                yield of_column(self.name, table, column, column.aggregate.function)

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows whose value differs from what their children give."""
        table, (name,) = data.schema.tables[constraint.table], constraint.columns
        column = column_of(table, name)
        assert column.aggregate is not None
        reference = reference_of(data.schema.tables[column.aggregate.table], column.aggregate.reference)
        parts = [f"\0part {at}" for at in range(len(reference.columns))]
        paths = {part: Path((), target) for part, target in zip(parts, reference.target, strict=True)}
        pairs = keys(data.schema, column.aggregate.table, reference)
        rows = data.named(table.name, {_OWN: Path((), name), **paths}).with_columns(
            pair.parent(pl.col(part)).alias(part) for part, pair in zip(parts, pairs, strict=True)
        )
        taken = _taken(data, column.aggregate, parts)
        joined = rows.join(taken, on=parts, how="left").with_columns(_completed(column.aggregate))
        return joined.filter(totals.differs(pl.col(_OWN), pl.col(_TAKEN), joined.collect_schema()[_TAKEN], column.type))

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the comparison with the children's groups, joined by the reference."""
        (name,) = constraint.columns
        column = column_of(schema.tables[constraint.table], name)
        taken, aggregate = column.aggregate, quoted("children", dialect)
        assert taken is not None
        reference = reference_of(schema.tables[taken.table], taken.reference)
        expression = sql_of(schema, taken.table, taken.expression, schema.dialect, dialect) if taken.expression else "*"
        own_keys = ", ".join(sql.column(taken.table, key, dialect) for key in reference.columns)
        child = quoted_table(taken.table, dialect)
        groups = sql.selected(f"{own_keys}, {taken.function}({expression}) AS taken", child, groups=own_keys)
        on = sql.joined(reference, aggregate, quoted_table(constraint.table, dialect), dialect)
        value = f"{aggregate}.taken"
        value = f"coalesce({value}, 0)" if taken.function in {"sum", "count"} else value
        own = sql.column(constraint.table, name, dialect)
        differs = totals.sql_differs(own, value, column.type, totals.value_type(schema, taken), dialect)
        return Flagged(differs, joins=f"LEFT JOIN ({groups}) AS {aggregate} ON {on}")


def _taken(data: Data, aggregate: Aggregate, parts: list[str]) -> pl.LazyFrame:
    """The children's value by the columns that refer to the parent."""
    reference = reference_of(data.schema.tables[aggregate.table], aggregate.reference)
    pairs = keys(data.schema, aggregate.table, reference)
    key = data.named(aggregate.table, {p: Path((), c) for p, c in zip(parts, reference.columns, strict=True)})
    key = key.with_columns(pair.child(pl.col(part)).alias(part) for part, pair in zip(parts, pairs, strict=True))
    if aggregate.function == "count" and not aggregate.expression:
        return key.drop_nulls(parts).group_by(parts).agg(pl.len().cast(pl.Int64).alias(_TAKEN))
    frame, value = value_of(data, aggregate.table, aggregate.expression, data.schema.dialect)
    values = key.join(frame.select(ROW, value.alias(_TAKEN)), on=ROW, how="inner").drop_nulls(parts)
    taken = pl.col(_TAKEN)
    functions = {"sum": taken.sum, "count": taken.count, "min": taken.min, "max": taken.max}
    return values.group_by(parts).agg(functions[aggregate.function]())


def _completed(aggregate: Aggregate) -> pl.Expr:
    taken = pl.col(_TAKEN)
    return taken.fill_null(0) if aggregate.function in {"sum", "count"} else taken
