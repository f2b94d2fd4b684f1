"""Whole columns reckoned in integers: what decimals of 128 bits give, or no answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.units import FEW, reckoned, units_of
from fixturegen.schema import Type

TYPES = {
    "a": Type(kind="integer", bits=32),
    "b": Type(kind="decimal", precision=10, scale=2),
    "c": Type(kind="decimal", precision=18, scale=5),
}
FRAME = pl.DataFrame(
    {
        "a": [3, None, -7, 2**31 - 1],
        "b": ["1.25", "-0.01", None, "99999999.99"],
        "c": ["0.00001", "5", "-2.5", "123.45678"],
    }
).select(pl.col("a").cast(pl.Int32), pl.col("b").cast(pl.Decimal(10, 2)), pl.col("c").cast(pl.Decimal(18, 5)))
MANY = pl.concat([FRAME] * FEW)
"""So many rows that they are read as arrays."""
LEAVES = st.sampled_from(["a", "b", "c", "2", "0.5", "12.125"])
TREES = st.recursive(
    LEAVES, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner), max_leaves=6
)


@pytest.mark.parametrize("frame", [FRAME, MANY], ids=["few", "many"])
@settings(deadline=None)
@given(text=TREES)
def test_integers_give_what_decimals_give(frame: pl.DataFrame, text: str) -> None:
    units = reckoned(parsed(text, "postgresql"), frame.__getitem__)
    if units is None:
        return
    assert all(abs(number) <= units.most for number in units.counted().tolist())
    value = polars_expression(text, "postgresql", TYPES, date(2026, 1, 1))
    expected = frame.select(value.alias("value")).to_series().to_list()
    found = [Decimal(number).scaleb(-units.scale) for number in units.counted().tolist()]
    assert found == [Decimal(0) if one is None else Decimal(one) for one in expected]


@pytest.mark.parametrize("text", ["a * b", "b - a", "a + 1", "(a)", "2 * (a + b) - c", "1.5 * b"])
def test_sums_differences_and_products_are_reckoned(text: str) -> None:
    assert reckoned(parsed(text, "sqlite"), FRAME.head(3).__getitem__) is not None


@pytest.mark.parametrize("text", ["a / b", "abs(a)", "a % 2", "1 + 1", "'1'", "a * a * a", "b * c * c", "a || b"])
def test_what_is_more_or_may_pass_64_bits_has_no_answer(text: str) -> None:
    assert reckoned(parsed(text, "postgresql"), FRAME.__getitem__) is None


def test_other_numbers_have_no_units() -> None:
    assert units_of(pl.Series([1.5])) is None
    assert units_of(pl.Series([10**30] * FEW * 2, dtype=pl.Decimal(38, 0))) is None
    assert units_of(pl.Series([True])) is None
    assert units_of(pl.Series([2**64 - 1], dtype=pl.UInt64)) is None
    assert units_of(pl.Series([10**30], dtype=pl.Decimal(38, 0))) is None
    assert units_of(pl.Series([], dtype=pl.Int8)) is not None
