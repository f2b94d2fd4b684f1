"""What Hypothesis draws for one row: a string of bytes for all that has few values, and a whole number for each that has many."""

from __future__ import annotations

from dataclasses import dataclass, field

BYTE = 256
FEW = 200
"""Rows of a table up to which a byte tells which other row one of them belongs to; it takes a number beyond."""


@dataclass(frozen=True, slots=True)
class Summand:
    """A number of which rows may take over each other's.

    Attributes:
        column: The column.
        digit: Its digit, from 0 on.
        most: The digit's greatest value.
        base: What a digit of 0 counts for in a sum.
    """

    column: str
    digit: int
    most: int
    base: int


@dataclass(frozen=True, slots=True)
class Shared:
    """A number that children read into a sum.

    Attributes:
        column: The column.
        digit: Its digit, from 0 to twice the greatest position that its children come to.
        low: Its least position.
        high: Its greatest position.
    """

    column: str
    digit: int
    low: int
    high: int


@dataclass(slots=True)
class Layout:
    """The digits of a table's rows: bytes first, then numbers.

    Digits are numbered from 0 on as they are asked for; ``order`` brings what was drawn into that order.

    Attributes:
        bounds: Bounds of each digit, both inclusive; None for a byte.
        summands: Numbers that rows may take over.
        shared: Numbers that children read into a sum.
        referred: Whether other rows refer to these: then none goes into another, for references would mean other rows.
    """

    bounds: list[tuple[int, int] | None] = field(default_factory=list)
    summands: list[Summand] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    referred: bool = False

    def byte(self) -> int:
        """Return a new digit, 0 to 255."""
        self.bounds.append(None)
        return len(self.bounds) - 1

    def number(self, low: int, high: int) -> int:
        """Return a new digit from ``low`` to ``high``, both inclusive, that shrinks to 0 or to the bound nearest to it."""
        self.bounds.append((low, high))
        return len(self.bounds) - 1

    @property
    def width(self) -> int:
        """How many bytes there are."""
        return sum(bounds is None for bounds in self.bounds)

    def _numbered(self) -> list[int]:
        """Return the digits that are numbers as they are drawn, those of the most values first.

        Hypothesis lowers a number by a step while it raises a later one by a step: a price by a cent and a quantity by one, so
        that a product above a limit has one least form. The other way about it would not stay above the limit.
        """
        spans = {digit: bounds[1] - bounds[0] for digit, bounds in enumerate(self.bounds) if bounds is not None}
        return sorted(spans, key=lambda digit: -spans[digit])

    @property
    def numbers(self) -> list[tuple[int, int]]:
        """Bounds of the numbers, in the order in which they are drawn."""
        return [bounds for digit in self._numbered() if (bounds := self.bounds[digit]) is not None]

    def order(self) -> list[int]:
        """Return, for each digit, its place in the bytes followed by the numbers."""
        flags = [digit for digit, bounds in enumerate(self.bounds) if bounds is None]
        places = {digit: place for place, digit in enumerate(flags + self._numbered())}
        return [places[digit] for digit in range(len(self.bounds))]
