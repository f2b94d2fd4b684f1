"""One transaction of our own making on an SQLite database, however it was given to us.

Python's driver begins transactions when it thinks fit, and never before DDL or a SELECT; so it is told to leave them alone and BEGIN
is ours. A connection within its user's transaction is joined by a savepoint instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from fixturegen.databases.sqlite_errors import refused, translated
from fixturegen.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import URL

    from fixturegen.databases.base import Target

_SAVEPOINT = '"fixturegen load"'
_CACHE = -262_144
"""256 MiB of pages: with the default of 2 MB, a large transaction writes and reads pages of its indexes over and over."""

_PAGE = 16_384
"""Bytes of a page where we make the file: with the default of 4,096 a large load takes a tenth longer."""


@dataclass(slots=True)
class Session:
    """The open transaction.

    Attributes:
        connection: The driver's connection.
        place: The database's name for messages.
        keep: Whether it is kept at the end.
    """

    connection: sqlite3.Connection
    place: str
    keep: bool = True


@contextmanager
def session(target: Target, *, create: bool) -> Iterator[Session]:
    """Give a transaction that is kept at the end of the block if ``keep`` is still true, and undone by any exception.

    Args:
        target: URL, engine or connection.
        create: Whether a file that does not exist may be made; one that ends without tables is removed again.

    Raises:
        InputError: No such file or directory; an asynchronous driver.
        RefusedError: The file is locked, read-only, damaged or no database.
    """
    place = _place(target)
    if isinstance(target, Connection):
        driver = _driver(target.connection.driver_connection)
        joined = target.in_transaction() or driver.in_transaction
        with _joined(driver, place) if joined else _own(driver, place) as opened:
            yield opened
        return
    with _file(_url(target), place, create=create), _checked_out(target, place) as driver:
        shared = driver.in_transaction and isinstance(target, Engine) and not _always_within(driver)
        with _joined(driver, place) if shared else _own(driver, place) as opened:
            yield opened


@contextmanager
def _own(driver: sqlite3.Connection, place: str) -> Iterator[Session]:
    """BEGIN and COMMIT by our own hand; the connection's settings come back at the end.

    References of all filled tables are judged at the end, before the commit. Judging them at every row as well would cost as
    much again; only where there are triggers, which may write or delete anywhere, they are enforced on the way too.
    """
    with translated(place), _manual(driver):
        before = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in ("foreign_keys", "cache_size")}
        driver.execute(f"PRAGMA cache_size = {_CACHE}")
        driver.execute(f"PRAGMA page_size = {_PAGE}")  # heeded by a database without any page only
        triggers = driver.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()[0]
        driver.execute(f"PRAGMA foreign_keys = {'ON' if triggers else 'OFF'}")
        try:
            driver.execute("BEGIN IMMEDIATE")
            # References in a circle are judged at the end, as all others then are.
            driver.execute("PRAGMA defer_foreign_keys = ON")
            opened = Session(driver, place)
            yield opened
            driver.execute("COMMIT" if opened.keep else "ROLLBACK")
        finally:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            for name, value in before.items():
                driver.execute(f"PRAGMA {name} = {int(value)}")


@contextmanager
def _joined(driver: sqlite3.Connection, place: str) -> Iterator[Session]:
    """Work within the user's transaction, which is neither committed nor rolled back."""
    with translated(place):
        if not driver.in_transaction:  # else the savepoint would be the transaction, and its release a commit
            driver.execute("BEGIN")
        deferred = driver.execute("PRAGMA defer_foreign_keys").fetchone()[0]
        driver.execute(f"SAVEPOINT {_SAVEPOINT}")
        try:
            driver.execute("PRAGMA defer_foreign_keys = ON")
            opened = Session(driver, place)
            yield opened
            if not opened.keep:
                driver.execute(f"ROLLBACK TO {_SAVEPOINT}")
            driver.execute(f"RELEASE {_SAVEPOINT}")
        except BaseException:
            with suppress(sqlite3.Error):  # a RAISE(ROLLBACK) in a trigger has ended everything already
                driver.execute(f"ROLLBACK TO {_SAVEPOINT}")
                driver.execute(f"RELEASE {_SAVEPOINT}")
            raise
        finally:
            driver.execute(f"PRAGMA defer_foreign_keys = {int(deferred)}")


@contextmanager
def _manual(driver: sqlite3.Connection) -> Iterator[None]:
    """Make the driver leave transactions to us."""
    always = _always_within(driver)
    if always:
        driver.autocommit = True  # type: ignore[attr-defined]  # Python 3.12
    level = driver.isolation_level
    driver.isolation_level = None
    try:
        yield
    finally:
        driver.isolation_level = level
        if always:
            driver.autocommit = False  # type: ignore[attr-defined]  # Python 3.12


def _always_within(driver: sqlite3.Connection) -> bool:
    """Whether the driver keeps a transaction open at all times (PEP 249 mode of Python 3.12)."""
    return getattr(driver, "autocommit", None) is False


@contextmanager
def _checked_out(target: str | URL | Engine, place: str) -> Iterator[sqlite3.Connection]:
    engine = target if isinstance(target, Engine) else create_engine(_url(target), poolclass=NullPool)
    try:
        raw = engine.raw_connection()
    except sqlite3.Error as error:
        raise refused(error, place) from None
    try:
        yield _driver(raw.driver_connection)
    finally:
        raw.close()


@contextmanager
def _file(url: URL, place: str, *, create: bool) -> Iterator[None]:
    """Refuse a missing file that may not be made; remove a new one that the block leaves empty."""
    path = _path(url)
    if path is None or path.exists():
        yield
        return
    if not path.parent.is_dir():
        message = f"the directory {str(path.parent)!r} does not exist"
        raise InputError(message, where=place)
    if not create:
        message = "there is no such database file"
        raise InputError(message, where=place, hint="With --create it is made, tables included.")
    try:
        yield
    finally:
        _remove_empty(path)


def _remove_empty(path: Path) -> None:
    if path.exists() and path.stat().st_size == 0:
        for suffix in ("", "-journal", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _driver(connection: object) -> sqlite3.Connection:
    if isinstance(connection, sqlite3.Connection):
        return connection
    message = f"the driver {type(connection).__name__} cannot be loaded through"
    raise InputError(message, hint="Give the URL, such as sqlite:///shop.db, or an engine with Python's own driver.")


def _url(target: str | URL | Engine) -> URL:
    url = target.url if isinstance(target, Engine) else make_url(target)
    # A URL for an asynchronous application names the same file.
    return url.set(drivername="sqlite") if not isinstance(target, Engine) else url


def _path(url: URL) -> Path | None:
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def _place(target: Target) -> str:
    if isinstance(target, Connection):
        return target.engine.url.render_as_string(hide_password=True)
    return _url(target).render_as_string(hide_password=True)
