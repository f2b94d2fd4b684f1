"""Declared distributions on ordered columns: one draw of a probability, cut to the range so that no value piles up at a bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import localcontext
from fractions import Fraction
from typing import cast

import numpy as np
import polars as pl

from fixturegen import distributions
from fixturegen.distributions import LARGEST, WHOLE, Inverse
from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Request, generator
from fixturegen.generators import arguments as given
from fixturegen.generators.coercion import value_of
from fixturegen.generators.limits import beyond
from fixturegen.generators.ordered import lattice_for, uniform_on
from fixturegen.generators.ranges import range_of, sides
from fixturegen.lattice import Lattice, measure

_MOST_MEAN = 10**6
_MOST_SIGMA = 50
_MOST_EXPONENT = 100
_A_DAY = 86_400
_WIDEST = 2**20
"""A spread of so many widths of the range is as good as an endless one: every value of the range comes alike."""
_FLAT = 2**70
"""So does a standard deviation of so many positions, in any range."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request for a distribution: its lattice, bounds (positions, None where open) and arguments."""

    request: Request
    lattice: Lattice
    name: str
    low: int | None
    high: int | None
    read: Mapping[str, object]

    def number(self, name: str) -> Fraction:
        return cast("Fraction", self.read[name])

    def position(self, name: str) -> Fraction:
        return self.lattice.position(self.read[name])

    def spread(self, name: str) -> Fraction:
        """Return a spread as a number of positions: numbers of days for dates and datetimes, of seconds for other times."""
        value = self.read[name]
        if isinstance(value, timedelta):
            return measure(value) / self.lattice.step
        unit = _A_DAY if self.lattice.family == "instant" else 1
        return cast("Fraction", value) * unit / self.lattice.step

    def refuse(self, message: str) -> SchemaError:
        return SchemaError(f"{self.name}: {message}", where=self.request.where)


@generator("uniform")
def uniform(request: Request) -> Generator:
    """Return every value between the bounds alike. Arguments: ``min`` and ``max``, inclusive, of the column's type.

    Shrinks to the value nearest to 0, for dates to ``as_of``. Can be distinct.

    Raises:
        SchemaError: If an argument does not fit the column, or the column has no order.
        ImpossibleError: If no value is left.
    """
    asked = _asked(request, "uniform", {})
    domain = replace(request.domain, low=asked.low, high=asked.high)
    bounded = replace(request, domain=domain)
    return uniform_on(bounded, asked.lattice, range_of(bounded, asked.lattice), "uniform")


@generator("normal")
def normal(request: Request) -> Generator:
    """Return normally distributed values. Arguments: ``mean`` (of the column's type), ``sd`` (above 0); ``min``, ``max``.

    For dates and datetimes ``sd`` counts days, for times and intervals seconds. Bounds cut the distribution off: the rest is
    spread as before. Values lie within eight ``sd`` of the mean. Shrinks to the value nearest to 0, for dates to ``as_of``.

    Raises:
        SchemaError: A missing or unfit argument, or a mean outside the bounds or beyond what the column can hold.
        ImpossibleError: If the bounds leave nothing.
    """
    asked = _asked(request, "normal", {"mean": _value(request), "sd": _spread}, "mean", "sd")
    mean = asked.position("mean")
    _refuse_beyond(request, asked.lattice, "normal: the mean", "mean", mean)
    low, high = _ends(asked)
    if not low <= mean <= high:
        raise asked.refuse(f"the mean {given.shown(request.arguments['mean'])} lies outside the bounds")
    sd = asked.spread("sd")
    if sd > min(_WIDEST * (high - low + 1), _FLAT):
        return _cut(asked, distributions.flat(low, high))
    return _cut(asked, distributions.normal(mean, sd))


@generator("lognormal")
def lognormal(request: Request) -> Generator:
    """Return values whose natural logarithm is normally distributed.

    Arguments: ``median`` (above 0) and ``sigma``, the standard deviation of the logarithm; or ``mean`` and ``sd``, both of
    the logarithm, as NumPy's. ``min`` and ``max`` cut off. On dates the value counts days after the least date, on times and
    intervals seconds. Shrinks to the least value.

    Raises:
        SchemaError: A missing or unfit argument, both ways mixed, or a median beyond what the column can hold.
        ImpossibleError: If the bounds leave nothing.
    """
    readers = {"median": given.positive, "sigma": _sigma, "mean": given.number, "sd": _sigma}
    asked = _asked(request, "lognormal", readers)
    names = set(asked.read) - {"min", "max"}
    if names not in ({"median", "sigma"}, {"mean", "sd"}):
        raise asked.refuse("takes median and sigma, or mean and sd of the logarithm")
    start, unit = _origin(asked)
    with localcontext() as context:
        context.prec = 34
        if "median" in names:
            log_mean, log_sd = distributions.decimal_of(asked.number("median")).ln(), asked.number("sigma")
        else:
            log_mean, log_sd = distributions.decimal_of(asked.number("mean")), asked.number("sd")
        if abs(log_mean) > _MOST_SIGMA:
            raise asked.refuse(f"the logarithm's mean must lie within {_MOST_SIGMA} of 0")
        argument, what = ("median", "the median") if "median" in names else ("mean", "exp of the mean")
        at = start + Fraction(log_mean.exp()) * unit
        _refuse_beyond(request, asked.lattice, f"lognormal: {what}", argument, at)
        inverse = distributions.lognormal(log_mean, distributions.decimal_of(log_sd), unit)
    return _cut(asked, inverse, start)


