"""Rows drawn around a certain value: some find what their checks demand, others do not, and no error is made of that."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, combined
from fixturegen.expressions.normal import AllOf
from fixturegen.fills.drawing import Drawing, absent
from fixturegen.fills.engine import Engine
from fixturegen.fills.judging import judge, violators
from fixturegen.fills.nulls import Mask
from fixturegen.fills.replacing import replaced
from fixturegen.fills.rows import TableRows
from fixturegen.planning.plan import TablePlan

MOST_ATTEMPTS = 5
Edges = dict[tuple[str, ...], Literal["", "low", "high"]]


class VariantRows(TableRows):
    """Rows of a table under another plan of it, some given columns fixed.

    Args:
        engine: The engine.
        plan: The other plan.
        ordinals: 0-based numbers of the rows.
        attempts: How often each row was drawn again, by settled unique; None asks the engine.
        fixed: Values of given columns, by their dotted name.
        edges: Columns that stand on the lower or the upper bound that other columns set.
    """

    def __init__(
        self,
        engine: Engine,
        plan: TablePlan,
        ordinals: Integers,
        attempts: tuple[Integers, ...] | None = None,
        fixed: dict[str, pl.Series] | None = None,
        edges: Edges | None = None,
    ) -> None:
        super().__init__(engine, plan, ordinals, attempts)
        self._fixed = fixed or {}
        self._edges = edges or {}

    def part(self, mask_or_places: Integers) -> VariantRows:
        """Return the rows at these places."""
        attempts = self._given_attempts
        chosen = None if attempts is None else tuple(one[mask_or_places] for one in attempts)
        fixed = {name: values.gather(pl.Series(mask_or_places)) for name, values in self._fixed.items()}
        return VariantRows(self.engine, self.plan, self.ordinals[mask_or_places], chosen, fixed, self._edges)

    def raw(self, name: str) -> pl.Series:
        """Return a given column before a case makes it NULL."""
        return self._fixed[name].alias(name) if name in self._fixed else super().raw(name)

    def column(self, name: str) -> pl.Series:
        """Return a column, named."""
        return self._fixed[name].alias(name) if name in self._fixed else super().column(name)

    def dotted(self, name: str) -> pl.Series:
        """Return a column of these rows or of related ones, by its dotted name."""
        return self._fixed[name].alias(name) if name in self._fixed else super().dotted(name)

    def window_bits(self, names: tuple[str, ...], keys: Bits) -> Bits:
        """Return bits that place a column on the edge that is asked for."""
        edge = self._edges.get(names)
        if not edge:
            return super().window_bits(names, keys)
        return np.full(len(keys), 0 if edge == "low" else 2**64 - 1, dtype=np.uint64)


class Attempt:
    """A component of rows drawn a few times.

    ``found`` tells which rows found values, ``columns`` holds them (of the others, anything), ``absent`` which given columns a row's
    case makes NULL.

    Args:
        rows: The rows.
        number: The component's number.
    """

    def __init__(self, rows: TableRows, number: int) -> None:
        component = rows.plan.components[number]
        self.found: Mask = _open(rows, number)
        self.columns: dict[str, pl.Series] = {}
        self.absent: dict[str, Mask] = {}
        places = np.flatnonzero(self.found)
        if len(places) == 0:
            return
        held = rows.part(places)
        first = held.keys_for(column=component.columns[0]) if component.columns else held.keys
        keys = first.copy()
        drawing = Drawing(held, component, keys)
        columns = dict(drawing.columns)
        open_rows = violators(drawing)
        for attempt in range(1, MOST_ATTEMPTS + 1):
            if len(open_rows) == 0:
                break
            keys[open_rows] = combined(first[open_rows], np.full(len(open_rows), attempt))
            drawing = Drawing(held.part(open_rows), component, keys[open_rows])
            for name, values in drawing.columns.items():
                columns[name] = replaced(columns[name], open_rows, values)
            open_rows = open_rows[violators(drawing)]
        self.found[places[open_rows]] = False
        back = np.zeros(len(rows), dtype=np.int64)
        back[places] = np.arange(len(places))
        self.columns = {name: values.gather(pl.Series(back)) for name, values in columns.items()}
        given = [name for name in component.columns if name not in columns]
        self.absent = {name: absent(held, component, name, keys)[back] for name in given}


def _open(rows: TableRows, number: int) -> Mask:
    """Whether a case is open to each row."""
    court = judge(rows, rows.raw)
    cases = rows.plan.components[number].cases
    if any(not case.guards for case in cases):
        return np.ones(len(rows), dtype=bool)
    return np.array(np.logical_or.reduce([court.holds(AllOf(case.guards)) for case in cases]))
