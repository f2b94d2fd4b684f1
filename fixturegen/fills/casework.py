"""Columns that checks tie together: each row draws the case it satisfies, then each column within what the case leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, combined
from fixturegen.fills.drawing import Drawing, absent
from fixturegen.fills.failing import unfillable
from fixturegen.fills.judging import violators
from fixturegen.fills.nulls import Mask
from fixturegen.fills.replacing import replaced

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

MOST_ATTEMPTS = 200
UNTRIED_ATTEMPTS = 2
"""Rows are drawn again so often before it is found out what passes."""
DRAWN_ATTEMPTS = 40
"""Attempts beyond take candidates that passed, where there are any."""


@dataclass(slots=True)
class Held:
    """What rows hold of one of their components. It does not know the rows: a circle would keep both until they are collected.

    Attributes:
        keys: Keys of the draws, moved on where rows were drawn again; None before the first use.
        columns: The drawn columns; None before they are drawn.
    """

    keys: Bits | None = None
    columns: dict[str, pl.Series] | None = None


class CaseRows:
    """One component of some rows: drawn once, asked by column.

    Args:
        rows: The rows.
        number: The component's number within the table.
        held: What the rows hold of the component.
    """

    def __init__(self, rows: TableRows, number: int, held: Held) -> None:
        self._rows = rows
        self._number = number
        self._component = rows.plan.components[number]
        self._held = held

    def column(self, name: str) -> pl.Series:
        """Return a column whose values the component draws."""
        return self._drawn()[name]

    def absent(self, name: str) -> Mask:
        """Return which rows' cases say, or draw, that a column is NULL whose value comes from elsewhere."""
        self._drawn()
        return absent(self._rows, self._component, name, self._keys)

    @property
    def _keys(self) -> Bits:
        if self._held.keys is None:
            self._held.keys = self._rows.keys_for(column=self._component.columns[0])
        return self._held.keys

    def _drawn(self) -> dict[str, pl.Series]:
        if self._held.columns is None:
            drawing = Drawing(self._rows, self._component, self._keys)
            self._held.columns = drawing.columns
            open_rows = violators(drawing)
            if len(open_rows):
                self._redraw(drawing.columns, open_rows)
        return self._held.columns

    def _redraw(self, columns: dict[str, pl.Series], open_rows: Integers) -> None:
        """Draw rows again that found no value or break a judged check, under keys that hold the number of the attempt."""
        first = self._keys
        keys = self._held.keys = first.copy()
        attempt = 0
        while len(open_rows):
            attempt += 1
            moved = combined(first[open_rows], np.full(len(open_rows), attempt))
            drawing = self._again(open_rows, moved, attempt)
            for name, values in drawing.columns.items():
                columns[name] = replaced(columns[name], open_rows, values)
            keys[open_rows] = moved
            open_rows = open_rows[violators(drawing)]

    def _again(self, open_rows: Integers, keys: Bits, attempt: int) -> Drawing:
        """Draw rows again: as before, then in ways that pass, then as candidates that passed."""
        rows = self._rows.part(open_rows)
        if attempt <= UNTRIED_ATTEMPTS:
            return Drawing(rows, self._component, keys)
        ways = self._rows.engine.ways(self._rows.name, self._number)
        drawing = Drawing(rows, self._component, keys, ways)
        if attempt > MOST_ATTEMPTS or ways.hopeless:
            raise unfillable(drawing, attempt)
        if attempt > DRAWN_ATTEMPTS:
            drawing.take(ways)
        return drawing
