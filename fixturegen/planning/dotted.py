"""Dotted names of a table: columns of its own rows and of related ones, and their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Column, Location, Path, Schema, Table, Type, Unique


def dotted_types(schema: Schema, table: Table, names: Iterable[str]) -> Mapping[str, Type]:
    """Return the type of every dotted name, as it was written.

    Raises:
        SchemaError: If a name leads nowhere.
    """
    return {name: column_at(schema, table, resolved(schema, table, name)).type for name in names}


def column_at(schema: Schema, table: Table, path: Path, where: Location | None = None) -> Column:
    """Return the column at the end of a path that begins in ``table``."""
    end = table_at(schema, table, path.references)
    assert path.column in {column.name for column in end.columns}, (where, path)
    return next(column for column in end.columns if column.name == path.column)


def table_at(schema: Schema, table: Table, references: Iterable[str]) -> Table:
    """Return the table at the end of these references, by their names."""
    for name in references:
        reference = next(reference for reference in table.references if reference.name == name)
        table = schema.tables[reference.table]
    return table


def concerned(schema: Schema, table: Table, unique: Unique) -> set[str]:
    """Return the columns that decide whether a row repeats another under a unique: its own and its predicate's."""
    names = set(unique.columns)
    if unique.predicate is not None:
        expression = parsed(unique.predicate, unique.dialect, unique.where)
        names |= {resolved(schema, table, name).column for name in mentioned(expression)}
    return names
