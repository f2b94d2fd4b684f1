"""Blocks pushed into a file that Polars can only write from a query: a thread runs the query, a queue of one feeds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Full, Queue
from threading import Thread

import polars as pl
from polars.io.plugins import register_io_source

_PATIENCE = 0.2
"""Seconds between two looks at whether the other side is still alive."""


class StreamWriter:
    """A writer that keeps one block in memory, and one more on its way.

    A file of a single block is written directly. From the second block on, a thread runs ``stream`` over a lazy frame whose rows
    come from a queue. That query is always fed to its end, wanted or not: Polars must never be left to stop early on a Python
    source, and may panic in threads of its own where the source fails.

    Args:
        single: Writes a whole small file.
        stream: Writes a file from a lazy frame, in bounded memory.
    """

    def __init__(self, single: Callable[[pl.DataFrame], None], stream: Callable[[pl.LazyFrame], None]) -> None:
        self._single = single
        self._stream = stream
        self._first: pl.DataFrame | None = None
        self._queue: Queue[pl.DataFrame | None] = Queue(1)
        self._thread: Thread | None = None
        self._failure: BaseException | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """Append a block, waiting while the thread is busy with the one before."""
        if self._thread is not None:
            self._put(frame)
        elif self._first is None:
            self._first = frame
        else:
            self._start(self._first)
            self._put(frame)

    def close(self) -> None:
        """Finish the file."""
        if self._thread is not None:
            self._put(None)
            self._join()
        elif self._first is not None:
            self._single(self._first)

    def abort(self) -> None:
        """End the file where it is, if one is being streamed; it is not wanted any more."""
        if self._thread is None:
            return
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=_PATIENCE)
            except Full:
                continue
            break
        self._thread.join()

    def _start(self, first: pl.DataFrame) -> None:
        self._first = None
        source = register_io_source(self._frames, schema=first.schema)
        self._thread = Thread(target=self._run, args=(source,), name="fixturegen-writer", daemon=True)
        self._thread.start()
        self._put(first)

    def _run(self, source: pl.LazyFrame) -> None:
        try:
            self._stream(source)
        except BaseException as error:  # noqa: BLE001 (a panic in Polars is no Exception; all is raised again by the caller's thread)
            self._failure = error

    def _frames(
        self, columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, batch: int | None
    ) -> Iterator[pl.DataFrame]:
        # A sink asks for everything: nothing is pushed down.
        del columns, predicate, rows, batch
        while (block := self._queue.get()) is not None:
            yield block

    def _put(self, item: pl.DataFrame | None) -> None:
        thread = self._thread
        while thread is not None and thread.is_alive():
            try:
                self._queue.put(item, timeout=_PATIENCE)
            except Full:
                continue
            return
        self._raise()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._failure is not None:
            self._raise()

    def _raise(self) -> None:
        failure, self._failure = self._failure, None
        self._thread = None
        raise failure if failure is not None else RuntimeError("the writer ended early")
