"""Every tuple of values that must meet, as one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from fixturegen.draws import Integers

Meeting = tuple[tuple[int, int], ...]
"""Values that meet, as (factor, value), by rising factor."""


class Tuples:
    """Numbers all tuples of ``strength`` values of different factors, from 0 to ``total`` (exclusive).

    The number of a tuple is that of its factors' first tuple plus the sum of value times stride over its factors.

    Attributes:
        groups: Factors of each group of ``strength`` factors, one group a row.
        total: How many tuples there are.
        first: Number of each group's first tuple.
        strides: What one value more adds to the number, one group a row, one of its factors a column.
    """

    def __init__(self, levels: Sequence[int], strength: int) -> None:
        self.levels = np.array(levels, dtype=np.int64)
        self.groups: Integers = np.array(list(combinations(range(len(levels)), strength)), dtype=np.int64)
        sizes = self.levels[self.groups]
        self.strides = np.ones_like(sizes)
        for place in range(strength - 2, -1, -1):
            self.strides[:, place] = self.strides[:, place + 1] * sizes[:, place + 1]
        ends = np.cumsum(sizes.prod(axis=1))
        self.total = int(ends[-1])
        self.first: Integers = np.concatenate([[0], ends[:-1]])
        found = [np.nonzero(self.groups == factor) for factor in range(len(levels))]
        self._of = [(groups, self.strides[groups, places]) for groups, places in found]

    def numbers(self, rows: Integers) -> Integers:
        """Return the numbers of all tuples in each row: one row of them a row, one column a group."""
        return np.array(self.first + (rows[:, self.groups] * self.strides).sum(axis=2))

    def of(self, factor: int) -> tuple[Integers, Integers]:
        """Return the groups that a factor is in, and its stride in each."""
        return self._of[factor]

    def meeting(self, number: int) -> Meeting:
        """Return the values of a tuple."""
        group = int(np.searchsorted(self.first, number, side="right")) - 1
        rest, values = number - int(self.first[group]), []
        for factor, stride in zip(self.groups[group].tolist(), self.strides[group].tolist(), strict=True):
            values.append((factor, rest // stride))
            rest %= stride
        return tuple(values)

    def counts(self, rows: Integers) -> Integers:
        """Return how many rows hold each tuple."""
        if not len(rows):
            return np.zeros(self.total, dtype=np.int64)
        return np.bincount(self.numbers(rows).ravel(), minlength=self.total)

    def meetings(self, numbers: Iterable[int]) -> tuple[Meeting, ...]:
        """Return the values of several tuples."""
        return tuple(self.meeting(number) for number in numbers)
