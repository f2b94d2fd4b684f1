"""How the rows of a table counted per parent are numbered without a running sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fixturegen.draws import Bits, Integers, combined
from fixturegen.errors import InputError
from fixturegen.planning.counting import sizes
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.access.engine import AccessEngine

_MOST = 2**62


class Strides:
    """Numbers of the rows of a table counted per parent: the parent's number times ``stride``, plus the place among its rows.

    Answers what :class:`fixturegen.fills.counts.Counts` answers, for any parents at once and without knowing the others.

    Args:
        engine: The engine, for the parents' keys.
        plan: The table's plan.

    Raises:
        InputError: If there are so many rows that their numbers pass 62 bits.
    """

    def __init__(self, engine: AccessEngine, plan: TablePlan) -> None:
        count = plan.count
        assert isinstance(count, PerParent)
        self._engine = engine
        self._count = count
        self._table = plan.table.name
        self.parent = plan.links[count.reference].reference.table
        self.stride = max(count.high, 1)
        if engine.most(self.parent) * self.stride > _MOST:
            message = f"rows of {self._table} are so many that their numbers pass 62 bits"
            raise InputError(message, where=plan.table.where, hint="Ask for fewer rows.")

    def parents(self, numbers: Integers) -> Integers:
        """Return the parent's number of each row."""
        return numbers // self.stride

    def starts(self, parents: Integers) -> Integers:
        """Return the number of each parent's first row, were there one."""
        return parents * self.stride

    def sizes(self, parents: Integers) -> Integers:
        """Return how many rows each parent has."""
        keys = self._engine.keys(self.parent, parents)
        return sizes(self._engine.fill.bits, self._table, self._count, keys)

    def ordinals(self, numbers: Integers) -> Integers:
        """Return the 0-based number of each row among its parent's."""
        return numbers % self.stride

    def keys(self, numbers: Integers, parents: Integers | None = None) -> Bits:
        """Return the row keys: the parent's key and the number among its rows, combined."""
        parents = self.parents(numbers) if parents is None else parents
        return combined(self._engine.keys(self.parent, parents), numbers - parents * self.stride)

    def children(self, parents: Integers) -> Integers:
        """Return the numbers of all rows of these parents, parent by parent."""
        counts = self.sizes(parents)
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(self.starts(parents), counts) + within
