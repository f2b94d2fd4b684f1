"""Bounds of a column for one row, as positions of its lattice: what :mod:`fixturegen.fills.windows` finds for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from fixturegen.fills.windows import INSTANT_SPREAD, NUMBER_SPREAD, UNBOUNDED
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.planning.components import Narrowing, Reach

if TYPE_CHECKING:
    from fixturegen.access.alone import OneTable

NO_ROOM: Final = object()
"""Stands for a value that a row does not find."""
Known = Mapping[str, object]
Reached = Callable[[Known], int]


@dataclass(frozen=True, slots=True)
class OneWindow:
    """Inclusive bounds of one row, and positions between them that are taken, ascending."""

    low: int
    high: int
    taken: tuple[int, ...] = ()

    def span(self) -> int:
        """Return how many positions are left."""
        return self.high - self.low + 1 - sum(self.low <= at <= self.high for at in self.taken)

    def place(self, index: int) -> int:
        """Return the position of the index-th one that is left.

        >>> [OneWindow(1, 5, (2, 3)).place(index) for index in range(3)]
        [1, 4, 5]
        """
        at = self.low + index
        for taken in self.taken:
            at += self.low <= taken <= at
        return at


def bounds_of(table: OneTable, name: str, narrowing: Narrowing) -> Callable[[Known], OneWindow] | None:
    """Return how what a row holds bounds a column; None where that takes an expression, a list of values, or floats.

    Args:
        table: The table.
        name: The column.
        narrowing: What the case leaves of it.
    """
    lattice = lattice_of(table.plan.column(name).type)
    names = [reach.column for reach in (*narrowing.at_least, *narrowing.at_most)] + [*narrowing.differs]
    lattices = {each: _lattice(table, each) for each in names}
    if lattice is None or narrowing.solved or narrowing.domain.values is not None:
        return None
    if any(each is None or each.dtype.is_float() for each in (lattice, *lattices.values())):
        return None
    lows = [_reached(lattice, lattices[reach.column], reach, upward=True) for reach in narrowing.at_least]
    highs = [_reached(lattice, lattices[reach.column], reach, upward=False) for reach in narrowing.at_most]
    taken = [_taken(lattice, lattices[each], each) for each in narrowing.differs]
    domain, excluded = narrowing.domain, narrowing.domain.excluded
    least = -UNBOUNDED if domain.low is None else max(domain.low, lattice.low)
    most = UNBOUNDED if domain.high is None else min(domain.high, lattice.high)
    as_of = table.engine.plan.schema.as_of

    def window(known: Known) -> OneWindow:
        low = max([least, *(each(known) for each in lows)])
        high = min([most, *(each(known) for each in highs)])
        away = {at for each in taken if (at := each(known)) is not None}
        return OneWindow(*finite(lattice, low, high, as_of), tuple(sorted({*excluded, *away})))

    return window


def _lattice(table: OneTable, name: str) -> Lattice | None:
    end, column = table.end(name)
    return end.type(column)[1]


def _reached(lattice: Lattice, other: Lattice | None, reach: Reach, *, upward: bool) -> Reached:
    """Return the position that a reach sets, rounded into the allowed side; a null lifts the bound."""
    assert other is not None
    ratio, offset = other.step / lattice.step, reach.offset / lattice.step
    common = ratio.denominator * offset.denominator
    factor, shift = ratio.numerator * offset.denominator, offset.numerator * ratio.denominator
    lifted = -UNBOUNDED if upward else UNBOUNDED
    name, strict = reach.column, reach.strict

    def bound(known: Known) -> int:
        at = known[name]
        if at is None:
            return lifted
        assert isinstance(at, int)
        place = at * factor + shift
        if upward:
            return place // common + 1 if strict else -(-place // common)
        return -(-place // common) - 1 if strict else place // common

    return bound


def _taken(lattice: Lattice, other: Lattice | None, name: str) -> Callable[[Known], int | None]:
    """Return the position that a row must not have: that of another column's value, where it stands on this lattice."""
    below, above = (_reached(lattice, other, Reach(name), upward=upward) for upward in (False, True))

    def away(known: Known) -> int | None:
        at = below(known)
        return at if known[name] is not None and above(known) == at else None

    return away


def finite(lattice: Lattice, low: int, high: int, as_of: date) -> tuple[int, int]:
    """Give sides that nothing bounds a sensible distance: instants end at the frozen clock where they can."""
    open_low, open_high = low <= -UNBOUNDED, high >= UNBOUNDED
    if open_low or open_high:
        instant = lattice.family == "instant"
        spread = max(int((NUMBER_SPREAD if lattice.family == "number" else INSTANT_SPREAD) / lattice.step), 1)
        clock = int(measure(as_of) / lattice.step) if instant else 0
        if open_low and open_high:
            high = clock if instant else spread
        if open_low:
            low = max(0, high - spread) if high >= 0 and not instant else high - spread
        elif open_high:
            high = clock if instant and low < clock < low + spread else low + spread
    return max(low, lattice.low), min(high, lattice.high)
