"""Uniqueness: UNIQUE constraints and unique indexes, partial, over expressions and collated; and the primary key, its twin."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.base import Kind, kind
from fixturegen.constraints.conditions import sql_of, truth_of, value_of
from fixturegen.constraints.contract import ROW, Constraint, Flagged
from fixturegen.constraints.data import Data, column_of
from fixturegen.expressions.collation import folded
from fixturegen.schema import Dialect, Schema, Table, Unique


class _Distinct(Kind):
    """Values occur together once; a row that repeats an earlier one violates."""

    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the rows, under the predicate and without a NULL where those are free, that repeat an earlier row's key."""
        unique, keys = _unique(constraint), bound_keys(constraint, data)
        names = [name for name in keys.collect_schema() if name != ROW]
        key = pl.col(names[0]) if len(names) == 1 else pl.struct(names)
        return (
            keys.sort(ROW).filter(~key.is_first_distinct())
            if unique.predicate
            else keys.filter(~key.is_first_distinct())
        )

    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return the window that numbers equal keys, and the faster grouping that counts them."""
        unique, table = _unique(constraint), constraint.table
        terms = [f"({sql_of(schema, table, text, unique.dialect, dialect)})" for text in unique.expressions] or [
            sql.column(table, name, dialect) for name in unique.columns
        ]
        conditions = [f"{term} IS NOT NULL" for term in terms] if unique.nulls_distinct else []
        if unique.predicate is not None:
            conditions.append(sql_of(schema, table, unique.predicate, unique.dialect, dialect))
        counted = sql.conjunction(conditions)
        order = sql.key_order(schema.tables[table], dialect)
        window = f"PARTITION BY CASE WHEN {counted} THEN 1 ELSE 0 END, {', '.join(terms)}"
        number = f"row_number() OVER ({window}{f' ORDER BY {order}' if order else ''})"
        groups = sql.selected(
            "count(*) - 1 AS more", sql.own_rows(schema.tables[table], dialect), counted, ", ".join(terms)
        )
        return Flagged(
            f"({counted}) AND {number} > 1", count=sql.selected("coalesce(sum(more), 0)", f"({groups}) AS judged")
        )


def bound_keys(constraint: Constraint, data: Data) -> pl.LazyFrame:
    """Return ``ROW`` and the key, part by part, of the rows that a unique binds: equal keys are equal values.

    Raises:
        Unverifiable: If frames cannot judge it.
    """
    unique = _unique(constraint)
    keys = _keys(constraint, data, unique)
    if unique.predicate is not None:
        frame, holds = truth_of(data, constraint.table, unique.predicate, unique.dialect)
        keys = keys.join(frame.filter(holds).select(ROW), on=ROW, how="semi")
    if not unique.nulls_distinct:
        return keys
    return keys.drop_nulls([name for name in keys.collect_schema() if name != ROW])


def _unique(constraint: Constraint) -> Unique:
    assert isinstance(constraint.subject, Unique)
    return constraint.subject


def _keys(constraint: Constraint, data: Data, unique: Unique) -> pl.LazyFrame:
    """``ROW`` and one column for each part of the key, in the form in which equal keys are equal."""
    table = data.schema.tables[constraint.table]
    if not unique.expressions:
        chosen = [
            _part(table, name, data.schema.dialect).alias(f"\0part {at}") for at, name in enumerate(unique.columns)
        ]
        return data.rows(table.name, *unique.columns).select(ROW, *chosen)
    parts = []
    for at, text in enumerate(unique.expressions):
        frame, value = value_of(data, table.name, text, unique.dialect)
        parts.append(frame.select(ROW, value.alias(f"\0part {at}")))
    keys = parts[0]
    for part in parts[1:]:
        keys = keys.join(part, on=ROW, how="inner")
    return keys


def _part(table: Table, name: str, dialect: Dialect) -> pl.Expr:
    column = column_of(table, name)
    return folded(pl.col(name), column.type, column.collation, dialect)


def _constraint(kind: str, table: Table, unique: Unique, suffix: str) -> Constraint:
    name = unique.name or f"{table.name}_{'_'.join(unique.columns)}_{suffix}"
    return Constraint(
        name=name, kind=kind, table=table.name, columns=unique.columns, subject=unique, where=unique.where
    )


@kind
class UniqueKey(_Distinct):
    """A UNIQUE constraint or unique index."""

    name = "unique"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield one for every unique of the table."""
        del schema
        for unique in table.uniques:
            yield _constraint(self.name, table, unique, "key")


@kind
class PrimaryKey(_Distinct):
    """The primary key; that its columns are not NULL is for ``not_null`` to say."""

    name = "primary_key"

    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield the primary key, where there is one."""
        del schema
        if table.primary_key is not None:
            name = table.primary_key.name or f"{table.name}_pkey"
            yield Constraint(
                name=name,
                kind=self.name,
                table=table.name,
                columns=table.primary_key.columns,
                subject=table.primary_key,
                where=table.primary_key.where,
            )
