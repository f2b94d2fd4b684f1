"""A database that serves tests: isolated for each of them, numbers and all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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
        self.aside = False
        """Whether something worked beside the isolation: another connection, which may have taken numbers."""

    def finish(self) -> tuple[int, bool]:
        """Undo a test; return how many connections it left open, and whether all it did could be undone."""
        isolation = self.isolation
        if not (isolation.begun or self.aside):
            return 0, True
        left, self.aside = isolation.open_connections, False
        if isolation.end():
            with isolation.driver() as driver:
                self._numbering.restore(driver)
            return left, True
        if self._renew is None:
            return left, False
        isolation.drop()
        self._renew()
        return left, True

    def close(self) -> None:
        """Give the engine back as it was."""
        self.isolation.release()
        if self._dispose:
            self.engine.dispose()
