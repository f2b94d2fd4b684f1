"""Counts per parent: how many rows each parent draws, and which row belongs to which parent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np

from fixturegen.draws import Bits, Integers, combined
from fixturegen.planning.counting import offsets
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine


class Counts:
    """Rows of a table counted per parent: the parents' numbers and their running sums, 8 bytes a parent.

    Args:
        engine: The engine, for the parents' keys.
        plan: The table's plan.
    """

    def __init__(self, engine: Engine, plan: TablePlan) -> None:
        count = plan.count
        assert isinstance(count, PerParent)
        self._engine: Engine = proxy(engine)  # which holds these counts, and lives as long
        self.parent = plan.links[count.reference].reference.table
        above = engine.plan.tables[self.parent]
        numbered = not isinstance(above.count, PerParent)
        keys = range(above.total) if numbered else engine.keys(self.parent, np.arange(above.total, dtype=np.int64))
        self.offsets = offsets(engine.fill.bits, plan.table.name, count, keys, above.existing)
        self.offsets += plan.existing

    def starts(self, parents: Integers) -> Integers:
        """Return the ordinal of each parent's first row; where it has none, that of the next row there is."""
        return self.offsets[parents]

    def sizes(self, parents: Integers) -> Integers:
        """Return how many rows each parent has."""
        return self.offsets[parents + 1] - self.offsets[parents]

    def parents(self, ordinals: Integers) -> Integers:
        """Return the parent's ordinal of each row."""
        if (
            len(ordinals) > 1
            and ordinals[-1] - ordinals[0] == len(ordinals) - 1
            and (ordinals[1:] > ordinals[:-1]).all()
        ):
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
        return ordinals - self.starts(self.parents(ordinals))

    def keys(self, ordinals: Integers, parents: Integers | None = None) -> Bits:
        """Return the row keys: the parent's key and the number among its rows, combined.

        Args:
            ordinals: The rows.
            parents: Their parents, where they are known.
        """
        parents = self.parents(ordinals) if parents is None else parents
        return combined(self._engine.keys(self.parent, parents), ordinals - self.starts(parents))
