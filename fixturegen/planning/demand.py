"""How many rows are asked of each table, by whom, and which tables are asked at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from fixturegen.errors import InputError, SchemaError
from fixturegen.options import DEFAULT_ROWS, MOST_ROWS, Options
from fixturegen.schema import Column, Count, Fill, Rows, Schema, Table


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of one table.

    Attributes:
        count: Rows in all, or per parent.
        firm: Whether that is a demand; a wish may be lowered.
    """

    count: Count
    firm: bool


def demands(schema: Schema, options: Options) -> Mapping[str, Demand]:
    """Return what is asked of every table that is to be filled.

    Raises:
        InputError: If an option names a table that does not exist, or leaves out one that another cannot do without.
    """
    for word, names in (("rows", options.demanded), ("only", options.only), ("exclude", options.exclude)):
        for name in names:
            _check_name(schema, name, word)
    chosen = _chosen(schema, options)
    return {name: _demand(table, options) for name, table in schema.tables.items() if name in chosen}


def pruned(schema: Schema, asked: Mapping[str, Demand]) -> Schema:
    """Return the schema without the tables that nobody asked for; columns that refer to them are always NULL."""
    if len(asked) == len(schema.tables):
        return schema
    return replace(schema, tables={name: _cut(schema.tables[name], asked) for name in schema.tables if name in asked})


def _cut(table: Table, asked: Mapping[str, Demand]) -> Table:
    lost = [reference for reference in table.references if reference.table not in asked]
    empty = {name for reference in lost for name in reference.columns}
    columns = tuple(_childless(column, asked) for column in table.columns)
    columns = tuple(
        replace(column, nulls=1.0) if column.name in empty and column.nullable else column for column in columns
    )
    return replace(table, columns=columns, references=tuple(one for one in table.references if one not in lost))


def _check_name(schema: Schema, name: str, word: str) -> None:
    if name not in schema.tables:
        message = f"{word} names an unknown table {name!r}"
        raise SchemaError(message, where=schema.source or None, given=name, exists=schema.tables)


def _childless(column: Column, asked: Mapping[str, Demand]) -> Column:
    """Return a column that sums up rows nobody asked for as what it is over none of them: 0, or NULL."""
    aggregate = column.aggregate
    if aggregate is None or aggregate.table in asked:
        return column
    if aggregate.function in {"sum", "count"}:
        return replace(column, aggregate=None, fill=Fill("constant", {"value": 0}))
    return replace(column, aggregate=None, nulls=1.0)


def _demand(table: Table, options: Options) -> Demand:
    if table.name in options.demanded:
        return Demand(Rows(options.demanded[table.name]), firm=True)
    match table.count:
        case Rows(number):
            # The scale is a wish about the size of the whole: what cannot be so many or so few is lowered with the reason.
            return Demand(Rows(_scaled(number, options, table)), firm=options.scale == 1)
        case None:
            number = DEFAULT_ROWS if options.rows is None else options.rows
            return Demand(Rows(_scaled(number, options, table)), firm=False)
        case per_parent:
            return Demand(per_parent, firm=True)


def _scaled(number: int, options: Options, table: Table) -> int:
    rows = round(number * Fraction(options.scale))
    if number and options.scale:
        rows = max(rows, 1)  # a table that has rows keeps one at any scale: others may not do without it
    if rows > MOST_ROWS:
        message = f"{number:,} rows at scale {options.scale:g} are more than {MOST_ROWS:,}"
        raise InputError(message, where=table.where)
    return rows


def _chosen(schema: Schema, options: Options) -> set[str]:
    """Return the tables to fill: those named and all that their rows cannot do without, less those left out."""
    wanted = list(options.only or schema.tables)
    chosen: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in chosen or name in options.exclude:
            continue
        chosen.add(name)
        for reference, parent in _needed(schema.tables[name]):
            if parent in options.exclude and options.demanded.get(name) != 0:
                message = f"{name}.{reference} needs rows of {parent}, which --exclude leaves out"
                raise InputError(message, hint=f"Exclude {name} too, or make the column nullable.")
            wanted.append(parent)
    return chosen


def _needed(table: Table) -> list[tuple[str, str]]:
    """Return the references that a row cannot do without, as (columns, parent)."""
    nullable = {column.name for column in table.columns if column.nullable}
    return [
        (", ".join(reference.columns), reference.table)
        for reference in table.references
        if not nullable & set(reference.columns) and reference.table != table.name
    ]
