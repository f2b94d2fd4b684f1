"""Bounded integers: within their bounds, and uniform."""

from __future__ import annotations

import numpy as np
import pytest
from evenness import KEYS, STREAMS, chi_square, limit
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.draws import bits, bounded, scaled, stream


@settings(derandomize=True, database=None, deadline=None)
@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), STREAMS)
def test_bounded_keeps_its_bounds_at_every_extreme(one: int, other: int, number: int) -> None:
    low, high = min(one, other), max(one, other)
    random = np.concatenate([bits(number, np.arange(50)), np.array([0, 2**64 - 1, 2**63, 2**32], dtype=np.uint64)])
    values = [int(value) for value in bounded(random, low, high)]
    assert low <= min(values) <= max(values) <= high
    # Where the span fits, the least and the greatest bits give the ends.
    assert values[50] == low or high - low + 1 > 2**64 - 1
    assert values[51] == high or high - low + 1 > 2**64 - 1


@pytest.mark.parametrize("span", [1, 2, 3, 7, 10, 64, 100, 1_000])
@pytest.mark.parametrize("low", [0, -5, 2**40])
def test_bounded_is_uniform(span: int, low: int) -> None:
    values = bounded(bits(stream(3, str(span)), KEYS), low, low + span - 1)
    counts = np.bincount(values - low, minlength=span)
    assert chi_square(counts, len(KEYS) / span) < limit(span - 1)


def test_wide_spans_are_uniform_too() -> None:
    values = bounded(bits(4, KEYS), -(10**15), 10**15)
    counts = np.histogram(values, bins=50, range=(-(10**15), 10**15))[0]
    assert chi_square(counts, len(KEYS) / 50) < limit(49)


@settings(derandomize=True, database=None, deadline=None)
@given(st.lists(st.integers(1, 2**63 - 1), min_size=1, max_size=20), STREAMS)
def test_scaled_stays_below_its_span(spans: list[int], number: int) -> None:
    values = scaled(bits(number, np.arange(len(spans))), np.array(spans, dtype=np.int64))
    assert all(0 <= value < span for value, span in zip(values.tolist(), spans, strict=True))
    most = np.full(len(spans), 2**64 - 1, dtype=np.uint64)
    assert scaled(most, np.array(spans, dtype=np.int64)).tolist() == [span - 1 for span in spans]
