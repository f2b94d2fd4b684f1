"""Databases asked what an expression makes of rows that are in no table: the one at hand for its dialect, SQLite at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from fixturegen.databases.base import Load, Trial, database_of
from fixturegen.errors import SchemaError
from fixturegen.schema import Dialect, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


class Judge(Protocol):
    """One database that is asked."""

    def __call__(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what a condition is for each row: Boolean, null for unknown, false where it fails."""

    def values(self, table: Table, sql: str, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression is for each row, as text that is equal where the values are; none may fail."""


_ORACLES: dict[Dialect, tuple[str, str]] = {
    "sqlite": ("sqlite_oracle", "SqliteOracle"),
    "postgresql": ("postgresql_oracle", "PostgresqlOracle"),
    "mysql": ("mysql_oracle", "MysqlOracle"),
}
"""Module and class of each dialect's: what no condition asks for is not imported."""


def at_hand(target: Target | None) -> frozenset[Dialect]:
    """Return the dialects whose expressions can be judged with a database (or none) at hand.

    >>> sorted(at_hand(None))
    ['sqlite']
    """
    return frozenset({"sqlite"} if target is None else {"sqlite", database_of(target).dialect})


class Oracles:
    """Asks the database of an expression's dialect; connects when first asked.

    Args:
        target: A database that can be asked, if there is one; nothing in it is changed.
    """

    def __init__(self, target: Target | None = None) -> None:
        self._target = target
        self._load: Load | None = None
        self._judges: dict[Dialect, Judge] = {}
        self._open = ExitStack()

    def attend(self, load: Load) -> None:
        """Ask within a load's transaction from now on: it sees tables just made, and rows that functions look up."""
        self._load = load

    def __call__(self, table: Table, sql: str, dialect: Dialect, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression over columns of ``table`` is for each row: Boolean, null for unknown.

        Raises:
            SchemaError: If no database of that dialect is at hand, or it cannot read the expression.
        """
        return self._judge(dialect)(table, sql, rows)

    def values(self, table: Table, sql: str, dialect: Dialect, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return what an expression is for each row, as text that is equal where values are, and for which rows it can be said.

        Raises:
            SchemaError: If no database of that dialect is at hand, or it cannot read the expression.
        """
        judge = self._judge(dialect)
        sound = judge(table, f"((\n{sql}\n) IS NULL) IN (1 = 1, 1 = 0)", rows).fill_null(value=False)
        found = judge.values(table, sql, rows.filter(sound)).cast(pl.String)
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True).scatter(sound.arg_true(), found), sound

    def _judge(self, dialect: Dialect) -> Judge:
        if dialect not in self._judges:
            module, name = _ORACLES[dialect]
            oracle: Callable[[Any], Judge] = getattr(import_module(f"fixturegen.databases.{module}"), name)
            self._judges[dialect] = oracle(self._connection(dialect))
        return self._judges[dialect]

    def tried(self, table: Table) -> AbstractContextManager[Trial]:
        """Give a trial of rows on a table of the load that is attended."""
        assert self._load is not None, "rows are tried within a load"
        return self._load.trial(table)

    def close(self) -> None:
        """Close what was opened."""
        self._judges.clear()
        self._open.close()

    def _connection(self, dialect: Dialect) -> object:
        if self._target is not None and database_of(self._target).dialect == dialect:
            shared = None if self._load is None else self._load.connection()
            if shared is not None:
                return shared
            if dialect != "sqlite":
                return self._open.enter_context(_own(self._target))
        if dialect == "sqlite":
            return self._open.enter_context(_memory())
        message = f"a condition of {dialect} can only be judged by such a database, and none is at hand"
        raise SchemaError(message, hint="Seed it, or plan with --accept-unverified.")


_LONGEST = 10_000_000
"""Bytes of the longest value that a judged expression may make."""
_REFUSED = frozenset({"random", "randomblob", "changes", "total_changes", "last_insert_rowid", "load_extension"})


@contextmanager
def asking(target: Target | None = None) -> Iterator[Oracles]:
    """Give the databases that can be asked, closed at the end."""
    oracles = Oracles(target)
    try:
        yield oracles
    finally:
        oracles.close()


@contextmanager
def _memory() -> Iterator[sqlite3.Connection]:
    """Give a private database, with the functions that SQLAlchemy adds to every connection (REGEXP)."""
    with _own("sqlite://") as driver:
        driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        driver.set_authorizer(_allowed)
        try:
            yield driver
        finally:
            driver.set_authorizer(None)


def _allowed(action: int, _: str | None, name: str | None, *_more: str | None) -> int:
    """Refuse functions whose answer is chance, or that reach beyond the row."""
    refused = action == sqlite3.SQLITE_FUNCTION and (name or "").lower() in _REFUSED
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


@contextmanager
def _own(target: Target) -> Iterator[Any]:
    """Give a driver's connection whose changes are undone; a connection of the user's is used as it is."""
    from sqlalchemy import Connection, Engine  # noqa: PLC0415 (heavy: only where a database is asked)

    from fixturegen.engines import opened  # noqa: PLC0415 (the same)

    if isinstance(target, Connection):
        yield target.connection.driver_connection
        return
    engine = target if isinstance(target, Engine) else opened(target)
    raw = engine.raw_connection()
    try:
        yield raw.driver_connection
    finally:
        raw.rollback()
        raw.close()
        if engine is not target:
            engine.dispose()
