"""References that nobody declared, guessed from names where triggers refuse every row without them.

A table that refers to ``events`` by ``event_id`` and to ``rooms`` by ``room_id`` very likely means the room of the event, whose
own column ``room_id`` no foreign key may hold to ``rooms``. Where that column is filled from anything, no two of them agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fixturegen.schema import Column, Reference, Schema, Table


def agreeing(schema: Schema, table: str) -> Schema:
    """Return the schema in which columns of a table's parents refer to what the table's columns of the same name refer to.

    Args:
        schema: The schema; itself if there are none such.
        table: The table.
    """
    tables = dict(schema.tables)
    for parent, column, reference in _pairs(schema, schema.tables[table]):
        if _leads_to(tables, reference.table, parent):
            continue  # a circle would be worse than no agreement
        held = tables[parent]
        if any(column in other.columns for other in held.references):
            continue
        name = _free_name(held, column)
        made = Reference(columns=(column,), table=reference.table, target=reference.target, name=name, where=held.where)
        tables[parent] = replace(held, references=(*held.references, made))
    return schema if tables == schema.tables else replace(schema, tables=tables)


def _pairs(schema: Schema, table: Table) -> Iterator[tuple[str, str, Reference]]:
    """Yield parents with a column of theirs that nothing fills yet, and the table's reference by a column of that name."""
    single = [reference for reference in table.references if len(reference.columns) == 1]
    for link in table.references:
        for reference in single:
            if link is reference or reference.table == link.table:
                continue
            own = _column(table, reference.columns[0])
            theirs = _column(schema.tables[link.table], reference.columns[0])
            if own is not None and theirs is not None and _fillable(theirs) and own.type.kind == theirs.type.kind:
                yield link.table, theirs.name, reference


def _column(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name.casefold() == name.casefold()), None)


def _fillable(column: Column) -> bool:
    return column.generated is None and column.fill is None and column.aggregate is None and not column.choices


def _leads_to(tables: dict[str, Table], start: str, goal: str) -> bool:
    seen, ahead = {start}, [start]
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        more = {reference.table for reference in tables[name].references} - seen
        seen |= more
        ahead += sorted(more)
    return False


def _free_name(table: Table, column: str) -> str:
    name = f"{column} of the same name"
    while any(reference.name == name for reference in table.references):
        name += "'"
    return name
