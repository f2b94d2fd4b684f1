"""Whether texts that a generator keeps apart stay so under a collation that folds case, accents or spaces."""

from __future__ import annotations

from math import prod

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.expressions.collation import folded
from fixturegen.generator import Batch, Generator
from fixturegen.schema import Column, Dialect

MOST_VALUES = 4_096
"""So many values are looked at: all, where there are no more; else a sample, each of which must equal its own folding."""


def apart(generator: Generator, column: Column, dialect: Dialect) -> bool:
    """Whether distinct values are distinct to the database.

    Args:
        generator: A generator of distinct values.
        column: The column.
        dialect: The dialect of its database.
    """
    if generator.needs or any(draw.count is not None for draw in generator.draws):
        return False
    whole = prod(draw.span for draw in generator.draws)
    height = min(whole, MOST_VALUES)
    places = np.arange(height, dtype=np.int64) if height == whole else _sample(whole)
    batch = Batch(height=height, draws=_digits(generator, places), ordinals=np.arange(height, dtype=np.int64))
    values = generator.build(batch).cast(pl.String).alias("value")
    compared = values.to_frame().select(folded(pl.col("value"), column.type, column.collation, dialect)).to_series()
    return compared.n_unique() == height if height == whole else bool((compared == values).all())


def _sample(whole: int) -> Integers:
    reach = min(whole, 2**62)
    return (np.arange(MOST_VALUES, dtype=np.int64) * (reach // MOST_VALUES) + np.arange(MOST_VALUES)) % reach


def _digits(generator: Generator, places: Integers) -> dict[str, Integers]:
    """Return the draws that places stand for, in mixed radix, the first draw's digit the lowest."""
    found = {}
    for draw in generator.draws:
        span = min(draw.span, 2**62)
        found[draw.name] = places % span + draw.low
        places = places // span
    return found
