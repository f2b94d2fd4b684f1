"""Writing beside the making of the next rows: a thread writes, a queue of one frame feeds it."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Event, Thread
from types import TracebackType
from typing import Self

import polars as pl

_PATIENCE = 0.2
"""Seconds between two looks at whether the other side is still alive."""


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
        self._queue: Queue[tuple[str, pl.DataFrame] | None] = Queue(maxsize=1)
        self._failure: BaseException | None = None
        self._dropped = Event()
        self._thread = Thread(target=self._run, name="fixturegen-export", daemon=True)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Give rows to be written; waits while as many are waiting as may."""
        self._give((name, frame))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all is written; where the block failed, only until nothing is written any more."""
        del error, trace
        if kind is not None:
            self._drop()
            return
        try:
            self._give(None)
            self._thread.join()
        except BaseException:  # Ctrl-C while waiting: nobody may write once it is told
            self._drop()
            raise
        self._raise()

    def _drop(self) -> None:
        self._dropped.set()
        self._thread.join()

    def _give(self, item: tuple[str, pl.DataFrame] | None) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(item, timeout=_PATIENCE)
            except Full:
                continue
            return
        self._raise()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._dropped.is_set():
                try:
                    item = self._queue.get(timeout=_PATIENCE)
                except Empty:
                    continue
                if item is None:
                    return
                self._write(*item)
        except BaseException as error:  # noqa: BLE001 (a panic in Polars is no Exception; all is raised again by the caller)
            self._failure = error
