"""Frames of rows: what each type's positions become, and that no frame shows what was done to another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Type
from fixturegen.strategies import frames
from fixturegen.strategies.frames import Frames
from fixturegen.strategies.worlds import Draft, Row, World

NUMBERS = (Column(name="n", type=Type(kind="integer")),)


def rows(columns: tuple[Column, ...], *held: tuple[object, ...]) -> list[Row]:
    """Rows that hold values of columns."""
    world = World({})
    made = [Row(world, Draft("t", []), number, None) for number in range(len(held))]
    for row, values in zip(made, held, strict=True):
        row.values |= dict(zip((column.name for column in columns), values, strict=True))
    return made


@pytest.mark.parametrize(
    ("type_", "held", "value"),
    [
        (Type(kind="integer", bits=16), -7, -7),
        (Type(kind="boolean"), 1, True),
        (Type(kind="decimal", precision=10, scale=2), -1, Decimal("-0.01")),
        (Type(kind="decimal", precision=10, scale=2), 49_900, Decimal("499.00")),
        (Type(kind="float"), 1_500_000, 1.5),
        (Type(kind="date"), -1, dt.date(1969, 12, 31)),
        (Type(kind="datetime"), 1, dt.datetime(1970, 1, 1, 0, 0, 1)),  # noqa: DTZ001 - a type without a zone
        (Type(kind="datetime", precision=3, zone=True), 1, dt.datetime(1970, 1, 1, 0, 0, 0, 1_000, tzinfo=dt.UTC)),
        (Type(kind="time"), 61, dt.time(0, 1, 1)),
        (Type(kind="interval"), 90, dt.timedelta(seconds=90)),
        (Type(kind="text"), "a", "a"),
        (Type(kind="array", element=Type(kind="integer")), [1, 2], [1, 2]),
    ],
    ids=lambda one: one.kind if isinstance(one, Type) else None,
)
def test_positions_become_values_of_the_type_and_null_stays(type_: Type, held: object, value: object) -> None:
    columns = (Column(name="c", type=type_),)
    for _ in range(2):  # made, and kept
        frame = Frames(columns).of(rows(columns, (held,), (None,)))
        assert frame["c"].to_list() == [value, None]
        assert frame.schema == {"c": polars_dtype(type_)}


def test_a_table_without_rows_has_its_dtypes() -> None:
    assert Frames(NUMBERS).of([]).schema == {"n": pl.Int64()}


def test_what_is_done_to_a_frame_shows_in_no_other_of_the_same_rows() -> None:
    made = Frames(NUMBERS)
    first = made.of(rows(NUMBERS, (1,), (2,)))
    first[0, "n"] = 9
    first.insert_column(0, pl.Series("more", [0, 0]))
    first.get_column("n")[1] = 9
    assert made.of(rows(NUMBERS, (1,), (2,))).to_dict(as_series=False) == {"n": [1, 2]}
    assert made.of(rows(NUMBERS, (2,), (1,))).to_dict(as_series=False) == {"n": [2, 1]}


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_KEPT", 3)
    made = Frames(NUMBERS)
    for number in range(10):
        assert made.of(rows(NUMBERS, (number,)))["n"].to_list() == [number]
    assert len(made._made) <= 3
    assert all(len(column.made) <= 3 for column in made._columns)
