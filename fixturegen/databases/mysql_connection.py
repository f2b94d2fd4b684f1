"""One transaction on MariaDB or MySQL through PyMySQL, whoever opened the connection.

A connection within its user's transaction is joined by a savepoint. What MariaDB commits by itself (making or altering a table
does so) stays out of such a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from fixturegen.databases.mysql_errors import code, refused, translated
from fixturegen.errors import InputError, RefusedError

if TYPE_CHECKING:
    from pymysql.connections import Connection as Driver
    from sqlalchemy import URL, Engine

    from fixturegen.databases.base import Target

_SAVEPOINT = "`fixturegen load`"
_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO"
_SETTINGS: dict[str, object] = {
    "sql_mode": _MODE,
    "time_zone": "+00:00",
    "foreign_key_checks": 1,
    "unique_checks": 1,
    "sql_safe_updates": 0,
}
"""How values are read and judged, whatever the server prefers; the connection's own settings come back at the end."""


@dataclass(slots=True)
class Session:
    """The open transaction.

    Attributes:
        driver: PyMySQL's connection.
        place: The database's name for messages.
        joined: Whether it is a part of its user's transaction.
        keep: Whether it is kept at the end.
        made: Tables that were made, quoted: what is not undone with the transaction, so is dropped where it fails.
        afterwards: What is run once all is kept; it may commit by itself.
    """

    driver: Driver[Any]
    place: str
    joined: bool
    keep: bool = True
    made: list[str] = field(default_factory=list)
    afterwards: list[str] = field(default_factory=list)

    def rows(self, query: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query; without parameters a ``%`` in it means itself."""
        with self.driver.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def value(self, query: str, parameters: Sequence[object] | None = None) -> Any:
        """Return the first column of the first row, None where there is no row."""
        rows = self.rows(query, parameters)
        return rows[0][0] if rows else None

    def run(self, statement: str) -> tuple[int, int]:
        """Run a statement without parameters; return how many rows it wrote and how many warnings there were."""
        with self.driver.cursor() as cursor:
            rows = cursor.execute(statement)
            return rows, int(cursor.warning_count)

    def literal(self, text: str) -> str:
        """Return a text as a literal."""
        return str(self.driver.escape(text))


@contextmanager
def session(target: Target) -> Iterator[Session]:
    """Give a transaction that is kept at the end of the block if ``keep`` is still true, and undone by any exception.

    Args:
        target: URL, engine or connection.

    Raises:
        InputError: The driver is not installed, or it is another than PyMySQL.
        RefusedError: The database cannot be reached, or ends the connection.
    """
    with _connected(target) as (driver, place, joined, again), translated(place):
        opened = Session(driver, place, joined)
        before = _settings(opened)
        try:
            yield from _transaction(opened)
        except BaseException:
            _drop(opened, again)
            raise
        finally:
            _restore(opened, before)


def _transaction(opened: Session) -> Iterator[Session]:
    begin, keep, undo = (
        (f"SAVEPOINT {_SAVEPOINT}", f"RELEASE SAVEPOINT {_SAVEPOINT}", f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        if opened.joined
        else ("START TRANSACTION", "COMMIT", "ROLLBACK")
    )
    opened.run(begin)
    try:
        yield opened
        opened.run(keep if opened.keep else undo)
    except BaseException:
        _try(opened, undo)
        raise
    if opened.keep:
        for statement in opened.afterwards:
            opened.run(statement)
    else:
        _drop(opened, None)


def _try(opened: Session, statement: str) -> bool:
    """Run a statement that a lost connection need not survive: the server undoes its transaction by itself."""
    from pymysql.err import Error  # noqa: PLC0415 (an extra: only where MariaDB is met)

    try:
        opened.run(statement)
    except (Error, OSError):
        return False
    return True


def _drop(opened: Session, again: Callable[[], Driver[Any]] | None) -> None:
    """Drop the tables that were made, through a new connection where this one is lost."""
    from pymysql.err import Error  # noqa: PLC0415 (an extra)

    if not opened.made:
        return
    statements = ["SET foreign_key_checks = 0", *(f"DROP TABLE IF EXISTS {name}" for name in opened.made)]
    if all(_try(opened, statement) for statement in statements) or again is None:
        return
    with suppress(Error, OSError):
        driver = again()
        try:
            with driver.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            driver.close()


def _settings(opened: Session) -> dict[str, object]:
    wanted = dict(_SETTINGS)
    if opened.value("SHOW VARIABLES LIKE 'check_constraint_checks'") is not None:  # MariaDB has a switch for CHECKs
        wanted["check_constraint_checks"] = 1
    names = ", ".join(f"@@SESSION.{name}" for name in wanted)
    before = dict(zip(wanted, opened.rows(f"SELECT {names}")[0], strict=True))
    _set(opened, wanted)
    before["charset"] = opened.driver.charset
    opened.driver.set_character_set("utf8mb4")
    return before


def _set(opened: Session, settings: dict[str, object]) -> None:
    opened.run(
        "SET " + ", ".join(f"SESSION {name} = {opened.driver.escape(value)}" for name, value in settings.items())
    )


def _restore(opened: Session, before: dict[str, object]) -> None:
    from pymysql.err import Error  # noqa: PLC0415 (an extra)

    with suppress(Error, OSError):  # a lost connection has nothing to restore
        opened.driver.set_character_set(str(before.pop("charset")))
        _set(opened, before)


@contextmanager
def _connected(target: Target) -> Iterator[tuple[Driver[Any], str, bool, Callable[[], Driver[Any]] | None]]:
    """Give the driver's connection, the place, whether it is within a transaction, and how to connect anew."""
    from sqlalchemy import Connection, Engine  # noqa: PLC0415 (heavy: only where a database is met)

    from fixturegen.engines import masked  # noqa: PLC0415 (the same)

    if isinstance(target, Connection):
        driver = _driver(target.connection.driver_connection)
        yield driver, masked(target.engine.url), target.in_transaction() and not driver.get_autocommit(), None
        return
    engine = target if isinstance(target, Engine) and target.dialect.driver == "pymysql" else _engine(target)
    place = masked(target.url if isinstance(target, Engine) else target)
    try:
        raw = _raw(engine, place)
        driver = _driver(raw.driver_connection)
        try:
            yield driver, place, False, lambda: _anew(engine)
        finally:
            if not driver.open:
                raw.invalidate()  # or the pool would try to undo something through it
            raw.close()
    finally:
        if engine is not target:
            engine.dispose()


def _anew(engine: Engine) -> Driver[Any]:
    raw = engine.raw_connection()
    driver = _driver(raw.driver_connection)
    raw.detach()
    return driver


def _raw(engine: Engine, place: str) -> Any:
    from pymysql.err import MySQLError  # noqa: PLC0415 (an extra)

    try:
        return engine.raw_connection()
    except MySQLError as error:
        if code(error) in (1045, 1049, 1698, 2003):
            message = f"the database cannot be reached: {_scrubbed(error, engine)}"
            raise RefusedError(message, where=place) from None
        raise refused(error, place) from None


def _scrubbed(error: BaseException, engine: Engine) -> str:
    from fixturegen.engines import scrubbed  # noqa: PLC0415 (SQLAlchemy is heavy)

    return scrubbed(" ".join(str(error.args[-1]).split()), engine.url)


def _engine(target: str | URL | Engine) -> Engine:
    """Return an engine of PyMySQL that may send files, which is how LOAD DATA gets its rows."""
    from sqlalchemy import Engine, make_url  # noqa: PLC0415 (heavy)

    from fixturegen.engines import opened  # noqa: PLC0415 (the same)

    url = target.url if isinstance(target, Engine) else make_url(target)
    url = url.set(drivername="mysql+pymysql").update_query_dict({"local_infile": "1"})
    return opened(url)


def _driver(connection: object) -> Driver[Any]:
    with suppress(ImportError):  # an extra: without it, the connection is none of its own
        from pymysql.connections import Connection  # noqa: PLC0415 (an extra)

        if isinstance(connection, Connection):
            return cast("Driver[Any]", connection)
    message = f"the driver {type(connection).__module__.partition('.')[0]} cannot be loaded through"
    raise InputError(message, hint="Give the URL, or an engine of mysql+pymysql://.")
