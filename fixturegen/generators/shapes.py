"""Texts of one width: a set of characters for every place. Numbered like digits of mixed radix, so that each has its index.

A :class:`Shape` turns indexes into a text column through a matrix of bytes: no text is made in Python unless it leaves ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import BLOCK, Bits, Integers
from fixturegen.generators.characters import Characters, CodePoints

FARTHEST = 2**62
"""Most values of one draw."""
_TABLE = 2**16
"""Most entries of a table of neighbouring places."""
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)

Bytes = npt.NDArray[np.uint8]
Entries = npt.NDArray[np.void]
"""Byte strings of one width."""


@dataclass(frozen=True)
class Shape:
    """All texts whose i-th character is in ``places[i]``, in order: the last place moves fastest."""

    places: tuple[Characters, ...]

    @property
    def width(self) -> int:
        """Number of characters."""
        return len(self.places)

    @cached_property
    def size(self) -> int:
        """Number of texts."""
        return prod(place.size for place in self.places)

    @cached_property
    def ascii(self) -> bool:
        """Whether one character is one byte."""
        return all(place.ascii for place in self.places)

    @cached_property
    def limbs(self) -> tuple[range, ...]:
        """Neighbouring places that one draw decides, each limb with at most 2**62 texts; the last limb moves fastest."""
        return _grouped(self.places, FARTHEST)

    @cached_property
    def spans(self) -> tuple[int, ...]:
        """Number of texts of each limb; one limb of one text for an empty shape."""
        return tuple(prod(self.places[at].size for at in limb) for limb in self.limbs) or (1,)

    def build(self, indexes: Sequence[Integers]) -> pl.Series:
        """Return the texts at indexes, one array a limb, each 0 to its span - 1."""
        height = len(indexes[0])
        if not self.places:
            return pl.Series([""], dtype=pl.String).gather(pl.Series(np.zeros(height, dtype=np.uint32)))
        if self.ascii:
            matrix = np.empty((height, self.width), dtype=np.uint8)
            for start in range(0, height, BLOCK):
                self._fill(matrix[start : start + BLOCK], [index[start : start + BLOCK] for index in indexes])
            return text_of(matrix)
        return _wide(self._points(indexes))

    def index(self, text: str) -> tuple[int, ...] | None:
        """Return the index of a text in each limb, or None where it is not of this shape."""
        if len(text) != self.width:
            return None
        digits = [place.index(letter) for place, letter in zip(self.places, text, strict=True)]
        found = []
        for limb in self.limbs:
            number = 0
            for at in limb:
                digit = digits[at]
                if digit is None:
                    return None
                number = number * self.places[at].size + digit
            found.append(number)
        return tuple(found) or (0,)

    def meets(self, other: Shape) -> bool:
        """Return whether some text is of both shapes."""
        return self.width == other.width and all(
            (mine & theirs).size for mine, theirs in zip(self.places, other.places, strict=True)
        )

    def __and__(self, other: Shape) -> Shape | None:
        """Return the texts of both shapes, or None where there are none."""
        if self.width != other.width:
            return None
        places = tuple(mine & theirs for mine, theirs in zip(self.places, other.places, strict=True))
        return Shape(places) if all(place.size for place in places) else None

    def _fill(self, matrix: Bytes, indexes: Sequence[Integers]) -> None:
        records = matrix.view(self._record).ravel()
        for limb, index in zip(self._tables, indexes, strict=True):
            rest = index.astype(np.uint64)
            for field, table in reversed(limb):
                size = np.uint64(len(table))
                quotient = rest // size
                records[field] = table[(rest - quotient * size).astype(np.int64)]
                rest = quotient

    @cached_property
    def _tables(self) -> tuple[tuple[tuple[str, Entries], ...], ...]:
        """For each limb, the bytes of every text of its groups of neighbouring places, by the group's name."""
        groups = [
            [range(limb.start + at.start, limb.start + at.stop) for at in _cut(self.places, limb)]
            for limb in self.limbs
        ]
        return tuple(tuple((str(at.start), _table(self.places[at.start : at.stop])) for at in limb) for limb in groups)

    @cached_property
    def _record(self) -> np.dtype[np.void]:
        """A row of bytes seen as its groups: NumPy copies fields of a fixed size several times faster than slices."""
        return np.dtype([(field, table.dtype) for limb in self._tables for field, table in limb])

    def _points(self, indexes: Sequence[Integers]) -> CodePoints:
        matrix = np.empty((len(indexes[0]), self.width), dtype=np.uint32)
        for limb, index in zip(self.limbs, indexes, strict=True):
            rest = index
            for at in reversed(limb):
                rest, digit = np.divmod(rest, self.places[at].size)
                matrix[:, at] = self.places[at].at(digit)
        return matrix


