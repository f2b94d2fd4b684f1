"""Mixing: 64 bits keyed by a stream and a row key, and nothing else.

Mixing is the finaliser of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014; constants of
Stafford's variant 13).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from fixturegen.draws import few

Bits = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]

BLOCK = 16_384
"""Rows mixed at a time: the work stays in the processor's cache."""


def constant(number: int) -> Bits:
    """Return a number as an array without dimensions, modulo 2**64: NumPy takes that in half the time of a scalar."""
    return np.array(number & few.MASK, dtype=np.uint64)


GOLDEN = constant(few.GOLDEN)
_FIRST, _SECOND = constant(few.FIRST), constant(few.SECOND)
_SHIFTS = (constant(30), constant(27), constant(31))


@lru_cache(maxsize=4096, typed=True)
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
    if len(keys) <= few.FEW:
        return np.array(few.bits(stream_, keys.tolist()), dtype=np.uint64)
    source = unsigned(keys)
    out = np.empty(len(source), dtype=np.uint64)
    start = constant(stream_)
    spare = np.empty(min(BLOCK, len(source)), dtype=np.uint64)
    for at in range(0, len(source), BLOCK):
        fill(out[at : at + BLOCK], source[at : at + BLOCK], start, spare)
    return out


def unsigned(keys: npt.NDArray[np.integer]) -> Bits:
    """Return keys modulo 2**64, without copying those that have 64 bits."""
    return keys.view(np.uint64) if keys.itemsize == 8 else keys.astype(np.uint64)


def fill(block: Bits, keys: Bits, start: Bits, spare: Bits) -> None:
    """Write the keyed bits of a block's keys into it; ``spare`` is room as long."""
    np.multiply(keys, GOLDEN, out=block)
    np.add(block, start, out=block)
    mix(block, spare[: len(block)])


def mixed(values: Bits) -> Bits:
    """Return ``values`` mixed once more, as fresh bits."""
    if len(values) <= few.FEW:
        return np.array([few.mixed(value) for value in values.tolist()], dtype=np.uint64)
    out = np.empty(len(values), dtype=np.uint64)
    spare = np.empty(min(BLOCK, len(values)), dtype=np.uint64)
    for at in range(0, len(values), BLOCK):
        block = out[at : at + BLOCK]
        np.add(values[at : at + BLOCK], GOLDEN, out=block)
        mix(block, spare[: len(block)])
    return out


def combined(keys: Bits, ordinals: npt.NDArray[np.integer]) -> Bits:
    """Return one key for each (key, ordinal), such as that of a parent and its k-th child."""
    if len(keys) <= few.FEW:
        pairs = zip(keys.tolist(), ordinals.tolist(), strict=True)
        return np.array([few.combined(key, ordinal) for key, ordinal in pairs], dtype=np.uint64)
    out = np.empty(len(keys), dtype=np.uint64)
    numbers = unsigned(ordinals)
    spare = np.empty(min(BLOCK, len(keys)), dtype=np.uint64)
    for at in range(0, len(keys), BLOCK):
        block = out[at : at + BLOCK]
        np.add(keys[at : at + BLOCK], GOLDEN, out=block)
        mix(block, spare[: len(block)])
        np.add(block, numbers[at : at + BLOCK], out=block)
        np.add(block, GOLDEN, out=block)
        mix(block, spare[: len(block)])
    return out


def mix(block: Bits, spare: Bits) -> None:
    """Mix a block in place; ``spare`` is room as long."""
    first, second, third = _SHIFTS
    np.right_shift(block, first, out=spare)
    np.bitwise_xor(block, spare, out=block)
    np.multiply(block, _FIRST, out=block)
    np.right_shift(block, second, out=spare)
    np.bitwise_xor(block, spare, out=block)
    np.multiply(block, _SECOND, out=block)
    np.right_shift(block, third, out=spare)
    np.bitwise_xor(block, spare, out=block)
