"""How many rows each parent has: drawn per parent, summed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np

from fixturegen.draws import Bits, Integers, bounded
from fixturegen.schema import PerParent

UNIT = 2**32
BLOCK = 65_536
BitSource = Callable[[tuple[str, ...], Bits], Bits]
"""Stream names and row keys to 64 bits a row."""


Keys = Bits | range
"""Row keys; those that are the numbers of rows need no memory."""


def offsets(bits_of: BitSource, table: str, count: PerParent, keys: Keys, existing: int = 0) -> Integers:
    """Return the running sums of the parents' row counts, one more than there are parents, from 0.

    Args:
        bits_of: Who fills the draws.
        table: The child table, for the streams.
        count: How a parent's number is drawn.
        keys: Row keys of all parents.
        existing: So many parents, the first ones, draw nothing: they have their rows already.

    Where the rows are limited in all, each parent keeps what it must have, and the first ones what they drew: the sum
    up to a parent leaves room for what all later ones must have.
    """
    numbers = np.zeros(len(keys) + 1, dtype=np.int64)
    for at, block in _blocks(keys):
        numbers[at + 1 : at + 1 + len(block)] = sizes(bits_of, table, count, block)
    numbers[1 : 1 + existing] = 0
    if count.most is None:
        return np.cumsum(numbers, out=numbers)
    needed = np.cumsum(np.minimum(numbers, count.low))
    np.minimum(np.cumsum(numbers, out=numbers), needed + (count.most - needed[-1]), out=numbers)
    return numbers


def rows_in_all(bits_of: BitSource, table: str, count: PerParent, keys: Keys, existing: int = 0) -> int:
    """Return the last of :func:`offsets`, and keep no others where none needs another."""
    if existing or count.most is not None:
        return int(offsets(bits_of, table, count, keys, existing)[-1])
    return sum(int(sizes(bits_of, table, count, block).sum()) for _, block in _blocks(keys))


def _blocks(keys: Keys) -> Iterator[tuple[int, Bits]]:
    """Yield keys in blocks, each with its place, so that the work stays in the processor's cache."""
    for at in range(0, len(keys), BLOCK):
        block = keys[at : at + BLOCK]
        yield at, np.arange(block.start, block.stop, dtype=np.uint64) if isinstance(block, range) else block


def sizes(bits_of: BitSource, table: str, count: PerParent, keys: Bits) -> Integers:
    """Return how many rows the parents of these keys have; arguments as for :func:`offsets`."""
    random = bits_of((table, count.reference, "count"), keys)
    if count.distribution == "uniform":
        drawn = bounded(random, count.low, count.high)
    else:
        drawn = count.low + np.searchsorted(_cumulative(count), random >> np.uint64(32), side="right")
    if count.childless > 0:
        lonely = bits_of((table, count.reference, "childless"), keys) >> np.uint64(32)
        drawn[lonely < np.uint64(round(count.childless * UNIT))] = 0
    return drawn


def expected(count: PerParent, parents: int) -> int:
    """Return about how many rows so many parents have in all, at least 1 where there can be any.

    >>> expected(PerParent("orders", 1, 5), 1_000)
    3000
    """
    weights = _weights(count)
    mean = sum(weight * number for number, weight in enumerate(weights, count.low)) / sum(weights)
    share = 1 - Fraction(count.childless).limit_denominator(10**6)
    rows = max(round(parents * mean * share), min(parents, count.high, 1))
    return rows if count.most is None else min(rows, count.most)


@lru_cache(maxsize=64)
def _cumulative(count: PerParent) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Borders, in 2**32nds, between the counts from ``low`` to ``high``; the last border is left out."""
    weights = _weights(count)
    total, running, borders = sum(weights), Fraction(0), []
    for weight in weights[:-1]:
        running += weight
        borders.append(int(running * UNIT / total))
    return np.array(borders, dtype=np.uint64)


def _weights(count: PerParent) -> list[Fraction]:
    """Weights of the counts, exact: rational arithmetic is the same on every machine."""
    numbers = range(count.low, count.high + 1)
    mean = Fraction(count.mean if count.mean is not None else (count.low + count.high) / 2).limit_denominator(10**6)
    match count.distribution:
        case "poisson":
            return _poisson(numbers, mean)
        case "geometric":
            ratio = mean / (mean + 1)
            return [ratio ** (number - count.low) for number in numbers]
        case "zipf":
            exponent = round(count.mean) if count.mean is not None else 1
            return [Fraction(1, (number - count.low + 1) ** max(exponent, 1)) for number in numbers]
        case _:
            return [Fraction(1) for _ in numbers]


def _poisson(numbers: range, mean: Fraction) -> list[Fraction]:
    """Weights mean**k / k!, relative to that of the least k: the constant factor cancels."""
    weight, weights = Fraction(1), []
    for number in numbers:
        weights.append(weight)
        weight = weight * mean / (number + 1)
    return weights