@lru_cache(maxsize=512)
def _table(places: tuple[Characters, ...]) -> Entries:
    """Return the bytes of every text of some neighbouring places, in order. Many shapes share them."""
    rest = np.arange(prod(place.size for place in places), dtype=np.int64)
    table = np.empty((len(rest), len(places)), dtype=np.uint8)
    for column, place in reversed(list(enumerate(places))):
        rest, digit = np.divmod(rest, place.size)
        table[:, column] = place.at(digit)
    return table.view(np.dtype((np.void, len(places)))).ravel()


def text_of(matrix: Bytes) -> pl.Series:
    """Return one text a row of a matrix of ASCII bytes, as wide as the matrix.

    >>> text_of(np.frombuffer(b"abcd", dtype=np.uint8).reshape(2, 2)).to_list()
    ['ab', 'cd']
    """
    return bytes_of(matrix).cast(pl.String)


def bytes_of(matrix: Bytes) -> pl.Series:
    """Return one byte string a row of a matrix of bytes."""
    height, width = matrix.shape
    if not height or not width:
        return pl.Series([b""] * height, dtype=pl.Binary)
    return pl.Series(matrix.ravel()).reshape((height, width)).arr.to_list().cast(pl.Binary)


def unbiased(places: Mapping[int, Integers], spans: Sequence[int]) -> list[Integers]:
    """Spread several draws over each other, so that none shows alone: one to one, and 0 stays 0.

    A permutation numbers its first 2**62 places in the first draw alone; the texts should not end in equal characters
    because of that.

    Args:
        places: Draws by number of the limb, each 0 to its span - 1.
        spans: Number of values of each draw.
    """
    first = places[0]
    spread = [first]
    for number, span in enumerate(spans[1:], 1):
        shift = _mixed(first.astype(np.uint64) * np.uint64(2 * number + 1)) % np.uint64(span)
        spread.append(((places[number].astype(np.uint64) + shift) % np.uint64(span)).astype(np.int64))
    return spread


def _mixed(values: Bits) -> Bits:
    """Mix bits as splitmix64 does at its end, which keeps 0."""
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))


def _grouped(places: Sequence[Characters], most: int) -> tuple[range, ...]:
    """Cut places into neighbours of at most ``most`` texts together, filled from the last place on."""
    groups: list[range] = []
    stop, size = len(places), 1
    for at in range(len(places) - 1, -1, -1):
        if size * places[at].size > most and at + 1 < stop:
            groups.append(range(at + 1, stop))
            stop, size = at + 1, 1
        size *= places[at].size
    if places:
        groups.append(range(stop))
    return tuple(reversed(groups))


def _cut(places: Sequence[Characters], limb: range) -> tuple[range, ...]:
    return _grouped(places[limb.start : limb.stop], _TABLE)


def _wide(points: CodePoints) -> pl.Series:
    """Return the texts of a matrix of code points: decoded at once, then cut."""
    width = points.shape[1]
    whole = points.astype("<u4").tobytes().decode("utf-32-le")
    return pl.Series([whole[at : at + width] for at in range(0, len(whole), width)], dtype=pl.String)
