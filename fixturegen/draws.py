"""Keyed bits and what is made of them: bounded integers, permutations, consistent choice.

Every function is pure, vectorised and exact in integers: the same arguments give the same values on every machine, in
any chunking and any order. Mixing is the finaliser of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
Generators, 2014; constants of Stafford's variant 13).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]

BLOCK = 16_384
"""Rows mixed at a time: the work stays in the processor's cache."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_MASK = 2**64 - 1
_HALF = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_NARROW = 2**20
"""Spans up to this are cut from 32 bits, with a bias below one in 4,096; wider ones from 64."""
_CHOICE_ROUNDS = 64


def stream(seed: int, *names: str) -> int:
    """Return the 64-bit number of one stream of bits, such as that of (seed, table, column, draw).

    Names are joined with their lengths, so that ("ab", "c") and ("a", "bc") differ.

    >>> stream(0, "orders", "total") == stream(0, "orders", "total")
    True
    """
    digest = blake2b(str(seed).encode(), digest_size=8)
    for name in names:
        encoded = name.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "little")


def bits(stream_: int, keys: npt.NDArray[np.integer]) -> Bits:
    """Return 64 keyed bits for every key.

    Args:
        stream_: The stream, 0 to 2**64 - 1.
        keys: Row keys, any integer dtype, taken modulo 2**64.

    Returns:
        As many unsigned 64-bit integers.
    """
    source = keys.astype(np.uint64, copy=False)
    out = np.empty(len(source), dtype=np.uint64)
    start = np.uint64(stream_ & _MASK)
    spare = np.empty(min(BLOCK, len(source)), dtype=np.uint64)
    for at in range(0, len(source), BLOCK):
        block = out[at : at + BLOCK]
        np.multiply(source[at : at + BLOCK], _GOLDEN, out=block)
        np.add(block, start, out=block)
        _mix(block, spare[: len(block)])
    return out


def mixed(values: Bits) -> Bits:
    """Return ``values`` mixed once more, as fresh bits."""
    out = values + _GOLDEN
    _mix(out, np.empty_like(out))
    return out


def combined(keys: Bits, ordinals: npt.NDArray[np.integer]) -> Bits:
    """Return one key for each (key, ordinal), such as that of a parent and its k-th child."""
    return mixed(mixed(keys) + ordinals.astype(np.uint64))


def _mix(block: Bits, spare: Bits) -> None:
    np.right_shift(block, np.uint64(30), out=spare)
    np.bitwise_xor(block, spare, out=block)
    np.multiply(block, _FIRST, out=block)
    np.right_shift(block, np.uint64(27), out=spare)
    np.bitwise_xor(block, spare, out=block)
    np.multiply(block, _SECOND, out=block)
    np.right_shift(block, np.uint64(31), out=spare)
    np.bitwise_xor(block, spare, out=block)


def bounded(random: Bits, low: int, high: int) -> Integers:
    """Return integers between ``low`` and ``high``, both inclusive, from 64 random bits each.

    >>> bounded(bits(1, np.arange(3)), 5, 5)
    array([5, 5, 5])
    """
    span = high - low + 1
    if span <= _NARROW:
        return ((random >> _HALF) * np.uint64(span) >> _HALF).astype(np.int64) + low
    if span > _MASK:
        return random.view(np.int64)
    return (_high_product(random, np.uint64(span)) + np.uint64(low & _MASK)).view(np.int64)


def scaled(random: Bits, spans: Integers) -> Integers:
    """Return an integer from 0 (inclusive) to its own span (exclusive) for each row; spans are 1 to 2**63 - 1."""
    return _high_product(random, spans.astype(np.uint64)).view(np.int64)


def _high_product(left: Bits, right: Bits | np.uint64) -> Bits:
    """The upper 64 of the 128 bits of a product."""
    left_high, left_low = left >> _HALF, left & _LOW_HALF
    right_high, right_low = right >> _HALF, right & _LOW_HALF
    middle = left_high * right_low + (left_low * right_low >> _HALF)
    other = left_low * right_high + (middle & _LOW_HALF)
    return np.array(left_high * right_high + (middle >> _HALF) + (other >> _HALF), dtype=np.uint64, copy=False)


