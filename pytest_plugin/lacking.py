"""Tables that a database of the user's making lacks: told by their names, before a statement fails for want of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from fixturegen.databases.quoting import split_table
from fixturegen.engines import masked
from fixturegen.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Inspector

    from fixturegen.schema import Schema, Table

_MOST = 5


def refuse_lacking(schema: Schema, connection: Connection, who: str, hint: str) -> None:
    """Refuse a database without the tables and columns of a schema.

    Args:
        schema: The schema.
        connection: A connection to the database.
        who: Who was to make them, as the beginning of the sentence.
        hint: What to do.

    Raises:
        InputError: If any is lacking.
    """
    found = inspect(connection)
    lacks = [lack for table in schema.tables.values() for lack in _lacks(table, found, connection)]
    if lacks:
        more = f" and {len(lacks) - _MOST} more" if len(lacks) > _MOST else ""
        message = f"{who} lacks {', '.join(lacks[:_MOST])}{more}, which the schema names"
        raise InputError(message, where=masked(connection.engine.url), hint=hint)


def _lacks(table: Table, found: Inspector, connection: Connection) -> list[str]:
    # A dot is part of a name in SQLite, and parts it from its schema elsewhere.
    place, name = split_table(table.name, "sqlite" if connection.dialect.name == "sqlite" else "postgresql")
    if not found.has_table(name, schema=place):
        return [f"table {table.name}"]
    held = {column["name"].casefold() for column in found.get_columns(name, schema=place)}
    return [f"column {table.name}.{column.name}" for column in table.columns if column.name.casefold() not in held]
