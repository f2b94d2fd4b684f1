"""Leaving values out by arithmetic: indexes that skip forbidden places, so that nothing is drawn twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fixturegen.draws import Integers


@dataclass(frozen=True, slots=True, eq=False)
class Skip:
    """Finds the n-th place that is left.

    Attributes:
        borders: For each hole the first number that stands after it, ascending.
    """

    borders: Integers

    def __call__(self, at: Integers) -> Integers:
        """Return the places of these numbers."""
        return at + np.searchsorted(self.borders, at, side="right") if len(self.borders) else at

    def one(self, at: int) -> int:
        """Return the place of one number."""
        return at + bisect_right(self.borders, at)


def skipping(low: int, high: int, excluded: Iterable[int]) -> tuple[int, Skip]:
    """Return how many places between two bounds are left, and how the n-th of them is found.

    Args:
        low: Least place, inclusive.
        high: Greatest place, inclusive.
        excluded: Places that are left out; those outside the bounds do not matter.

    Returns:
        The number of places left (0 or less where none is), and a function from ``low .. low + number - 1`` to places, in
        ascending order.

    >>> number, place = skipping(1, 6, {2, 3, 9})
    >>> number, place(np.array([1, 2, 3, 4])).tolist()
    (4, [1, 4, 5, 6])
    """
    inside = sorted({place for place in excluded if low <= place <= high})
    number = high - low + 1 - len(inside)
    # The i-th hole stands before every place from its own position, less the i holes before it.
    return number, Skip(np.array([place - before for before, place in enumerate(inside)], dtype=np.int64))


def rank(place: int, excluded: Iterable[int], low: int) -> int:
    """Return which draw gives ``place`` (itself not excluded), the inverse of :func:`skipping`.

    >>> rank(4, {2, 3}, 1)
    2
    """
    return place - sum(1 for hole in set(excluded) if low <= hole < place)
