"""The tables of continuous distributions, point by point, against decimals of 50 digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen import distributions
from fixturegen.distributions import LARGEST, WHOLE, Inverse

SOME = range(0, 4_609, 97)
SCALES = st.fractions(Fraction(1, 10**6), 10**12, max_denominator=10**6)


@contextmanager
def digits() -> Iterator[None]:
    with localcontext() as context:
        context.prec = 50
        yield


def decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def quantile(at: int) -> Decimal:
    """Return a point of the standard normal distribution as it was computed, exactly."""
    high, low = distributions.standard_normal()
    return decimal(Fraction(float(high[at])) + Fraction(float(low[at])))


def holds(table: Inverse, at: int, wanted: Decimal) -> bool:
    """Whether a point of the table is the wanted number, to the unit of its last place or to 28 digits."""
    scaled = max(Decimal(-LARGEST), min(Decimal(LARGEST), wanted * 2**table.shift))
    return bool(abs(int(table.values[at]) - scaled) <= Decimal("0.5") + abs(scaled) / Decimal(10) ** 28)


@settings(max_examples=20)
@given(st.fractions(-(10**15), 10**15, max_denominator=10**6), SCALES)
def test_normal(mean: Fraction, sd: Fraction) -> None:
    table = distributions.normal(mean, sd)
    with digits():
        assert all(holds(table, at, decimal(mean) + decimal(sd) * quantile(at)) for at in SOME)


@settings(max_examples=20)
@given(st.decimals(-50, 50, places=6), st.decimals("0.001", 50, places=6), SCALES)
def test_lognormal(log_mean: Decimal, log_sd: Decimal, scale: Fraction) -> None:
    table = distributions.lognormal(log_mean, log_sd, scale)
    with digits():
        assert all(holds(table, at, decimal(scale) * (log_mean + log_sd * quantile(at)).exp()) for at in SOME)


@settings(max_examples=20)
@given(st.fractions(-(10**15), 10**15, max_denominator=10**6), SCALES)
def test_exponential(start: Fraction, mean: Fraction) -> None:
    table = distributions.exponential(start, mean)
    with digits():
        left = [1 - Decimal(int(table.thresholds[at])) / WHOLE for at in SOME[:-1]]
        for at, share in zip(SOME, left, strict=False):
            assert holds(table, at, decimal(start) - decimal(mean) * share.ln())


def test_wide_spreads_end_at_the_largest_position() -> None:
    table = distributions.lognormal(Decimal(50), Decimal(50), Fraction(10**12))
    assert table.values[-1] == LARGEST
    assert table.shift == 0
    assert (table.values[1:] >= table.values[:-1]).all()


def test_a_flat_distribution_gives_every_position_alike_up_to_the_largest() -> None:
    some = distributions.flat(-2, 1)
    assert [some.least(position) for position in range(-2, 2)] == [0, WHOLE // 4, WHOLE // 2, 3 * WHOLE // 4]
    widest = distributions.flat(1 - LARGEST, LARGEST - 1)
    assert widest.at_one(0) == 1 - LARGEST
    assert LARGEST - 2**16 < widest.at_one(WHOLE - 1) < LARGEST


@pytest.mark.parametrize("mean", [Fraction(1, 2), Fraction(-5, 2)])
def test_the_middle_of_a_normal_distribution_is_its_mean(mean: Fraction) -> None:
    table = distributions.normal(mean, Fraction(1))
    assert table.values[2_304] == mean * 2**table.shift
