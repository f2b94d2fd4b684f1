"""Keyed bits: uniform, bounded, permuting and consistent, whatever the chunks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen import draws
from fixturegen.draws import bits, bounded, chosen, combined, mixed, permuted, scaled, seated, stream

KEYS = np.arange(60_000, dtype=np.uint64)
SEEDS = st.integers(-(2**70), 2**70)
STREAMS = st.integers(0, 2**64 - 1)


def chi_square(counts: np.ndarray, expected: np.ndarray | float) -> float:
    return float(((counts - expected) ** 2 / expected).sum())


def limit(freedom: int) -> float:
    """Six standard deviations above the mean of a chi-square law: a fixed stream that is uniform stays below."""
    return freedom + 6 * (2 * freedom) ** 0.5 + 10


# ---- streams


@given(SEEDS, st.lists(st.text(max_size=4), max_size=4))
def test_a_stream_is_a_64_bit_number_of_its_seed_and_names(seed: int, names: list[str]) -> None:
    assert 0 <= stream(seed, *names) < 2**64
    assert stream(seed, *names) == stream(seed, *names)


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.lists(st.text("ab\0", max_size=3), max_size=3).map(tuple)), unique=True)
)
def test_streams_differ_wherever_seed_or_names_differ(keys: list[tuple[int, tuple[str, ...]]]) -> None:
    assert len({stream(seed, *names) for seed, names in keys}) == len(keys)


def test_what_users_have_generated_never_changes() -> None:
    assert stream(0) == 0x75DFCD439D7D2B84
    assert stream(0, "orders", "total") == 0xC1E5EEF5057F29D1
    assert bits(1, np.arange(2)).tolist() == [6238072747940578789, 10451216379200822465]
    assert bounded(bits(1, np.arange(3)), -5, 5).tolist() == [-2, 1, 3]
    assert combined(np.array([1], dtype=np.uint64), np.array([2])).tolist() == [0xBCD9DBB49673066B]
    assert permuted(7, np.arange(5), 5).tolist() == [4, 3, 1, 0, 2]
    assert chosen(9, np.arange(8), 100).tolist() == [72, 53, 94, 39, 58, 50, 91, 70]
    assert seated(3, np.zeros(4, np.int64), np.arange(4), 6).tolist() == [25, 18, 35, 27]


def test_names_may_hold_lone_surrogates() -> None:
    assert stream(0, "\ud800") != stream(0, "\ud801")


# ---- bits


def test_keys_of_every_dtype_give_the_same_bits() -> None:
    expected = bits(5, np.arange(100, dtype=np.uint64))
    for dtype in (np.int8, np.uint16, np.int32, np.int64):
        assert (bits(5, np.arange(100).astype(dtype)) == expected).all()


@given(STREAMS, st.integers(0, 3 * draws.BLOCK), st.integers(0, 3 * draws.BLOCK))
@settings(max_examples=30)
def test_bits_do_not_depend_on_the_cut(number: int, start: int, stop: int) -> None:
    start, stop = min(start, stop), max(start, stop)
    keys = np.arange(3 * draws.BLOCK, dtype=np.uint64)
    assert (bits(number, keys)[start:stop] == bits(number, keys[start:stop])).all()


def test_every_bit_is_set_in_half_of_the_keys() -> None:
    for number in (0, 1, 2**63, stream(0, "orders", "total")):
        random = bits(number, KEYS)
        shares = [float(((random >> np.uint64(at)) & np.uint64(1)).mean()) for at in range(64)]
        assert max(abs(share - 0.5) for share in shares) < 6 * 0.5 / len(KEYS) ** 0.5


def test_streams_and_neighbouring_keys_are_independent() -> None:
    one, other = bits(stream(0, "a"), KEYS), bits(stream(0, "b"), KEYS)
    for left, right in ((one, other), (one[1:], one[:-1]), (mixed(one), one)):
        table = np.histogram2d(left >> np.uint64(60), right >> np.uint64(60), bins=16)[0]
        assert chi_square(table, len(left) / 256) < limit(255)


def test_children_of_different_parents_have_keys_of_their_own() -> None:
    parents, ordinals = np.repeat(np.arange(2_000, dtype=np.uint64), 10), np.tile(np.arange(10), 2_000)
    assert len(np.unique(combined(parents, ordinals))) == len(parents)


# ---- bounded and scaled


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


@given(st.lists(st.integers(1, 2**63 - 1), min_size=1, max_size=20), STREAMS)
def test_scaled_stays_below_its_span(spans: list[int], number: int) -> None:
    values = scaled(bits(number, np.arange(len(spans))), np.array(spans, dtype=np.int64))
    assert all(0 <= value < span for value, span in zip(values.tolist(), spans, strict=True))
    most = np.full(len(spans), 2**64 - 1, dtype=np.uint64)
    assert scaled(most, np.array(spans, dtype=np.int64)).tolist() == [span - 1 for span in spans]


# ---- permutations


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


# ---- consistent choice

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


# ---- seats


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
