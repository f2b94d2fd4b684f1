"""Permutations: every place once, everywhere alike."""

from __future__ import annotations

import numpy as np
import pytest
from evenness import STREAMS, chi_square, limit
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.draws import all_seated, permuted, seated, stream


def test_permuted_is_a_permutation_of_every_small_size() -> None:
    for size in range(1, 301):
        places = permuted(stream(1, str(size)), np.arange(size), size)
        assert sorted(places.tolist()) == list(range(size)), size


@given(STREAMS, st.integers(1, 2**62), st.lists(st.integers(0, 2**62 - 1), min_size=1, max_size=200, unique=True))
def test_permuted_keeps_big_domains_and_never_repeats(number: int, size: int, drawn: list[int]) -> None:
    index = np.array(sorted({at % size for at in drawn}), dtype=np.int64)
    places = permuted(number, index, size)
    assert ((places >= 0) & (places < size)).all()
    assert len(set(places.tolist())) == len(index)
    assert permuted(number, index[::-1], size).tolist() == places.tolist()[::-1]


@pytest.mark.parametrize("size", [20_000, 10**6, 2**40])
def test_permuted_spreads_its_first_indexes(size: int) -> None:
    counts = np.zeros(10)
    for number in range(20):
        places = permuted(stream(number, "spread"), np.arange(2_000), size)
        counts += np.bincount(places // -(-size // 10), minlength=10)
    assert chi_square(counts, counts.sum() / 10) < limit(9)


@pytest.mark.parametrize("size", [2, 3, 10, 26])
def test_every_index_goes_everywhere(size: int) -> None:
    places = np.array([permuted(stream(number, "where"), np.arange(size), size) for number in range(1_000)])
    for index in range(size):
        counts = np.bincount(places[:, index], minlength=size)
        assert chi_square(counts, 1_000 / size) < limit(size - 1)


def test_permutations_differ_by_stream() -> None:
    orders = {tuple(permuted(stream(number, "x"), np.arange(8), 8).tolist()) for number in range(300)}
    assert len(orders) > 250


@given(STREAMS, st.integers(2, 12), st.integers(0, 2**40))
@settings(max_examples=60)
def test_seats_of_a_block_are_a_permutation(number: int, width: int, block: int) -> None:
    places = np.arange(2**width)
    seats = seated(number, np.full(2**width, block), places, width)
    assert sorted(seats.tolist()) == places.tolist()


def test_seats_are_spread_evenly_over_blocks() -> None:
    blocks = np.arange(20_000)
    for place in (0, 1, 63):
        counts = np.bincount(seated(7, blocks, np.full(len(blocks), place), 6), minlength=64)
        assert chi_square(counts, len(blocks) / 64) < limit(63)


@given(STREAMS, st.integers(0, 40), st.integers(2, 12), st.data())
def test_all_places_at_once_sit_where_each_of_them_does(
    number: int, blocks: int, width: int, data: st.DataObject
) -> None:
    places = data.draw(st.integers(0, min(2**width, 300)))
    block, place = np.repeat(np.arange(blocks), places), np.tile(np.arange(places), blocks)
    together = all_seated(number, blocks, places, width)
    assert together.shape == (blocks, places)
    assert together.ravel().tolist() == seated(number, block, place, width).tolist()
