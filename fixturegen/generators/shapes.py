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

from fixturegen.draws import BLOCK, Integers
from fixturegen.draws.few import MASK, finished
from fixturegen.draws.mixing import mix
from fixturegen.generators.characters import Characters, CodePoints

FARTHEST = 2**62
"""Most values of one draw."""
_TABLE = 2**16
"""Most entries of a table of neighbouring places."""
_FEW = 512
"""Fewer texts are written place by place: tables take longer to make, and of many shapes gigabytes."""

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.unsignedinteger]
"""Bytes of texts, some at a time."""


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
            if height < _FEW:
                self._fill_few(matrix, indexes)
                return text_of(matrix)
            for start in range(0, height, BLOCK):
                self._fill(matrix[start : start + BLOCK], [index[start : start + BLOCK] for index in indexes])
            return text_of(matrix)
        return _wide(self._points(indexes))

    def text(self, indexes: Sequence[int]) -> str:
        """Return the text at one index a limb."""
        letters: list[str] = []
        for limb, index in zip(reversed(self.limbs), reversed(indexes), strict=False):
            rest = index
            for at in reversed(limb):
                rest, digit = divmod(rest, self.places[at].size)
                letters.append(self.places[at].one(digit))
        return "".join(reversed(letters))

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
        words: dict[int, Words] = {}
        for limb, index in zip(self._groups, indexes, strict=True):
            rest = index.astype(np.int64, copy=False).view(np.uint64)
            for number, group in reversed(list(enumerate(limb))):
                digit = rest
                if number:
                    rest = rest // group.size
                    digit = digit - rest * group.size
                for at, table in group.words:
                    values = table[digit.view(np.int64)]
                    words[at] = np.bitwise_or(words[at], values, out=words[at]) if at in words else values
        records = matrix.view(self._record).ravel()
        for at, values in words.items():
            records[str(at)] = values

    def _fill_few(self, matrix: Bytes, indexes: Sequence[Integers]) -> None:
        for limb, index in zip(self.limbs, indexes, strict=True):
            rest = index
            for at in reversed(limb):
                place = self.places[at]
                higher = rest // place.size
                matrix[:, at] = place.letters[rest - higher * place.size]
                rest = higher

    @cached_property
    def _unit(self) -> int:
        """Bytes of a word: as many as NumPy copies at once."""
        return next(unit for unit in (8, 4, 2, 1) if unit <= self.width)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        """Where the words of a row begin; the last one may overlap the one before."""
        return (*range(0, self.width - self._unit, self._unit), self.width - self._unit)

    @cached_property
    def _record(self) -> np.dtype[np.void]:
        """A row of bytes seen as its words."""
        names = [str(at) for at in range(len(self._offsets))]
        formats = [f"<u{self._unit}"] * len(names)
        return np.dtype({"names": names, "formats": formats, "offsets": self._offsets, "itemsize": self.width})

    @cached_property
    def _groups(self) -> tuple[tuple[_Group, ...], ...]:
        """For each limb its groups of neighbouring places, the last of which moves fastest."""
        return tuple(tuple(self._group(limb.start, at) for at in _cut(self.places, limb)) for limb in self.limbs)

    def _group(self, start: int, at: range) -> _Group:
        places = self.places[start + at.start : start + at.stop]
        words = [
            (number, _table(places, start + at.start - offset, self._unit))
            for number, offset in enumerate(self._offsets)
            if start + at.start < offset + self._unit and start + at.stop > offset
        ]
        return _Group(np.uint64(prod(place.size for place in places)), tuple(words))

    def _points(self, indexes: Sequence[Integers]) -> CodePoints:
        matrix = np.empty((len(indexes[0]), self.width), dtype=np.uint32)
        for limb, index in zip(self.limbs, indexes, strict=True):
            rest = index
            for at in reversed(limb):
                rest, digit = np.divmod(rest, self.places[at].size)
                matrix[:, at] = self.places[at].at(digit)
        return matrix


@dataclass(frozen=True)
class _Group:
    """Some neighbouring places that one digit of mixed radix decides.

    Attributes:
        size: Number of their texts.
        words: Which words of a row they touch, and for every one of their texts what it is there.
    """

    size: np.uint64
    words: tuple[tuple[int, Words], ...]


@lru_cache(maxsize=256)
def _table(places: tuple[Characters, ...], start: int, unit: int) -> Words:
    """Return for every text of some neighbouring places, in order, a word of ``unit`` bytes in which it begins at ``start``.

    Bytes before the word and after it are left out; the others are 0. Many shapes share a table.
    """
    rest = np.arange(prod(place.size for place in places), dtype=np.int64)
    table = np.zeros((len(rest), unit), dtype=np.uint8)
    for number, place in reversed(list(enumerate(places, start))):
        rest, digit = np.divmod(rest, place.size)
        if 0 <= number < unit:
            table[:, number] = place.at(digit)
    return table.view(f"<u{unit}").ravel()


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
        shift = first.astype(np.uint64) * np.uint64(2 * number + 1)
        mix(shift, np.empty_like(shift))
        shift %= np.uint64(span)
        spread.append(((places[number].astype(np.uint64) + shift) % np.uint64(span)).astype(np.int64))
    return spread


def unbiased_one(places: Sequence[int], spans: Sequence[int]) -> list[int]:
    """Return what :func:`unbiased` returns, for one row.

    >>> unbiased_one([5, 7], [10, 11]) == [int(each[0]) for each in unbiased({0: np.array([5]), 1: np.array([7])}, [10, 11])]
    True
    """
    first = places[0]
    shifts = [finished(first * (2 * number + 1) & MASK) % span for number, span in enumerate(spans[1:], 1)]
    return [first, *((place + shift) % span for place, shift, span in zip(places[1:], shifts, spans[1:], strict=True))]


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
