"""Columns that checks tie together: each row draws the case it satisfies, then each column within what the case leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, combined, scaled
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError
from fixturegen.fills import judging
from fixturegen.fills.windows import Window, window
from fixturegen.lattice import lattice_of
from fixturegen.fills.guards import met
from fixturegen.fills.nulls import Mask, blanked
from fixturegen.planning.components import Case, Component, Narrowing
from fixturegen.planning.plan import Cased

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

UNIT = 2**32
MOST_ATTEMPTS = 200


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

    def column(self, name: str) -> pl.Series:
        """Return a column whose values the component draws."""
        return self._drawn()[name]

    def without(self, name: str, values: pl.Series) -> pl.Series:
        """Return a given column's values with null where the row's case says so, or draws so."""
        keys = self._keys()
        cases = self._cases(self._rows, keys)
        shares = np.array([_null_share(case.columns.get(name)) for case in self._component.cases])[cases]
        random = self._rows.engine.fill.bits((self._rows.name, name, "null"), keys) >> np.uint64(32)
        return blanked(values, random < (shares * UNIT).round().astype(np.uint64))

    def _keys(self) -> Bits:
        return self._rows.keys_for(column=self._component.columns[0])

    def _cases(self, rows: TableRows, keys: Bits) -> Integers:
        """Return the number of each row's case: by weight, among those whose guards the row's given columns meet."""
        names = (rows.name, *sorted(self._component.columns), "case")
        random = rows.engine.fill.bits(names, keys) >> np.uint64(32)
        cases = self._component.cases
        if not any(case.guards for case in cases):
            return np.searchsorted(borders([case.weight for case in cases]), random, side="right")
        return guarded(rows, self._component, random)

    def _drawn(self) -> dict[str, pl.Series]:
        if self._columns is None:
            keys = self._keys()
            self._columns = self._once(self._rows, keys)
            if any(case.redraw for case in self._component.cases):
                self._redraw(keys)
        return self._columns

    def _once(self, rows: TableRows, keys: Bits) -> dict[str, pl.Series]:
        """Draw case and columns under these keys; later columns read earlier ones."""
        cases = self._cases(rows, keys)
        drawn = Drawing(rows, self._component, cases, keys)
        for name in self._component.columns:
            if isinstance(rows.plan.steps[name], Cased):
                drawn.add(name)
        return drawn.columns

    def _redraw(self, keys: Bits) -> None:
        """Draw rows that a judged condition calls false again, under keys that hold the number of the attempt."""
        assert self._columns is not None
        open_rows = judging.violators(self._rows, self._component, self._cases(self._rows, keys), self._columns)
        attempt = 0
        while len(open_rows):
            attempt += 1
            if attempt > MOST_ATTEMPTS:
                self._give_up(len(open_rows))
            rows = self._rows.part(open_rows)
            moved = combined(keys[open_rows], np.full(len(open_rows), attempt))
            again = self._once(rows, moved)
            for name, values in again.items():
                self._columns[name] = self._columns[name].scatter(open_rows, values)
            still = judging.violators(rows, self._component, self._cases(rows, moved), again)
            open_rows = open_rows[still]

    def _give_up(self, count: int) -> None:
        names = ", ".join(self._component.checks)
        message = f"{count} rows of {self._rows.name} found no values that satisfy {names} in {MOST_ATTEMPTS} attempts"
        hint = "Declare narrower values for " + ", ".join(self._component.columns) + "."
        raise ImpossibleError(message, where=self._rows.plan.table.where, hint=hint)


def borders(weights: list[float]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the borders between shares in 2**32nds, the last one left out."""
    running, out = 0.0, []
    for weight in weights[:-1]:
        running += weight
        out.append(round(running * UNIT))
    return np.array(out, dtype=np.uint64)


def guarded(rows: TableRows, component: Component, random: Bits) -> Integers:
    """Choose among the cases open to each row. Rows to which the same cases are open are chosen for together."""
    open_to = np.stack([_open(rows, case) for case in component.cases], axis=1)
    kinds, kind = np.unique(open_to, axis=0, return_inverse=True)
    chosen_cases = np.zeros(len(rows), dtype=np.int64)
    for number, opened in enumerate(kinds):
        at = np.flatnonzero(kind.reshape(-1) == number)
        numbers = np.flatnonzero(opened)
        if len(numbers) == 0:
            names = ", ".join(component.checks)
            message = f"{len(at)} rows of {rows.name} have given values under which {names} cannot hold"
            raise ImpossibleError(message, where=rows.plan.table.where, hint="Narrow the columns that are given.")
        weights = [component.cases[case].weight for case in numbers]
        whole = sum(weights) or 1.0
        place = np.searchsorted(borders([weight / whole for weight in weights]), random[at], side="right")
        chosen_cases[at] = numbers[place]
    return chosen_cases


