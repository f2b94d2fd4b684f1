"""Arithmetic of pairs of doubles against exact fractions and decimals of 60 digits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.double_double import (
    Pair,
    exact,
    exp,
    ln,
    minus,
    over,
    pair_of,
    plus,
    polynomial,
    root,
    rounded,
    times,
)

CLOSE = Fraction(1, 2**98)
NUMBERS = st.builds(
    Fraction, st.integers(-(10**34), 10**34), st.sampled_from([1, 3, 2**50, 10**20, 10**34, 7 * 10**30])
)


def value_of(pair: Pair, at: int = 0) -> Fraction:
    high, low = (np.atleast_1d(part)[at] for part in pair)
    assert np.isfinite(high)
    assert high + low == high
    return Fraction(float(high)) + Fraction(float(low))


def array_of(number: Fraction) -> Pair:
    high, low = pair_of(number)
    return np.array([high, high]), np.array([low, low])


def close(found: Fraction, wanted: Fraction, among: Fraction = Fraction(0)) -> bool:
    """Whether two numbers agree, measured by the largest of those they came from."""
    return abs(found - wanted) <= CLOSE * max(abs(wanted), abs(among))


@given(NUMBERS)
def test_a_number_keeps_31_digits(number: Fraction) -> None:
    assert close(value_of(pair_of(number)), number)


@given(NUMBERS, NUMBERS)
def test_sums_products_and_quotients(one: Fraction, other: Fraction) -> None:
    left, right = array_of(one), array_of(other)
    assert close(value_of(plus(left, right)), one + other, max(abs(one), abs(other)))
    assert close(value_of(times(left, right)), one * other)
    assert value_of(minus(left)) == -value_of(left)
    if other:
        assert close(value_of(over(left, right)), one / other)


@pytest.mark.parametrize(
    ("ours", "wanted", "numbers"),
    [
        (exp, Decimal.exp, st.fractions(-600, 600, max_denominator=10**20)),
        (ln, Decimal.ln, st.fractions(Fraction(1, 2**60), 10**30, max_denominator=2**60)),
        (root, Decimal.sqrt, st.fractions(Fraction(1, 2**60), 10**30, max_denominator=2**60)),
    ],
)
def test_functions(
    ours: Callable[[Pair], Pair], wanted: Callable[[Decimal], Decimal], numbers: st.SearchStrategy[Fraction]
) -> None:
    @given(numbers)
    def agree(number: Fraction) -> None:
        pair = array_of(number)
        with localcontext() as context:
            context.prec = 60
            given_ = value_of(pair)
            reference = Fraction(wanted(Decimal(given_.numerator) / Decimal(given_.denominator)))
        among = Fraction(1) if ours is ln else abs(given_) * reference if ours is exp else Fraction(0)
        assert close(value_of(ours(pair)), reference, among)

    agree()


def test_exact_results_are_exact() -> None:
    assert value_of(exp(exact(np.zeros(1)))) == 1
    assert value_of(ln(exact(np.ones(1)))) == 0
    assert value_of(root(exact(np.array([9.0])))) == 3
    assert value_of(over(exact(np.array([12.0])), exact(np.array([3.0])))) == 4


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.fractions(-1, 1, max_denominator=10**20))
def test_polynomials(coefficients: list[Fraction], at: Fraction) -> None:
    found = polynomial(tuple(map(pair_of, coefficients)), array_of(at))
    wanted = sum((each * at**power for power, each in enumerate(reversed(coefficients))), Fraction(0))
    assert close(value_of(found), wanted, 16 * max(map(abs, coefficients)))


@given(st.fractions(-(2**62), 2**62, max_denominator=2**20), st.integers(0, 20))
def test_rounding_takes_halves_to_the_even_number(number: Fraction, shift: int) -> None:
    pair = array_of(number)
    largest = 2**61
    wanted = max(-largest, min(largest, round(value_of(pair) * 2**shift)))
    assert rounded(pair, shift, largest).tolist() == [wanted, wanted]


@pytest.mark.parametrize("number", [0.5, 1.5, 2.5, -0.5, -1.5, 2.0**51 + 0.5, 2.0**51 + 1.5, -(2.0**51) - 0.5])
def test_halves(number: float) -> None:
    assert rounded(exact(np.array([number])), 0, 2**61).tolist() == [round(number)]


@pytest.mark.parametrize("low", [0.5, -0.5])
def test_halves_of_the_low_part(low: float) -> None:
    high = 2.0**52 + 1
    assert rounded((np.array([high]), np.array([low])), 0, 2**61).tolist() == [round(Fraction(high) + Fraction(low))]
