"""Columns that checks tie together: each row draws the case it satisfies, then each column within what the case leaves."""

from __future__ import annotations

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


class CaseRows:
    """One component of some rows: drawn once, asked by column.

    Args:
        rows: The rows.
        number: The component's number within the table.
    """

    def __init__(self, rows: TableRows, number: int) -> None:
        self._rows = rows
        self._number = number
        self._component = rows.plan.components[number]
        self._columns: dict[str, pl.Series] | None = None
        self._keys = rows.keys_for(column=self._component.columns[0])

    def column(self, name: str) -> pl.Series:
        """Return a column whose values the component draws."""
        return self._drawn()[name]

    def absent(self, name: str) -> Mask:
        """Return which rows' cases say, or draw, that a column is NULL whose value comes from elsewhere."""
        self._drawn()
        return absent(self._rows, self._component, name, self._keys)

    def _drawn(self) -> dict[str, pl.Series]:
        if self._columns is None:
            drawing = Drawing(self._rows, self._component, self._keys)
            self._columns = drawing.columns
            self._redraw(violators(drawing))
        return self._columns

    def _redraw(self, open_rows: Integers) -> None:
        """Draw rows again that found no value or break a judged check, under keys that hold the number of the attempt."""
        assert self._columns is not None
        first = self._keys
        self._keys = first.copy()
        attempt = 0
        while len(open_rows):
            attempt += 1
            moved = combined(first[open_rows], np.full(len(open_rows), attempt))
            drawing = self._again(open_rows, moved, attempt)
            for name, values in drawing.columns.items():
                self._columns[name] = replaced(self._columns[name], open_rows, values)
            self._keys[open_rows] = moved
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
