"""Inverse distribution functions as integer tables: arithmetic of 31 digits once, integer look-ups for every row.

NumPy's exponentials and logarithms differ between processors, so none touches a value: quantiles are computed at some four
thousand points by :mod:`fixturegen.double_double` and :mod:`decimal`, alike everywhere, and rows interpolate between them.
A probability is an integer from 0 to 2**48 - 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from fixturegen.double_double import Pair, exact, exp, ln, minus, over, pair_of, plus, polynomial, root, rounded, times
from fixturegen.draws import BLOCK, Integers

PROBABILITY_BITS = 48
WHOLE = 2**PROBABILITY_BITS
_CELL = 2**36
"""A cell of the grid, one of 4,096; the first and last are cut further, eight times an octave."""
_DIGITS = 34
_HALF_A_UNIT = 0.5
LARGEST = 2**62 - 2**9
"""Positions of tables stay within plus or minus this, a double, so that the difference of two of them fits 64 bits."""
_MOST_SHIFT = 20
_EXACT_RANKS = 1_024
_GUIDE_BITS = 16


@dataclass(frozen=True, slots=True)
class Inverse:
    """A rising function from probabilities to positions, linear between its points.

    Attributes:
        thresholds: Probabilities of the points, ascending, the first 0 and the last 2**48.
        values: Positions at the points times ``2**shift``; for a discrete distribution the first position of each segment.
        shift: Binary places after the point.
        discrete: Whether a segment's end belongs to the next one.
        guide: Segment at the start of each of 65,536 equal parts.
        crowded: Whether a part holds more than one segment.
    """

    thresholds: Integers
    values: Integers
    shift: int
    discrete: bool
    guide: Integers
    crowded: npt.NDArray[np.bool_]

    def at(self, probabilities: Integers) -> Integers:
        """Return the positions at probabilities, 0 to 2**48 - 1, rounded to the nearest (half up) where continuous."""
        if len(probabilities) <= BLOCK:
            return self._at_some(probabilities)
        out = np.empty(len(probabilities), dtype=np.int64)
        for at in range(0, len(out), BLOCK):
            out[at : at + BLOCK] = self._at_some(probabilities[at : at + BLOCK])
        return out

    def _at_some(self, probabilities: Integers) -> Integers:
        """Return the positions of so few that the work stays in the processor's cache."""
        segment = self._segments(probabilities)
        start, first = self.thresholds[segment], self.values[segment]
        width = self.values[segment + 1] - first
        # One division and one product: IEEE 754 rounds them alike everywhere, and both rise with the probability.
        share = (probabilities - start) / (self.thresholds[segment + 1] - start)
        inside = np.minimum((share * width).astype(np.int64), width - int(self.discrete))
        at: Integers = first + inside
        if self.discrete or not self.shift:
            return at
        rounded: Integers = (at + (1 << (self.shift - 1))) >> self.shift
        return rounded

    def _segments(self, probabilities: Integers) -> Integers:
        part = probabilities >> (PROBABILITY_BITS - _GUIDE_BITS)
        segment: Integers = self.guide[part]
        crowded = np.flatnonzero(self.crowded[part])
        segment[crowded] = np.searchsorted(self.thresholds, probabilities[crowded], side="right") - 1
        return segment

    def least(self, position: int) -> int:
        """Return the least probability whose position is not below ``position``; 2**48 where there is none."""
        low, high = 0, WHOLE
        while low < high:
            middle = (low + high) // 2
            if self.at_one(middle) >= position:
                high = middle
            else:
                low = middle + 1
        return low

    def at_one(self, probability: int) -> int:
        """Return what :meth:`at` returns for one probability, without arrays: floats of Python are those of NumPy."""
        segment = int(np.searchsorted(self.thresholds, probability, side="right")) - 1
        start, stop = self.thresholds[segment : segment + 2].tolist()
        first, end = self.values[segment : segment + 2].tolist()
        share = (probability - start) / (stop - start)
        at: int = first + min(int(share * (end - first)), end - first - int(self.discrete))
        return at if self.discrete or not self.shift else (at + (1 << (self.shift - 1))) >> self.shift


def discrete(masses: Iterable[tuple[int, Fraction | Decimal]], end: int) -> Inverse:
    """Return the inverse of a distribution over whole positions.

    Args:
        masses: First position of each block, ascending, and the weight of the whole block (shared evenly inside).
        end: Position after the last block.
    """
    listed = list(masses)
    total = sum(Fraction(mass) for _, mass in listed)
    thresholds: list[int] = []
    values: list[int] = []
    below = Fraction(0)
    for first, mass in listed:
        at = int(below * WHOLE / total)
        if thresholds and at == thresholds[-1]:
            # The block before has no probability left.
            thresholds.pop()
            values.pop()
        thresholds.append(at)
        values.append(first)
        below += Fraction(mass)
    return _inverse([*thresholds, WHOLE], [*values, end], 0, is_discrete=True)