@generator("exponential")
def exponential(request: Request) -> Generator:
    """Return exponentially distributed distances from the least value (0 for a number without one).

    Arguments: ``mean``, the mean distance before ``max`` cuts off: above 0, in days for dates and datetimes, in seconds for
    times and intervals; ``min``, ``max``. Shrinks to the least value.

    Raises:
        SchemaError: A missing or unfit argument.
        ImpossibleError: If the bounds leave nothing.
    """
    asked = _asked(request, "exponential", {"mean": _spread}, "mean")
    start, _ = _origin(asked)
    low, high = _ends(asked)
    mean = asked.spread("mean")
    if start <= high and mean > _WIDEST * (high - low + 1):
        return _cut(asked, distributions.flat(0, high - start), start)
    return _cut(asked, distributions.exponential(Fraction(0), mean), start)


@generator("poisson")
def poisson(request: Request) -> Generator:
    """Return Poisson distributed whole numbers. Arguments: ``mean``, above 0 and at most a million; ``min``, ``max``.

    Shrinks to the least value.

    Raises:
        SchemaError: A missing or unfit argument, or a column that is no number.
        ImpossibleError: If the bounds leave nothing.
    """
    asked = _asked(request, "poisson", {"mean": given.positive}, "mean")
    unit = 1 / asked.lattice.step
    if asked.lattice.family != "number" or request.column.type.kind == "boolean" or unit.denominator != 1:
        raise asked.refuse(f"counts things, and {request.column.name} is {request.column.type.kind}")
    if asked.number("mean") > _MOST_MEAN:
        raise asked.refuse(f"the mean is above {_MOST_MEAN}; there it is normal with sd the root of the mean")
    _refuse_beyond(request, asked.lattice, "poisson: the mean", "mean", asked.position("mean"))
    return _cut(asked, distributions.poisson(asked.number("mean")), unit=int(unit))


@generator("zipf")
def zipf(request: Request) -> Generator:
    """Return values by the Zipf law: the n-th value from the least weighs ``n ** -exponent``.

    Arguments: ``exponent`` (above 0, at most 100); ``min``, ``max`` (without them, numbers take 1 to 10,000). Shrinks to the
    least value.

    Raises:
        SchemaError: A missing or unfit argument.
        ImpossibleError: If the bounds leave nothing.
    """
    asked = _asked(request, "zipf", {"exponent": given.positive}, "exponent")
    if asked.number("exponent") > _MOST_EXPONENT:
        raise asked.refuse(f"the exponent is above {_MOST_EXPONENT}")
    bounded = replace(request, domain=replace(request.domain, low=asked.low, high=asked.high))
    range_ = range_of(bounded, asked.lattice)
    inverse = distributions.zipf(asked.number("exponent"), 0, range_.high - range_.low + 1)
    return _cut(replace(asked, low=range_.low, high=range_.high), inverse, range_.low)


# ---- arguments


