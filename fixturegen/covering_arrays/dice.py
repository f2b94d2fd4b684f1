"""Choices of a search, from our own draws: the same seed searches the same way on every machine."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any, TypeVar

import numpy as np

from fixturegen.draws import Integers, bits, combined, stream

T = TypeVar("T")
_BLOCK = 4_096
_HALF = 32


class Dice:
    """An endless row of keyed numbers."""

    def __init__(self, seed: int, *names: str) -> None:
        self._stream = stream(seed, "covering array", *names)
        self._used = 0
        self._held: list[int] = []

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit`` (exclusive)."""
        if not self._held:
            keys = np.arange(self._used, self._used + _BLOCK)
            self._used += _BLOCK
            self._held = (bits(self._stream, keys) >> np.uint64(_HALF)).tolist()
        return self._held.pop() * limit >> _HALF

    def choice(self, among: Sequence[T]) -> T:
        """Return one of some things."""
        return among[self.below(len(among))]

    def shuffle(self, things: MutableSequence[Any]) -> None:
        """Put things into a drawn order, in place."""
        for last in range(len(things) - 1, 0, -1):
            at = self.below(last + 1)
            things[last], things[at] = things[at], things[last]

    def rows(self, levels: Integers, number: int) -> Integers:
        """Return rows of values, each drawn alone."""
        key = np.array([self.below(1 << _HALF)], dtype=np.uint64)
        keys = combined(np.repeat(key, number * len(levels)), np.arange(number * len(levels)))
        drawn = (keys >> np.uint64(_HALF)).astype(np.int64).reshape(number, len(levels))
        return np.array(drawn * levels >> _HALF)
