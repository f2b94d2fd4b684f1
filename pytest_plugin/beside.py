"""What others commit to a test's database, by connections that are not undone with the test: noticed between two tests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from pytest_fixturegen.asking import one_by_one, rows

_LARGEST = 256 * 2**20
"""Bytes of a PostgreSQL database whose rows are looked through; of a larger one, whoever connected is taken to have written."""
_PATIENCE = "2s"
_VISITS = """
SELECT pg_stat_get_db_sessions(oid), pg_stat_get_db_numbackends(oid) FROM pg_database WHERE datname = current_database()
"""
_TABLES = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1
"""
_UPDATES = "SELECT table_name, update_time FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"


class Watch(ABC):
    """Watches one database, asked between two tests on a connection of the driver that has no transaction open.

    Args:
        driver: The connection.
    """

    cheap = False
    """Whether asking takes no time that anybody would notice."""

    def __init__(self, driver: Any) -> None:
        self.visited = False
        """Whether others have been connected since the last time; they may have taken numbers, if nothing else."""
        self.renewed(driver)

    @abstractmethod
    def renewed(self, driver: Any) -> None:
        """Take the database as it is now for what it is to be."""

    @abstractmethod
    def written(self, driver: Any, *, suspected: bool) -> bool:
        """Return whether others have committed anything since the last time.

        Args:
            driver: The connection.
            suspected: Whether somebody was told the address: then a doubt means yes.
        """


class _SQLite(Watch):
    """The library counts what other connections commit, for each connection that asks."""

    cheap = True

    def renewed(self, driver: Any) -> None:
        self._seen = driver, rows(driver, "PRAGMA data_version")

    def written(self, driver: Any, *, suspected: bool) -> bool:
        del suspected
        (of, before), now = self._seen, rows(driver, "PRAGMA data_version")
        self._seen = driver, now
        return of is driver and now != before


class _PostgreSQL(Watch):
    """The server counts sessions; where others had any, rows are counted, and transactions that wrote them compared."""

    def renewed(self, driver: Any) -> None:
        self._old = int(rows(driver, "SHOW server_version_num")[0][0]) < 140_000  # which does not count sessions
        size = rows(driver, "SELECT pg_database_size(current_database())")[0][0]
        self._rows = self._found(driver) if size <= _LARGEST else None
        self._visits = self._visited(driver)
        self._of = driver
        driver.rollback()

    def written(self, driver: Any, *, suspected: bool) -> bool:
        del suspected
        with one_by_one(driver):
            visits = self._visited(driver)
        own = driver is not self._of  # a connection of our own was lost, and another one opened
        self.visited = visits[1] > 1 or visits[0] > self._visits[0] + own
        self._visits, self._of = visits, driver
        if not self.visited:
            return False
        try:
            return self._rows is None or self._found(driver) != self._rows
        except Exception:  # noqa: BLE001 - every driver has its own errors; who is still connected may hold a table locked
            return True
        finally:
            driver.rollback()

    def _visited(self, driver: Any) -> tuple[int, int]:
        query = _VISITS.replace("pg_stat_get_db_sessions(oid)", "0") if self._old else _VISITS
        sessions, connected = rows(driver, query)[0]
        return sessions, connected

    def _found(self, driver: Any) -> Sequence[tuple[Any, ...]]:
        with closing(driver.cursor()) as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        names = [name for (name,) in rows(driver, _TABLES)]
        parts = [f"SELECT {at}, count(*), max(xmin::text::bigint) FROM ONLY {name}" for at, name in enumerate(names)]  # noqa: S608 (quoted)
        counts = rows(driver, " UNION ALL ".join(parts)) if parts else []
        return [(name, *rest) for name, (_, *rest) in zip(names, sorted(counts), strict=True)]


class _MySQL(Watch):
    """The server says when each table was last written by a transaction that was committed, to the second."""

    def renewed(self, driver: Any) -> None:
        self._now = rows(driver, "SELECT NOW()")[0][0]
        self._updates = rows(driver, _UPDATES)
        driver.rollback()

    def written(self, driver: Any, *, suspected: bool) -> bool:
        updates = rows(driver, _UPDATES)
        driver.rollback()
        written = updates != self._updates
        if suspected and not written:
            written = any(time is not None and time >= self._now.replace(microsecond=0) for _, time in updates)
        self._updates = updates
        return written


_WATCHES: dict[str, type[Watch]] = {
    "sqlite": _SQLite,
    "postgresql": _PostgreSQL,
    "mysql": _MySQL,
    "mariadb": _MySQL,
}


def watch(dialect: str, driver: Any) -> Watch:
    """Return what watches a database.

    Args:
        dialect: SQLAlchemy's name of the database system.
        driver: A connection of the driver.
    """
    return _WATCHES[dialect](driver)
