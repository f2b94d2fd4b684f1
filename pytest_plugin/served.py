"""A database that serves tests: isolated for each of them, numbers and all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from fixturegen.errors import InputError
from pytest_fixturegen.beside import watch
from pytest_fixturegen.isolation import Isolation
from pytest_fixturegen.numbering import Numbering

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Served:
    """An engine that is isolated until it is closed.

    Args:
        engine: The engine.
        renew: Makes the database anew, or None where it is not ours to make.
        dispose: Whether the engine is ours to close.
    """

    def __init__(self, engine: Engine, *, renew: Callable[[], None] | None = None, dispose: bool = False) -> None:
        self.engine = engine
        self.isolation = Isolation(engine)
        self._renew = renew
        self._dispose = dispose
        with self.isolation.driver() as driver:
            self._numbering = Numbering(engine.dialect.name, driver)
            # What is written beside us to a user's own database is the user's.
            self._watch = None if renew is None else watch(engine.dialect.name, driver)
        self.complete: set[int] = set()
        """Identities of the schemas whose tables were looked for and found."""
        self.aside = False
        """Whether something worked beside the isolation: another connection, which may have taken numbers."""
        self.addressed = False
        """Whether the test asked for the address, by which others may have written what no rollback of ours undoes."""

    def finish(self, *, watched: bool = True) -> tuple[int, bool]:
        """Undo a test; return how many connections it left open, and whether all it did could be undone.

        Args:
            watched: Whether to ask what others have written, although that takes a moment.
        """
        isolation = self.isolation
        left, begun, aside = isolation.open_connections, isolation.begun, self.aside
        undone, self.aside = isolation.end(), False
        written = self._written_beside(watched=watched)
        isolation.refresh()
        if undone and not written:
            if begun or aside or (self._watch is not None and self._watch.visited):
                with isolation.driver() as driver:
                    self._numbering.restore(driver)
            return left, True
        if self._renew is None:
            return left, undone
        isolation.drop()
        self._renew()
        if self._watch is not None:
            with isolation.driver() as driver:
                self._watch.renewed(driver)
        return left, True

    def _written_beside(self, *, watched: bool) -> bool:
        """Whether connections that are none of ours have, or may have, committed something; asked between two tests."""
        suspected, self.addressed = self.addressed, False
        if self._watch is None or not (watched or suspected or self._watch.cheap):
            return False
        try:
            with self.isolation.driver() as driver:
                return self._watch.written(driver, suspected=suspected)
        except Exception:  # noqa: BLE001 - every driver has its own errors; a server may have closed the connection meanwhile
            self.isolation.drop()
            return suspected

    def close(self) -> None:
        """Give the engine back as it was."""
        self.isolation.release()
        if self._dispose:
            self.engine.dispose()


def check_idle(engine: Engine) -> None:
    """Refuse an engine whose one connection is within a transaction: a test's end would roll that back.

    Raises:
        InputError: If that is so.
    """
    with closing(engine.raw_connection()) as taken:
        driver: Any = taken.driver_connection
        # In the mode that Python 3.12 brought, sqlite3 is always within a transaction.
        busy = getattr(driver, "in_transaction", False) and getattr(driver, "autocommit", None) is not False
        info = getattr(driver, "info", None)
        busy = busy or getattr(info, "transaction_status", 0) != 0
    if busy:
        message = "your fixture fixturegen_engine gives an engine whose connection is within a transaction"
        hint = "Commit before you give it, or let the fixtures of each test begin their own."
        raise InputError(message, hint=hint)
