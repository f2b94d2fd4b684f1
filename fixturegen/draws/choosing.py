"""Consistent choice: when there are more things to choose among, what is chosen stays or moves to a new thing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fixturegen.draws import few
from fixturegen.draws.mixing import BLOCK, GOLDEN, Bits, Integers, bits, constant, mix, mixed, unsigned

CHOICE_BLOCK = 32_768
"""Rows chosen for at a time: more than ``BLOCK``, for choosing takes more steps a row, each with a fixed cost."""
_ONE = constant(1)
_EXPONENT = constant(0xFFF0000000000000)
_NOTHING = constant(0)
_EXACT_FLOAT = 2**53


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
        choice[block] = _binomial(bits(stream_, keys[block]), unsigned(count[block]))
    return choice.view(np.int64)


def _chosen_among(stream_: int, keys: npt.NDArray[np.integer], count: int) -> Integers:
    """Choose among as many things for all rows: one pass over a block of keys, and more over those that it leaves open."""
    if len(keys) <= few.FEW:
        return np.array([few.chosen(one, count) for one in few.bits(stream_, keys.tolist())], dtype=np.int64)
    choice = np.empty(len(keys), dtype=np.uint64)
    level, limit = constant((1 << (count - 1).bit_length()) - 1), constant(count)
    open_: list[tuple[npt.NDArray[np.intp], Bits]] = []
    for at in range(0, len(keys), CHOICE_BLOCK):
        random = bits(stream_, keys[at : at + CHOICE_BLOCK])
        block = choice[at : at + CHOICE_BLOCK]
        block[:] = _relocated(random & level, random)
        rows, current = _lowered(block, random, level, limit)
        open_.append((rows + at, current))
    # What the blocks leave open is little: one pass over it all saves the fixed cost of a pass for each.
    rows, current = (np.concatenate(parts) for parts in zip(*open_, strict=True))
    _settle_above(choice, rows, current, level, limit)
    return choice.view(np.int64)


def _lowered(choice: Bits, random: Bits, level: Bits, limit: Bits) -> tuple[npt.NDArray[np.intp], Bits]:
    """Choose below the upper level where a place is beyond the limit; return the rows whose next bits say the upper level."""
    (rows,) = (choice >= limit).nonzero()  # flatnonzero takes longer than what it finds in few rows
    minor, below = _halves(level)
    current = random[rows]
    choice[rows] = _relocated(current & below, current)
    return _upper(rows, mixed(current), minor)


def _settle_above(choice: Bits, rows: npt.NDArray[np.intp], current: Bits, level: Bits, limit: Bits) -> None:
    """Choose again for the rows of the upper level: a place of that level, which is kept if it is within the limit.

    A row whose place is not goes on while its bits say the upper level; else it stays below.
    """
    minor, below = _halves(level)
    salt = constant(int(below) * few.GOLDEN)
    for _ in range(few.CHOICE_ROUNDS - 1):
        if len(rows) == 0:
            return
        place = mixed(current ^ salt)
        place &= below
        place += minor
        (inside,) = (place < limit).nonzero()
        if len(inside):
            choice[rows[inside]] = place[inside]
            (outside,) = (place >= limit).nonzero()
            rows, current = rows[outside], current[outside]
        rows, current = _upper(rows, mixed(current), minor)


def _upper(rows: npt.NDArray[np.intp], current: Bits, minor: Bits) -> tuple[npt.NDArray[np.intp], Bits]:
    (upper,) = ((current & minor) != _NOTHING).nonzero()
    return rows[upper], current[upper]


def _halves(level: Bits) -> tuple[Bits, Bits]:
    """Return the lowest place of the upper level, and the mask of the places below it."""
    half = (int(level) >> 1) + 1
    return constant(half), constant(half - 1)


def _binomial(first: Bits, limit: Bits) -> Bits:
    level = _filled(limit - _ONE)
    minor = (level >> _ONE) + _ONE
    result = _relocated(first & (minor - _ONE), first)
    rows, current = np.arange(len(first)), first
    for _ in range(few.CHOICE_ROUNDS):
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
    moved = below * GOLDEN
    moved ^= random
    moved += GOLDEN
    mix(moved, np.empty_like(moved))
    moved &= below
    moved += below
    moved += _ONE
    lowest = places == _NOTHING
    if lowest.any():
        np.putmask(moved, lowest, _NOTHING)
    return moved
