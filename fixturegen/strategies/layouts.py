"""What Hypothesis draws for one row: a string of bytes for all that has few values, and a whole number for each that has many."""

from __future__ import annotations

from dataclasses import dataclass, field

BYTE = 256


@dataclass(slots=True)
class Layout:
    """The digits of a table's rows: bytes first, then numbers.

    Digits are numbered from 0 on as they are asked for; ``order`` brings what was drawn into that order.
    """

    bounds: list[tuple[int, int] | None] = field(default_factory=list)

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

    @property
    def numbers(self) -> list[tuple[int, int]]:
        """Bounds of the numbers."""
        return [bounds for bounds in self.bounds if bounds is not None]

    def order(self) -> list[int]:
        """Return, for each digit, its place in the bytes followed by the numbers."""
        first, then, places = 0, self.width, []
        for bounds in self.bounds:
            if bounds is None:
                places.append(first)
                first += 1
            else:
                places.append(then)
                then += 1
        return places
