"""What a random choice wants of its draw: how many values, and the look-up table of weights that they index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from fixturegen.vocabularies.plans import Choice, Numeral, Pool

NARROWEST_TABLE = 16
"""Bits of the look-up table of weights."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a node wants of its slot: so many values, equally likely or by a table of weights."""

    span: int
    table: npt.NDArray[np.unsignedinteger] | None

    @property
    def exact(self) -> int:
        """How many values of the slot serve it best."""
        return self.span if self.table is None else len(self.table)


def use_of(plan: Pool | Choice | Numeral) -> Use:
    """Return what a node wants of its slot."""
    match plan:
        case Pool():
            return Use(len(plan.values), _table(plan.weights))
        case Choice():
            return Use(len(plan.options), _table(plan.weights))
        case Numeral():
            return Use(plan.high - plan.low + 1, None)


@lru_cache(maxsize=512)
def _table(weights: tuple[float, ...]) -> npt.NDArray[np.unsignedinteger] | None:
    """Return the table in the narrowest integers that hold its choices: a wide table of many locales has hundreds of them."""
    return weight_table(weights).astype(np.min_scalar_type(len(weights) - 1)) if weights else None


def weight_table(weights: tuple[float, ...], bits: int = 0) -> npt.NDArray[np.uint32]:
    """Return the look-up table of weights: entry i is the choice for the draw i, in the order of the choices.

    Each positive weight has at least one entry; what is left over goes to the largest remainders.

    Args:
        weights: At least one positive one.
        bits: Binary logarithm of the table's size; 0 for 16, or more where there are very many weights.
    """
    bits = bits or max(NARROWEST_TABLE, (4 * len(weights)).bit_length())
    size = 1 << bits
    given, total = np.array(weights, dtype=np.float64), sum(weights)
    ideal = given / total * size
    whole = ideal.astype(np.int64)
    counts = np.where(given > 0, np.maximum(whole, 1), 0)
    left = size - int(counts.sum())
    counts[np.argsort(whole - ideal, kind="stable")[: max(0, left)]] += 1
    while left < 0:
        largest = int(counts.argmax())
        taken = min(-left, max(1, int(counts[largest]) // 16))
        counts[largest] -= taken
        left += taken
    counts[0] += size - counts.sum()
    return np.repeat(np.arange(len(weights), dtype=np.uint32), counts)
