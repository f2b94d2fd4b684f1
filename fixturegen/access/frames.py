"""Plain values of a few rows as one frame: a series of all of them is made once and cut, for each takes as long as a long one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import polars as pl

from fixturegen.lattice import Lattice

Plain = Sequence[object]
"""What rows hold of a column: positions of an ordered type on its lattice, or texts; None for NULL."""


def frame_of(columns: Mapping[str, tuple[Plain | pl.Series, pl.DataType, Lattice | None]], height: int) -> pl.DataFrame:
    """Return columns as a frame.

    Args:
        columns: By name: what the rows hold, or the finished series; the dtype; the lattice of an ordered type.
        height: Number of rows.

    >>> frame_of({"a": (["x", None], pl.String(), None)}, 2).rows()
    [('x',), (None,)]
    """
    numbers: list[object] = []
    texts: list[object] = []
    for plain, dtype, lattice in columns.values():
        if not isinstance(plain, pl.Series) and not _alone(dtype):
            texts += plain if lattice is None else ()
            numbers += () if lattice is None else _physical(plain, dtype, lattice)
    whole, letters = _integers(numbers), pl.Series(texts, dtype=pl.String) if texts else None
    made, at_number, at_text = [], 0, 0
    for name, (plain, dtype, lattice) in columns.items():
        if isinstance(plain, pl.Series):
            made.append(plain.alias(name))
        elif lattice is not None and _alone(dtype):
            values = [None if at is None else lattice.value(at) for at in plain]  # type: ignore[arg-type] # positions
            made.append(pl.Series(name, values, dtype=dtype))
        elif lattice is None:
            assert letters is not None
            made.append(_cast(letters.slice(at_text, height), dtype).alias(name))
            at_text += height
        else:
            made.append(_cast(whole.slice(at_number, height), dtype).alias(name))
            at_number += height
    return pl.DataFrame(made) if made else pl.DataFrame(height=height)


def _integers(numbers: list[object]) -> pl.Series:
    if None in numbers:
        return pl.Series(numbers, dtype=pl.Int64)
    return pl.Series(np.array(numbers, dtype=np.int64))


def _physical(plain: Plain, dtype: pl.DataType, lattice: Lattice) -> list[object]:
    """Return positions as the integers that Polars holds: microseconds of a datetime, nanoseconds of a time."""
    factor = _factor(dtype, lattice.step)
    if factor == 1:
        return list(plain)
    return [None if at is None else at * factor for at in plain]  # type: ignore[operator] # positions


def _factor(dtype: pl.DataType, step: Fraction) -> int:
    unit = 10**6 if isinstance(dtype, pl.Datetime | pl.Duration) else 10**9 if isinstance(dtype, pl.Time) else 0
    return step.numerator * unit // step.denominator if unit else 1


def _alone(dtype: pl.DataType) -> bool:
    """Return whether values are no integers at heart: Polars' own division rounds otherwise than IEEE 754 says."""
    return isinstance(dtype, pl.Decimal) or dtype.is_float()


def _cast(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    return values if values.dtype == dtype else values.cast(dtype)
