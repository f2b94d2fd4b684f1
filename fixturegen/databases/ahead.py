"""Working ahead: a thread makes what comes next while this one uses what came before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

_PATIENCE = 0.2
"""Seconds between two looks at whether somebody wants to interrupt."""

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
    making = iter(items)
    with ThreadPoolExecutor(1, "fixturegen-ahead") as maker:

        def another() -> Future[list[T]]:
            return maker.submit(lambda: list(islice(making, 1)))  # none at the end

        waiting = deque(another() for _ in range(most + 1))

        def made() -> Iterator[T]:
            while found := _awaited(waiting.popleft()):
                waiting.append(another())
                yield from found

        try:
            yield made()
        finally:
            maker.shutdown(wait=False, cancel_futures=True)


def _awaited(made: Future[T]) -> T:
    while not wait((made,), _PATIENCE).done:
        pass  # an interrupt is heard here between two looks
    return made.result()
