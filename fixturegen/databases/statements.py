"""Statements that loaders and the SQL format share: the head of an INSERT, and sequences set after the last number used."""

from __future__ import annotations

from collections.abc import Iterable

from fixturegen.databases.quoting import quoted, quoted_list, quoted_table
from fixturegen.schema import Column, Dialect, Table


def insert_head(table: Table, columns: Iterable[Column], dialect: Dialect) -> str:
    """Return an INSERT up to ``VALUES``.

    >>> insert_head(Table(name="t", columns=()), [], "sqlite")
    'INSERT INTO "t" ()'
    """
    listed = list(columns)
    overriding = dialect == "postgresql" and any(column.identity == "always" for column in listed)
    names = quoted_list((column.name for column in listed), dialect)
    tail = " OVERRIDING SYSTEM VALUE" if overriding else ""
    return f"INSERT INTO {quoted_table(table.name, dialect)} ({names}){tail}"


def sequence_resets(table: Table, dialect: Dialect) -> list[str]:
    """Return what makes the next number of the database follow the greatest one in the table.

    SQLite and MySQL do so themselves; PostgreSQL's sequences know nothing of rows that brought their own numbers.
    """
    if dialect != "postgresql":
        return []
    return [_setval(table, column) for column in table.columns if column.identity is not None]


def _setval(table: Table, column: Column) -> str:
    name, at = quoted_table(table.name, "postgresql"), quoted(column.name, "postgresql")
    sequence = f"pg_get_serial_sequence({_text(name)}, {_text(column.name)})"
    # An empty table starts over; a number below the sequence's least one (1) would be refused.
    return f"SELECT setval({sequence}, greatest(coalesce(max({at}), 1), 1), coalesce(max({at}), 0) >= 1) FROM {name}"  # noqa: S608 (quoted)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
