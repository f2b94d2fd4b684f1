"""Tables derived from tables: with a rule more, a column fixed, a reference less. Nothing is changed in place.

Each function returns a table, or a schema, that shares with the one it was given all that it leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from fixturegen.schema import Check, Choice, Column, Dialect, Group, Path, Schema, Table

LEADING_FIELDS = frozenset({"country", "country_code"})
"""Fields of a group that its other fields follow."""


def dated(schema: Schema, as_of: date | None) -> Schema:
    """Return the schema with another clock, unless that is None.

    >>> dated(Schema(tables={}), date(2030, 1, 1)).as_of
    datetime.date(2030, 1, 1)
    """
    return schema if as_of is None else replace(schema, as_of=as_of)


def ruled(table: Table, sql: str, name: str, dialect: Dialect) -> Table:
    """Return the table with one rule more.

    Args:
        table: The table whose rows it binds.
        sql: A condition over the row and the rows it refers to; not false for any row.
        name: Its name; a number is added where the table has a check of that name.
        dialect: The dialect of ``sql``.

    >>> [check.name for check in ruled(ruled(Table(name="t", columns=()), "1", "more", "sqlite"), "2", "more", "sqlite").checks]
    ['more', 'more 2']
    """
    taken = {check.name for check in table.checks}
    free = next(each for each in (name, *(f"{name} {at}" for at in range(2, len(taken) + 3))) if each not in taken)
    check = Check(sql=sql, name=free, dialect=dialect, where=table.where)
    return replace(table, checks=(*table.checks, check))


def fixed(table: Table, values: Mapping[str, object], dialect: Dialect) -> Table:
    """Return the table with columns that hold one value each, in every row.

    Args:
        table: The table.
        values: Value by column, of the column's type; None for NULL. What the database computes cannot be fixed so.
        dialect: The schema's dialect.

    >>> from fixturegen.schema import Type
    >>> table = Table(name="t", columns=(Column(name="n", type=Type(kind="integer")),))
    >>> fixed(table, {"n": 3}, "sqlite").columns[0].choices
    (Choice(value=3, weight=1.0),)
    """
    columns = tuple(_fixed(each, values[each.name]) if each.name in values else each for each in table.columns)
    groups = tuple(_regrouped(group, values) for group in table.groups)
    table = replace(table, columns=columns, groups=tuple(group for group in groups if group.fields))
    for name, value in values.items():
        if value is None:
            table = ruled(table, f"{quoted(name, dialect)} IS NULL", f"{name} is NULL", dialect)
    return table


def _fixed(column: Column, value: object) -> Column:
    """A column without any other way to be filled. Bounds by other columns stay: they are conditions on those too."""
    if value is None:
        return replace(column, nulls=1.0, fill=None, aggregate=None, ordinal=None)
    return replace(
        column, choices=(Choice(_hashable(value)),), nullable=False, nulls=None, fill=None, aggregate=None, ordinal=None
    )


def _hashable(value: object) -> object:
    """Lists as tuples, which sets of values can hold."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _regrouped(group: Group, values: Mapping[str, object]) -> Group:
    """A group without the columns that are fixed, but for the country, which the others follow."""
    fields = {
        name: field
        for name, field in group.fields.items()
        if name not in values or (field in LEADING_FIELDS and values[name] is not None)
    }
    return group if len(fields) == len(group.fields) else replace(group, fields=fields)


def unreferenced(table: Table, references: frozenset[str]) -> Table:
    """Return the table without these references, by name; their columns stay, bounds that follow them go."""
    columns = tuple(_unbound(column, lambda path: bool(references & set(path.references))) for column in table.columns)
    kept = tuple(reference for reference in table.references if reference.name not in references)
    return replace(table, columns=columns, references=kept)


def _unbound(column: Column, lost: Callable[[Path], bool]) -> Column:
    low = None if isinstance(column.low, Path) and lost(column.low) else column.low
    high = None if isinstance(column.high, Path) and lost(column.high) else column.high
    return column if (low, high) == (column.low, column.high) else replace(column, low=low, high=high)


def quoted(name: str, dialect: Dialect) -> str:
    """Return a column's name as SQL of a dialect quotes it.

    >>> quoted('a"b', "sqlite"), quoted("a", "mysql")
    ('"a""b"', '`a`')
    """
    mark = "`" if dialect == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark
