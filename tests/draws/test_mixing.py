"""Keyed bits: uniform, bounded, permuting and consistent, whatever the chunks."""

from __future__ import annotations

import numpy as np
from evenness import KEYS, STREAMS, chi_square, limit
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen import draws
from fixturegen.draws import bits, bounded, chosen, combined, mixed, permuted, seated, stream

SEEDS = st.integers(-(2**70), 2**70)


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
