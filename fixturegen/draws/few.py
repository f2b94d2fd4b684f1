"""Keyed bits of a few rows, by Python's own integers: what :mod:`fixturegen.draws` gives, in a twentieth of the time for one row.

An operation on an array of one costs as much as on a thousand. So ``draws`` comes here with up to :data:`FEW` keys; the integers
are the same to the last bit. All functions take and return plain integers, modulo 2**64 where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Iterable

FEW = 16
"""So many keys are no slower here than as an array."""
MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST = 0xBF58476D1CE4E5B9
SECOND = 0x94D049BB133111EB
NARROW = 2**20
"""Spans up to this are cut from 32 bits, with a bias below one in 4,096; wider ones from 64."""
CHOICE_ROUNDS = 64


def bits(stream: int, keys: Iterable[int]) -> list[int]:
    """Return 64 keyed bits for every key."""
    return [finished((key * GOLDEN + stream) & MASK) for key in keys]


def keyed(stream: int, key: int) -> int:
    """Return the 64 keyed bits of one key.

    >>> [keyed(7, 5)] == bits(7, [5])
    True
    """
    return finished((key * GOLDEN + stream) & MASK)


def finished(value: int) -> int:
    """Return a value through the finaliser of splitmix64, which keeps 0."""
    value = ((value ^ (value >> 30)) * FIRST) & MASK
    value = ((value ^ (value >> 27)) * SECOND) & MASK
    return value ^ (value >> 31)


def mixed(value: int) -> int:
    """Return a value mixed once more, as fresh bits."""
    return finished((value + GOLDEN) & MASK)


def combined(key: int, ordinal: int) -> int:
    """Return one key for a key and an ordinal."""
    return mixed((mixed(key) + ordinal) & MASK)


def bounded(random: int, low: int, high: int) -> int:
    """Return an integer between ``low`` and ``high``, both inclusive and of 64 bits with a sign, from 64 random bits.

    >>> bounded(2**63, -3, -1)
    -2
    """
    span = high - low + 1
    if span > MASK:
        return random - (MASK + 1) if random > MASK >> 1 else random
    return low + ((random >> 32) * span >> 32 if span <= NARROW else random * span >> 64)


def chosen(random: int, count: int) -> int:
    """Return a consistent choice among ``count`` things, at least 1, from 64 keyed bits.

    >>> chosen(12345, 1)
    0
    """
    level = (1 << (count - 1).bit_length()) - 1
    place = _relocated(random & level, random)
    if place < count:
        return place
    minor = (level >> 1) + 1
    below = minor - 1
    salt, current = below * GOLDEN & MASK, random
    for _ in range(CHOICE_ROUNDS - 1):
        current = mixed(current)
        if not current & minor:
            break
        place = (mixed(current ^ salt) & below) + minor
        if place < count:
            return place
    return _relocated(random & below, random)


def _relocated(place: int, random: int) -> int:
    """Move a place to a uniform one of its own level, a level being the places of one highest bit."""
    if not place:
        return 0
    below = (1 << (place.bit_length() - 1)) - 1
    return (mixed((below * GOLDEN & MASK) ^ random) & below) + below + 1


def permuted(keys: list[int], place: int, size: int) -> int:
    """Return the place of an index, 0 to ``size - 1``, in the permutation that eight keys make.

    >>> sorted(permuted(bits(7, range(8)), place, 5) for place in range(5))
    [0, 1, 2, 3, 4]
    """
    width = (size - 1).bit_length()
    mask, shift = (1 << width) - 1, (width + 1) // 2
    while True:
        for at in (0, 2, 4, 6):
            place = ((place + keys[at]) & mask) * (keys[at + 1] | 1) & mask
            place ^= place >> shift
        if place < size:
            return place


def seated(random: int, place: int, width: int) -> int:
    """Return where a place sits in the permutation of ``2**width`` places that 64 keyed bits make."""
    mask, fold = (1 << width) - 1, (width + 1) // 2
    for round_ in range(4):
        part = random >> round_ * 13
        place = ((place + part) & mask) * (part >> fold | 1) & mask
        place ^= place >> fold
    return place
