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
CHOICE_BLOCK = 32_768
"""Rows chosen for at a time: more than ``BLOCK``, for choosing takes more steps a row, each with a fixed cost."""
_ONE = np.uint64(1)
_EXPONENT = np.uint64(0xFFF0000000000000)
_EXACT_FLOAT = 2**53


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
    source = _unsigned(keys)
    out = np.empty(len(source), dtype=np.uint64)
    start = np.uint64(stream_ & _MASK)
    spare = np.empty(min(BLOCK, len(source)), dtype=np.uint64)
    for at in range(0, len(source), BLOCK):
        _fill(out[at : at + BLOCK], source[at : at + BLOCK], start, spare)
    return out


def _unsigned(keys: npt.NDArray[np.integer]) -> Bits:
    """Return keys modulo 2**64, without copying those that have 64 bits."""
    return keys.view(np.uint64) if keys.itemsize == 8 else keys.astype(np.uint64)


def _fill(block: Bits, keys: Bits, start: np.uint64, spare: Bits) -> None:
    np.multiply(keys, _GOLDEN, out=block)
    np.add(block, start, out=block)
    _mix(block, spare[: len(block)])


def mixed(values: Bits) -> Bits:
    """Return ``values`` mixed once more, as fresh bits."""
    out = np.empty(len(values), dtype=np.uint64)
    spare = np.empty(min(BLOCK, len(values)), dtype=np.uint64)
    for at in range(0, len(values), BLOCK):
        block = out[at : at + BLOCK]
        np.add(values[at : at + BLOCK], _GOLDEN, out=block)
        _mix(block, spare[: len(block)])
    return out


def combined(keys: Bits, ordinals: npt.NDArray[np.integer]) -> Bits:
    """Return one key for each (key, ordinal), such as that of a parent and its k-th child."""
    out = np.empty(len(keys), dtype=np.uint64)
    numbers = _unsigned(ordinals)
    spare = np.empty(min(BLOCK, len(keys)), dtype=np.uint64)
    for at in range(0, len(keys), BLOCK):
        block = out[at : at + BLOCK]
        np.add(keys[at : at + BLOCK], _GOLDEN, out=block)
        _mix(block, spare[: len(block)])
        np.add(block, numbers[at : at + BLOCK], out=block)
        np.add(block, _GOLDEN, out=block)
        _mix(block, spare[: len(block)])
    return out


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
    out = random.copy()
    for at in range(0, len(out), BLOCK):
        _cut(out[at : at + BLOCK], low, high)
    return out.view(np.int64)


def bounded_one(random: int, low: int, high: int) -> int:
    """Return what :func:`bounded` returns for one number of 64 bits, without an array; spans are below 2**63.

    >>> [bounded_one(number, 5, 7) for number in bits(1, np.arange(3)).tolist()] == bounded(bits(1, np.arange(3)), 5, 7).tolist()
    True
    """
    span = high - low + 1
    return low + ((random >> 32) * span >> 32 if span <= _NARROW else random * span >> 64)


def drawn(stream_: int, keys: npt.NDArray[np.integer], low: int, high: int) -> Integers:
    """Return ``bounded(bits(stream_, keys), low, high)`` in one pass over memory.

    >>> drawn(1, np.arange(3), -5, 5).tolist() == bounded(bits(1, np.arange(3)), -5, 5).tolist()
    True
    """
    source = _unsigned(keys)
    out = np.empty(len(source), dtype=np.uint64)
    start = np.uint64(stream_ & _MASK)
    spare = np.empty(min(BLOCK, len(source)), dtype=np.uint64)
    for at in range(0, len(source), BLOCK):
        block = out[at : at + BLOCK]
        _fill(block, source[at : at + BLOCK], start, spare)
        _cut(block, low, high)
    return out.view(np.int64)


def _cut(block: Bits, low: int, high: int) -> None:
    """Turn 64 bits each into integers from ``low`` to ``high`` (modulo 2**64), in place."""
    span = high - low + 1
    if span > _MASK:
        return
    if span <= _NARROW:
        np.right_shift(block, _HALF, out=block)
        np.multiply(block, np.uint64(span), out=block)
        np.right_shift(block, _HALF, out=block)
    else:
        block[:] = _high_product(block, np.uint64(span))
    if low:
        np.add(block, np.uint64(low & _MASK), out=block)


def scaled(random: Bits, spans: Integers) -> Integers:
    """Return an integer from 0 (inclusive) to its own span (exclusive) for each row; spans are 1 to 2**63 - 1."""
    out = np.empty(len(random), dtype=np.uint64)
    for at in range(0, len(out), BLOCK):
        out[at : at + BLOCK] = _high_product(random[at : at + BLOCK], _unsigned(spans[at : at + BLOCK]))
    return out.view(np.int64)


