"""Working ahead: a thread makes what comes next while this one uses what came before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

_PATIENCE = 0.2
"""Seconds between two looks at whether the other side is still there."""

T = TypeVar("T")


@contextmanager
def ahead(items: Iterable[T], most: int = 1) -> Iterator[Iterator[T]]:
    """Give the same items in the same order, made in a thread of their own; the thread has ended when the block has.

    What makes the items must not depend on what the block does with earlier ones. A failure in making one is raised where it
    would have been given.

    Args:
        items: The items, iterated in the thread.
        most: How many may wait, 1 or more; one more is in the making.

    >>> with ahead(number * number for number in range(4)) as squares:
    ...     list(squares)
    [0, 1, 4, 9]
    """
    making = _Making(items, most)
    making.thread.start()
    try:
        yield making.made()
    finally:
        making.unwanted.set()
        making.thread.join()


class _Made(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item


class _Making(Generic[T]):
    def __init__(self, items: Iterable[T], most: int) -> None:
        self._items = items
        self._queue: Queue[_Made[T] | BaseException | None] = Queue(maxsize=most)
        self.unwanted = Event()
        self.thread = Thread(target=self._run, name="fixturegen-ahead", daemon=True)

    def made(self) -> Iterator[T]:
        while True:
            try:
                found = self._queue.get(timeout=_PATIENCE)
            except Empty:
                continue
            if found is None:
                return
            if isinstance(found, BaseException):
                raise found
            yield found.item

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._give(_Made(item)):
                    return
        except BaseException as error:  # noqa: BLE001 (a panic in Polars is no Exception; all is raised again by the other side)
            self._give(error)
        else:
            self._give(None)

    def _give(self, found: _Made[T] | BaseException | None) -> bool:
        """Hand over; return whether it was still wanted."""
        while not self.unwanted.is_set():
            try:
                self._queue.put(found, timeout=_PATIENCE)
            except Full:
                continue
            return True
        return False
