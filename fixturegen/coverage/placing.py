"""Rows given parents: placed ones of the classes asked for, or new ones, which are given parents in their turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from fixturegen.coverage.matching import Matching, Row
from fixturegen.coverage.parents import kinds_of_parent, parentless
from fixturegen.covering_arrays.constraints import Rules
from fixturegen.covering_arrays.dice import Dice
from fixturegen.schema import Reference

MOST_TRIES = 500
"""So many parents are tried for one row."""
MOST_NEW = 6
"""So many kinds of new parents are tried at one place."""
MOST_ROWS = 10_000
"""No table gets more rows."""

Parents = dict[str, int | None]
"""Parents by reference name."""


@dataclass(frozen=True, slots=True)
class _Search:
    """A row that looks for parents: by those references first whose parents are settled."""

    matching: Matching
    row: Row
    fixed: Mapping[str, int]
    order: Sequence[Reference]


@dataclass(slots=True)
class Placing:
    """Places rows in all tables.

    Attributes:
        matchings: What rows may have which parents, by table.
        rules: What the classes of rows must meet, by table; whether fitting parents are placed aside.
        most: Most rows of tables that can hold few.
        seed: The seed.
    """

    matchings: Mapping[str, Matching]
    rules: Mapping[str, Rules]
    most: Mapping[str, int]
    seed: int
    _journal: list[str] = field(default_factory=list)
    _tries: int = 0

    def open(self, name: str) -> bool:
        """Whether a table can hold one more row."""
        return self.matchings[name].here.height < self.most.get(name, MOST_ROWS)

    def place(
        self, name: str, row: Row, fixed: Mapping[str, int] | None = None, *, new: bool = True, fewest: int = 0
    ) -> bool:
        """Add a row with its parents; return whether some were found.

        Args:
            name: The table.
            row: Its classes.
            fixed: Parents that are settled, by reference name.
            new: Whether parents may be made for it, as few as will do.
            fewest: So many are made at least, where there are as many.
        """
        self._tries = MOST_TRIES
        most = len(self.matchings[name].chosen) if new else 0
        return self._place(name, row, fixed or {}, most, min(fewest, most))

    def _place(self, name: str, row: Row, fixed: Mapping[str, int], most_new: int, fewest: int = 0) -> bool:
        if not self.open(name):
            return False
        matching = self.matchings[name]
        order = sorted(matching.chosen, key=lambda one: one.name not in fixed)
        for new in range(fewest, most_new + 1):
            found = self._search(_Search(matching, row, fixed, order), {}, new)
            if found is not None:
                matching.add(row, found)
                self._journal.append(name)
                return True
        return False

    def _undo(self, mark: int) -> None:
        """Take back all rows added since the journal had that length."""
        while len(self._journal) > mark:
            self.matchings[self._journal.pop()].remove_last()

    def _search(self, search: _Search, found: Parents, new: int) -> Parents | None:
        """Return parents, exactly ``new`` of them made for this row, those of the references in ``found`` aside."""
        matching, row = search.matching, search.row
        if len(found) == len(search.order):
            return found if not new and matching.clear(found) else None
        reference = search.order[len(found)]
        if len(search.order) - len(found) > new:
            for parent in matching.candidates(row, reference, search.fixed, found):
                self._tries -= 1
                if self._tries < 0:
                    return None
                result = self._search(search, {**found, reference.name: parent}, new)
                if result is not None:
                    return result
        made = new and reference.name not in search.fixed and not matching.absent(row, reference)
        return self._with_new(search, found, new) if made else None

    def _with_new(self, search: _Search, found: Parents, new: int) -> Parents | None:
        """Go on with a new parent by the next reference."""
        matching, row, reference = search.matching, search.row, search.order[len(found)]
        there = self.matchings[reference.table]
        held = matching.anchored(reference, found)
        for parent in islice(self._parents(matching, row, reference), MOST_NEW):
            mark = len(self._journal)
            self._tries -= 1
            if self._tries < 0:
                return None
            if self._place(reference.table, parent, held, len(there.chosen)):
                number = there.here.height - 1
                if matching.candidates(row, reference, {reference.name: number}, found):
                    result = self._search(search, {**found, reference.name: number}, new - 1)
                    if result is not None:
                        return result
            self._undo(mark)
        return None

    def offer(self, name: str, row: Row) -> bool:
        """Add parents of any number of children where none of a row's classes are placed; return whether there were any."""
        self._tries, added = MOST_TRIES, False
        matching = self.matchings[name]
        for reference in matching.chosen:
            if parentless(matching, reference, dict(enumerate(row))):
                continue
            if any(matching.open_ended(reference, parent) for parent in matching.fitting(row, reference)):
                continue
            chosen = len(self.matchings[reference.table].chosen)
            kinds = islice(self._parents(matching, row, reference), MOST_NEW)
            added |= any(self._place(reference.table, parent, {}, chosen) for parent in kinds)
        return added

    def _parents(self, matching: Matching, row: Row, reference: Reference) -> Iterator[Row]:
        """Yield classes of parents that a row may have, like those that are placed, with as few other relatives as may be."""
        classes = dict(enumerate(row))
        there = self.matchings[reference.table].here
        fitting = [there.rows[parent] for parent in matching.fitting(row, reference)]
        opened = matching.opened(classes, reference)
        alone = {own.name for own in there.table.references if own.table == reference.table}
        quiet = {
            at: 0
            for at, factor in enumerate(there.factors)
            if (factor.child is not None and at not in opened) or (factor.reference in alone and not factor.within)
        }
        dice = Dice(self.seed, "parents", reference.table)
        plain = tuple(0 for _ in there.factors)
        yielded = set()
        for asked in kinds_of_parent(matching, reference, classes):
            for template in dict.fromkeys([*fitting, *there.rows[:1], plain]):
                found = self.rules[reference.table].settled(
                    {**quiet, **asked}, np.array(template, dtype=np.int64), dice
                )
                if found is None:
                    break
                parent = tuple(found.tolist())
                if parent not in yielded and matching.suits(classes, reference, dict(enumerate(parent))):
                    yielded.add(parent)
                    yield parent
