"""Rows given their places: those of a covering array, then those that parents lack as children, and children as parents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import TYPE_CHECKING

import numpy as np

from fixturegen.coverage.factors import Factor
from fixturegen.coverage.matching import Matching, Row
from fixturegen.covering_arrays.constraints import Rules
from fixturegen.covering_arrays.dice import Dice
from fixturegen.schema import Reference

if TYPE_CHECKING:
    from fixturegen.coverage.design import Design

MOST_FILLERS = 40
"""So many rows are tried as a further child of a parent."""
MOST_CHANGES = 100
"""So many changes of a row are tried for the sake of its parents."""


Child = tuple[str, int]
"""What asks for a row of a parent: a row of the array, a request, or a parent that lacks a child, by number."""


@dataclass(frozen=True, slots=True)
class Request:
    """A row that is to be there for its children's sake.

    Attributes:
        row: Its classes.
        parents: Parents that it must have, by reference name.
        most: So many children it may have; None for any number.
    """

    row: Row
    parents: tuple[tuple[str, int], ...] = ()
    most: int | None = None


@dataclass(slots=True)
class Filling:
    """Places the rows of one table.

    Attributes:
        matching: Finds their parents.
        rules: What their classes must meet.
        design: The design, told what parents are lacking.
        most: Most rows that the table can hold, where that is known.
    """

    matching: Matching
    rules: Rules
    design: Design
    most: int | None

    def fill(self, rows: Sequence[Row], more: Sequence[Request]) -> None:
        """Place rows; note what parents were lacking."""
        self.design.lost += sum(not self._place([row], {}, ("row", at)) for at, row in enumerate(rows))
        for at, request in enumerate(more):
            parents = dict(request.parents)
            adapted = self._adapted(request.row, parents, {})
            if not self._place([adapted or request.row], parents, ("more", at)):
                self.design.pending.setdefault(self.matching.here.table.name, []).append(request)
        while self._open() and self._added(rows):
            pass
        self.design.lost += sum(1 for _ in self.matching.unmet())

    def _open(self) -> bool:
        return self.most is None or len(self.matching.here.rows) < self.most

    def _added(self, rows: Sequence[Row]) -> bool:
        """Add rows for parents that lack children; return whether there were any."""
        added = False
        for reference, parent in list(self.matching.unmet()):
            if self.matching.lacks(reference, parent):
                parents = self.matching.implied(reference, parent)
                added |= self._place(self._fillers(rows, reference, parents), parents, (reference.name, parent))
        return added

    def _place(self, rows: Iterable[Row], parents: Mapping[str, int], child: Child) -> bool:
        """Place the first of some rows that finds parents; else note what the first that something would help lacks."""
        tried: list[Row] = []
        for row in islice(rows, MOST_FILLERS if self._open() else 0):
            if self.matching.place(row, parents):
                return True
            tried.append(row)
        any(self._want(row, parents, {}, child) for row in dict.fromkeys(tried))
        return False

    def _want(self, row: Row, parents: Mapping[str, int], found: Mapping[str, int | None], child: Child) -> bool:
        """Ask for the parent for want of which a row has no place; return whether one would help."""
        chosen = sorted(self.matching.chosen, key=lambda one: one.name not in parents)
        if len(found) == len(chosen):
            others = [one for one in chosen if one.name not in parents and found[one.name] is not None]
            return bool(others) and self._ask(row, others[-1], {**found, others[-1].name: None}, child)
        reference = chosen[len(found)]
        candidates = self.matching.candidates(row, reference, parents, found)
        if not candidates:
            return reference.name not in parents and self._ask(row, reference, found, child)
        return any(self._want(row, parents, {**found, reference.name: one}, child) for one in candidates[:MOST_FILLERS])

    def _ask(self, row: Row, reference: Reference, found: Mapping[str, int | None], child: Child) -> bool:
        there = self.matching.placed[reference.table]
        held = self.matching.anchored(reference, found)
        for parent in self.matching.fitting(row, reference):
            if self.matching.open_ended(reference, parent) and self.design.takes(reference.table, parent, held):
                wanted = self.design.quiet(self.matching, reference, dict(enumerate(row)), there.rows[parent])
                request = Request(wanted, tuple(sorted(held.items())), self.matching.most(reference))
                self.design.want(reference, request, child)
                return True
        return False

    def _fillers(self, rows: Sequence[Row], reference: Reference, parents: Mapping[str, int]) -> Iterator[Row]:
        """Rows that may be children of a parent: those that ask for its classes, then those changed to, if need be alone."""
        factors = self.matching.here.factors
        few = sorted(rows, key=lambda row: _children(factors, row))
        for row in few:
            fitting = self.matching.fitting(row, reference)
            if not self.matching.absent(row, reference) and parents[reference.name] in fitting:
                yield row
        alone = {
            at: 0
            for at, factor in enumerate(factors)
            if factor.reference is not None and factor.reference not in parents and not factor.within
        }
        for row in few:
            for more in ({}, alone):
                changed = self._adapted(row, parents, more)
                if changed is not None:
                    yield changed

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
        dice = Dice(self.design.seed, "children", self.matching.here.table.name)
        found = self.rules.settled(asked, np.array(row, dtype=np.int64), dice)
        return None if found is None else self._suited(tuple(found.tolist()), parents, asked)

    def _suited(self, row: Row, parents: Mapping[str, int], asked: Mapping[int, int]) -> Row | None:
        """Return the row with other classes where checks that read a parent's columns want them; None if there is none."""
        clashing = [name for name, parent in parents.items() if not self._suits(row, name, parent)]
        if not clashing:
            return row
        dice = Dice(self.design.seed, "suited", self.matching.here.table.name)
        for change in islice(self._changes(row, clashing, asked), MOST_CHANGES):
            found = self.rules.settled({**asked, **change}, np.array(row, dtype=np.int64), dice)
            if found is None:
                continue
            changed = tuple(found.tolist())
            if all(self._suits(changed, name, parent) for name, parent in parents.items()):
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
