"""Steps as SQL of a dialect: values that break their type are written as they are, for the database to judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl

from fixturegen.breaking.records import Insert, Step, Update
from fixturegen.databases.literals import literal
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.statements import insert_head
from fixturegen.errors import InputError
from fixturegen.schema import Column, Dialect, Schema, Table, Type

_LITERALS: dict[type, Type] = {
    bool: Type(kind="boolean"),
    int: Type(kind="integer"),
    float: Type(kind="float"),
    str: Type(kind="text"),
    bytes: Type(kind="bytes"),
    date: Type(kind="date"),
    time: Type(kind="time"),
    datetime: Type(kind="datetime"),
    timedelta: Type(kind="interval"),
}
_MISFITS = (InputError, TypeError, ValueError, OverflowError, pl.exceptions.PolarsError)


class Statements:
    """Writes steps; each value of a column is rendered once.

    Args:
        schema: The schema, which has the columns' types.
        dialect: The dialect.

    Example:
        >>> table = Table(name="t", columns=(Column(name="a", type=Type(kind="integer", bits=16)),))
        >>> write = Statements(Schema(tables={"t": table}), "postgresql")
        >>> write.statement(Insert(table="t", rows=({"a": 1}, {"a": 40000})))
        'INSERT INTO "t" ("a") VALUES (1), (40000)'
        >>> write.statement(Update(table="t", key={"a": 1}, values={"a": None}))
        'UPDATE "t" SET "a" = NULL WHERE "a" = 1'
    """

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._tables = schema.tables
        self._dialect: Dialect = dialect
        self._columns = {name: {each.name: each for each in table.columns} for name, table in schema.tables.items()}
        self._written: dict[tuple[str, str, type, str], str] = {}

    def statement(self, step: Step) -> str:
        """Return one statement without a semicolon.

        Raises:
            InputError: If a value cannot be written in the dialect, such as a NUL in a text.
        """
        if isinstance(step, Update):
            return self._update(step)
        table = self._tables[step.table]
        names = list(step.rows[0])
        values = ", ".join(f"({', '.join(self._value(table, name, row[name]) for name in names)})" for row in step.rows)
        head = self._head(table, names, overriding=getattr(step, "overriding", True))
        return f"{head} VALUES {values}" if names else f"{head} {self._empty(table)}"

    def _head(self, table: Table, names: Iterable[str], *, overriding: bool) -> str:
        columns = [self._columns[table.name][name] for name in names]
        if not overriding:
            columns = [Column(name=column.name, type=column.type) for column in columns]
        if not columns:
            return f"INSERT INTO {quoted_table(table.name, self._dialect)}"
        return insert_head(table, columns, self._dialect)

    def _empty(self, table: Table) -> str:
        """A row of which the database computes every column."""
        del table
        return "() VALUES ()" if self._dialect == "mysql" else "DEFAULT VALUES"

    def _update(self, step: Update) -> str:
        table = self._tables[step.table]
        values = ", ".join(
            f"{self._name(name)} = {self._value(table, name, each)}" for name, each in step.values.items()
        )
        found = " AND ".join(self._found(table, name, each) for name, each in step.key.items())
        return f"UPDATE {quoted_table(table.name, self._dialect)} SET {values} WHERE {found}"  # noqa: S608 (quoted)

    def _found(self, table: Table, name: str, value: object) -> str:
        return (
            f"{self._name(name)} IS NULL"
            if value is None
            else f"{self._name(name)} = {self._value(table, name, value)}"
        )

    def _name(self, name: str) -> str:
        return quoted(name, self._dialect)

    def _value(self, table: Table, name: str, value: object) -> str:
        if value is None:
            return "NULL"
        key = (table.name, name, type(value), repr(value))
        text = self._written.get(key)
        if text is None:
            text = self._written[key] = written(value, self._columns[table.name][name].type, self._dialect)
        return text


def written(value: object, type_: Type, dialect: Dialect) -> str:
    """Return a value as SQL: as one of its column's type where it is one, else as what it is.

    Raises:
        InputError: If the dialect has no literal for it.

    >>> written(Decimal("0.125"), Type(kind="decimal", precision=4, scale=2), "sqlite")
    '0.125'
    >>> written(300, Type(kind="integer", bits=8), "sqlite"), written("maybe", Type(kind="boolean"), "sqlite")
    ('300', "'maybe'")
    """
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else f"'{value}'"
    if type(value) is int and type_.kind in {"integer", "decimal"}:
        return str(value)
    if _fits(value, type_):
        try:
            return literal(value, type_, dialect)
        except _MISFITS:
            pass  # no value of the type: the database is to say so
    return _as_it_is(value, dialect)


def _fits(value: object, type_: Type) -> bool:
    """Whether the type's own literals say just this value; a cast might make another of it."""
    if type_.kind == "boolean":
        return isinstance(value, bool)
    if type_.kind in {"datetime", "date"}:
        return isinstance(value, datetime) == (type_.kind == "datetime")
    return not isinstance(value, bool)


def _as_it_is(value: object, dialect: Dialect) -> str:
    if type(value) is int:
        return str(value)
    kind = _LITERALS.get(type(value))
    if isinstance(value, datetime) and value.tzinfo is not None:
        kind = Type(kind="datetime", zone=True)
    if kind is None:
        message = f"a value of the class {type(value).__name__} has no literal"
        raise InputError(message)
    return literal(value, kind, dialect)


def rows_written(steps: Iterable[Step]) -> int:
    """Return how many rows steps insert."""
    return sum(len(step.rows) for step in steps if isinstance(step, Insert))


def values_of(row: Mapping[str, object], names: Iterable[str]) -> tuple[object, ...]:
    """Return some values of a row, None for those that it does not give."""
    return tuple(row.get(name) for name in names)
