"""Sums, counts and extremes over children set right in the rows that stand before a record's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from fixturegen.breaking.bench import UNEVALUATED
from fixturegen.breaking.placing import referring
from fixturegen.breaking.pool import Pool, Row, of_no_children
from fixturegen.breaking.records import Insert, Record, Step
from fixturegen.breaking.values import wide
from fixturegen.constraints.conditions import value_of
from fixturegen.constraints.contract import ROW, Unverifiable
from fixturegen.constraints.data import Data, reference_of
from fixturegen.constraints.representation import given
from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Aggregate, Column, Schema, Table

_MARK = "\0at"


def settled(pool: Pool, records: Sequence[Record]) -> list[Record]:
    """Return records whose earlier rows hold what their aggregates come to over all rows of the record.

    A column that other constraints of its table speak of stays as it was, and so does the record's own row.
    """
    wanted = {
        name: [column for column in table.columns if column.aggregate is not None and not _is_bound(table, column)]
        for name, table in pool.schema.tables.items()
    }
    wanted = {name: columns for name, columns in wanted.items() if columns}
    if not wanted:
        return list(records)
    values = _Values(pool, _children(pool.schema, wanted, records))
    return [_settled(pool.schema, wanted, values, record) for record in records]


def _is_bound(table: Table, column: Column) -> bool:
    """Whether other constraints limit what the aggregate may be."""
    if column.low is not None or column.high is not None or column.choices:
        return True
    names = {name for check in table.checks for name in mentioned(parsed(check.sql, check.dialect))}
    return column.name in names


def _children(
    schema: Schema, wanted: Mapping[str, Sequence[Column]], records: Iterable[Record]
) -> dict[str, dict[int, Row]]:
    """Return the rows of child tables that occur in records, each once, by table and identity."""
    tables = {column.aggregate.table for columns in wanted.values() for column in columns if column.aggregate}
    found: dict[str, dict[int, Row]] = {name: {} for name in tables if name in schema.tables}
    for record in records:
        for step in record.steps:
            if isinstance(step, Insert) and step.table in found:
                found[step.table] |= {id(row): dict(row) for row in step.rows}
    return found


@dataclass(slots=True)
class _Values:
    """What aggregates take from each child row."""

    pool: Pool
    rows: Mapping[str, Mapping[int, Row]]
    known: dict[Aggregate, Mapping[int, Any]] = field(default_factory=dict)

    def of(self, aggregate: Aggregate) -> Mapping[int, Any]:
        """Return the value of an aggregate's expression by the identity of the row; of what cannot be evaluated nothing."""
        if aggregate not in self.known:
            self.known[aggregate] = self._evaluated(aggregate)
        return self.known[aggregate]

    def _evaluated(self, aggregate: Aggregate) -> Mapping[int, Any]:
        rows = self.rows[aggregate.table]
        if not aggregate.expression or not rows:
            return dict.fromkeys(rows, 1)
        table = self.pool.schema.tables[aggregate.table]
        try:
            stored = [column for column in table.columns if column.generated is None]
            columns = [
                pl.Series(
                    c.name, [row[c.name] for row in rows.values()], dtype=polars_dtype(wide(c.type)), strict=False
                )
                for c in stored
            ]
            wider = replace(table, columns=tuple(replace(column, type=wide(column.type)) for column in table.columns))
            schema = replace(self.pool.schema, tables={**self.pool.schema.tables, table.name: wider})
            tables = {name: given(schema.tables[name], frame.lazy()) for name, frame in self.pool.frames.items()}
            tables[table.name] = given(wider, pl.DataFrame(columns).lazy())
            frame, value = value_of(Data(schema, tables), table.name, aggregate.expression, schema.dialect)
            taken = frame.select(ROW, value.alias(_MARK)).collect().sort(ROW)[_MARK].to_list()
        except (Unverifiable, *UNEVALUATED):
            return {}
        return dict(zip(rows, taken, strict=True))


def _settled(schema: Schema, wanted: Mapping[str, Sequence[Column]], values: _Values, record: Record) -> Record:
    steps = [_step(schema, wanted, values, record, step) for step in record.before]
    return (
        record
        if all(new is old for new, old in zip(steps, record.before, strict=True))
        else replace(record, before=tuple(steps))
    )


def _step(schema: Schema, wanted: Mapping[str, Sequence[Column]], values: _Values, record: Record, step: Step) -> Step:
    columns = wanted.get(step.table)
    if columns is None or not isinstance(step, Insert):
        return step
    rows = []
    for row in step.rows:
        totals = {column.name: _total(schema, column, values, record, row) for column in columns}
        changed = {name: value for name, value in totals.items() if value != row[name]}
        rows.append({**row, **changed} if changed else row)
    return (
        step if all(new is old for new, old in zip(rows, step.rows, strict=True)) else replace(step, rows=tuple(rows))
    )


def _total(schema: Schema, column: Column, values: _Values, record: Record, row: Mapping[str, object]) -> object:
    aggregate = column.aggregate
    assert aggregate is not None
    reference = reference_of(schema.tables[aggregate.table], aggregate.reference)
    target = tuple(row.get(name) for name in reference.target)
    taken = values.of(aggregate)
    children = [
        taken.get(id(child))
        for step in record.steps
        if isinstance(step, Insert) and step.table == aggregate.table
        for child in step.rows
        if referring(child, reference) == target
    ]
    held = [value for value in children if value is not None]
    if aggregate.function == "count":
        return len(held)
    if not held:
        return of_no_children(column)
    if aggregate.function == "sum":
        return _as(sum(held), column)
    return _as(min(held) if aggregate.function == "min" else max(held), column)


def _as(value: object, column: Column) -> object:
    """Return a number as a value of the column's type, rounded to it."""
    if column.type.kind == "decimal" and isinstance(value, int | Decimal):
        return Decimal(value).quantize(Decimal(1).scaleb(-column.type.scale), ROUND_HALF_UP)
    if column.type.kind == "integer" and isinstance(value, Decimal):
        return int(value.quantize(Decimal(1), ROUND_HALF_UP))
    return value
