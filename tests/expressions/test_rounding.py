"""Numbers rounded to what a column holds."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from fixturegen.expressions.rounding import digits_held, rounded
from fixturegen.schema import Type


def test_half_way_goes_away_from_zero_and_what_fits_stays() -> None:
    values = pl.Series(["0.5", "1.5", "-0.5", "0.4", None]).cast(pl.Decimal(38, 1))
    assert rounded(values, values.dtype, 0).cast(pl.Int64).to_list() == [1, 2, -1, 0, None]
    assert rounded(values, values.dtype, 1) is values
    assert rounded(values, values.dtype, None) is values
    assert values[0] == Decimal("0.5")


def test_only_exact_numbers_hold_digits() -> None:
    assert [digits_held(Type(kind=kind)) for kind in ("integer", "decimal", "float", "text")] == [0, 0, None, None]
