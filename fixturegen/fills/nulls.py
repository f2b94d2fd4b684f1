"""Nulls put into finished values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Mask = npt.NDArray[np.bool_]


def blanked(values: pl.Series, absent: Mask) -> pl.Series:
    """Return the values with null where ``absent`` is true, dtype and name kept.

    >>> blanked(pl.Series([1, 2]), np.array([True, False])).to_list()
    [None, 2]
    """
    if not absent.any():
        return values
    return values.zip_with(pl.Series(~absent), all_null(values.name, 1, values.dtype))


def all_null(name: str, height: int, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return a column of nulls.

    >>> all_null("a", 2, pl.Int64).to_list()
    [None, None]
    """
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