@lru_cache(maxsize=1)
def _grid() -> tuple[int, ...]:
    tail = {octave + octave * eighth // 8 for power in range(4, 36) for octave in [2**power] for eighth in range(8)}
    cells = {cell * _CELL for cell in range(4_097)}
    return tuple(sorted(tail | cells | {WHOLE - at for at in tail}))


def _tabled(points: Pair) -> Inverse:
    """Return the inverse with these points on the grid."""
    largest = max(
        abs(int(Fraction(float(high)) + Fraction(float(low)))) for high, low in zip(*_ends(points), strict=True)
    )
    shift = max(0, min(_MOST_SHIFT, 61 - max(largest, 1).bit_length()))
    return _inverse(_grid(), rounded(points, shift, LARGEST), shift, is_discrete=False)


def _ends(points: Pair) -> Pair:
    return points[0][[0, -1]], points[1][[0, -1]]


def _inverse(thresholds: Sequence[int], values: Sequence[int] | Integers, shift: int, *, is_discrete: bool) -> Inverse:
    borders = np.array(thresholds, dtype=np.int64)
    parts = np.arange(2**_GUIDE_BITS + 1, dtype=np.int64) << (PROBABILITY_BITS - _GUIDE_BITS)
    guide = np.searchsorted(borders, parts[:-1], side="right") - 1
    crowded = np.searchsorted(borders, parts[1:] - 1, side="right") - 1 > guide
    return Inverse(borders, np.array(values, dtype=np.int64), shift, is_discrete, guide, crowded)


# ---- the distributions


@lru_cache(maxsize=64)
def normal(mean: Fraction, sd: Fraction) -> Inverse:
    """Return the normal distribution of positions with that mean and standard deviation."""
    return _tabled(plus(pair_of(mean), times(pair_of(sd), standard_normal())))


def flat(low: int, high: int) -> Inverse:
    """Return the distribution in which all positions from ``low`` to ``high`` come alike; they stay within ``LARGEST``.

    >>> half = flat(0, 9).at_one(WHOLE // 2)
    >>> half
    5
    """
    return discrete([(low, Fraction(1))], high + 1)


@lru_cache(maxsize=64)
def lognormal(log_mean: Decimal, log_sd: Decimal, scale: Fraction) -> Inverse:
    """Return ``scale * exp(log_mean + log_sd * z)``, z standard normal."""
    with localcontext() as context:
        context.prec = _DIGITS
        middle = pair_of(decimal_of(scale) * log_mean.exp())
    return _tabled(times(middle, exp(times(pair_of(log_sd), standard_normal()))))


@lru_cache(maxsize=64)
def exponential(start: Fraction, mean: Fraction) -> Inverse:
    """Return ``start - mean * ln(1 - p)``."""
    return _tabled(plus(pair_of(start), times(pair_of(mean), standard_exponential())))


@lru_cache(maxsize=64)
def poisson(mean: Fraction) -> Inverse:
    """Return the Poisson distribution of whole numbers, which are its positions.

    Weights follow from the mode by ``w(k + 1) = w(k) * mean / (k + 1)`` until they pass below 2**-60.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        rate, mode, least = decimal_of(mean), int(mean), Decimal(2) ** -60
        weights = {mode: Decimal(1)}
        for k in range(mode, 0, -1):
            weights[k - 1] = weights[k] * k / rate
            if weights[k - 1] < least:
                break
        last = mode
        while weights[last] >= least:
            weights[last + 1] = weights[last] * rate / (last + 1)
            last += 1
    return discrete(sorted(weights.items()), last + 1)


@lru_cache(maxsize=64)
def zipf(exponent: Fraction, first: int, count: int) -> Inverse:
    """Return the Zipf law over ``count`` ranks: rank r, at position ``first + r - 1``, weighs ``r ** -exponent``.

    Ranks up to 1,024 are exact; later ones share blocks of a sixteenth of their rank, weighed by the integral.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        power = decimal_of(exponent)
        masses = [
            (first + rank - 1, (-power * Decimal(rank).ln()).exp()) for rank in range(1, min(count, _EXACT_RANKS) + 1)
        ]
        start = _EXACT_RANKS + 1
        while start <= count:
            stop = min(count + 1, start + start // 16)
            masses.append((first + start - 1, _integral(power, start, stop)))
            start = stop
    return discrete(masses, first + count)


def _integral(power: Decimal, start: int, stop: int) -> Decimal:
    """Return the integral of ``x ** -power`` from half before ``start`` to half before ``stop``."""
    low, high = (Decimal(start) - Decimal("0.5")).ln(), (Decimal(stop) - Decimal("0.5")).ln()
    rest = 1 - power
    # Near 1 the closed form divides two small numbers; the logarithm's midpoint is as good there.
    if abs(rest) < Decimal("1e-12"):
        return high - low
    return ((rest * high).exp() - (rest * low).exp()) / rest


def decimal_of(number: Fraction) -> Decimal:
    """Return a fraction as a decimal of 34 digits."""
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(number.numerator) / Decimal(number.denominator)


@lru_cache(maxsize=1)
def standard_exponential() -> Pair:
    """Return ``-ln(1 - p)`` at the points of the grid; the last one stands half a unit inside."""
    left = [*(WHOLE - at for at in _grid()[:-1]), _HALF_A_UNIT]
    return minus(ln(exact(np.array(left) / WHOLE)))


@lru_cache(maxsize=1)
def standard_normal() -> Pair:
    """Return the quantiles of the standard normal distribution at the points of the grid.

    Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988): relative accuracy about 1e-16. The ends stand half a
    unit inside.
    """
    below = [max(at, _HALF_A_UNIT) for at in _grid() if 2 * at < WHOLE]
    high, low = _normal_quantiles(exact(np.array(below) / WHOLE))
    middle = np.zeros(1)
    return np.concatenate([high, middle, -high[::-1]]), np.concatenate([low, middle, -low[::-1]])


_Ratio = tuple[tuple[Pair, ...], ...]
"""Coefficients of the polynomials above and below a fraction's line."""


def _ratio(*polynomials: tuple[str, ...]) -> _Ratio:
    return tuple(tuple(pair_of(Decimal(each)) for each in coefficients) for coefficients in polynomials)


_CENTRAL = _ratio(
    ("2509.0809287301226727", "33430.575583588128105", "67265.770927008700853", "45921.953931549871457",
     "13731.693765509461125", "1971.5909503065514427", "133.14166789178437745", "3.387132872796366608"),
    ("5226.495278852854561", "28729.085735721942674", "39307.89580009271061", "21213.794301586595867",
     "5394.1960214247511077", "687.1870074920579083", "42.313330701600911252", "1"),
)  # fmt: skip
_MIDDLE = _ratio(
    ("7.7454501427834140764e-4", "0.0227238449892691845833", "0.24178072517745061177", "1.27045825245236838258",
     "3.64784832476320460504", "5.7694972214606914055", "4.6303378461565452959", "1.42343711074968357734"),
    ("1.05075007164441684324e-9", "5.475938084995344946e-4", "0.0151986665636164571966", "0.14810397642748007459",
     "0.68976733498510000455", "1.6763848301838038494", "2.05319162663775882187", "1"),
)  # fmt: skip
_FAR = _ratio(
    ("2.01033439929228813265e-7", "2.71155556874348757815e-5", "0.0012426609473880784386", "0.026532189526576123093",
     "0.29656057182850489123", "1.7848265399172913358", "5.4637849111641143699", "6.6579046435011037772"),
    ("2.04426310338993978564e-15", "1.4215117583164458887e-7", "1.8463183175100546818e-5", "7.868691311456132591e-4",
     "0.0148753612908506148525", "0.13692988092273580531", "0.59983220655588793769", "1"),
)  # fmt: skip


def _normal_quantiles(probabilities: Pair) -> Pair:
    """Return the quantiles of ascending probabilities, at most one half."""
    centred = plus(probabilities, pair_of(Fraction(-1, 2)))
    tail = int(np.searchsorted(centred[0], -0.425))
    central = _from(tail, centred)
    roots = root(minus(ln(_until(tail, probabilities))))
    far = len(roots[0]) - int(np.searchsorted(roots[0][::-1], 5, side="right"))
    parts = (
        minus(_quotient(_FAR, plus(_until(far, roots), pair_of(Fraction(-5))))),
        minus(_quotient(_MIDDLE, plus(_from(far, roots), pair_of(Decimal("-1.6"))))),
        times(central, _quotient(_CENTRAL, plus(pair_of(Decimal("0.180625")), minus(times(central, central))))),
    )
    return np.concatenate([high for high, _ in parts]), np.concatenate([low for _, low in parts])


def _quotient(ratio: _Ratio, at: Pair) -> Pair:
    above, below = (polynomial(each, at) for each in ratio)
    return over(above, below)


def _from(start: int, numbers: Pair) -> Pair:
    return numbers[0][start:], numbers[1][start:]


def _until(stop: int, numbers: Pair) -> Pair:
    return numbers[0][:stop], numbers[1][:stop]
