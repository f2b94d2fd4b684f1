"""One transaction on PostgreSQL through psycopg 3, whoever opened the connection.

A connection within its user's transaction is joined by a savepoint, which psycopg's own ``transaction()`` makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from fixturegen.databases.postgresql_errors import refused, translated
from fixturegen.errors import InputError, RefusedError

if TYPE_CHECKING:
    from psycopg import Connection as Driver
    from sqlalchemy import URL, Engine, Pool
    from sqlalchemy.pool import PoolProxiedConnection

    from fixturegen.databases.base import Target

Row = tuple[Any, ...]

_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "lc_monetary": "C",
    "xmloption": "content",
}
"""How texts are read, whatever the role or the database prefers."""


@dataclass(slots=True)
class Session:
    """The open transaction.

    Attributes:
        driver: psycopg's connection.
        place: The database's name for messages.
        keep: Whether it is kept at the end.
    """

    driver: Driver[Row]
    place: str
    keep: bool = True

    def rows(self, query: str, parameters: Sequence[object] | None = None) -> list[Row]:
        """Return all rows of a query; without parameters a ``%`` in it means itself."""
        return self.driver.execute(query.encode(), parameters).fetchall()

    def value(self, query: str, parameters: Sequence[object] | None = None) -> Any:
        """Return the first column of the first row, None where there is no row."""
        rows = self.rows(query, parameters)
        return rows[0][0] if rows else None

    def run(self, statement: str) -> None:
        """Run a statement without parameters."""
        self.driver.execute(statement.encode())

    def literal(self, text: str) -> str:
        """Return a text as a literal, for statements that take no parameters."""
        from psycopg.sql import Literal  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        return Literal(text).as_string(self.driver)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did, and only that, where it fails."""
        with self.driver.transaction():
            yield


@contextmanager
def session(target: Target, place: str = "") -> Iterator[Session]:
    """Give a transaction that is kept at the end of the block if ``keep`` is still true, and undone by any exception.

    Args:
        target: URL, engine or connection.
        place: The database's name for messages; that of the target if empty.

    Raises:
        InputError: The driver is not installed, or it is another than psycopg 3.
        RefusedError: The database cannot be reached, or ends the connection.
    """
    with _connected(target, place) as (driver, name), translated(name):
        from psycopg import Rollback  # noqa: PLC0415 (an extra; where it is missing, connecting has said so)

        with driver.transaction():
            opened = Session(driver, name)
            before = _settings(opened)
            yield opened
            if not opened.keep:
                raise Rollback
            _restore(opened, before)


def _settings(opened: Session) -> dict[str, str]:
    names = list(_SETTINGS)
    rows = opened.rows("SELECT name, setting FROM pg_settings WHERE name ILIKE ANY(%s)", (names,))
    for name, value in _SETTINGS.items():
        opened.rows("SELECT set_config(%s, %s, true)", (name, value))
    return {str(name): str(value) for name, value in rows}


def _restore(opened: Session, before: dict[str, str]) -> None:
    # A joined transaction goes on after us.
    for name, value in before.items():
        opened.rows("SELECT set_config(%s, %s, true)", (name, value))


@contextmanager
def _connected(target: Target, place: str) -> Iterator[tuple[Driver[Row], str]]:
    from sqlalchemy import Connection  # noqa: PLC0415 (heavy: only where a database is met)

    from fixturegen.engines import masked  # noqa: PLC0415 (the same)

    if isinstance(target, Connection):
        place = masked(target.engine.url)
        driver = _driver(target.connection.driver_connection)
        if target.in_transaction() and not driver.autocommit:
            driver.execute(
                "SELECT 1"
            )  # SQLAlchemy's transaction has begun; the driver's begins with its first statement
        yield driver, place
        return
    place = place or place_of(target)
    with engine_of(target) as engine, _checked_out(engine.pool, place, engine.url) as raw:
        yield _driver(raw.driver_connection), place


def place_of(target: str | URL | Engine) -> str:
    """Return the name of a database for messages."""
    from sqlalchemy import Engine, make_url  # noqa: PLC0415 (heavy: only where a database is met)

    from fixturegen.engines import masked  # noqa: PLC0415 (the same)

    return masked(target.url if isinstance(target, Engine) else make_url(target))


@contextmanager
def engine_of(target: str | URL | Engine) -> Iterator[Engine]:
    """Give an engine of psycopg for an address: the one that is given, if it is of psycopg."""
    from sqlalchemy import Engine, make_url  # noqa: PLC0415 (heavy: only where a database is met)

    from fixturegen.engines import opened  # noqa: PLC0415 (the same)

    if isinstance(target, Engine) and target.dialect.driver == "psycopg":
        yield target
        return
    url = target.url if isinstance(target, Engine) else make_url(target)
    engine = opened(url.set(drivername="postgresql+psycopg"))
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def beside(engine: Engine, place: str, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Session]:
    """Give a connection of our own beside the load's, each of whose statements commits by itself.

    Args:
        engine: An engine of psycopg, connected as its connections are; its pool is left alone.
        place: The database's name for messages.
        settings: Settings of the connection, beside those that say how texts are read.

    Raises:
        RefusedError: The database takes no more connections.
    """
    with _checked_out(engine.pool.recreate(), place, engine.url) as raw:
        driver = _driver(raw.driver_connection)
        raw.detach()
        driver.rollback()
        driver.autocommit = True
        opened = Session(driver, place)
        for name, value in {**_SETTINGS, **settings}.items():
            opened.rows("SELECT set_config(%s, %s, false)", (name, value))
        yield opened


@contextmanager
def _checked_out(pool: Pool, place: str, url: URL) -> Iterator[PoolProxiedConnection]:
    import psycopg  # noqa: PLC0415 (an extra)

    from fixturegen.engines import scrubbed  # noqa: PLC0415 (SQLAlchemy is heavy)

    try:
        raw = pool.connect()
    except psycopg.OperationalError as error:
        reason = scrubbed(" ".join(str(error).split()), url)
        message = f"the database cannot be reached: {reason}"
        raise RefusedError(message, where=place) from None
    except psycopg.Error as error:
        raise refused(error, place) from None
    driver = _driver(raw.driver_connection)
    try:
        yield raw
    finally:
        if driver.closed:
            raw.invalidate()  # or the pool would try to undo something through it
        raw.close()


def _driver(connection: object) -> Driver[Row]:
    with suppress(ImportError):  # an extra: without it, the connection is none of its own
        from psycopg import Connection  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        if isinstance(connection, Connection):
            return cast("Driver[Row]", connection)
    message = f"the driver {type(connection).__module__.partition('.')[0]} cannot be loaded through"
    raise InputError(message, hint="Give the URL, or an engine of postgresql+psycopg://.")
