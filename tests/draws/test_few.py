"""Few rows by Python's integers, many as arrays: the same integers, at every extreme."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from evenness import STREAMS
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.draws import bits, bounded, chosen, combined, drawn, mixed, permuted, scaled, seated
from fixturegen.draws.few import FEW

UNSIGNED = st.one_of(STREAMS, st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]))
SIGNED = st.integers(-(2**63), 2**63 - 1)
COUNTS = st.one_of(st.integers(2, 200), st.integers(2, 2**53 + 9), st.sampled_from([2**20, 2**20 + 1, 2**62]))
BOTH_WAYS = FEW + 1


def keys_of(drawn: list[int]) -> np.ndarray:
    return np.array(drawn, dtype=np.uint64)


def agree(give: Callable[[np.ndarray], np.ndarray], *values: np.ndarray) -> None:
    """One row alone gives what it gives among many, and so does an empty batch."""
    whole = give(*(np.tile(each, BOTH_WAYS) for each in values))
    height = len(values[0])
    for at in range(height):
        alone = give(*(each[at : at + 1] for each in values))
        assert alone.dtype == whole.dtype
        assert alone.tolist() == whole[at : at + 1].tolist()
    assert give(*(each[:0] for each in values)).dtype == whole.dtype


KEYS = st.lists(UNSIGNED, min_size=1, max_size=FEW).map(keys_of)


@given(UNSIGNED, KEYS, st.sampled_from([np.uint64, np.int64, np.int32, np.uint8, np.int8]))
def test_bits(number: int, keys: np.ndarray, dtype: type[np.integer]) -> None:
    agree(lambda some: bits(number, some), keys.astype(dtype))


@given(KEYS, UNSIGNED)
def test_mixed_and_combined(keys: np.ndarray, ordinal: int) -> None:
    agree(mixed, keys)
    agree(combined, keys, np.full(len(keys), ordinal, dtype=np.uint64))
    agree(combined, keys, np.arange(len(keys)) - 3)


@given(UNSIGNED, KEYS, SIGNED, SIGNED, st.integers(0, 2**21))
def test_bounded_and_drawn(number: int, keys: np.ndarray, one: int, other: int, span: int) -> None:
    for low, high in ((min(one, other), max(one, other)), (one, min(one + span, 2**63 - 1))):
        agree(lambda some, low=low, high=high: bounded(some, low, high), keys)
        agree(lambda some, low=low, high=high: drawn(number, some, low, high), keys)


@given(KEYS, st.integers(1, 2**63 - 1))
def test_scaled(keys: np.ndarray, span: int) -> None:
    agree(scaled, keys, np.full(len(keys), span))


@given(UNSIGNED, KEYS, COUNTS)
def test_chosen(number: int, keys: np.ndarray, count: int) -> None:
    agree(lambda some: chosen(number, some, count), keys)
    agree(lambda some, counts: chosen(number, some, counts), keys, np.full(len(keys), count))


@given(UNSIGNED, KEYS, COUNTS)
def test_permuted(number: int, keys: np.ndarray, size: int) -> None:
    agree(lambda some: permuted(number, some, size), (keys % np.uint64(size)).astype(np.int64))


@given(UNSIGNED, KEYS, st.integers(2, 12))
def test_seated(number: int, keys: np.ndarray, width: int) -> None:
    places = (keys % np.uint64(2**width)).astype(np.int64)
    agree(lambda some, place: seated(number, some, place, width), keys.view(np.int64), places)
