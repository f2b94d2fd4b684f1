"""Columns of one table made together, row by row: in one go, or by a search where a row has no place so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fixturegen.strategies.compiling import TableWork
from fixturegen.strategies.filling import Maker
from fixturegen.strategies.parents import parent_of
from fixturegen.strategies.searching import alone, tries
from fixturegen.strategies.uniques import Kept
from fixturegen.strategies.worlds import UNMOVED, Row, StuckError


class DroppedError(Exception):
    """A row has no place; caught by the machine, which makes the example without it.

    Args:
        row: The row.
    """

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row


@dataclass(slots=True, eq=False)
class Stage:
    """Columns of one table that are made together, row by row, and what must hold once they are.

    Attributes:
        work: The table's work.
        columns: The columns, in order, with their makers.
        conditions: Conditions between given columns, each with the columns it reads.
        uniques: Uniques whose last column is among these.
        numbered: References among whose parents' rows a column of these counts.
        references: References first chosen here.
        components: Components first drawn here.
    """

    work: TableWork
    columns: list[tuple[str, Maker]]
    conditions: list[tuple[Callable[[Row], bool], tuple[str, ...]]]
    uniques: list[Kept]
    numbered: list[str]
    references: frozenset[str]
    components: frozenset[int]

    def place(self, row: Row) -> None:
        """Make the columns of a row.

        Raises:
            DroppedError: If no values keep every constraint.
        """
        try:
            keys = self._make(row)
        except StuckError as stuck:
            keys = self._search(row, stuck)
        name, world = self.work.name, row.world
        for number, key in keys:
            world.taken.setdefault((name, number), set()).add(key)
        for reference in self.numbered:
            family = (name, reference, id(parent_of(row, reference)))
            world.counts[family] = world.counts.get(family, 0) + 1

    def _make(self, row: Row) -> list[tuple[int, object]]:
        """Make the columns of a row; return the keys of the uniques that bind it."""
        values = row.values
        for name, maker in self.columns:
            if name not in values:
                values[name] = maker(row)
        for holds, columns in self.conditions:
            if not holds(row):
                raise StuckError(*columns)
        taken, keys = row.world.taken, []
        for unique in self.uniques:
            key = unique.key(row)
            if key is None:
                continue
            if key in taken.get((self.work.name, unique.number), ()):
                raise StuckError(*unique.columns)
            keys.append((unique.number, key))
        return keys

    def _search(self, row: Row, stuck: StuckError) -> list[tuple[int, object]]:
        """Move the digits on that decide the columns concerned; others join them as they prove to be concerned."""
        mended = self._mended(row, stuck)
        if mended is not None:
            return mended
        concerned = dict.fromkeys(stuck.columns)
        while True:
            digits = self._digits(concerned)
            before = len(concerned)
            for moves in tries(digits, row.sizes, len(row.world.rows[self.work.name])):
                try:
                    return self._moved(row, moves)
                except StuckError as again:
                    concerned |= dict.fromkeys(again.columns)
            if len(concerned) == before or self._digits(concerned) == digits:
                row.moves = UNMOVED
                raise DroppedError(row)

    def _mended(self, row: Row, stuck: StuckError) -> list[tuple[int, object]] | None:
        """Mend one thing after the other, each by one digit; None where that does not do.

        A row that repeats another breaks every unique: with one mended, the next is broken whatever the first is moved to.
        """
        moves: dict[int, int] = {}
        while True:
            concerned = dict.fromkeys(stuck.columns)
            digits = [digit for digit in self._digits(concerned) if digit not in moves]
            for digit, move in alone(digits, row.sizes, len(row.world.rows[self.work.name])):
                try:
                    return self._moved(row, {**moves, digit: move})
                except StuckError as again:
                    others = dict.fromkeys(again.columns)
                    if concerned.keys().isdisjoint(others) and digit not in self._digits(others):
                        moves[digit], stuck = move, again
                        break
            else:
                return None

    def _moved(self, row: Row, moves: Mapping[int, int]) -> list[tuple[int, object]]:
        self._clear(row)
        row.moves = moves
        return self._make(row)

    def _digits(self, columns: Mapping[str, None]) -> list[int]:
        """Return the digits that decide columns and may still move: values and cases before references."""
        work = self.work
        own = {name for name, _ in self.columns}
        found = dict.fromkeys(digit for name in columns if name in own for digit in work.digits.get(name, ()))
        fixed = {choice.digit for name, choice in work.choices.items() if name not in self.references}
        choosing = {choice.digit for choice in work.choices.values()}
        return sorted((digit for digit in found if digit not in fixed), key=lambda digit: (digit in choosing, -digit))

    def _clear(self, row: Row) -> None:
        row.pooled.clear()
        for name, _ in self.columns:
            row.values.pop(name, None)
            row.given.pop(name, None)
            row.absent.discard(name)
        for reference in self.references:
            row.chosen.pop(reference, None)
            row.away.discard(reference)
        for component in self.components:
            row.cases.pop(component, None)
