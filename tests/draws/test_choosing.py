"""Consistent choice: uniform, and moved only to what is new."""

from __future__ import annotations

import numpy as np
import pytest
from evenness import KEYS, STREAMS, chi_square, limit
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.draws import chosen, stream

SIZES = [
    (1, 2), (2, 3), (3, 4), (4, 5), (7, 9), (63, 64), (63, 65), (64, 65), (100, 200), (1_000, 1_100), (1_023, 1_025),
    (1_024, 1_025), (1_024, 2_048), (1_000, 5_000), (65_535, 65_537),
]  # fmt: skip


@pytest.mark.parametrize(("count", "more"), SIZES)
def test_chosen_keeps_its_choice_or_moves_to_something_new(count: int, more: int) -> None:
    before, after = chosen(9, KEYS, count), chosen(9, KEYS, more)
    kept = before == after
    assert (after[~kept] >= count).all()
    assert kept.mean() >= count / more - 0.01
    assert kept.mean() <= count / more + 0.01


@given(STREAMS, st.integers(1, 2**40), st.integers(1, 2**40))
@settings(max_examples=50)
def test_chosen_moves_only_to_what_is_new(number: int, one: int, other: int) -> None:
    count, more = min(one, other), max(one, other)
    keys = np.arange(500)
    before, after = chosen(number, keys, count), chosen(number, keys, more)
    assert ((before >= 0) & (before < count)).all()
    assert ((after == before) | (after >= count)).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 63, 64, 65, 100, 1_000])
def test_chosen_is_uniform(count: int) -> None:
    counts = np.bincount(chosen(stream(2, str(count)), KEYS, count), minlength=count)
    assert chi_square(counts, len(KEYS) / count) < limit(count - 1)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=50), STREAMS)
def test_chosen_takes_a_count_for_each_row(counts: list[int], number: int) -> None:
    keys = np.arange(len(counts))
    mixed_counts = chosen(number, keys, np.array(counts))
    alone = [int(chosen(number, keys[at : at + 1], count)[0]) for at, count in enumerate(counts)]
    assert mixed_counts.tolist() == alone