def _high_product(left: Bits, right: Bits | np.uint64) -> Bits:
    """The upper 64 of the 128 bits of a product."""
    left_high, left_low = left >> _HALF, left & _LOW_HALF
    if len(left) and int(np.max(right)) <= _LOW_HALF:
        # Half of the partial products are zero.
        left_low *= right
        left_low >>= _HALF
        left_high *= right
        left_high += left_low
        left_high >>= _HALF
        return left_high
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
        places[at : at + BLOCK] = _walk(stream_, _unsigned(index[at : at + BLOCK]), size)
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
    places = places.copy()
    spare = np.empty_like(places)
    for round_ in range(4):
        np.add(places, keys[2 * round_], out=places)
        np.bitwise_and(places, mask, out=places)
        np.multiply(places, keys[2 * round_ + 1] | _ONE, out=places)
        np.bitwise_and(places, mask, out=places)
        np.right_shift(places, shift, out=spare)
        np.bitwise_xor(places, spare, out=places)
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
    if isinstance(count, int):
        return _chosen_among(stream_, keys, count) if count > 1 else np.zeros(len(keys), dtype=np.int64)
    choice = np.empty(len(keys), dtype=np.uint64)
    for at in range(0, len(keys), BLOCK):
        block = slice(at, at + BLOCK)
        choice[block] = _binomial(bits(stream_, keys[block]), _unsigned(count[block]))
    return choice.view(np.int64)


def _chosen_among(stream_: int, keys: npt.NDArray[np.integer], count: int) -> Integers:
    """Choose among as many things for all rows: one pass over all keys, and more over the few that it leaves open."""
    choice = np.empty(len(keys), dtype=np.uint64)
    level, limit = np.uint64((1 << (count - 1).bit_length()) - 1), np.uint64(count)
    open_rows, open_bits = [], []
    for at in range(0, len(keys), CHOICE_BLOCK):
        random = bits(stream_, keys[at : at + CHOICE_BLOCK])
        block = _relocated(random & level, random)
        choice[at : at + CHOICE_BLOCK] = block
        beyond = np.flatnonzero(block >= limit)
        open_rows.append(beyond + at)
        open_bits.append(random[beyond])
    rows = np.concatenate(open_rows) if open_rows else np.empty(0, dtype=np.int64)
    if len(rows):
        _settle_beyond(choice, rows, np.concatenate(open_bits), level, limit)
    return choice.view(np.int64)


def _settle_beyond(choice: Bits, rows: Integers, current: Bits, level: np.uint64, limit: np.uint64) -> None:
    """Choose again for rows whose place is beyond the limit: on the upper level while their bits say so, else below it.

    A row of the upper level goes to a place of that level; the first place within the limit is kept.
    """
    minor = (level >> _ONE) + _ONE
    below = minor - _ONE
    salt = np.uint64(int(below) * int(_GOLDEN) & _MASK)
    choice[rows] = _relocated(current & below, current)
    for _ in range(_CHOICE_ROUNDS - 1):
        if len(rows) == 0:
            return
        current = mixed(current)
        upper = np.flatnonzero(current & minor)
        rows, current = rows[upper], current[upper]
        place = mixed(current ^ salt)
        place &= below
        place += minor
        inside = place < limit
        choice[rows[inside]] = place[inside]
        outside = np.flatnonzero(~inside)
        rows, current = rows[outside], current[outside]


def _binomial(first: Bits, limit: Bits) -> Bits:
    level = _filled(limit - _ONE)
    minor = (level >> _ONE) + _ONE
    result = _relocated(first & (minor - _ONE), first)
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


def _below(places: Bits) -> Bits:
    """Return the places below each one's level: its highest bit less one; 2**64 - 1 for place 0, which has no level."""
    if len(places) and int(places.max()) >= _EXACT_FLOAT:
        highest = _filled(places)
        highest -= highest >> _ONE
    else:
        # Without its mantissa, a float is its highest bit.
        floats = places.view(np.int64).astype(np.float64)
        raw = floats.view(np.uint64)
        np.bitwise_and(raw, _EXPONENT, out=raw)
        highest = floats.astype(np.int64).view(np.uint64)
    highest -= _ONE
    return highest


def _relocated(places: Bits, random: Bits) -> Bits:
    """Move each place to a uniform one of its own level, a level being the places of one highest bit."""
    below = _below(places)
    moved = below * _GOLDEN
    moved ^= random
    moved += _GOLDEN
    _mix(moved, np.empty_like(moved))
    moved &= below
    moved += below
    moved += _ONE
    np.putmask(moved, places == 0, np.uint64(0))
    return moved


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
        seat += part
        seat &= mask
        part >>= fold
        part |= _ONE
        seat *= part
        seat &= mask
        seat ^= seat >> fold
    return seat.view(np.int64)
