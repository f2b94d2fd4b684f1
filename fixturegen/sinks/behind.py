"""Writing beside the making of the next rows: a thread writes, and some frames may wait for it."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread, get_native_id
from types import TracebackType
from typing import Self

import polars as pl

from fixturegen import memory

MOST_BYTES = 32 * 2**20
"""Frames wait while they are no more than so many bytes, or a single one: what a table's end takes to write holds up nobody."""
_WAY = 5
"""Steps of priority by which writing comes after making."""
_PATIENCE = 0.2
"""Seconds between two looks at whether somebody wants to interrupt."""


def _give_way() -> None:
    """Let who makes rows go first, where a system tells threads apart: while rows are lacking, there is nothing to write."""
    if sys.platform == "linux":
        thread = get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _WAY)


class Behind:
    """Writes frames in a thread of its own, in the order they are given; a context that waits for the thread at its end.

    A failure of the thread is raised where the next frame is given, or at the end. Where the block fails, what waits is
    dropped and the thread is joined first, so that nobody writes any more afterwards.

    Args:
        write: Called in the thread, with a table's name and rows.

    >>> seen = []
    >>> with Behind(lambda name, frame: seen.append((name, frame.height))) as behind:
    ...     behind.put("a", pl.DataFrame({"x": [1, 2]}))
    >>> seen
    [('a', 2)]
    """

    def __init__(self, write: Callable[[str, pl.DataFrame], None]) -> None:
        self._write = write
        self._waiting: deque[tuple[str, pl.DataFrame, int]] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._over = False
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, name="fixturegen-export", daemon=True)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Give rows to be written; waits while as many are waiting as may."""
        size = int(frame.estimated_size())
        with self._changed:
            while self._waiting and self._bytes + size > MOST_BYTES and not self._over:
                self._changed.wait(_PATIENCE)  # an interrupt is heard between two waits
            if not self._over:
                self._waiting.append((name, frame, size))
                self._bytes += size
                self._changed.notify_all()
                return
        self._raise()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all is written; where the block failed, only until nothing is written any more."""
        del error, trace
        try:
            self._end(dropping=kind is not None)
        except BaseException:  # Ctrl-C while waiting: nobody may write once it is told
            self._end(dropping=True)
            raise
        if kind is None:
            self._raise()

    def _end(self, *, dropping: bool) -> None:
        with self._changed:
            self._over = True
            if dropping:
                self._waiting.clear()
            self._changed.notify_all()
        self._thread.join()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        if memory.is_held():  # else threads that Polars starts here, and keeps, would give way to the user's for good
            _give_way()
        try:
            while (item := self._next()) is not None:
                self._write(*item)
        except BaseException as error:  # noqa: BLE001 (a panic in Polars is no Exception; all is raised again by the caller)
            self._failure = error
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _next(self) -> tuple[str, pl.DataFrame] | None:
        """Take what waits longest; None once there is no more to come."""
        with self._changed:
            while not self._waiting and not self._over:
                self._changed.wait()
            if not self._waiting:
                return None
            name, frame, size = self._waiting.popleft()
            self._bytes -= size
            self._changed.notify_all()
        return name, frame
