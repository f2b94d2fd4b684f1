"""One transaction on a live database in which statements are tried, each line undone by itself and all of it at the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from fixturegen.databases import mysql_errors, postgresql_errors, sqlite_errors
from fixturegen.databases.base import Rejection
from fixturegen.databases.quoting import quoted
from fixturegen.errors import RefusedError
from fixturegen.probing.partitions import Names, names_of_wholes
from fixturegen.schema import Dialect

if TYPE_CHECKING:
    from sqlalchemy import Engine

_SAVEPOINT = "fixturegen_line"


class Bench(ABC):
    """A transaction.

    Args:
        driver: The driver's connection; its settings are an application's, none is changed.
        error: The driver's base class of errors.
        place: The database's name for messages.
    """

    dialect: ClassVar[Dialect]

    def __init__(self, driver: Any, error: type[Exception], place: str) -> None:
        self.driver = driver
        self.error = error
        self.place = place

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query, none for a statement without any."""

    @abstractmethod
    def rejection(self, error: Exception, table: str) -> Rejection | None:
        """Return which constraint an error is about; None where it is about something else."""

    @abstractmethod
    def refused(self, error: Exception) -> RefusedError:
        """Return our error for a failure that is not about a row."""

    def run(self, statement: str) -> None:
        """Run a statement."""
        self.rows(statement)

    def begin(self) -> None:
        """Begin the transaction."""
        self.run("BEGIN")

    def mark(self) -> None:
        """Remember the state that :meth:`undo` returns to."""
        self.run(f"SAVEPOINT {_SAVEPOINT}")

    def undo(self) -> None:
        """Return to the state of :meth:`mark`."""
        self.run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        self.run(f"RELEASE SAVEPOINT {_SAVEPOINT}")

    def settle(self, tables: Sequence[str]) -> Rejection | None:
        """Judge what a commit would judge; return the constraint that it would refuse for, and the driver's errors as they are.

        Args:
            tables: Tables with references that are judged there.
        """
        del tables
        return None

    def remember(self, tables: Sequence[str]) -> None:
        """Remember which rows break already what a commit judges, so that :meth:`settle` does not speak of them."""
        del tables

    def end(self) -> None:
        """Undo everything; a connection that cannot is closed, and the server does it."""
        try:
            self.run("ROLLBACK")
        except Exception:  # noqa: BLE001 - whatever went wrong, the connection's end undoes it all
            with suppress(Exception):
                self.driver.close()


class SqliteBench(Bench):
    """SQLite through Python's own driver, which is kept from beginning transactions itself."""

    dialect = "sqlite"

    def __init__(self, driver: Any, error: type[Exception], place: str) -> None:
        super().__init__(driver, error, place)
        self._orphans: dict[str, int] = {}
        if getattr(driver, "autocommit", None) is False:
            driver.autocommit = True  # Python 3.12: or a transaction would be open at all times
        self._level = driver.isolation_level
        driver.isolation_level = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return list(self.driver.execute(query).fetchall())

    def rejection(self, error: Exception, table: str) -> Rejection | None:
        """Return which constraint an error is about; None where it is about something else."""
        found = sqlite_errors.rejection(error, table, None)
        if found is None and "generated column" in str(error):
            return Rejection(table, "other", "")
        return found

    def refused(self, error: Exception) -> RefusedError:
        """Return our error for a failure that is not about a row."""
        return _plain(sqlite_errors.refused(error, self.place))  # type: ignore[arg-type]  # it is sqlite3's own

    def begin(self) -> None:
        """Begin the transaction."""
        self.run("BEGIN IMMEDIATE")

    def undo(self) -> None:
        """Return to the marked state, in a transaction that has begun anew where a refusal ended it."""
        if not self.driver.in_transaction:  # ON CONFLICT ROLLBACK or a trigger's RAISE has ended everything
            self.begin()
            return
        super().undo()

    def settle(self, tables: Sequence[str]) -> Rejection | None:
        """Judge what a commit would judge."""
        if not tables or not self.rows("PRAGMA foreign_keys")[0][0]:
            return None
        found = (table for table in tables if self._orphans_of(table) > self._orphans.get(table, 0))
        return next((Rejection(table, "reference", "") for table in found), None)

    def remember(self, tables: Sequence[str]) -> None:
        """Count the rows that refer to nothing already."""
        self._orphans = {table: self._orphans_of(table) for table in tables}

    def _orphans_of(self, table: str) -> int:
        return len(self.rows(f"PRAGMA foreign_key_check({quoted(table, 'sqlite')})"))

    def end(self) -> None:
        """Undo everything."""
        if self.driver.in_transaction:
            super().end()
        with suppress(Exception):  # a closed connection has no settings
            self.driver.isolation_level = self._level


