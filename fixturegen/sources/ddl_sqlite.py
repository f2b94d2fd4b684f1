"""DDL in SQLite's dialect, run in an SQLite in memory that may make tables and indexes and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from fixturegen.errors import SchemaError
from fixturegen.schema import Location, Schema
from fixturegen.sources.catalogues import sqlite as catalogue
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_lexer import Source, Statement, statements
from fixturegen.sources.drafts import assembled

_FORBIDDEN = frozenset(
    {
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_PRAGMA,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_VTABLE,
        sqlite3.SQLITE_TRANSACTION,
    }
)


def in_memory(source: Source) -> Schema:
    """Return the schema that SQLite makes of a text of DDL.

    Statements that make or change tables, indexes and triggers are run; all others (data, views, PRAGMA, ATTACH) are
    passed over, and refused by the connection should one come through. Virtual and temporary tables are left out.

    Raises:
        InputError: It makes no table.
        SchemaError: SQLite refuses a statement; with its file and line.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            places = _made(connection, source)
            drafts = catalogue.drafts(connection, Location(source.start.file), places)
    finally:
        engine.dispose()
    return assembled(drafts, dialect="sqlite", source=source.start.file)


def _made(connection: Connection, source: Source) -> dict[str, Location]:
    """Run the statements and return where each table's name stands, by its name in lower case."""
    database = connection.connection.driver_connection
    assert isinstance(database, sqlite3.Connection)
    database.set_authorizer(_authorized)
    places: dict[str, Location] = {}
    left_out: set[str] = set()
    triggers: list[Statement] = []
    for statement in statements(source):
        words = [token.word for token in statement.tokens[:5]]
        cursor = Cursor(source, statement.tokens)
        if "TABLE" in words and words[0] == "CREATE":
            _make_table(database, statement, places, left_out)
        elif "INDEX" in words and words[0] == "CREATE":
            if _indexed(cursor) not in left_out:
                _run(database, statement)
        elif words[0] == "CREATE":
            triggers.append(statement)
        elif words[0] in ("ALTER", "DROP"):
            _run(database, statement, missing_is_fine=words[0] == "DROP")
    for statement in triggers:  # at the end, or changes of tables would judge what they say of views
        with suppress(sqlite3.Error, sqlite3.Warning):  # one of a view
            database.execute(statement.text)
    database.set_authorizer(None)
    return places


def _authorized(action: int, name: str | None, *_names: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA and name == "quick_check":  # by which ALTER TABLE looks whether a CHECK holds
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK


def _make_table(
    database: sqlite3.Connection, statement: Statement, places: dict[str, Location], left_out: set[str]
) -> None:
    cursor = Cursor(statement.source, statement.tokens)
    kinds = set()
    while not cursor.accept("TABLE"):
        kinds.add(cursor.take().word)
    cursor.accept("IF NOT EXISTS")
    where = cursor.where
    name = cursor.qualified()[-1]
    if kinds & {"TEMP", "TEMPORARY", "VIRTUAL"}:
        left_out.add(name.lower())
        return
    if cursor.sees("AS"):
        raise SchemaError(
            f"table {name!r} takes its columns from a SELECT, which is not run", where=where, hint="Write its columns."
        )
    _run(database, statement)
    places.setdefault(name.lower(), where)


def _indexed(cursor: Cursor) -> str:
    """Return the table of a CREATE INDEX, in lower case."""
    while not cursor.done and not cursor.accept("ON"):
        cursor.take()
    return "" if cursor.done else cursor.name().lower()


def _run(database: sqlite3.Connection, statement: Statement, *, missing_is_fine: bool = False) -> None:
    try:
        database.execute(statement.text)
    except (sqlite3.Error, sqlite3.Warning) as error:
        if missing_is_fine and str(error).startswith("no such"):
            return
        where = statement.source.place(statement.tokens[0].start)
        raise SchemaError(f"SQLite refuses this statement: {error}", where=where) from None
