"""Which position of its lattice an ordered column takes: the simplest one for the digit 0, others by their distance from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from fixturegen.lattice import Lattice, measure
from fixturegen.strategies.layouts import BYTE, Layout, Shared, Summand
from fixturegen.strategies.worlds import Row, StuckError, pick

SIMPLE_DAY = date(2000, 1, 1)
"""The simplest date and instant; where it is out of bounds, the bound nearest to it is."""
_INSTANT_SPREAD = 30 * 86_400
_NUMBER_SPREAD = 1_000

Reader = Callable[[Row], object]
Bound = Callable[[Row], int | None]


def nearest(low: int, high: int, toward: int, index: int) -> int:
    """Return the position that is ``index`` steps of simplicity from the simplest: next above, next below, and so on.

    >>> [nearest(-2, 4, 0, index) for index in range(7)]
    [0, 1, -1, 2, -2, 3, 4]
    """
    below, above = toward - low, high - toward
    both = min(below, above)
    if index <= 2 * both:
        return toward + (index + 1) // 2 if index % 2 else toward - index // 2
    return toward + index - both if above > below else toward - (index - both)


def simplest(lattice: Lattice, low: int, high: int) -> int:
    """Return the simplest position from ``low`` to ``high``: 0, of instants 2000-01-01, or the bound nearest to it."""
    toward = int(measure(SIMPLE_DAY) / lattice.step) if lattice.family == "instant" else 0
    return min(max(toward, low), high)


@dataclass(slots=True)
class Window:
    """What a case leaves of an ordered column, for one row after the other.

    Attributes:
        column: The column's name.
        lattice: Its lattice.
        low: Least position, inclusive; None where nothing static bounds it.
        high: Greatest position, inclusive; None where nothing static bounds it.
        excluded: Positions that are not allowed.
        listed: The only positions, simplest first; None for all.
        lows: Bounds of each row.
        highs: Bounds of each row.
        differs: Positions that each row must not take.
        usual: Bounds that close both open sides.
        as_of: The frozen clock as a position.
        digit: The digit that decides.
        signed: Whether the digit is a distance from the simplest position; else it counts positions from there.
    """

    column: str
    lattice: Lattice
    low: int | None
    high: int | None
    usual: tuple[int, int]
    as_of: int
    excluded: frozenset[int] = frozenset()
    listed: tuple[int, ...] | None = None
    lows: Sequence[Bound] = ()
    highs: Sequence[Bound] = ()
    differs: Sequence[Bound] = ()
    toward: int = 0
    digit: int = -1
    signed: bool = field(default=False, init=False)
    _distance: int = field(default=1, init=False)

    def __post_init__(self) -> None:
        spread = _NUMBER_SPREAD if self.lattice.family == "number" else _INSTANT_SPREAD
        self._distance = max(int(Fraction(spread) / self.lattice.step), 1)
        self.toward = int(measure(SIMPLE_DAY) / self.lattice.step) if self.lattice.family == "instant" else 0

    @property
    def reach(self) -> tuple[int, int]:
        """How far below and above the simplest position a digit may have to go."""
        if self.listed is not None:
            return 0, len(self.listed) - 1
        low, high = self._closed(self.low, self.high)
        toward = min(max(self.toward, low), high)
        moving = bool(self.lows or self.highs)
        return (0 if moving else toward - low), (high - low if moving else high - toward)

    @property
    def is_plain(self) -> bool:
        """Whether a row may take any position from the least to the greatest."""
        return self.listed is None and not (self.lows or self.highs or self.differs or self.excluded)

    def __call__(self, row: Row) -> int:
        """Return the position that a row takes.

        Raises:
            StuckError: If there is none.
        """
        low, high = self.low, self.high
        for bound in self.lows:
            at = bound(row)
            if at is not None and (low is None or at > low):
                low = at
        for bound in self.highs:
            at = bound(row)
            if at is not None and (high is None or at < high):
                high = at
        taken = self.excluded
        if self.differs:
            taken = taken | {at for at in (other(row) for other in self.differs) if at is not None}
        if self.listed is not None:
            return self._listed(row, low, high, taken)
        if low is None or high is None:
            low, high = self._closed(low, high)
        return self._free(row, low, high, taken)

    def _listed(self, row: Row, low: int | None, high: int | None, taken: frozenset[int]) -> int:
        assert self.listed is not None
        left = [
            at for at in self.listed if (low is None or at >= low) and (high is None or at <= high) and at not in taken
        ]
        if not left:
            raise StuckError(self.column)
        return left[pick(row, self.digit, len(left))]

    def _free(self, row: Row, low: int, high: int, taken: frozenset[int]) -> int:
        span = high - low + 1
        if span < 1:
            raise StuckError(self.column)
        toward = self.toward
        toward = low if toward < low else min(toward, high)
        offset = row.digits[self.digit]
        at = toward + offset
        if not self.signed or at < low or at > high:
            at = nearest(low, high, toward, abs(offset) % span)
        row.sizes[self.digit] = span
        moved = row.moves.get(self.digit)
        if moved:
            at = low + (at - low + moved) % span
        for _ in range(len(taken) + 1):
            if at not in taken:
                return at
            at = low + (at - low + 1) % span
        raise StuckError(self.column)

    def _closed(self, low: int | None, high: int | None) -> tuple[int, int]:
        """Give sides that nothing bounds a sensible distance, as the bulk engine does."""
        if low is None and high is None:
            return self.usual
        instant = self.lattice.family == "instant"
        distance = self._distance
        if low is None:
            assert high is not None
            usual = self.usual[0]
            low = usual if usual <= high else high - distance
        elif high is None:
            usual = self.usual[1]
            high = usual if usual >= low + (0 if instant else distance) else low + distance
            if instant and low < self.as_of < high:
                high = self.as_of
        return max(low, self.lattice.low), min(high, self.lattice.high)


def shared_digit(layout: Layout, windows: Sequence[Window], *, weighed: int = 0) -> int:
    """Return one digit for all windows of a column: a number, but a byte where all have few positions and count nothing.

    A number of its own is one more thing to draw; in return, Hypothesis shrinks neighbouring numbers together: it lowers one
    while it raises another, so that a sum or product above a limit has one least form.

    Args:
        layout: The digits of the table.
        windows: What the cases leave of the column.
        weighed: How often a child at most counts the column in a sum over children; 0 where none does.
    """
    below, above = (max(side) for side in zip(*(window.reach for window in windows), strict=True))
    counting = any(window.lattice.family == "number" and window.listed is None for window in windows)
    few = below + above < BYTE
    small = few and not (counting and above)
    plain = all(window.is_plain for window in windows) and not below and not small
    low = max(windows[0].low or 0, 0)
    if weighed and plain:
        digit = layout.number(0, 2 * weighed * (low + above))
        layout.shared.append(Shared(windows[0].column, digit, low, low + above))
    else:
        digit = layout.byte() if small else layout.number(-below, above)
        if counting and plain and not layout.referred:
            layout.summands.append(Summand(windows[0].column, digit, above, low))
    for window in windows:
        window.digit = digit
        window.signed = not small
    return digit