class PostgresqlBench(Bench):
    """PostgreSQL through psycopg 3."""

    dialect = "postgresql"

    def __init__(self, driver: Any, error: type[Exception], place: str) -> None:
        super().__init__(driver, error, place)
        self._wholes: Names = {}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        cursor = self.driver.execute(query.encode())
        return list(cursor.fetchall()) if cursor.description is not None else []

    def rejection(self, error: Exception, table: str) -> Rejection | None:
        """Return which constraint an error is about; None where it is about something else."""
        found = postgresql_errors.rejection(error, table, None)  # type: ignore[arg-type]  # it is psycopg's own
        if found is None and getattr(error, "sqlstate", None) in _COMPUTED:
            return Rejection(table, "other", "")
        whole = self._wholes.get((error.diag.table_name or "", found.constraint)) if found is not None else None  # type: ignore[attr-defined]  # as above
        return replace(found, constraint=whole) if found is not None and whole is not None else found

    def refused(self, error: Exception) -> RefusedError:
        """Return our error for a failure that is not about a row."""
        return _plain(postgresql_errors.refused(error, self.place))  # type: ignore[arg-type]  # as above

    def begin(self) -> None:
        """Begin the transaction."""
        self._wholes = names_of_wholes(self.rows)  # psycopg begins by itself

    def settle(self, tables: Sequence[str]) -> Rejection | None:
        """Judge what a commit would judge."""
        del tables
        self.run("SET CONSTRAINTS ALL IMMEDIATE")
        return None

    def end(self) -> None:
        """Undo everything."""
        try:
            self.driver.rollback()
        except Exception:  # noqa: BLE001 - as above
            self.driver.close()


_COMPUTED = frozenset({"428C9", "42804", "22P02"})
"""A value for a column that the database always computes, or of a class that its type cannot be read from."""


class MysqlBench(Bench):
    """MariaDB and MySQL through PyMySQL."""

    dialect = "mysql"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self.driver.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def rejection(self, error: Exception, table: str) -> Rejection | None:
        """Return which constraint an error is about; None where it is about something else."""
        found = mysql_errors.rejection(error, table, None)
        if found is None and mysql_errors.code(error) in {1906, 3105}:
            return Rejection(table, "other", "")
        return found

    def refused(self, error: Exception) -> RefusedError:
        """Return our error for a failure that is not about a row."""
        return _plain(mysql_errors.refused(error, self.place))

    def begin(self) -> None:
        """Begin the transaction."""
        self.run("START TRANSACTION")


def _plain(error: RefusedError) -> RefusedError:
    """Return an error without what only loaders have to add."""
    return RefusedError(error.message.removesuffix("; nothing was loaded"), where=error.where, hint=error.hint)


_BENCHES: dict[str, type[Bench]] = {
    "sqlite": SqliteBench,
    "postgresql": PostgresqlBench,
    "mysql": MysqlBench,
    "mariadb": MysqlBench,
}


def bench_of(engine: Engine, driver: Any, place: str) -> Bench:
    """Return the bench for a driver's connection of an engine."""
    kind = _BENCHES[engine.dialect.name]
    dbapi = engine.dialect.loaded_dbapi
    return kind(driver, dbapi.Error, place)
