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
    mask = pl.lit(pl.Series(absent))
    return pl.select(pl.when(mask).then(None).otherwise(pl.lit(values)).alias(values.name)).to_series()
