"""A database that serves tests: isolated for each of them, numbers and all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pytest_fixturegen.isolation import Isolation
from pytest_fixturegen.numbering import Numbering

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Served:
    """An engine that is isolated until it is closed.

    Args:
        engine: The engine.
        renew: Makes the database anew, or None where it is not ours to make.
        close: Closes the engine, or None where it is not ours to close.
    """

    def __init__(self, engine: Engine, *, renew: Callable[[], None] | None = None, dispose: bool = False) -> None:
        self.engine = engine
        self.isolation = Isolation(engine)
        self._renew = renew
        self._dispose = dispose
        with self.isolation.driver() as driver:
            self._numbering = Numbering(engine.dialect.name, driver)
            self._version = self._seen(driver)
        self.aside = False
        """Whether something worked beside the isolation: another connection, which may have taken numbers."""
        self.addressed = False
        """Whether the test asked for the address, by which others may have written what no rollback of ours undoes."""

    def finish(self) -> tuple[int, bool]:
        """Undo a test; return how many connections it left open, and whether all it did could be undone."""
        isolation = self.isolation
        left, begun, aside = isolation.open_connections, isolation.begun, self.aside
        undone, self.aside = isolation.end(), False
        if undone and not self._written_beside():
            if begun or aside:
                with isolation.driver() as driver:
                    self._numbering.restore(driver)
            return left, True
        if self._renew is None:
            return left, undone
        isolation.drop()
        self._renew()
        with isolation.driver() as driver:
            self._version = self._seen(driver)
        return left, True

    def _written_beside(self) -> bool:
        """Whether connections that are none of ours have, or may have, committed something; asked between two tests."""
        addressed, self.addressed = self.addressed, False
        if self._renew is None:  # a user's own database: what is written to it beside us is the user's
            return False
        if self._version is None:
            return addressed
        with self.isolation.driver() as driver:
            before, now = self._version, self._seen(driver)
        self._version = now
        return now is not None and now[0] is before[0] and now != before

    def _seen(self, driver: Any) -> tuple[Any, int] | None:
        """Return a number that changes when others commit to an SQLite file, and the connection that it is told to."""
        if self.engine.dialect.name != "sqlite":
            return None
        with closing(driver.cursor()) as cursor:
            cursor.execute("PRAGMA data_version")
            return driver, cursor.fetchone()[0]

    def close(self) -> None:
        """Give the engine back as it was."""
        self.isolation.release()
        if self._dispose:
            self.engine.dispose()
