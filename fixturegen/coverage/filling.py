"""Parents given the children that their classes promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

import numpy as np

from fixturegen.coverage.factors import Factor
from fixturegen.coverage.matching import Matching, Row
from fixturegen.coverage.placing import Placing
from fixturegen.covering_arrays.dice import Dice
from fixturegen.schema import Reference

MOST_FILLERS = 40
"""So many rows are tried as a further child of a parent."""
MOST_CHANGES = 100
"""So many changes of a row are tried for the sake of its parents."""


@dataclass(slots=True)
class Filling:
    """Adds rows to one table for parents that lack children.

    Attributes:
        placing: Finds their other parents.
        matching: Knows the parents that lack children.
        rows: Rows to take classes from.
    """

    placing: Placing
    matching: Matching
    rows: Sequence[Row]

    def fill(self) -> bool:
        """Add rows until no parent lacks any that can be added; return whether there were any."""
        added = False
        while self.placing.open(self.matching.here.table.name) and self._round():
            added = True
        return added

    def _round(self) -> bool:
        added = False
        for reference, parent in list(self.matching.unmet()):
            if self.matching.lacks(reference, parent):
                parents = self.matching.implied(reference, parent)
                added |= self._child(reference, parents, new=False) or self._child(reference, parents, new=True)
        return added

    def _child(self, reference: Reference, parents: Mapping[str, int], *, new: bool) -> bool:
        name = self.matching.here.table.name
        rows = islice(self._fillers(reference, parents), MOST_FILLERS)
        return any(self.placing.place(name, row, parents, new=new) for row in dict.fromkeys(rows))

    def _fillers(self, reference: Reference, parents: Mapping[str, int]) -> Iterator[Row]:
        """Rows that may be children of a parent: those that ask for its classes, then those changed to, if need be alone."""
        factors = self.matching.here.factors
        few = sorted(self.rows, key=lambda row: _children(factors, row))
        childless = self._childless(reference)
        for row in few:
            fitting = self.matching.fitting(row, reference)
            last = all(row[at] == value for at, value in childless.items())
            if last and not self.matching.absent(row, reference) and parents[reference.name] in fitting:
                yield row
        alone = {
            at: 0
            for at, factor in enumerate(factors)
            if factor.reference is not None and factor.reference not in parents and not factor.within
        }
        for row in few:
            for more in (childless, {**alone, **childless}):
                changed = self._adapted(row, parents, more)
                if changed is not None:
                    yield changed

    def _childless(self, reference: Reference) -> Mapping[int, int]:
        """Classes of a child that lets it have no children in the same table: parents there would never have enough."""
        name = self.matching.here.table.name
        factors = enumerate(self.matching.here.factors)
        return {at: 0 for at, one in factors if reference.table == name and one.child and one.child[0] == name}

    def _adapted(self, row: Row, parents: Mapping[str, int], more: Mapping[int, int]) -> Row | None:
        """Return the row with the classes that come with its parents, and whatever must go along; None if there is none."""
        asked = dict(more)
        for at, factor in enumerate(self.matching.here.factors):
            if factor.reference is None or factor.reference not in parents:
                continue
            there = self.matching.placed[self.matching.named(factor.reference).table]
            value = there.rows[parents[factor.reference]][factor.source] if factor.within else None
            held = [place for place, group in enumerate(factor.within) if group is not None and value in group]
            asked[at] = held[0] if factor.within else 1
        found = self._settled(asked, row, "children")
        return None if found is None else self._suited(found, parents, asked)

    def _settled(self, asked: Mapping[int, int], row: Row, what: str) -> Row | None:
        name = self.matching.here.table.name
        dice = Dice(self.placing.seed, what, name)
        found = self.placing.rules[name].settled(asked, np.array(row, dtype=np.int64), dice)
        return None if found is None else tuple(found.tolist())

    def _suited(self, row: Row, parents: Mapping[str, int], asked: Mapping[int, int]) -> Row | None:
        """Return the row with other classes where checks that read a parent's columns want them; None if there is none."""
        clashing = [name for name, parent in parents.items() if not self._suits(row, name, parent)]
        if not clashing:
            return row
        for change in islice(self._changes(row, clashing, asked), MOST_CHANGES):
            changed = self._settled({**asked, **change}, row, "suited")
            if changed and all(self._suits(changed, name, parent) for name, parent in parents.items()):
                return changed
        return None

    def _suits(self, row: Row, name: str, parent: int) -> bool:
        return self.matching.compatible(dict(enumerate(row)), self.matching.named(name), parent)

    def _changes(self, row: Row, clashing: Sequence[str], asked: Mapping[int, int]) -> Iterator[Mapping[int, int]]:
        """Yield other classes of what such checks tie to the parents' columns: few changes before many."""
        factors = self.matching.here.factors
        members = sorted(
            {
                at
                for tied in self.matching.tied
                if any(tied.read_from(name) for name in clashing)
                for at in tied.members
                if at not in asked and not factors[at].within
            }
        )
        for size in range(1, len(members) + 1):
            for some in combinations(members, size):
                others = [[one for one in range(len(factors[at].classes)) if one != row[at]] for at in some]
                for values in product(*others):
                    yield dict(zip(some, values, strict=True))


def _children(factors: Sequence[Factor], row: Row) -> int:
    return sum(factor.children[value].least for factor, value in zip(factors, row, strict=True) if factor.children)
