"""The shape of what Hypothesis draws: a list of tuples a table, with the rows of tables counted per parent inside their parents'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from fixturegen.strategies.machine import Machine
from fixturegen.strategies.worlds import Draft


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
        self.tables = [name for name in machine.works if machine.counted(name) is None and most[name] > 0]
        self._orders = {name: work.layout.order() for name, work in machine.works.items()}
        self._widths = {name: work.layout.width for name, work in machine.works.items()}
        self.strategy: st.SearchStrategy[Any] = st.tuples(
            *(
                st.lists(self._row(name), min_size=min(least[name], most[name]), max_size=most[name])
                for name in self.tables
            )
        )

    def _row(self, name: str) -> st.SearchStrategy[Any]:
        layout = self.machine.works[name].layout
        parts: list[st.SearchStrategy[Any]] = []
        if layout.width:
            parts.append(st.binary(min_size=layout.width, max_size=layout.width))
        parts += [st.integers(low, high) for low, high in layout.numbers]
        for child in self.machine.nested[name]:
            count = self.machine.counted(child)
            assert count is not None
            high = min(count.high, self.most[child])
            parts.append(st.lists(self._row(child), min_size=min(count.low, high), max_size=high))
        return st.tuples(*parts)

    def drafts(self, drawn: Any) -> dict[str, list[Draft]]:
        """Return what was drawn as drafts by table, each table within its most rows."""
        found: dict[str, list[Draft]] = {name: [] for name in self.machine.works}
        for name, rows in zip(self.tables, drawn, strict=True):
            for row in rows:
                self._add(found, name, row, None)
        for name in self.machine.works:
            if self.machine.counted(name) is not None and len(found[name]) > self.most[name]:
                self._cut(found, name)
        return found

    def _add(self, found: dict[str, list[Draft]], name: str, row: Any, owner: Draft | None) -> None:
        width = self._widths[name]
        children = self.machine.nested[name]
        end = len(row) - len(children)
        flat = [*row[0], *row[1:end]] if width else list(row[:end])
        draft = Draft(name, [flat[place] for place in self._orders[name]], owner)
        found[name].append(draft)
        for child, rows in zip(children, row[end:], strict=True):
            for one in rows:
                self._add(found, child, one, draft)

    def _cut(self, found: dict[str, list[Draft]], name: str) -> None:
        """Take the last rows away that their parents can do without, with the rows that were drawn for them."""
        count = self.machine.counted(name)
        assert count is not None
        held: dict[int, int] = {}
        for draft in found[name]:
            held[id(draft.owner)] = held.get(id(draft.owner), 0) + 1
        left = len(found[name])
        for draft in reversed(found[name]):
            if left <= self.most[name]:
                break
            if held[id(draft.owner)] > count.low:
                held[id(draft.owner)] -= 1
                left -= 1
                self._take(found, draft)
        for table, drafts in found.items():
            found[table] = [draft for draft in drafts if not draft.gone]

    def _take(self, found: dict[str, list[Draft]], draft: Draft) -> None:
        draft.gone = True
        for child in self.machine.nested[draft.table]:
            for one in found[child]:
                if one.owner is draft:
                    self._take(found, one)
