"""Rows for classes that the rows designed first leave out: some found no place, or no children."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from fixturegen.coverage.matching import Matching, Row
from fixturegen.coverage.placing import Placing
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.tuples import Meeting

MOST_ATTEMPTS = 30
"""So many rows are tried for the same classes."""


@dataclass(frozen=True, slots=True)
class Completing:
    """Adds rows to one table.

    Attributes:
        placing: Finds their parents.
        matching: Knows the rows placed so far.
        rows: The rows designed first.
        left: Classes that they leave out.
        strength: How many classes meet.
        waived: Which classes need not meet.
        fewest: So many parents are made for each row at least: children of rows with the same parents may stand in their way.
    """

    placing: Placing
    matching: Matching
    rows: Sequence[Row]
    left: Sequence[Meeting]
    strength: int
    waived: Callable[[Meeting], bool]
    fewest: int = 0

    def complete(self) -> bool:
        """Add rows for classes that meet in none; return whether there were any."""
        broken = self._broken()
        here, name = self.matching.here, self.matching.here.table.name
        lost = [*self._without_place(), *(here.rows[at] for at in sorted(broken))]
        kept = {row for at, row in enumerate(here.rows) if at not in broken}
        height = here.height
        for meeting in dict.fromkeys([*self.left, *self._meetings(lost)]):
            if not any(all(row[at] == value for at, value in meeting) for row in kept):
                rows = islice(self._rows_with(meeting), MOST_ATTEMPTS)
                kept.update(islice((row for row in rows if self.placing.place(name, row, fewest=self.fewest)), 1))
        return here.height > height

    def _without_place(self) -> Iterator[Row]:
        left = Counter(self.rows)
        left.subtract(self.matching.here.rows)
        return (row for row, number in left.items() if number > 0)

    def _broken(self) -> set[int]:
        """Rows that lack children."""
        return {
            parent
            for matching in self.placing.matchings.values()
            for reference, parent in matching.unmet()
            if reference.table == self.matching.here.table.name
        }

    def _meetings(self, rows: Sequence[Row]) -> Iterator[Meeting]:
        for row in rows:
            for meeting in combinations(enumerate(row), self.strength):
                if not self.waived(meeting):
                    yield meeting

    def _rows_with(self, meeting: Meeting) -> Iterator[Row]:
        """Yield rows that hold some classes, like rows that are placed."""
        name = self.matching.here.table.name
        dice = Dice(self.placing.seed, "completing", name)
        for template in self.matching.here.rows[:]:
            row = self.placing.rules[name].settled(dict(meeting), np.array(template, dtype=np.int64), dice)
            if row is not None:
                yield tuple(row.tolist())
