"""Which positions of a lattice a column takes where its bounds leave sides open: sensible ones, wider where all are distinct."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from fixturegen.errors import ImpossibleError
from fixturegen.generator import Request
from fixturegen.lattice import Lattice, measure

_DAY = 86_400
_YEARS = 5 * 366 * _DAY
_CENTURY = 36_525 * _DAY
_STEPS = (10**9, 10**12, 10**15)
"""Widths for distinct values. Few and far apart, so that a table can grow without changing the range of its keys."""


@dataclass(frozen=True, slots=True)
class Range:
    """Positions from ``low`` to ``high``, both inclusive, and the ``simplest`` one."""

    low: int
    high: int
    simplest: int


def range_of(request: Request, lattice: Lattice) -> Range:
    """Return the positions that a column draws from.

    A side that the domain leaves at None is open: a bound at the type's own limit was declared and is kept. Open sides are
    closed by family: numbers 1 to 10,000 (decimals and floats 0 to 1,000), instants the five years before ``as_of`` (the five
    years from a bound after it), clocks the whole day, spans up to 30 days. Distinct values widen an open range in few large
    steps.

    Raises:
        ImpossibleError: If no position is left.
    """
    low, high = sides(request, lattice)
    if low is not None and high is not None:
        first, last = low, high
    else:
        first, last = _closed(request, lattice, low, high)
    if first > last:
        message = f"no value of {request.column.type.kind} is left: the least is above the greatest"
        raise ImpossibleError(message, where=request.where)
    return exactly(request, lattice, first, last)


def exactly(request: Request, lattice: Lattice, low: int, high: int) -> Range:
    """Return the positions between two bounds, the type's own limits among them."""
    return Range(low, high, _simplest(request, lattice, low, high))


def sides(request: Request, lattice: Lattice) -> tuple[int | None, int | None]:
    """Return the least and the greatest position that the domain declares, within what the type holds; None for an open side."""
    low, high = request.domain.low, request.domain.high
    if lattice.family == "clock" or request.column.type.kind == "boolean":
        return max(low or 0, lattice.low), lattice.high if high is None else min(high, lattice.high)
    if request.column.type.kind == "float":
        # Their lattice ends long before their type does: a bound at its end lies there or anywhere beyond, and binds nothing.
        return (
            None if low is None or low <= lattice.low else low,
            None if high is None or high >= lattice.high else high,
        )
    return None if low is None else max(low, lattice.low), None if high is None else min(high, lattice.high)


def _closed(request: Request, lattice: Lattice, low: int | None, high: int | None) -> tuple[int, int]:
    usual_low, usual_high = _usual(request, lattice)
    width = usual_high - usual_low
    usual = _fitted(lattice, low, high, usual_low, usual_high, width)
    if not request.distinct:
        return usual
    wanted = request.distinct + len(request.domain.excluded)
    for step in (_distinct_width(request, lattice), *_STEPS):
        wide = _fitted(lattice, low, high, usual_low, usual_low + step, step)
        if wide[1] - wide[0] + 1 >= wanted:
            return wide
    return (lattice.low if low is None else low), (lattice.high if high is None else high)


def _fitted(
    lattice: Lattice, low: int | None, high: int | None, usual_low: int, usual_high: int, width: int
) -> tuple[int, int]:
    if low is not None:
        return low, min(lattice.high, usual_high if low <= usual_low else low + width)
    if high is not None:
        return max(lattice.low, usual_low if usual_low <= high else high - width), high
    return max(lattice.low, usual_low), min(lattice.high, usual_high)


def _usual(request: Request, lattice: Lattice) -> tuple[int, int]:
    """Return the range of a column without bounds, as positions."""
    match lattice.family:
        case "instant":
            last = int(lattice.position(request.as_of))
            return last - int(_YEARS / lattice.step), last
        case "span":
            return 0, int(measure(timedelta(days=30)) / lattice.step)
        case _ if request.column.type.kind == "integer":
            return 1, 10_000
        case _:
            return 0, int(1000 / lattice.step)


def _distinct_width(request: Request, lattice: Lattice) -> int:
    if lattice.family == "instant":
        return int(Fraction(_CENTURY) / lattice.step)
    return 10**9 if request.column.type.kind == "integer" else max(10**9, int(1000 / lattice.step))


def _simplest(request: Request, lattice: Lattice, low: int, high: int) -> int:
    if lattice.family == "instant":
        return min(max(int(lattice.position(request.as_of)), low), high)
    return min(max(0, low), high)
