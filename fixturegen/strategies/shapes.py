"""The shape of what Hypothesis draws: a list of rows a table, never one whose length or range depends on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fixturegen.schema import PerParent
from fixturegen.strategies.drawing import Drawn, Lists
from fixturegen.strategies.layouts import Summand
from fixturegen.strategies.machine import Machine
from fixturegen.strategies.weighing import Weight, in_turn, least_pieces, share, topped_up
from fixturegen.strategies.worlds import Draft, index_of

Rows = dict[str, list[list[int]]]
MOST_GONE = 8
"""Rows that go into others, at most; what is drawn beyond it means none."""


class Shape:
    """What is drawn for a machine.

    Args:
        machine: The machine.
        most: Most rows by table.
        least: Fewest rows by table. Rows that parents must have are added where too few are drawn, so none must be drawn.
    """

    def __init__(self, machine: Machine, most: Mapping[str, int], least: Mapping[str, int]) -> None:
        self.machine = machine
        self.most = most
        self.least = least
        self.tables = [name for name in in_turn(machine.plan, machine.weights) if most[name] > 0]
        self.lists = [self._list(name, 0 if machine.counted(name) is not None else least[name]) for name in self.tables]
        self._orders = {name: work.layout.order() for name, work in machine.works.items()}
        self._counted = machine.generations()

    def _list(self, name: str, least: int) -> Lists:
        layout, most = self.machine.works[name].layout, self.most[name]
        return Lists(name, layout.width, tuple(layout.numbers), min(least, most), most, merging=bool(layout.summands))

    def drafts(self, drawn: Drawn) -> dict[str, list[Draft]]:
        """Return what was drawn as drafts by table, each table within its most rows, each parent with as many as it must have."""
        rows: Rows = {name: [] for name in self.machine.works}
        for name, (digits, merged) in zip(self.tables, drawn, strict=True):
            order = self._orders[name]
            rows[name] = [[row[place] for place in order] for row in digits]
            if 0 < merged <= MOST_GONE:
                rows[name] = take_over(rows[name], merged, self.machine.works[name].layout.summands)
        for (name, column), weight in self.machine.weights.items():
            self._share(rows, name, column, weight)
        found = {name: [Draft(name, digits) for digits in each] for name, each in rows.items()}
        for name in self._counted:
            self._settle(found, name)
        return found

    def _share(self, rows: Rows, name: str, column: str, weight: Weight) -> None:
        """Divide a number of parents among the children that read it into a sum."""
        shared = next((one for one in self.machine.works[name].layout.shared if one.column == column), None)
        if shared is None:
            return
        children, there = rows[weight.table], self.machine.works[weight.table].layout
        counted = next((one for one in there.summands if one.column == weight.pieces), None)
        pieces = None
        if counted is not None:
            needs = (least_pieces(row[shared.digit], shared.high, len(children), weight.most) for row in rows[name])
            pieces = topped_up(children, counted, max(needs, default=0))
        for row in rows[name]:
            at = share(row[shared.digit], shared.high, len(children), pieces, weight.most)
            row[shared.digit] = max(at, shared.low) - shared.low

    def _settle(self, found: dict[str, list[Draft]], name: str) -> None:
        """Give each row of a table counted per parent its parent, and each parent the rows that it must have."""
        count, digit = self.machine.counted(name), self.machine.works[name].owner
        assert count is not None
        parents = found[self.machine.parent(name)]
        families: list[list[Draft]] = [[] for _ in parents]
        spare = self.most[name] - count.low * len(parents)
        for draft in found[name]:
            place = self._place(families, index_of(draft.digits[digit], len(parents)), count, spare=spare > 0)
            if place is not None:
                spare -= len(families[place]) >= count.low
                draft.owner = parents[place]
                families[place].append(draft)
        for parent, family in zip(parents, families, strict=True):
            family.extend(self.machine.simple(name, parent) for _ in range(count.low - len(family)))
        found[name] = [draft for family in families for draft in family]

    @staticmethod
    def _place(families: list[list[Draft]], first: int, count: PerParent, *, spare: bool) -> int | None:
        """Return the parent ``first`` where it has room for one more row, else the next that has fewer than it must have.

        None where neither is: a row that went to any other parent would be there only for the rows before it, and these could
        not be taken away.
        """
        limit = count.high if spare else count.low
        if first < len(families) and len(families[first]) < limit:
            return first
        places = [*range(first, len(families)), *range(first)]
        return next((place for place in places if len(families[place]) < count.low), None)


def take_over(rows: Sequence[list[int]], merged: int, summands: Sequence[Summand]) -> list[list[int]]:
    """Return rows without the first ones: those left, the last first, take over their summands, and one for each row gone.

    So a sum that takes two rows and has three becomes one of two rows, where a row by itself cannot be taken away. Where so
    many rows are not there, none is left: nothing is gained that way. A number that is least in all rows stays so.

    Args:
        rows: Digits of the rows.
        merged: How many go. The one more for each makes up for the step by which Hypothesis lowers the last row's number while
            it raises the number of rows gone.
        summands: The numbers that are taken over.

    >>> take_over([[1], [3], [7]], 1, [Summand("", 0, 9, 0)])
    [[3], [9]]
    >>> take_over([[0, 500], [0, 500]], 1, [Summand("", 0, 9, 1), Summand("", 1, 5_000, 0)])
    [[0, 1001]]
    """
    gone, left = rows[:merged], [[*row] for row in rows[merged:]]
    for summand in summands:
        place = summand.digit
        if not any(row[place] for row in rows):
            continue
        spare = sum(row[place] + summand.base for row in gone) + merged
        for row in reversed(left):
            taken = min(spare, summand.most - row[place])
            row[place] += taken
            spare -= taken
    return left
