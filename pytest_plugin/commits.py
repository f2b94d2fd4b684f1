"""What a commit would judge: deferred constraints, which a savepoint does not look at when it is released."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

Judge = Callable[[Any], None]
"""Given the driver's connection; raises the driver's own error."""

_POSTGRESQL = "SELECT EXISTS (SELECT FROM pg_constraint WHERE condeferrable)"
_SQLITE = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE sql LIKE '%INITIALLY DEFERRED%')"


def judge_of(connection: Connection) -> Judge:
    """Return what has deferred constraints judged as a commit would; a database without such is not asked anything."""
    name = connection.dialect.name
    if name == "postgresql" and connection.exec_driver_sql(_POSTGRESQL).scalar():
        return _postgresql
    if name == "sqlite" and connection.exec_driver_sql(_SQLITE).scalar():
        return _sqlite
    return _nothing


def _nothing(_driver: Any) -> None:
    return


def _postgresql(driver: Any) -> None:
    with closing(driver.cursor()) as cursor:
        cursor.execute("SAVEPOINT fixturegen_commit")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # Undone at once, so that each constraint is as deferred as it was before; those that wait will be judged again.
        cursor.execute("ROLLBACK TO SAVEPOINT fixturegen_commit")
        cursor.execute("RELEASE SAVEPOINT fixturegen_commit")


def _sqlite(driver: Any) -> None:
    with closing(driver.cursor()) as cursor:
        cursor.execute("PRAGMA foreign_keys")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("PRAGMA foreign_key_check")
        if cursor.fetchone() is not None:
            message = "FOREIGN KEY constraint failed"
            raise sqlite3.IntegrityError(message)
