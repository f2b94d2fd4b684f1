"""A live database into a schema, through the catalogue of its dialect; nothing in the database is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fixturegen.engines import masked, scrubbed
from fixturegen.errors import RefusedError
from fixturegen.schema import Dialect, Location, Schema
from fixturegen.sources.catalogues import catalogue
from fixturegen.sources.drafts import assembled

_Result = TypeVar("_Result")


def reflected(bind: Engine | Connection) -> Schema:
    """Return the schema of a live database.

    Args:
        bind: An engine, or a connection, whose transaction (begun or not) is left as it was found.

    Raises:
        InputError: There is no table, or no catalogue for this kind of database.
        RefusedError: The database cannot be reached or read.
        SchemaError: Its declarations contradict themselves (a reference to a missing table).
    """
    source = masked(bind.engine.url)
    dialect = cast("Dialect", "mysql" if bind.dialect.name == "mariadb" else bind.dialect.name)
    read = catalogue(dialect, source).drafts
    drafts = _reading(bind, lambda connection: read(connection, Location(source)))
    return assembled(drafts, dialect=dialect, source=source)


def _reading(bind: Engine | Connection, read: Callable[[Connection], _Result]) -> _Result:
    """Call ``read`` with a connection, and leave no transaction behind that was not there."""
    try:
        if isinstance(bind, Engine):
            with bind.connect() as connection:
                return read(connection)
        inside = bind.in_transaction()
        try:
            return read(bind)
        finally:
            if not inside:
                bind.rollback()
    except SQLAlchemyError as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
        reason = scrubbed(" ".join(reason.split()), bind.engine.url)
        raise RefusedError(f"the database cannot be read: {reason}", where=masked(bind.engine.url)) from None
