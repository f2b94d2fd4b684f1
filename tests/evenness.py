"""What the tests of draws share: keys, streams, and when counts are as even as chance makes them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

KEYS = np.arange(60_000, dtype=np.uint64)
STREAMS = st.integers(0, 2**64 - 1)


def chi_square(counts: np.ndarray, expected: np.ndarray | float) -> float:
    return float(((counts - expected) ** 2 / expected).sum())


def limit(freedom: int) -> float:
    """Six standard deviations above the mean of a chi-square law: a fixed stream that is uniform stays below."""
    return freedom + 6 * (2 * freedom) ** 0.5 + 10
