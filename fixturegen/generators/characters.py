"""Sets of characters as ranges of code points, small whatever they hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from fixturegen.draws import Integers

CodePoints = npt.NDArray[np.uint32]
LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)


@dataclass(frozen=True)
class Characters:
    r"""A set of characters, in the order of their code points.

    Attributes:
        ranges: Disjoint ranges of code points, ascending, both ends inclusive; no NUL, no surrogates.
        broad: Whether it came from a complement (``.``, ``[^,]``, ``\S``): any readable part of it will do.
    """

    ranges: tuple[tuple[int, int], ...]
    broad: bool = False

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Index of the first character of each range."""
        total, starts = 0, []
        for low, high in self.ranges:
            starts.append(total)
            total += high - low + 1
        return tuple(starts)

    @cached_property
    def size(self) -> int:
        """Number of characters."""
        return sum(high - low + 1 for low, high in self.ranges)

    @property
    def ascii(self) -> bool:
        """Whether all are below U+0080."""
        return not self.ranges or self.ranges[-1][1] < 0x80

    @cached_property
    def letters(self) -> npt.NDArray[np.uint8]:
        """The characters of a set within ASCII, each a byte."""
        return self.at(np.arange(self.size)).astype(np.uint8)

    @property
    def widest(self) -> int:
        """Most bytes a character takes in UTF-8."""
        last = self.ranges[-1][1] if self.ranges else 0
        return 1 if last < 0x80 else 2 if last < 0x800 else 3 if last < 0x10000 else 4

    def at(self, index: Integers) -> CodePoints:
        """Return the code points at indexes, 0 to size - 1."""
        starts = np.array(self.starts, dtype=np.int64)
        lows = np.array([low for low, _ in self.ranges], dtype=np.int64)
        of = np.searchsorted(starts, index, side="right") - 1
        return (lows[of] + index - starts[of]).astype(np.uint32)

    def one(self, index: int) -> str:
        """Return the character at an index.

        >>> Characters(((65, 66), (97, 99))).one(3)
        'b'
        """
        of = bisect_right(self.starts, index) - 1
        return chr(self.ranges[of][0] + index - self.starts[of])

    def index(self, character: str) -> int | None:
        """Return the index of a character, or None where it is not in the set."""
        point = ord(character)
        of = bisect_right([low for low, _ in self.ranges], point) - 1
        if of < 0 or point > self.ranges[of][1]:
            return None
        return self.starts[of] + point - self.ranges[of][0]

    def __and__(self, other: Characters) -> Characters:
        """Return what is in both; broad only where both are."""
        both, broad = [], self.broad and other.broad
        for low, high in self.ranges:
            for other_low, other_high in other.ranges:
                if low <= other_high and other_low <= high:
                    both.append((max(low, other_low), min(high, other_high)))
        return Characters(tuple(sorted(both)), broad)

    def __or__(self, other: Characters) -> Characters:
        """Return what is in either."""
        return Characters(_merged((*self.ranges, *other.ranges)), self.broad or other.broad)

    def inverted(self) -> Characters:
        """Return every other character: broad."""
        gaps, at = [], 1
        for low, high in self.ranges:
            if at < low:
                gaps.append((at, low - 1))
            at = high + 1
        if at <= LAST:
            gaps.append((at, LAST))
        return Characters(_storable(gaps), broad=True)

    def folded(self) -> Characters:
        """Return the set with the other case of each of its letters."""
        return self if self.size > 0x10000 else self | _other_case(self)

    def readable(self, level: int) -> Characters:
        """Return the part of a broad set that reads best; other sets as they are.

        Args:
            level: 0 for letters or digits where there are at least ten, 1 for printable ASCII, 2 for all.
        """
        if not self.broad or level >= 2:
            return self
        for part in () if level else _PREFERRED:
            some = self & part
            if some.size >= 10:
                return some
        printable = self & PRINTABLE
        return printable if printable.size else self


def characters(*given: str | tuple[int, int], broad: bool = False) -> Characters:
    """Return the set of single characters, of the characters of texts, and of ranges of code points.

    >>> characters("abc", (48, 57)).size
    13
    """
    ranges: list[tuple[int, int]] = []
    for one in given:
        ranges += [(ord(letter), ord(letter)) for letter in one] if isinstance(one, str) else [one]
    return Characters(_storable(ranges), broad)


def _storable(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Leave out NUL, which databases refuse, and surrogates, which UTF-8 cannot write."""
    kept = []
    for low, high in _merged(ranges):
        for first, last in ((max(low, 1), min(high, _SURROGATES[0] - 1)), (max(low, _SURROGATES[1] + 1), high)):
            if first <= last:
                kept.append((first, last))
    return tuple(kept)


def _merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


@lru_cache(maxsize=256)
def _other_case(some: Characters) -> Characters:
    letters = (chr(point) for low, high in some.ranges for point in range(low, high + 1))
    return characters(*(other for letter in letters if len(other := letter.swapcase()) == 1))


@lru_cache(maxsize=8)
def cased(form: str) -> Characters:
    """Return the characters that equal their own ``lower`` or ``upper`` form; broad, so that the other side decides."""
    fold = str.lower if form == "lower" else str.upper
    changed = [point for point in range(1, 0x1E944) if not 0xD800 <= point <= 0xDFFF and fold(chr(point)) != chr(point)]
    return characters(*((point, point) for point in changed)).inverted()


LOWER = characters((97, 122))
UPPER = characters((65, 90))
DIGITS = characters((48, 57))
WORD = characters((48, 57), (65, 90), (97, 122), "_")
SPACES = characters(" \t\n\r\f\v", broad=True)
PRINTABLE = characters((32, 126))
ASCII = characters((1, 127), broad=True)
SPACE = characters(" ")
EVERY = characters((1, LAST), broad=True)
NO_NEWLINE = characters("\n").inverted()
_PREFERRED = (LOWER, UPPER, DIGITS)
