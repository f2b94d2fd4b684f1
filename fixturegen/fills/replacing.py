"""Some values of a series replaced by others, whatever its dtype."""

from __future__ import annotations

import numpy as np
import polars as pl

from fixturegen.draws import Integers


def replaced(values: pl.Series, at: Integers, others: pl.Series) -> pl.Series:
    """Return the values with ``others`` at the places ``at``, dtype and name kept.

    Series.scatter would do for plain dtypes, but not for lists.

    >>> replaced(pl.Series("a", [[1], [2], None]), np.array([2, 0]), pl.Series([[3], [4]])).to_list()
    [[4], [2], [3]]
    """
    places = np.arange(len(values))
    places[at] = len(values) + np.arange(len(others))
    return pl.concat([values, others.cast(values.dtype).alias(values.name)]).gather(pl.Series(places))
