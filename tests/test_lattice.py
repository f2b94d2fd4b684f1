"""Lattices: positions and values are the same thing, exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.dtypes import polars_dtype, type_of_dtype
from fixturegen.lattice import FARTHEST, lattice_of, measure
from fixturegen.schema import Kind, Type

INTEGERS = [Type(kind="integer", bits=bits, signed=signed) for bits in (8, 16, 24, 32, 64) for signed in (True, False)]
DECIMALS = [Type(kind="decimal", precision=p, scale=s) for p, s in ((1, 0), (1, 1), (4, 1), (10, 2), (18, 9), (38, 10))]
INSTANTS = [
    Type(kind="date"),
    *(Type(kind="datetime", zone=zone, precision=digits) for zone in (False, True) for digits in (None, 0, 3, 6)),
]
OTHERS = [Type(kind="boolean"), Type(kind="time"), Type(kind="time", precision=6), Type(kind="interval", precision=6)]
EXACT = [*INTEGERS, *DECIMALS, *INSTANTS, *OTHERS]


def named(type_: Type) -> str:
    return f"{type_.kind}-{type_.bits}-{type_.signed}-{type_.precision}-{type_.scale}-{type_.zone}"


@pytest.mark.parametrize("type_", EXACT, ids=named)
@given(data=st.data())
def test_positions_survive_the_way_to_values_and_back(type_: Type, data: st.DataObject) -> None:
    lattice = lattice_of(type_)
    assert lattice is not None
    inside = st.integers(lattice.low, lattice.high)
    at = np.array([lattice.low, lattice.high, *data.draw(st.lists(inside, max_size=6))], dtype=np.int64)
    values = lattice.decode(at)
    assert values.dtype == polars_dtype(type_) == lattice.dtype
    assert lattice.positions(values).tolist() == at.tolist()
    if type_.kind != "interval":  # Python's timedelta may not hold the farthest ones
        assert [lattice.position(value) for value in values.to_list()] == at.tolist()


@pytest.mark.parametrize("type_", [*EXACT, Type(kind="float"), Type(kind="float", bits=32)], ids=named)
@given(data=st.data())
def test_one_value_is_what_decoding_gives(type_: Type, data: st.DataObject) -> None:
    lattice = lattice_of(type_)
    assert lattice is not None
    # The farthest instants are Python's, the farthest spans are not.
    low, high = max(lattice.low, -(10**15)), min(lattice.high, 10**15)
    at = data.draw(st.sampled_from([low, high, max(0, low)]) | st.integers(low, high))
    decoded = lattice.decode(np.array([at], dtype=np.int64))[0]
    assert lattice.value(at) == decoded
    assert type(lattice.value(at)) is type(decoded)
    if lattice.dtype.is_decimal():
        assert str(lattice.value(at)) == str(decoded)


@pytest.mark.parametrize("type_", EXACT, ids=named)
def test_a_lattice_is_in_order(type_: Type) -> None:
    lattice = lattice_of(type_)
    assert lattice is not None
    middle = (lattice.low + lattice.high) // 2
    at = np.array(sorted({lattice.low, middle, min(middle + 1, lattice.high), lattice.high}), dtype=np.int64)
    assert lattice.decode(at).is_sorted()
    assert -FARTHEST <= lattice.low <= lattice.high <= FARTHEST
    assert lattice.step > 0


@pytest.mark.parametrize("bits", [32, 64])
@given(data=st.data())
def test_floats_come_back_to_their_position(bits: int, data: st.DataObject) -> None:
    lattice = lattice_of(Type(kind="float", bits=bits))
    assert lattice is not None
    exact = min(lattice.high, 2**52)
    position = data.draw(st.integers(-exact, exact) | st.sampled_from([exact, -exact, 8_388_609]))
    assert lattice.positions(lattice.decode(np.array([position]))).tolist() == [position]


def test_neighbouring_floats_are_distinct() -> None:
    lattice = lattice_of(Type(kind="float", bits=32))
    assert lattice is not None
    for at in (lattice.low, 0, lattice.high - 100):
        assert lattice.decode(np.arange(at, at + 100)).n_unique() == 100


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, 1),
        (-7, -7),
        (Decimal("1.25"), Fraction(5, 4)),
        (0.5, Fraction(1, 2)),
        (date(1970, 1, 3), 172_800),
        (datetime(1969, 12, 31, 23, 59, 59, 500_000), Fraction(-1, 2)),  # noqa: DTZ001 (zone-less is the point)
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 1),
        (time(1, 0, 0, 1), 3600 + Fraction(1, 10**6)),
        (timedelta(days=-1, microseconds=1), -86_400 + Fraction(1, 10**6)),
    ],
)
def test_measures_are_exact(value: object, expected: Fraction | int) -> None:
    assert measure(value) == expected


def test_what_has_no_order_has_no_measure() -> None:
    with pytest.raises(TypeError, match="str has no measure"):
        measure("a")
    kinds: list[Kind] = ["text", "bytes", "uuid", "json", "enum", "array", "ip", "mac", "url", "unknown"]
    assert [kind for kind in kinds if lattice_of(Type(kind=kind)) is not None] == []


def test_nulls_stand_at_zero() -> None:
    lattice = lattice_of(Type(kind="date"))
    assert lattice is not None
    assert lattice.positions(pl.Series([None, date(1970, 1, 2)])).tolist() == [0, 1]


@given(st.lists(st.integers(-(10**15), 10**15), max_size=5), st.sampled_from([0, 1, 2, 6]))
def test_positions_between_lattices_round_down(unscaled: list[int], scale: int) -> None:
    """A decimal's place among whole numbers is its floor."""
    whole, fine = lattice_of(Type(kind="integer")), lattice_of(Type(kind="decimal", precision=38, scale=scale))
    assert whole is not None
    assert fine is not None
    values = fine.decode(np.array(unscaled, dtype=np.int64))
    assert whole.positions(values).tolist() == [at // 10**scale for at in unscaled]
    assert type_of_dtype(values.dtype).scale == scale


@pytest.mark.parametrize("type_", EXACT, ids=named)
@given(data=st.data())
def test_few_rows_are_read_and_made_as_many_are(type_: Type, data: st.DataObject) -> None:
    lattice = lattice_of(type_)
    assert lattice is not None
    inside = st.integers(lattice.low, lattice.high)
    at = np.array(data.draw(st.lists(inside, min_size=1, max_size=4)), dtype=np.int64)
    few, many = lattice.decode(at), lattice.decode(np.tile(at, 20))
    assert many.head(len(at)).equals(few)
    holed = pl.concat([few, pl.Series([None], dtype=few.dtype)])
    coarser = [lattice_of(other) for other in DECIMALS if type_.kind == "decimal" and other.scale < type_.scale]
    for target in [lattice, *coarser]:
        assert target is not None
        expected = target.positions(pl.concat([holed] * 20)).tolist()[: len(holed)]
        assert target.positions(holed).tolist() == expected
