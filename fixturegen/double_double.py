"""Arithmetic of about 31 digits on whole arrays: a number is the unevaluated sum of two doubles.

Nothing but sums, products, quotients and square roots of doubles is used, which IEEE 754 rounds alike on every machine; so are
all results here, exponentials and logarithms too. Dekker, A floating-point technique for extending the available precision,
Numerische Mathematik 18 (1971); Hida, Li and Bailey, Algorithms for quad-double precision floating point arithmetic (2001).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import factorial

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Pair = tuple[Doubles, Doubles]
"""High and low parts; the low one is at most half a unit in the last place of the high one. Both finite, below 2**990."""

_SPLITTER = np.float64(2**27 + 1)
_HALF = 0.5
_HALVINGS = 9
_TERMS = 8


def pair_of(number: Decimal | Fraction) -> Pair:
    """Return one number, to be used beside arrays.

    >>> high, low = pair_of(Decimal("0.1"))
    >>> float(high), float(low)
    (0.1, -5.551115123125783e-18)
    """
    whole = Fraction(number)
    high = float(whole)
    return np.array(high), np.array(float(whole - Fraction(high)))


def exact(numbers: Doubles) -> Pair:
    """Return doubles as pairs."""
    return numbers, np.zeros_like(numbers)


def plus(one: Pair, other: Pair) -> Pair:
    """Return the sum."""
    high, rest = _sum(one[0], other[0])
    low, last = _sum(one[1], other[1])
    high, rest = _quick_sum(high, rest + low)
    return _quick_sum(high, rest + last)


def minus(number: Pair) -> Pair:
    """Return the number with the other sign."""
    return -number[0], -number[1]


def times(one: Pair, other: Pair) -> Pair:
    """Return the product."""
    high, rest = _product(one[0], other[0])
    return _quick_sum(high, rest + (one[0] * other[1] + one[1] * other[0]))


def over(one: Pair, other: Pair) -> Pair:
    """Return the quotient; ``other`` is never 0."""
    first = one[0] / other[0]
    rest = plus(one, minus(times(other, exact(first))))
    second = rest[0] / other[0]
    rest = plus(rest, minus(times(other, exact(second))))
    return plus(_quick_sum(first, second), exact(rest[0] / other[0]))


def root(number: Pair) -> Pair:
    """Return the square root of a number above 0."""
    first = np.sqrt(number[0])
    rest = plus(number, minus(_product(first, first)))
    return _quick_sum(first, rest[0] / (2 * first))


def exp(number: Pair) -> Pair:
    """Return the exponential of a number between -600 and 600.

    >>> high, low = exp(exact(np.array([0.0, 1.0])))
    >>> high.tolist(), low.tolist()
    ([1.0, 2.718281828459045], [0.0, 1.4456468917292497e-16])
    """
    twos = np.rint(number[0] / _LN_2[0])
    rest = _scaled(plus(number, minus(times(_LN_2, exact(twos)))), -_HALVINGS)
    # The series gives exp(x) - 1 near 0; (y + 1)**2 - 1 = 2 y + y**2 doubles the argument without losing digits.
    less_one = polynomial(_INVERSE_FACTORIALS, rest)
    for _ in range(_HALVINGS):
        less_one = plus(_scaled(less_one, 1), times(less_one, less_one))
    return _scaled(plus(less_one, exact(np.ones_like(twos))), twos.astype(np.int64))


def ln(number: Pair) -> Pair:
    """Return the natural logarithm of a number above 0.

    >>> high, low = ln(exact(np.array([1.0, 2.0])))
    >>> high.tolist(), low.tolist()
    ([0.0, 0.6931471805599453], [0.0, 2.3190468138462996e-17])
    """
    part, twos = np.frexp(number[0])
    small = part < np.sqrt(0.5)
    twos = twos - small
    within = _scaled(number, -twos)
    ratio = (within[0] - 1) / (within[0] + 1)
    square = ratio * ratio
    series = np.zeros_like(ratio)
    for odd in range(23, 0, -2):
        series = series * square + 1 / odd
    near = exact(2 * ratio * series)
    # One step of Newton's method doubles the digits.
    error = plus(times(within, exp(minus(near))), exact(np.full_like(ratio, -1.0)))
    return plus(plus(near, error), times(_LN_2, exact(twos.astype(np.float64))))


def polynomial(coefficients: tuple[Pair, ...], at: Pair) -> Pair:
    """Return a polynomial's value by Horner's scheme; the coefficient of the highest power stands first."""
    value = (np.full_like(at[0], coefficients[0][0]), np.full_like(at[0], coefficients[0][1]))
    for coefficient in coefficients[1:]:
        value = plus(times(value, at), coefficient)
    return value


def rounded(number: Pair, shift: int, largest: int) -> npt.NDArray[np.int64]:
    """Return ``number * 2**shift`` as whole numbers, halves to the even one, none beyond ``largest`` (at most 2**62) either way.

    >>> rounded(exact(np.array([0.5, 1.5, -3.25, 9.0])), 0, 8).tolist()
    [0, 2, -3, 8]
    """
    high, low = _scaled(number, shift)
    beyond = np.abs(high) >= largest
    high, low = np.where(beyond, np.copysign(np.float64(largest), high), high), np.where(beyond, 0.0, low)
    rest = (high - np.floor(high)) + low
    below: npt.NDArray[np.int64] = np.floor(high).astype(np.int64) + np.floor(rest).astype(np.int64)
    rest -= np.floor(rest)
    up: npt.NDArray[np.bool_] = (rest > _HALF) | ((rest == _HALF) & (below % 2 == 1))
    return below + up


def _sum(one: Doubles, other: Doubles) -> Pair:
    high = one + other
    part = high - one
    return high, (one - (high - part)) + (other - part)


def _quick_sum(large: Doubles, small: Doubles) -> Pair:
    high = large + small
    return high, small - (high - large)


def _product(one: Doubles, other: Doubles) -> Pair:
    high = one * other
    (one_high, one_low), (other_high, other_low) = _halves(one), _halves(other)
    rest = ((one_high * other_high - high) + one_high * other_low + one_low * other_high) + one_low * other_low
    return high, rest


def _halves(number: Doubles) -> Pair:
    wide = _SPLITTER * number
    high = wide - (wide - number)
    return high, number - high


def _scaled(number: Pair, twos: int | npt.NDArray[np.int64]) -> Pair:
    return np.ldexp(number[0], twos), np.ldexp(number[1], twos)


_LN_2 = pair_of(Decimal("0.693147180559945309417232121458176568"))
_INVERSE_FACTORIALS = (*(pair_of(Fraction(1, factorial(term))) for term in range(_TERMS, 0, -1)), pair_of(Fraction(0)))
