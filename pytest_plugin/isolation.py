"""Isolation by one transaction that is never committed: whatever a test and its application do through an engine is undone.

The engine's pool is exchanged for one that hands out a single connection of the driver, on which a transaction is open. What SQLAlchemy
asks of the driver's transactions (begin, commit, roll back) becomes savepoints within it: a commit keeps the rows for the
rest of the test, a roll back undoes what the same connection did since it began, and the end of the test undoes everything. So
the application's own code runs unchanged, however many connections it takes, one after the other or one within the other.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.pool import NullPool

from fixturegen.engines import in_memory
from pytest_fixturegen.commits import judge_of

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import PoolProxiedConnection

_FAILED = "25P02"
_BASE = "fixturegen_test"
_NOBODY = 0
"""The owner of a savepoint that is no connection's."""
_ENDINGS = ("COMMIT", "END", "ROLLBACK", "BEGIN", "START")
_READING = ("SELECT", "PRAGMA", "SHOW", "EXPLAIN", "VALUES")
_BEFORE = re.compile(r"(?:\s|--[^\n]*\n|#[^\n]*\n|/\*(?!M?!).*?\*/|/\*M?!\d*)*", re.DOTALL)
"""What may stand before a statement: comments, but not those within which MySQL and MariaDB read on."""
_SETTING = re.compile(r"(SET(?!\s+(SESSION\s+)?TRANSACTION)|USE|CREATE\s+(OR\s+REPLACE\s+)?TEMPORARY)\b", re.IGNORECASE)
_LASTING = {
    "sqlite": re.compile(
        r"(ATTACH|DETACH)\b|PRAGMA\s+([^;=(]*\.)?\s*(?!defer_foreign_keys)"
        r"(\w+\s*=|(?!\w*(_x?info|_list|_check)\s*\()\w+\s*\()",
        re.IGNORECASE,
    ),
    "mysql": _SETTING,
    "mariadb": _SETTING,
}
"""Statements whose effect on the connection no roll back undoes; PostgreSQL undoes what it sets."""
_REPLACED = (
    "do_begin",
    "do_commit",
    "do_rollback",
    "do_close",
    "do_terminate",
    "set_isolation_level",
    "reset_isolation_level",
)


@dataclass(slots=True)
class _Point:
    """A savepoint that stands for the beginning of a connection's transaction.

    Attributes:
        owner: The connection's identity.
        name: The savepoint's name.
        wrote: Whether anything but a query was run since: the savepoint must stay where it is.
        kept: Whether the transaction was committed; the savepoint stays as long as those within it need theirs.
    """

    owner: int
    name: str
    wrote: bool = False
    kept: bool = False


