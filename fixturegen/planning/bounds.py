"""Orders between columns as a network of gaps, closed so that drawing column after column never runs dry.

A gap says that one column lies at least so far above another. All shortest paths (here: longest gaps; Floyd and Warshall)
make the network decomposable: whatever the columns drawn so far were given within their bounds, the next one has a value
(Dechter, Meiri, Pearl: Temporal constraint networks, 1991). Lattices of one family are nested, each step a multiple of the
finer ones: gaps are rounded up to the finer step of the two columns, finest columns are eliminated first and drawn last,
which keeps that promise between dates and datetimes, integers and decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from fixturegen.expressions.normal import Order
from fixturegen.lattice import Lattice
from fixturegen.planning.classes import Runs, common

Gaps = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the network: its step in units, and the runs of positions it may stand at."""

    step: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Closure:
    """A closed network.

    Attributes:
        unit: Measure of one unit, the finest step of the network.
        places: The columns with the runs that are left.
        gaps: ``gaps[x][y]``: y is at least that many units above x.
    """

    unit: Fraction
    places: Mapping[str, Place]
    gaps: Gaps


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a network has no solution.

    Attributes:
        chain: The columns of the circle or of the chain from the lower bound to the upper, in order of height.
        circle: Whether it is a circle.
        excess: Measure by which the chain is too high.
    """

    chain: tuple[str, ...]
    circle: bool
    excess: Fraction


def closed(orders: Iterable[Order], lattices: Mapping[str, Lattice], runs: Mapping[str, Runs]) -> Closure | Clash:
    """Close the network of orders.

    Args:
        orders: Orders of any relation but ``<>``, all between columns of one family.
        lattices: Lattice of each column mentioned.
        runs: Positions left of each column mentioned, at least one.

    Returns:
        The closure, or the clash that leaves no solution.
    """
    stated = list(orders)
    names = sorted({name for order in stated for name in (order.left, order.right)})
    unit = min((lattices[name].step for name in names), default=Fraction(1))
    steps = {name: int(lattices[name].step / unit) for name in names}
    gaps: Gaps = {name: {} for name in names}
    paths: dict[tuple[str, str], tuple[str, ...]] = {}
    for order in stated:
        for lower, upper, gap in _gaps(order, min(steps[order.left], steps[order.right]), unit):
            _raise(gaps, lower, upper, gap)
            paths.setdefault((lower, upper), ())
    circle = _close(gaps, paths, steps)
    if circle is not None:
        lower, excess = circle
        return Clash((lower, *paths[lower, lower], lower), circle=True, excess=excess * unit)
    return _placed(gaps, paths, {name: Place(steps[name], runs[name]) for name in names}, unit)


@lru_cache(maxsize=4096)
def _gaps(order: Order, finer: int, unit: Fraction) -> tuple[tuple[str, str, int], ...]:
    """Gaps (lower column, upper column, units) that say the same as an order; ``finer`` is the finer step in units."""
    offset = order.offset / unit / finer
    up = (order.right, order.left, finer * (floor(offset) + 1 if order.relation == ">" else ceil(offset)))
    down = (order.left, order.right, finer * (floor(-offset) + 1 if order.relation == "<" else ceil(-offset)))
    match order.relation:
        case ">" | ">=":
            return (up,)
        case "<" | "<=":
            return (down,)
        case _:
            # An offset between two positions rounds up both ways: a circle, for the columns are never that far apart.
            return up, down


def _raise(gaps: Gaps, lower: str, upper: str, gap: int) -> bool:
    known = gaps[lower].get(upper)
    if known is not None and known >= gap:
        return False
    gaps[lower][upper] = gap
    return True


def _close(
    gaps: Gaps, paths: dict[tuple[str, str], tuple[str, ...]], steps: Mapping[str, int]
) -> tuple[str, int] | None:
    """Close the gaps in place; return a column that would lie above itself, and by how much."""
    order = sorted(gaps, key=lambda name: (steps[name], name))
    for pivot in order:
        below = [name for name in order if pivot in gaps[name]]
        for lower in below:
            first = gaps[lower][pivot]
            for upper, second in list(gaps[pivot].items()):
                step = min(steps[lower], steps[upper])
                gap = -(-(first + second) // step) * step
                if _raise(gaps, lower, upper, gap):
                    paths[lower, upper] = (*paths[lower, pivot], pivot, *paths[pivot, upper])
                if lower == upper and gaps[lower][lower] > 0:
                    return lower, gaps[lower][lower]
    return None


def _placed(
    gaps: Gaps, paths: Mapping[tuple[str, str], tuple[str, ...]], places: dict[str, Place], unit: Fraction
) -> Closure | Clash:
    """Carry the columns' own bounds along the closed gaps until nothing moves."""
    sources: dict[str, tuple[str, str]] = {name: (name, name) for name in places}
    moved = set(places)
    while moved:
        before, moved = moved, set()
        for lower in sorted(gaps):
            for upper, gap in gaps[lower].items():
                if lower == upper or not (lower in before or upper in before):
                    continue
                if _lifted(places, lower, upper, gap):
                    moved.add(upper)
                    sources[upper] = (sources[lower][0], sources[upper][1])
                if _lowered(places, lower, upper, gap):
                    moved.add(lower)
                    sources[lower] = (sources[lower][0], sources[upper][1])
                if not places[upper].runs or not places[lower].runs:
                    return _clash(lower, upper, sources, paths, gap * unit)
    return Closure(unit, places, gaps)


def _lifted(places: dict[str, Place], lower: str, upper: str, gap: int) -> bool:
    below, above = places[lower], places[upper]
    if not below.runs or not above.runs:
        return False
    least = -(-(below.runs[0][0] * below.step + gap) // above.step)
    if least <= above.runs[0][0]:
        return False
    places[upper] = Place(above.step, common(above.runs, ((least, max(least, above.runs[-1][1])),)))
    return True


def _lowered(places: dict[str, Place], lower: str, upper: str, gap: int) -> bool:
    below, above = places[lower], places[upper]
    if not below.runs or not above.runs:
        return False
    most = (above.runs[-1][1] * above.step - gap) // below.step
    if most >= below.runs[-1][1]:
        return False
    places[lower] = Place(below.step, common(below.runs, ((min(most, below.runs[0][0]), most),)))
    return True


def _clash(
    lower: str,
    upper: str,
    sources: Mapping[str, tuple[str, str]],
    paths: Mapping[tuple[str, str], tuple[str, ...]],
    excess: Fraction,
) -> Clash:
    bottom, top = sources[lower][0], sources[upper][1]
    chain: list[str] = [bottom]
    for first, second in ((bottom, lower), (lower, upper), (upper, top)):
        if first != second:
            chain.extend((*paths.get((first, second), ()), second))
    return Clash(tuple(chain), circle=False, excess=excess)


def networks(orders: Sequence[Order]) -> list[list[Order]]:
    """Split orders into those that hang together, sorted by their columns."""
    owner: dict[str, str] = {}

    def root(name: str) -> str:
        while owner.setdefault(name, name) != name:
            name = owner[name]
        return name

    for order in orders:
        first, second = sorted((root(order.left), root(order.right)))
        owner[second] = first
    found: dict[str, list[Order]] = {}
    for order in orders:
        found.setdefault(root(order.left), []).append(order)
    return [found[name] for name in sorted(found)]