def _asked(request: Request, name: str, readers: Mapping[str, given.Reader], *needed: str) -> _Asked:
    lattice = lattice_for(request, name)
    bound = _value(request)
    read = given.arguments(request, name, **readers, min=bound, max=bound)
    given.needed(read, request, name, *needed)
    for side in (side for side in ("min", "max") if side in read):
        at = lattice.position(read[side])
        if at > lattice.high if side == "min" else at < lattice.low:
            _refuse_beyond(request, lattice, f"{name}: {side}", side, at)
    low = None if "min" not in read else -(-lattice.position(read["min"]) // 1)
    high = None if "max" not in read else lattice.position(read["max"]) // 1
    low = max((side for side in (low, request.domain.low) if side is not None), default=None)
    high = min((side for side in (high, request.domain.high) if side is not None), default=None)
    if low is not None and high is not None and low > high:
        message = f"{name}: the least value of {request.column.name} is above its greatest"
        raise ImpossibleError(message, where=request.where)
    return _Asked(request, lattice, name, low, high, read)


def _value(request: Request) -> Callable[[object], object]:
    """Read a value of the column; numbers exactly, even between two that the column can hold."""
    type_ = request.column.type
    if type_.kind in {"integer", "decimal", "float"}:
        return given.number
    return lambda value: value_of(value, type_)


def _spread(value: object) -> object:
    if isinstance(value, timedelta):
        if value > timedelta(0):
            return value
        message = "above 0"
        raise ValueError(message)
    return given.positive(value)


def _sigma(value: object) -> Fraction:
    sigma = given.positive(value)
    if sigma > _MOST_SIGMA:
        message = f"above 0 and at most {_MOST_SIGMA}"
        raise ValueError(message)
    return sigma


def _origin(asked: _Asked) -> tuple[int, Fraction]:
    """Return the position that distances count from, and how many positions one counts."""
    bounded = replace(asked.request, domain=replace(asked.request.domain, low=asked.low))
    if asked.lattice.family == "number":
        least = sides(bounded, asked.lattice)[0] if asked.name == "exponential" else None
        return least or 0, 1 / asked.lattice.step
    unit = _A_DAY if asked.lattice.family == "instant" else 1
    return range_of(bounded, asked.lattice).low, unit / asked.lattice.step


def _ends(asked: _Asked) -> tuple[int, int]:
    """Return the least and the greatest position that may be drawn: of the bounds, or of what the column and tables hold."""
    least, most = max(asked.lattice.low, 1 - LARGEST), min(asked.lattice.high, LARGEST - 1)
    low = least if asked.low is None else max(least, asked.low)
    return low, most if asked.high is None else min(most, asked.high)


def _refuse_beyond(request: Request, lattice: Lattice, what: str, argument: str, position: Fraction | int) -> None:
    """Refuse an argument whose position no value of the column can have."""
    found = beyond(request.column, lattice, position)
    if found is not None:
        message, hint = found
        raise SchemaError(
            f"{what} {given.shown(request.arguments[argument])} {message}", where=request.where, hint=hint
        )


# ---- the draw


def _cut(asked: _Asked, inverse: Inverse, start: int = 0, unit: int = 1) -> Generator:
    """Return the generator that draws probabilities of values within the bounds, and no others.

    Positions are ``start + unit * inverse``. Values that the domain excludes give way to the next allowed one above, or below
    where none is.
    """
    lattice, name = asked.lattice, asked.name
    low, high = _ends(asked)
    first, last = -((start - low) // unit), (high - start) // unit
    least, most = inverse.least(first), inverse.least(last + 1) - 1
    if least > most:
        message = f"{name} gives no value of {asked.request.column.name} within its bounds"
        raise ImpossibleError(message, where=asked.request.where)
    simplest = _simplest(asked, inverse, start, unit)
    toward = min(max(inverse.least(simplest), least), most)
    moved_one = _targets(asked, low, high)
    moved = _moved(moved_one)

    def build(batch: Batch) -> pl.Series:
        return lattice.decode(moved(inverse.at(batch.draws["quantile"]) * unit + start))

    def one(row: One) -> object:
        position = inverse.at_one(row.draw("quantile")) * unit + start
        return moved_one.get(position, position)

    draw = Draw("quantile", least, most, toward)
    assert 0 <= least <= most < WHOLE
    return Generator(name=name, dtype=lattice.dtype, draws=(draw,), build=Builder(build, one))


def _simplest(asked: _Asked, inverse: Inverse, start: int, unit: int) -> int:
    if asked.lattice.family == "instant" and asked.name == "normal":
        return int((asked.lattice.position(asked.request.as_of) - start) // unit)
    if asked.name == "normal":
        return -start // unit
    return int(inverse.values[0] >> inverse.shift)


def _targets(asked: _Asked, low: int, high: int) -> dict[int, int]:
    """Return excluded positions in ascending order, each with the next allowed one."""
    holes = sorted(hole for hole in asked.request.domain.excluded if low <= hole <= high)
    all_ = frozenset(holes)
    targets = {hole: _next(hole, all_, high) for hole in holes}
    if any(target < low for target in targets.values()):
        message = f"every value of {asked.request.column.name} within the bounds is excluded"
        raise ImpossibleError(message, where=asked.request.where)
    return targets


def _moved(moves: Mapping[int, int]) -> Callable[[Integers], Integers]:
    """Return the function that moves excluded positions to the next allowed ones."""
    if not moves:
        return lambda at: at
    known, targets = (np.array(list(each), dtype=np.int64) for each in (moves.keys(), moves.values()))

    def move(at: Integers) -> Integers:
        place = np.minimum(np.searchsorted(known, at), len(known) - 1)
        return np.where(known[place] == at, targets[place], at)

    return move


def _next(hole: int, holes: frozenset[int], high: int) -> int:
    at = hole
    while at in holes:
        at += 1
    if at <= high:
        return at
    at = hole
    while at in holes:
        at -= 1
    return at