class Isolation:
    """One engine, whose connections are all parts of one transaction that is undone at the end of each test.

    Args:
        engine: The engine; it is isolated from now on until :meth:`release`.

    ``begin`` is called by itself when a connection is first taken, ``end`` undoes everything.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._pool = engine.pool
        self._held: PoolProxiedConnection | None = None
        self._driver: DBAPIConnection | None = None
        self._points: list[_Point] = []
        self._count = 0
        self._autocommit = False
        self._out: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lost = False
        self._lasting = _LASTING.get(engine.dialect.name)
        self._changed = False
        self.begun = False
        with engine.connect() as connection:  # the dialect must know its server before its connections are ours
            self._judge = judge_of(connection)
        self._own = {name: getattr(engine.dialect, name) for name in _REPLACED}
        engine.pool = NullPool(self._shared, dialect=engine.dialect)
        event.listen(engine.pool, "checkout", self._checked_out)
        event.listen(engine.pool, "checkin", self._checked_in)
        for name in _REPLACED:
            setattr(engine.dialect, name, getattr(self, f"_{name.removeprefix('do_')}"))
        event.listen(engine, "do_execute", self._executes)
        event.listen(engine, "do_executemany", self._executes)
        event.listen(engine, "do_execute_no_params", self._executes_bare)

    # The transaction of a test

    def begin(self) -> None:
        """Open the transaction of a test, unless it is open."""
        if self.begun:
            return
        self._hold()
        try:
            self._start()
        except Exception:  # noqa: BLE001 - every driver has its own errors; a server may have closed the connection meanwhile
            self.drop()
            self._hold()
            self._start()
        self.begun = True

    def end(self) -> bool:
        """Undo everything, and return whether it was undone: False where something ended the transaction by itself."""
        if not self.begun:
            return True
        self.begun = False
        self._points.clear()
        self._autocommit = False
        for fairy in list(self._out):  # whoever holds one of them still must not reach into the next test
            fairy.invalidate()
        self._out.clear()
        assert self._driver is not None
        undone, self._lost = not self._lost, False
        try:
            self._run(f"ROLLBACK TO SAVEPOINT {_BASE}")
        except Exception:  # noqa: BLE001 - every driver has its own errors
            undone = False
        try:
            self._driver.rollback()
        except Exception:  # noqa: BLE001 - as above
            self.drop()
        return undone

    def refresh(self) -> None:
        """Open the connection anew between two tests, if one has set what lasts as long as it; a database in memory would be lost."""
        changed, self._changed = self._changed, False
        if changed and not in_memory(self.engine.url):
            self.drop()

    @property
    def open_connections(self) -> int:
        """How many connections have been taken and not been given back."""
        return len(self._out)

    @contextmanager
    def driver(self) -> Iterator[DBAPIConnection]:
        """Give the driver's connection between two tests: what is done on it is kept if the block commits it."""
        assert not self.begun
        self._hold()
        assert self._driver is not None
        yield self._driver

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Undo at the end of the block whatever was done within it."""
        self.begin()
        point = self._pushed(_NOBODY)
        point.wrote = True
        try:
            yield
        finally:
            if point in self._points:
                self._undo(point)

    def release(self) -> None:
        """Undo everything and give the engine its own pool and transactions back."""
        self.end()
        held, self._held, self._driver = self._held, None, None
        if held is not None:
            held.close()
        event.remove(self.engine, "do_execute", self._executes)
        event.remove(self.engine, "do_executemany", self._executes)
        event.remove(self.engine, "do_execute_no_params", self._executes_bare)
        for name in _REPLACED:
            delattr(self.engine.dialect, name)
        self.engine.pool = self._pool

    def drop(self) -> None:
        """Let go of the driver's connection, which is closed."""
        held, self._held, self._driver = self._held, None, None
        if held is not None:
            with suppress(Exception):
                held.invalidate()

    def _hold(self) -> None:
        if self._held is None or not self._held.is_valid:
            self._held = self._pool.connect()
            self._driver = self._held.dbapi_connection

    def _start(self) -> None:
        name = self.engine.dialect.name
        assert self._driver is not None
        if name == "sqlite" and not self._within:
            self._run("BEGIN")
        elif name in {"mysql", "mariadb"}:
            self._run("START TRANSACTION")
        elif getattr(self._driver, "autocommit", None) is True:
            self._driver.autocommit = False
        self._run(f"SAVEPOINT {_BASE}")

    @property
    def _within(self) -> bool:
        """Whether the driver is within a transaction, as far as it may end one by itself: SQLite's does upon some errors."""
        driver: Any = self._held.driver_connection if self._held is not None else None
        return bool(getattr(driver, "in_transaction", True)) if self.engine.dialect.name == "sqlite" else True

    def _run(self, statement: str) -> None:
        assert self._driver is not None
        cursor = self._driver.cursor()
        try:
            cursor.execute(statement)
        finally:
            cursor.close()

    # The pool

    def _shared(self) -> DBAPIConnection:
        self.begin()
        assert self._driver is not None
        return self._driver

    def _checked_out(self, _driver: object, _record: object, fairy: object) -> None:
        self._out.add(fairy)

    def _checked_in(self, _driver: object, record: Any) -> None:
        for fairy in [each for each in self._out if each._connection_record is record]:  # noqa: SLF001 - its only name
            self._out.discard(fairy)

    # What stands in for the dialect's own

    def _is_ours(self, connection: Any) -> bool:
        return getattr(connection, "dbapi_connection", connection) is self._driver

    def _begin(self, connection: PoolProxiedConnection) -> None:
        if not self._is_ours(connection):
            self._own["do_begin"](connection)
            return
        self._mend()
        if self._autocommit:
            return
        try:
            self._pushed(id(connection))
        except Exception as error:
            if getattr(error, "sqlstate", None) != _FAILED or not self._recovered():
                raise
            self._pushed(id(connection))

    def _commit(self, connection: PoolProxiedConnection) -> None:
        if not self._is_ours(connection):
            self._own["do_commit"](connection)
            return
        point = self._point(connection)
        if point is None:
            return
        try:
            self._judge(self._driver)
        except Exception as error:
            self._undo(point)
            if getattr(error, "sqlstate", None) == _FAILED:  # the commit of what has failed already is a roll back
                return
            raise
        point.kept = True
        self._settle()

    def _rollback(self, connection: PoolProxiedConnection) -> None:
        if not self._is_ours(connection):
            self._own["do_rollback"](connection)
            return
        point = self._point(connection)
        if point is not None:
            self._undo(point)

    def _close(self, connection: DBAPIConnection) -> None:
        if not self._is_ours(connection):
            self._own["do_close"](connection)

    def _terminate(self, connection: DBAPIConnection) -> None:
        if not self._is_ours(connection):
            self._own["do_terminate"](connection)

    def _set_isolation_level(self, connection: DBAPIConnection, level: Any) -> None:
        if not self._is_ours(connection):
            self._own["set_isolation_level"](connection, level)
            return
        self._autocommit = level == "AUTOCOMMIT"

    def _reset_isolation_level(self, connection: DBAPIConnection) -> None:
        if not self._is_ours(connection):
            self._own["reset_isolation_level"](connection)
            return
        self._autocommit = False

    def _executes(self, _cursor: object, statement: str, _parameters: object, context: Any) -> bool:
        return self._executes_bare(_cursor, statement, context)

    def _executes_bare(self, _cursor: object, statement: str, context: Any) -> bool:
        """Return True for statements that would end or begin the driver's transaction, done here in place of it."""
        connection = context.root_connection.connection
        if not self._is_ours(connection):
            return False
        self._mend()
        statement = _BEFORE.sub("", statement, count=1)
        if self._lasting is not None and self._lasting.match(statement):
            self._changed = True
        head = statement[:8].upper()
        if not head.startswith(_ENDINGS):
            point = self._point(connection)
            if point is not None and not head.startswith(_READING):
                point.wrote = True
            return False
        words = statement.rstrip("; \n\t").upper().split()
        match words[0]:
            case "COMMIT" | "END" if len(words) == 1 or words[1] in {"TRANSACTION", "WORK"}:
                self._commit(connection)
                self._pushed(id(connection))  # SQLAlchemy does not know that its transaction ended
            case "ROLLBACK" if len(words) == 1 or words[1] in {"TRANSACTION", "WORK"}:
                self._rollback(connection)
                self._pushed(id(connection))
            case "BEGIN":
                pass  # SQLAlchemy has begun already, by a savepoint
            case "START" if words[1:2] == ["TRANSACTION"]:
                pass
            case _:
                return False
        return True

    def _mend(self) -> None:
        # SQLite ends the transaction by itself upon some errors; what follows would be kept. It may have been a commit, too.
        if self.begun and not self._within:
            self._lost = True
            self._points.clear()
            self._start()

    def _point(self, connection: object) -> _Point | None:
        return next((point for point in self._points if point.owner == id(connection) and not point.kept), None)

    def _pushed(self, owner: int) -> _Point:
        self._count += 1
        point = _Point(owner, f"fixturegen_{self._count}")
        self._run(f"SAVEPOINT {point.name}")
        self._points.append(point)
        return point

    def _recovered(self) -> bool:
        """Roll back what has failed on another connection, which can do nothing else; return whether there was such."""
        point = next((point for point in reversed(self._points) if not point.kept), None)
        if point is None:
            return False
        self._run(f"ROLLBACK TO SAVEPOINT {point.name}")
        del self._points[self._points.index(point) + 1 :]
        point.wrote = point.owner == _NOBODY
        return True

    def _settle(self) -> None:
        """Let go of the savepoints of what was committed, as far as nobody else has written before or after.

        Those who have only read begin anew behind it: their roll back must not undo what another one committed.
        """
        at = len(self._points)
        while at and (self._points[at - 1].kept or not self._points[at - 1].wrote):
            at -= 1
        over = self._points[at:]
        if not any(point.kept for point in over):
            return
        try:
            self._run(f"RELEASE SAVEPOINT {over[0].name}")
        except Exception:  # noqa: BLE001 - a transaction that failed: its commit is a roll back on every server
            self._undo(next(point for point in over if point.kept))
            return
        self._points[at:] = [point for point in over if not point.kept]
        for point in self._points[at:]:
            self._run(f"SAVEPOINT {point.name}")

    def _undo(self, point: _Point) -> None:
        at = self._points.index(point)
        del self._points[at:]
        if not self._within:
            self._mend()
            return
        try:
            self._run(f"ROLLBACK TO SAVEPOINT {point.name}")
            self._run(f"RELEASE SAVEPOINT {point.name}")
        except Exception:  # noqa: BLE001 - every driver has its own errors
            self._points.clear()  # something ended the transaction behind our back: the end of the test will tell
            return
        self._settle()