def _open(rows: TableRows, case: Case) -> Mask:
    opened = np.ones(len(rows), dtype=bool)
    for guard in case.guards:
        opened &= met(guard, rows.dotted)
    return opened


def _null_share(narrowing: Narrowing | None) -> float:
    if narrowing is None:
        return 0.0
    return 1.0 if narrowing.null else narrowing.nulls


class Drawing:
    """Columns of a component being drawn for given cases.

    Args:
        rows: The rows.
        component: The component.
        cases: Number of the case of each row.
        keys: Keys of the draws.
    """

    def __init__(self, rows: TableRows, component: Component, cases: Integers, keys: Bits) -> None:
        self.rows = rows
        self.columns: dict[str, pl.Series] = {}
        self._component = component
        self._cases = cases
        self._keys = keys

    def known(self, name: str) -> pl.Series:
        """Return an earlier column of the component, or a given one."""
        return self.columns[name] if name in self.columns else self.rows.dotted(name)

    def add(self, name: str) -> None:
        """Draw a column: the rows of cases that leave the same of it together, each where it belongs."""
        step = self.rows.plan.steps[name]
        assert isinstance(step, Cased)
        dtype = polars_dtype(self.rows.plan.column(name).type)
        parts, places = [], []
        for narrowing, numbers in _alike(self._component, name):
            at = np.flatnonzero(np.isin(self._cases, numbers))
            if len(at):
                parts.append(self._values(name, step, narrowing, at).cast(dtype))
                places.append(at)
        if len(parts) == 1:
            self.columns[name] = parts[0]
            return
        if not parts:
            self.columns[name] = pl.Series(name, [], dtype=dtype)
            return
        back = np.argsort(np.concatenate(places), kind="stable")
        self.columns[name] = pl.concat(parts).gather(pl.Series(back.astype(np.uint32)))

    def _values(self, name: str, step: Cased, narrowing: Narrowing, at: Integers) -> pl.Series:
        if narrowing.null:
            return pl.Series(name, [None] * len(at), dtype=polars_dtype(self.rows.plan.column(name).type))
        keys = self._keys[at]
        if narrowing.at_least or narrowing.at_most or narrowing.differs or narrowing.solved:
            values = self._windowed(name, step, narrowing, at)
        else:
            values = self.rows.part(at).built(step.makers[narrowing.domain], step.names, keys)
        return self.rows.without(values, narrowing.nulls, (name,), keys)

    def _windowed(self, name: str, step: Cased, narrowing: Narrowing, at: Integers) -> pl.Series:
        """Draw within bounds of each row's own: earlier columns, parents' columns, solved expressions."""
        column = self.rows.plan.column(name)
        known = pl.DataFrame({other: self.known(other).gather(pl.Series(at)) for other in reads(narrowing)})
        bounds = window(self.rows.plan, column, narrowing, known, self.rows.engine.plan.schema)
        if isinstance(bounds, pl.Series):
            return bounds
        self._check(name, narrowing, bounds)
        lattice = lattice_of(column.type)
        assert lattice is not None
        random = self.rows.engine.fill.bits((self.rows.name, *step.names, "window"), self._keys[at])
        return lattice.decode(bounds.place(scaled(random, bounds.spans())))

    def _check(self, name: str, narrowing: Narrowing, bounds: Window) -> None:
        empty = int((bounds.spans() < 1).sum())
        if empty:
            message = f"{empty} rows have no value left between the bounds that {', '.join(reads(narrowing))} set"
            hint = "Narrow those columns, or widen this one."
            raise ImpossibleError(message, where=self.rows.plan.column(name).where, hint=hint)


def reads(narrowing: Narrowing) -> tuple[str, ...]:
    """Return the columns that a narrowing reads, each once."""
    names = [reach.column for reach in (*narrowing.at_least, *narrowing.at_most)]
    names += narrowing.differs
    names += [name for solved in narrowing.solved for name in solved.reads]
    return tuple(dict.fromkeys(names))


def _alike(component: Component, name: str) -> list[tuple[Narrowing, Integers]]:
    """Group the cases by what they leave of a column."""
    groups: dict[Narrowing, list[int]] = {}
    for number, case in enumerate(component.cases):
        groups.setdefault(case.columns.get(name, Narrowing()), []).append(number)
    return [(narrowing, np.array(numbers)) for narrowing, numbers in groups.items()]
