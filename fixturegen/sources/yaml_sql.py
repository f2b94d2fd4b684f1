"""SQL in the YAML format: read early, so that what is no SQL or names no column is refused at its line."""

from __future__ import annotations

from collections.abc import Iterable

from fixturegen.errors import SchemaError
from fixturegen.expressions.names import matching, mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Dialect, Location, Schema, Table
from fixturegen.sources.yaml_fields import unbalanced
from fixturegen.sources.yaml_nodes import quoted, refuse


def checked_sql(
    sql: str, dialect: Dialect, where: Location, columns: Iterable[str], table: str, *, lenient: bool = False
) -> tuple[str, ...]:
    """Return the columns of one table that an expression mentions; it may mention no others.

    Args:
        sql: The expression.
        dialect: Its dialect.
        where: Where it stands.
        columns: Columns of the table.
        table: The table's name.
        lenient: Whether to ignore what is no SQL and names that are no columns.

    Raises:
        SchemaError: If it is no SQL or names another column.
    """
    names = list(columns)
    own = [(name, _own(name, table, names)) for name in mentioned_in(sql, dialect, where, lenient=lenient)]
    unknown = [name for name, found in own if found is None]
    if unknown and not lenient:
        refuse(f"{table} has no column {quoted(unknown[0])}", where, given=unknown[0], exists=names)
    return tuple(found for _, found in own if found is not None)


def checked_names(schema: Schema, table: Table, sql: str, dialect: Dialect, where: Location) -> tuple[str, ...]:
    """Check that an expression is SQL and that each of its names is a column of the row or of a related one.

    Returns:
        The names.

    Raises:
        SchemaError: If not.
    """
    own, names = [column.name for column in table.columns], mentioned_in(sql, dialect, where)
    for name in names:
        if name not in own:
            resolved(schema, table, name, where)
    return names


def checked_rule(schema: Schema, table: Table, sql: str, dialect: Dialect, where: Location) -> None:
    """Check a condition as :func:`checked_names` does; it has to name a column, or it says nothing about any row.

    Raises:
        SchemaError: If not.
    """
    if not checked_names(schema, table, sql, dialect, where):
        refuse(f"the rule {quoted(sql)} names no column", where, hint="A rule is an SQL condition over a row.")


def mentioned_in(sql: str, dialect: Dialect, where: Location, *, lenient: bool = False) -> tuple[str, ...]:
    """Return the dotted names in an expression.

    Raises:
        SchemaError: If it is no SQL, unless ``lenient``.
    """
    try:
        return mentioned(parsed(sql, dialect, where))
    except SchemaError as error:
        if lenient:
            return ()
        if unbalanced(sql):
            hint = "Within brackets or braces a comma parts entries: quote a text that holds one."
            raise SchemaError(error.message, where=where, hint=hint) from None
        raise


def _own(name: str, table: str, columns: list[str]) -> str | None:
    return matching(name, columns) or matching(name.removeprefix(f"{table}."), columns)
