"""How many rows each parent has: drawn per parent, summed once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from fixturegen.draws import Bits, Integers, bounded
from fixturegen.schema import PerParent

UNIT = 2**32
BLOCK = 65_536
BitSource = Callable[[tuple[str, ...], Bits], Bits]
"""Stream names and row keys to 64 bits a row."""


def offsets(bits_of: BitSource, table: str, count: PerParent, keys: Bits, existing: int = 0) -> Integers:
    """Return the running sums of the parents' row counts, one more than there are parents, from 0.

    Args:
        bits_of: Who fills the draws.
        table: The child table, for the streams.
        count: How a parent's number is drawn.
        keys: Row keys of all parents.
        existing: So many parents, the first ones, draw nothing: they have their rows already.
    """
    numbers = np.zeros(len(keys) + 1, dtype=np.int64)
    cumulative = None if count.distribution == "uniform" else _cumulative(count)
    for at in range(0, len(keys), BLOCK):
        block = keys[at : at + BLOCK]
        random = bits_of((table, count.reference, "count"), block)
        if cumulative is None:
            drawn = bounded(random, count.low, count.high)
        else:
            drawn = count.low + np.searchsorted(cumulative, random >> np.uint64(32), side="right")
        if count.childless > 0:
            lonely = bits_of((table, count.reference, "childless"), block) >> np.uint64(32)
            drawn[lonely < np.uint64(round(count.childless * UNIT))] = 0
        numbers[at + 1 : at + 1 + len(block)] = drawn
    numbers[1 : 1 + existing] = 0
    return np.cumsum(numbers)


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