def permuted(stream_: int, index: npt.NDArray[np.integer], size: int) -> Integers:
    """Return the place of each index in a keyed permutation of 0 .. size - 1.

    A chain of invertible steps on the enclosing power of two, walked until the place is inside (cycle walking: Black and
    Rogaway, Ciphers with Arbitrary Finite Domains, 2002): no memory, no retries of values.

    Args:
        stream_: The stream that keys the permutation.
        index: Indexes, 0 to size - 1.
        size: Size of the domain, 1 to 2**62.

    >>> sorted(permuted(7, np.arange(5), 5).tolist())
    [0, 1, 2, 3, 4]
    """
    if size <= 1:
        return np.zeros(len(index), dtype=np.int64)
    places = np.empty(len(index), dtype=np.uint64)
    for at in range(0, len(index), BLOCK):
        places[at : at + BLOCK] = _walk(stream_, index[at : at + BLOCK].astype(np.uint64), size)
    return places.view(np.int64)


def _walk(stream_: int, places: Bits, size: int) -> Bits:
    keys = bits(stream_, np.arange(8))
    places = _shuffled(places, keys, size)
    outside = np.flatnonzero(places >= np.uint64(size))
    while len(outside):
        walked = _shuffled(places[outside], keys, size)
        places[outside] = walked
        outside = outside[walked >= np.uint64(size)]
    return places


def _shuffled(places: Bits, keys: Bits, size: int) -> Bits:
    width = (size - 1).bit_length()
    mask = np.uint64(2**width - 1)
    shift = np.uint64((width + 1) // 2)
    for round_ in range(4):
        places = (places + keys[2 * round_]) & mask
        places = (places * (keys[2 * round_ + 1] | np.uint64(1))) & mask
        places = places ^ (places >> shift)
    return places


def chosen(stream_: int, keys: npt.NDArray[np.integer], count: int | Integers) -> Integers:
    """Return a consistent, uniform choice among ``count`` things for every key.

    When the count grows from n to m, a share n/m of the keys keeps its choice and the rest moves to the new things:
    BinomialHash (Coluzzi et al., 2024), constant time.

    Args:
        stream_: The stream.
        keys: One key a row.
        count: How many things there are, at least 1; for all rows or for each.

    Returns:
        Integers from 0 to count - 1.
    """
    if isinstance(count, int) and count <= 1:
        return np.zeros(len(keys), dtype=np.int64)
    choice = np.empty(len(keys), dtype=np.uint64)
    for at in range(0, len(keys), BLOCK):
        block = slice(at, at + BLOCK)
        counts = count if isinstance(count, int) else count[block]
        choice[block] = _binomial(bits(stream_, keys[block]), counts)
    return choice.view(np.int64)


def _binomial(first: Bits, count: int | Integers) -> Bits:
    limit = np.broadcast_to(np.asarray(count, dtype=np.uint64), first.shape)
    level = _filled(limit - np.uint64(1))
    minor = (level >> np.uint64(1)) + np.uint64(1)
    result = _relocated(first & (minor - np.uint64(1)), first)
    rows, current = np.arange(len(first)), first
    for _ in range(_CHOICE_ROUNDS):
        place = _relocated(current & level, current)
        inside = (place >= minor) & (place < limit)
        result[rows[inside]] = place[inside]
        again = place >= limit
        if not again.any():
            break
        rows, current = rows[again], mixed(current[again])
        level, minor, limit = level[again], minor[again], limit[again]
    return result


def _filled(values: Bits) -> Bits:
    """Set every bit below the highest one."""
    for shift in (1, 2, 4, 8, 16, 32):
        values = values | (values >> np.uint64(shift))
    return values


def _relocated(places: Bits, random: Bits) -> Bits:
    """Move each place to a uniform one of its own level, a level being the places of one highest bit."""
    below = _filled(places >> np.uint64(1))
    moved = (below + np.uint64(1)) + (mixed(random ^ (below * _GOLDEN)) & below)
    return np.where(places < np.uint64(2), places, moved)


def seated(stream_: int, block: Integers, place: Integers, width: int) -> Integers:
    """Return where each place sits in the permutation of its own block of ``2**width`` places.

    Invertible steps on ``width`` bits, keyed by the block: adding, multiplying by an odd number, folding.

    Args:
        stream_: Keys all permutations.
        block: Number of the block, one a row.
        place: Place within it, 0 to ``2**width - 1``.
        width: Bits of a place, 2 to 12.

    >>> sorted(seated(3, np.zeros(64, np.int64), np.arange(64), 6).tolist()) == list(range(64))
    True
    """
    key = bits(stream_, block)
    mask, fold = np.uint64(2**width - 1), np.uint64((width + 1) // 2)
    seat = place.astype(np.uint64)
    for round_ in range(4):
        part = key >> np.uint64(round_ * 13)
        seat = (seat + part) & mask
        seat = (seat * ((part >> fold) | np.uint64(1))) & mask
        seat ^= seat >> fold
    return seat.view(np.int64)
