"""Several connections to PostgreSQL, each with a thread of its own: what is given to them runs on whichever is free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING

from fixturegen.databases.postgresql_connection import Session, beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

Work = Callable[[Session], None]
_PATIENCE = 0.2
"""Seconds between two looks at what runs."""


class Lanes:
    """Connections that work at the same time.

    Args:
        sessions: The connections, one or more; nobody else uses them.
    """

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.number = len(sessions)
        self._sessions = sessions
        self._free: SimpleQueue[Session] = SimpleQueue()
        for session in sessions:
            self._free.put(session)
        self._pool = ThreadPoolExecutor(len(sessions), "fixturegen-lane")
        self._started: set[Future[None]] = set()

    def start(self, work: Work) -> Future[None]:
        """Have work done as soon as a connection is free."""
        self._started = {future for future in self._started if not future.done()}
        future = self._pool.submit(self._do, work)
        self._started.add(future)
        return future

    def stop(self) -> None:
        """End what runs, as soon as the server can; nothing runs any more afterwards."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        while running := [future for future in self._started if not future.done()]:
            for session in self._sessions:
                _cancel(session)
            wait(running, _PATIENCE)
        self._pool.shutdown()

    def _do(self, work: Work) -> None:
        session = self._free.get()
        try:
            work(session)
        finally:
            self._free.put(session)


@contextmanager
def lanes(engine: Engine, place: str, number: int, settings: Mapping[str, str]) -> Iterator[Lanes]:
    """Give so many connections, closed at the end; what runs even then is ended first.

    Args:
        engine: An engine of psycopg.
        place: The database's name for messages.
        number: How many, 1 or more.
        settings: Settings of each connection.

    Raises:
        RefusedError: The database takes no more connections.
    """
    with ExitStack() as stack:
        opened = Lanes([stack.enter_context(beside(engine, place, settings)) for _ in range(number)])
        stack.callback(opened.stop)
        yield opened


def awaited(started: set[Future[None]], most: int = 0) -> set[Future[None]]:
    """Wait until at most so many are left, and return these.

    Raises:
        Exception: What one of the others failed with.
    """
    while len(started) > most:
        for each in ended(started):
            each.result()
            started = started - {each}
    return started


def ended(started: Collection[Future[None]]) -> set[Future[None]]:
    """Wait for one of those that were started, and return all that have ended; there is one at least."""
    # A wait without end hears of Ctrl-C only if the signal meets this very thread.
    while not (done := wait(started, _PATIENCE, FIRST_COMPLETED).done):
        pass
    return done


def _cancel(session: Session) -> None:
    import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    with suppress(psycopg.Error):  # a lost connection runs nothing
        session.driver.cancel_safe(timeout=_PATIENCE)
