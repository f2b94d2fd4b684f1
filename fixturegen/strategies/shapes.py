"""The shape of what Hypothesis draws: a list of tuples a table, never one whose length or range depends on another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from fixturegen.schema import PerParent
from fixturegen.strategies.machine import Machine
from fixturegen.strategies.worlds import Draft, index_of


class Shape:
    """What is drawn for a machine.

    Args:
        machine: The machine.
        most: Most rows by table.
        least: Fewest rows by table.
    """

    def __init__(self, machine: Machine, most: Mapping[str, int], least: Mapping[str, int]) -> None:
        self.machine = machine
        self.most = most
        self.least = least
        self.tables = [name for name in machine.works if most[name] > 0]
        self._orders = {name: work.layout.order() for name, work in machine.works.items()}
        self._widths = {name: work.layout.width for name, work in machine.works.items()}
        self._counted = machine.generations()
        self.strategy: st.SearchStrategy[Any] = st.tuples(*(self._rows(name) for name in self.tables))

    def _rows(self, name: str) -> st.SearchStrategy[Any]:
        """Return the lists of a table. Rows that parents must have are added where too few are drawn, so none must be drawn."""
        least = 0 if self.machine.counted(name) is not None else min(self.least[name], self.most[name])
        return st.lists(self._row(name), min_size=least, max_size=self.most[name])

    def _row(self, name: str) -> st.SearchStrategy[Any]:
        layout = self.machine.works[name].layout
        parts: list[st.SearchStrategy[Any]] = []
        if layout.width:
            parts.append(st.binary(min_size=layout.width, max_size=layout.width))
        parts += [st.integers(low, high) for low, high in layout.numbers]
        return st.tuples(*parts)

    def drafts(self, drawn: Any) -> dict[str, list[Draft]]:
        """Return what was drawn as drafts by table, each table within its most rows, each parent with as many as it must have."""
        found: dict[str, list[Draft]] = {name: [] for name in self.machine.works}
        for name, rows in zip(self.tables, drawn, strict=True):
            order, width = self._orders[name], self._widths[name]
            for row in rows:
                flat = [*row[0], *row[1:]] if width else row
                found[name].append(Draft(name, [flat[place] for place in order]))
        for name in self._counted:
            self._settle(found, name)
        return found

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
        """Return the first parent from ``first`` on that has room for one more row, None where none has."""
        limit = count.high if spare else count.low
        places = [*range(first, len(families)), *range(first)]
        return next((place for place in places if len(families[place]) < limit), None)
