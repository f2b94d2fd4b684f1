"""Distributions have the moments that they promise, never pile up at bounds, and are shared out as weights say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from generators.requests import MONEY, case
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import Case, keyed

from fixturegen import distributions
from fixturegen.distributions import WHOLE
from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.schema import Type

ROWS = 200_000


def drawn(one: Case, rows: int = ROWS) -> pl.Series:
    made = one.made()
    return made.build(keyed(one, made, np.arange(rows)))


def moments(values: pl.Series) -> tuple[float, float]:
    array = values.cast(pl.Float64).to_numpy()
    return float(array.mean()), float(array.std())


def test_normal_quantiles_are_those_of_the_standard_library() -> None:
    points, normal = distributions.standard_normal()[0].tolist(), NormalDist()
    for point, at in zip(points[1:-1:7], distributions._grid()[1:-1:7], strict=True):
        assert point == pytest.approx(normal.inv_cdf(at / WHOLE), abs=1e-12)
    assert all(left < right for left, right in pairwise(points))


@pytest.mark.parametrize(
    ("fill", "arguments", "mean", "sd"),
    [
        ("normal", {"mean": 500, "sd": 25}, 500, 25),
        ("lognormal", {"median": 100, "sigma": 0.5}, 100 * 2.718281828**0.125, 100 * 2.718281828**0.125 * 0.53294),
        ("exponential", {"mean": 40}, 40, 40),
        ("poisson", {"mean": 3.5}, 3.5, 3.5**0.5),
        ("uniform", {"min": 0, "max": 100}, 50, 100 / 12**0.5),
    ],
)
def test_moments(fill: str, arguments: dict[str, object], mean: float, sd: float) -> None:
    found = moments(drawn(case(fill, "x", MONEY, None, arguments=arguments)))
    assert found[0] == pytest.approx(mean, rel=0.01)
    assert found[1] == pytest.approx(sd, rel=0.02)


def test_poisson_frequencies() -> None:
    counts = drawn(case("poisson", "x", "integer", None, arguments={"mean": 2})).value_counts(sort=False)
    share = dict(zip(counts[""].to_list(), (counts["count"] / ROWS).to_list(), strict=True))
    assert share[0] == pytest.approx(0.1353, abs=0.004)
    assert share[2] == pytest.approx(0.2707, abs=0.004)


def test_zipf_frequencies() -> None:
    one = case("zipf", "x", "integer", None, arguments={"exponent": 1, "min": 1, "max": 100_000})
    values = drawn(one).to_numpy()
    harmonic = sum(1 / rank for rank in range(1, 100_001))
    for below in (1, 10, 1_024, 5_000, 50_000):
        expected = sum(1 / rank for rank in range(1, below + 1)) / harmonic
        assert (values <= below).mean() == pytest.approx(expected, abs=0.004)


def test_a_bounded_normal_is_cut_and_never_piled_up() -> None:
    one = case("normal", "x", "integer", None, arguments={"mean": 100, "sd": 50, "min": 0, "max": 200})
    values = drawn(one).to_numpy()
    assert (values.min(), values.max()) == (0, 200)
    # At a bound two standard deviations out, density is exp(-2) of the middle's: no more than a neighbour has.
    assert (values == 200).sum() < 2.5 * (values == 195).sum()


def test_rounding_is_symmetrical() -> None:
    values = drawn(case("normal", "x", "integer", None, arguments={"mean": 0, "sd": 1, "min": -9, "max": 9})).to_numpy()
    assert (values == 0).mean() == pytest.approx(2 * NormalDist().cdf(0.5) - 1, abs=0.005)
    assert (values == 1).mean() == pytest.approx((values == -1).mean(), abs=0.005)


def test_days_are_the_measure_of_spreads_on_dates() -> None:
    values = drawn(case("normal", "x", "datetime", None, arguments={"mean": "2025-06-01", "sd": 2}))
    seconds = values.dt.epoch("s").to_numpy()
    assert seconds.std() / 86_400 == pytest.approx(2, rel=0.02)


def test_bounds_far_from_everything_are_impossible() -> None:
    with pytest.raises(ImpossibleError, match="gives no value of c"):
        case("poisson", "x", "integer", None, arguments={"mean": 1, "min": 500}).made()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("fill", "arguments"),
    [
        ("normal", {"mean": 50, "sd": 1.0e15}),
        ("normal", {"mean": 50, "sd": 1.0e307}),
        ("normal", {"mean": 0, "sd": 10**320}),
        ("exponential", {"mean": 1.0e300}),
    ],
)
def test_spreads_far_beyond_the_bounds_give_every_value_alike(fill: str, arguments: dict[str, object]) -> None:
    values = drawn(case(fill, "x", "integer", None, arguments=arguments, domain=Domain(low=0, high=100))).to_numpy()
    counts = np.bincount(values, minlength=101)
    assert len(counts) == 101
    assert counts.min() > 0.85 * ROWS / 101
    assert counts.max() < 1.15 * ROWS / 101


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("fill", "mean", "least"), [("normal", 0, -(2**62)), ("exponential", 1.0e300, 0)])
def test_spreads_far_beyond_the_type_fill_what_it_holds(fill: str, mean: float, least: int) -> None:
    arguments: dict[str, object] = {"mean": mean} if fill == "exponential" else {"mean": mean, "sd": 1.0e300}
    values = drawn(case(fill, "x", "float", None, arguments=arguments)).to_numpy()
    width = (2**62 - least) / 10**6
    assert np.quantile(values - least / 10**6, (0.25, 0.5, 0.75)) / width == pytest.approx([0.25, 0.5, 0.75], abs=0.01)
    assert len(np.unique(values)) > 0.99 * ROWS


def test_no_value_piles_up_where_the_positions_end() -> None:
    values = drawn(case("normal", "x", "float", None, arguments={"mean": 4.0e12, "sd": 1.0e12})).to_numpy()
    assert len(np.unique(values)) > 0.99 * ROWS


FINE = Type(kind="decimal", precision=38, scale=18)


@pytest.mark.parametrize(
    ("fill", "type_", "arguments", "said"),
    [
        ("normal", FINE, {"mean": 50, "sd": 3}, r"the mean 50 is above 4.611686018427387904.*fewer digits"),
        ("normal", "float", {"mean": 1.0e13, "sd": 1.0e10}, r"the mean 1\S+ is above 4611686018427, .* Give at most"),
        ("normal", "float", {"mean": -(10**320), "sd": 1}, r"the mean -1\S+ is below -4611686018427, "),
        ("lognormal", FINE, {"median": 5, "sigma": 1}, r"the median 5 is above 4.6"),
        ("lognormal", FINE, {"mean": 2, "sd": 1}, r"exp of the mean 2 is above 4.6"),
        ("poisson", FINE, {"mean": 5}, r"the mean 5 is above 4.6"),
        ("uniform", "float", {"min": 1.0e13, "max": 1.0e14}, r"uniform: min 1\S+ is above 4611686018427, "),
        ("uniform", "float", {"max": -1.0e13}, r"uniform: max -1\S+ is below -4611686018427, "),
    ],
)
def test_what_no_value_reaches_is_refused_with_the_limit(
    fill: str, type_: Type, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(SchemaError, match=said):
        case(fill, "x", type_, None, arguments=arguments).made()


def test_excluded_values_give_way() -> None:
    domain = Domain(low=0, high=3, excluded=frozenset({1, 3}))
    values = drawn(case("poisson", "x", "integer", None, arguments={"mean": 1}, domain=domain), 2_000)
    assert set(values.to_list()) == {0, 2}
    with pytest.raises(ImpossibleError, match="excluded"):
        case(
            "poisson",
            "x",
            "integer",
            None,
            arguments={"mean": 1},
            domain=Domain(low=0, high=1, excluded=frozenset({0, 1})),
        ).made()


@settings(deadline=None, max_examples=25)
@given(
    st.fractions(-1_000, 1_000), st.fractions(Fraction(1, 100), 1_000), st.lists(st.integers(0, WHOLE - 1), max_size=30)
)
def test_inverses_rise(mean: Fraction, sd: Fraction, probabilities: list[int]) -> None:
    inverse = distributions.normal(mean, sd)
    at = np.array([0, *sorted(probabilities), WHOLE - 1], dtype=np.int64)
    assert (np.diff(inverse.at(at)) >= 0).all()
    middle = int(inverse.at(np.array([WHOLE // 2]))[0])
    assert abs(middle - mean) <= 1
    least = inverse.least(middle)
    assert int(inverse.at(np.array([least]))[0]) >= middle
    assert not least or int(inverse.at(np.array([least - 1]))[0]) < middle


@pytest.mark.parametrize(
    "inverse",
    [distributions.poisson(Fraction(3)), distributions.zipf(Fraction(3, 2), -5, 100_000),
     distributions.exponential(Fraction(7), Fraction(10**12)), distributions.normal(Fraction(-(10**15)), Fraction(1, 3))],
)  # fmt: skip
def test_the_least_probability_of_a_position_is_where_it_begins(inverse: distributions.Inverse) -> None:
    at = np.linspace(0, WHOLE - 1, 501).astype(np.int64)
    positions = np.unique(inverse.at(at))
    least = np.array([inverse.least(int(position)) for position in positions])
    assert (inverse.at(least) >= positions).all()
    assert (inverse.at(np.maximum(least - 1, 0)) < positions)[least > 0].all()
    many = np.concatenate([np.arange(0, WHOLE, WHOLE // 40_000), inverse.thresholds[1:-1], inverse.thresholds[1:] - 1])
    segments = np.searchsorted(inverse.thresholds, many, side="right") - 1
    assert (inverse.at(many) >= inverse.values[segments] >> inverse.shift).all()
    assert inverse.at(many).tolist() == [int(inverse.at(many[at : at + 1])[0]) for at in range(len(many))]


def test_whole_weights_are_exact_and_small_ones_survive() -> None:
    one = case("values", "x", "text", None, domain=Domain(values=("a", "b"), weights=(5.0, 3.0)))
    assert one.made().draws[0].span == 8
    rare = case("values", "x", "text", None, domain=Domain(values=("a", "b", "c"), weights=(1.0, 1e-12, 2 / 3)))
    values = drawn(rare, ROWS)
    assert (values == "a").mean() == pytest.approx(0.6, abs=0.005)
    assert (values == "b").any()


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ImpossibleError, match="none of the 2 values"):
        case("values", "x", Type(kind="text", length=1), None, domain=Domain(values=("ab", "cd"))).made()
    assert drawn(case("values", "x", MONEY, None, domain=Domain(values=(Decimal("1.5"),))), 1).to_list() == [
        Decimal("1.50")
    ]
