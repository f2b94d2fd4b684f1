"""Integers within bounds, from 64 bits each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fixturegen.draws import few
from fixturegen.draws.mixing import BLOCK, Bits, Integers, constant, fill, unsigned

_HALF = constant(32)
_LOW_HALF = constant(0xFFFFFFFF)


def bounded(random: Bits, low: int, high: int) -> Integers:
    """Return integers between ``low`` and ``high``, both inclusive, from 64 random bits each.

    >>> from fixturegen.draws import bits
    >>> bounded(bits(1, np.arange(3)), 5, 5)
    array([5, 5, 5])
    """
    if len(random) <= few.FEW:
        return _bounded_few(random.tolist(), low, high)
    out = random.copy()
    for at in range(0, len(out), BLOCK):
        _cut(out[at : at + BLOCK], low, high)
    return out.view(np.int64)


def _bounded_few(random: list[int], low: int, high: int) -> Integers:
    return np.array([few.bounded(one, low, high) for one in random], dtype=np.int64)


def drawn(stream_: int, keys: npt.NDArray[np.integer], low: int, high: int) -> Integers:
    """Return ``bounded(bits(stream_, keys), low, high)`` in one pass over memory.

    >>> from fixturegen.draws import bits
    >>> drawn(1, np.arange(3), -5, 5).tolist() == bounded(bits(1, np.arange(3)), -5, 5).tolist()
    True
    """
    if len(keys) <= few.FEW:
        return _bounded_few(few.bits(stream_, keys.tolist()), low, high)
    source = unsigned(keys)
    out = np.empty(len(source), dtype=np.uint64)
    start = constant(stream_)
    spare = np.empty(min(BLOCK, len(source)), dtype=np.uint64)
    for at in range(0, len(source), BLOCK):
        block = out[at : at + BLOCK]
        fill(block, source[at : at + BLOCK], start, spare)
        _cut(block, low, high)
    return out.view(np.int64)


def _cut(block: Bits, low: int, high: int) -> None:
    """Turn 64 bits each into integers from ``low`` to ``high`` (modulo 2**64), in place."""
    span = high - low + 1
    if span > few.MASK:
        return
    if 1 < span <= few.NARROW and not span & (span - 1):
        # Of a power of two, the product only shifts.
        np.right_shift(block, constant(65 - span.bit_length()), out=block)
    elif span <= few.NARROW:
        np.right_shift(block, _HALF, out=block)
        np.multiply(block, constant(span), out=block)
        np.right_shift(block, _HALF, out=block)
    else:
        block[:] = _high_product(block, constant(span))
    if low:
        np.add(block, constant(low), out=block)


def scaled(random: Bits, spans: Integers) -> Integers:
    """Return an integer from 0 (inclusive) to its own span (exclusive) for each row; spans are 1 to 2**63 - 1."""
    if len(random) <= few.FEW:
        pairs = zip(random.tolist(), spans.tolist(), strict=True)
        return np.array([one * span >> 64 for one, span in pairs], dtype=np.int64)
    out = np.empty(len(random), dtype=np.uint64)
    for at in range(0, len(out), BLOCK):
        out[at : at + BLOCK] = _high_product(random[at : at + BLOCK], unsigned(spans[at : at + BLOCK]))
    return out.view(np.int64)


def _high_product(left: Bits, right: Bits) -> Bits:
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
