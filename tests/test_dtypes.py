"""Types and dtypes: one exact answer each way."""

from __future__ import annotations

from typing import get_args

import polars as pl
import pytest

from fixturegen.dtypes import polars_dtype, type_of_dtype
from fixturegen.schema import Kind, Type


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_a_dtype(kind: Kind) -> None:
    dtype = polars_dtype(Type(kind=kind, labels=("a",)))
    assert pl.Series([None], dtype=dtype).dtype == dtype


def test_integers_are_as_wide_as_they_say() -> None:
    for bits in (8, 16, 24, 32, 64):
        for signed in (True, False):
            dtype = polars_dtype(Type(kind="integer", bits=bits, signed=signed))
            low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
            assert pl.Series([low, high], dtype=dtype).to_list() == [low, high]
            assert dtype.is_signed_integer() is signed


def test_decimals_stay_decimals() -> None:
    assert polars_dtype(Type(kind="decimal", precision=12, scale=3)) == pl.Decimal(12, 3)
    assert polars_dtype(Type(kind="decimal", scale=4)) == pl.Decimal(38, 4)
    assert polars_dtype(Type(kind="decimal", precision=65, scale=4)) == pl.Decimal(38, 4)


def test_arrays_nest() -> None:
    inner = Type(kind="array", element=Type(kind="date"))
    assert polars_dtype(Type(kind="array", element=inner)) == pl.List(pl.List(pl.Date))


@pytest.mark.parametrize(
    "dtype",
    [
        pl.Int8, pl.UInt64, pl.Decimal(7, 3), pl.Float32, pl.Float64, pl.Date, pl.Time, pl.Boolean, pl.Duration("us"),
        pl.Datetime("us"), pl.Datetime("us", "UTC"),
    ],
)  # fmt: skip
def test_ordered_dtypes_have_a_type(dtype: pl.DataType) -> None:
    type_ = type_of_dtype(pl.Series([], dtype=dtype).dtype)
    again = polars_dtype(type_)
    assert again == dtype or again.is_numeric()


@pytest.mark.parametrize("dtype", [pl.String(), pl.Binary(), pl.List(pl.Int8()), pl.Enum(["a"])])
def test_dtypes_without_order_are_refused(dtype: pl.DataType) -> None:
    with pytest.raises(TypeError, match="not ordered"):
        type_of_dtype(dtype)
