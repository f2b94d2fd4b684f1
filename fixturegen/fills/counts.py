"""Counts per parent: how many rows each parent draws, and which row belongs to which parent."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from fixturegen.draws import Bits, Integers, combined
from fixturegen.generator import Draw
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine, Fill

UNIT = 2**32
BLOCK = 65_536


class Counts:
    """Rows of a table counted per parent: the parents' numbers and their running sums, 8 bytes a parent.

    Args:
        engine: The engine, for the parents' keys.
        plan: The table's plan.
    """

    def __init__(self, engine: Engine, plan: TablePlan) -> None:
        count = plan.count
        assert isinstance(count, PerParent)
        self._engine = engine
        self.parent = plan.links[count.reference].reference.table
        parents = engine.plan.tables[self.parent].rows
        keys = engine.keys(self.parent, np.arange(parents, dtype=np.int64))
        self.offsets = offsets(engine.fill, plan.table.name, count, keys)

    def parents(self, ordinals: Integers) -> Integers:
        """Return the parent's ordinal of each row."""
        if len(ordinals) > 1 and ordinals[-1] - ordinals[0] == len(ordinals) - 1 and (np.diff(ordinals) == 1).all():
            return self._run(int(ordinals[0]), int(ordinals[-1]) + 1)
        return np.searchsorted(self.offsets, ordinals, side="right") - 1

    def _run(self, start: int, stop: int) -> Integers:
        """Parents of consecutive rows: each repeated as often as it has rows, which is faster than searching."""
        first = int(np.searchsorted(self.offsets, start, side="right")) - 1
        last = int(np.searchsorted(self.offsets, stop - 1, side="right")) - 1
        borders = np.clip(self.offsets[first : last + 2], start, stop)
        return np.repeat(np.arange(first, last + 1, dtype=np.int64), np.diff(borders))

    def ordinals(self, ordinals: Integers) -> Integers:
        """Return the 0-based number of each row among its parent's."""
        return ordinals - self.offsets[self.parents(ordinals)]

    def keys(self, ordinals: Integers) -> Bits:
        """Return the row keys: the parent's key and the number among its rows, combined."""
        parents = self.parents(ordinals)
        return combined(self._engine.keys(self.parent, parents), ordinals - self.offsets[parents])


def offsets(fill: Fill, table: str, count: PerParent, keys: Bits) -> Integers:
    """Return the running sums of the parents' row counts, one more than there are parents, from 0."""
    numbers = np.zeros(len(keys) + 1, dtype=np.int64)
    uniform = Draw("count", count.low, count.high)
    cumulative = None if count.distribution == "uniform" else _cumulative(count)
    for at in range(0, len(keys), BLOCK):
        block = keys[at : at + BLOCK]
        if cumulative is None:
            drawn = fill.draw((table, count.reference), uniform, block)
        else:
            random = fill.bits((table, count.reference, "count"), block) >> np.uint64(32)
            drawn = count.low + np.searchsorted(cumulative, random, side="right")
        if count.childless > 0:
            lonely = fill.bits((table, count.reference, "childless"), block) >> np.uint64(32)
            drawn[lonely < np.uint64(round(count.childless * UNIT))] = 0
        numbers[at + 1 : at + 1 + len(block)] = drawn
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
