"""Frames of the rows of examples: each made once, for Hypothesis makes the same rows again and again, all the more as it shrinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.lattice import lattice_of
from fixturegen.schema import Column
from fixturegen.strategies.worlds import Row

MOST_KEPT = 64
"""Frames of a table, and series of a column, that are kept: Hypothesis varies what it has just made."""

Held = tuple[object, ...]
Finish = Callable[[Sequence[object]], pl.Series]
Key = TypeVar("Key")
Made = TypeVar("Made")


@dataclass(slots=True, eq=False)
class _Kept:
    """One column: how its series are made, and those that were."""

    name: str
    finish: Finish
    nested: bool
    made: dict[object, pl.Series] = field(default_factory=dict)

    def series(self, held: Held) -> pl.Series:
        return _kept(self.made, repr(held) if self.nested else held, lambda: self.finish(held))


class Frames:
    """Makes the frames of one table.

    Args:
        columns: Its columns, in order.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]
        self._columns = [
            _Kept(column.name, finisher(column), polars_dtype(column.type).is_nested()) for column in columns
        ]
        self._nested = any(column.nested for column in self._columns)
        self._made: dict[object, pl.DataFrame] = {}

    def of(self, rows: Sequence[Row]) -> pl.DataFrame:
        """Return the frame of rows; what a test does to it shows in no other."""
        values = [row.values for row in rows]
        held = tuple([tuple([each[name] for each in values]) for name in self.names])
        return _kept(self._made, repr(held) if self._nested else held, lambda: self._frame(held)).clone()

    def _frame(self, held: tuple[Held, ...]) -> pl.DataFrame:
        return pl.DataFrame([column.series(each) for column, each in zip(self._columns, held, strict=True)])


def _kept(made: dict[object, Made], key: object, make: Callable[[], Made]) -> Made:
    found = made.get(key)
    if found is None:
        if len(made) >= MOST_KEPT:
            made.clear()
        made[key] = found = make()
    return found


def finisher(column: Column) -> Finish:
    """Return the function that makes the series of a column from what rows hold: positions, or values without order."""
    name, dtype, lattice = column.name, polars_dtype(column.type), lattice_of(column.type)
    if lattice is None or dtype.is_integer():
        return lambda held: pl.Series(name, held, dtype=dtype)
    if isinstance(dtype, pl.Datetime | pl.Duration):
        grain = int(lattice.step * 10**6)
        return _mapped(name, lambda at: at * grain, pl.Int64(), lambda whole: whole.cast(dtype))
    if isinstance(dtype, pl.Date):
        return lambda held: pl.Series(name, held, dtype=pl.Int32).cast(dtype)
    if isinstance(dtype, pl.Decimal):
        # A decimal is its unscaled integer, read with a point in it.
        return lambda held: pl.Series(name, held, dtype=pl.Int128).reinterpret(dtype=dtype)
    return _mapped(name, lattice.value, dtype, lambda whole: whole)


def _mapped(
    name: str, value: Callable[[int], object], dtype: pl.DataType, last: Callable[[pl.Series], pl.Series]
) -> Finish:
    return lambda held: last(pl.Series(name, [None if at is None else value(at) for at in held], dtype=dtype))  # type: ignore[arg-type] # positions
