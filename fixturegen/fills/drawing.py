"""Drawing a component: each row's case, then each column within what the case leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, scaled
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import AllOf
from fixturegen.fills.judging import judge
from fixturegen.fills.nulls import Mask, blanked
from fixturegen.fills.windows import window
from fixturegen.lattice import lattice_of
from fixturegen.planning.components import Case, Component, Narrowing
from fixturegen.planning.plan import Cased

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

UNIT = 2**32


def cases_of(rows: TableRows, component: Component, keys: Bits) -> Integers:
    """Return the number of each row's case: by weight, among those whose guards the row's given columns meet."""
    random = rows.engine.fill.bits((rows.name, *sorted(component.columns), "case"), keys) >> np.uint64(32)
    if not any(case.guards for case in component.cases):
        return np.searchsorted(borders([case.weight for case in component.cases]), random, side="right")
    return guarded(rows, component, random)


def absent(rows: TableRows, component: Component, name: str, keys: Bits) -> Mask:
    """Return in which rows a column is NULL, by its case or by the share that its case leaves."""
    shares = np.array([_null_share(case.columns.get(name)) for case in component.cases])
    random = rows.engine.fill.bits((rows.name, name, "null"), keys) >> np.uint64(32)
    return random < (shares[cases_of(rows, component, keys)] * UNIT).round().astype(np.uint64)


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
    return judge(rows, rows.raw).holds(AllOf(case.guards))


def _null_share(narrowing: Narrowing | None) -> float:
    if narrowing is None:
        return 0.0
    return 1.0 if narrowing.null else narrowing.nulls


class Drawing:
    """A component drawn once for some rows.

    ``columns`` are the drawn ones, ``cases`` the number of each row's case, ``dry`` the rows for which a column found no value.

    Args:
        rows: The rows.
        component: The component.
        keys: Keys of the draws.
    """

    def __init__(self, rows: TableRows, component: Component, keys: Bits) -> None:
        self.rows = rows
        self.component = component
        self.cases = cases_of(rows, component, keys)
        self.columns: dict[str, pl.Series] = {}
        self.dry = np.zeros(len(rows), dtype=bool)
        self._keys = keys
        for name in component.columns:
            self._add(name)

    def known(self, name: str) -> pl.Series:
        """Return an earlier column of the component, or a given one with the nulls that this drawing gives it."""
        if name in self.columns:
            return self.columns[name]
        values = self.rows.raw(name)
        for owner in self._owners(name):
            values = blanked(values, absent(self.rows, self.component, owner, self._keys))
        return values

    def _owners(self, name: str) -> list[str]:
        """Return the columns of this component whose NULL makes a given column NULL: itself, or its first reference's."""
        path = self.rows.plan.paths.get(name)
        own: tuple[str, ...] = (name,)
        if path is not None and path.references:
            own = self.rows.plan.links[path.references[0]].reference.columns
        return [owner for owner in own if owner in self.component.columns]

    def _add(self, name: str) -> None:
        """Draw a column, unless its values come from elsewhere: the rows of cases that leave the same of it together."""
        step = self.rows.plan.steps[name]
        if not isinstance(step, Cased):
            return
        dtype = polars_dtype(self.rows.plan.column(name).type)
        parts, places = [], []
        for narrowing, numbers in _alike(self.component, name):
            at = np.flatnonzero(np.isin(self.cases, numbers))
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
        if narrowing.nulls <= 0:
            return values
        return blanked(values, self.rows.lacking((name, "null"), narrowing.nulls, keys))

    def _windowed(self, name: str, step: Cased, narrowing: Narrowing, at: Integers) -> pl.Series:
        """Draw within bounds of each row's own: earlier columns, parents' columns, solved expressions."""
        column = self.rows.plan.column(name)
        known = pl.DataFrame({other: self.known(other).gather(pl.Series(at)) for other in reads(narrowing)})
        bounds = window(self.rows.plan, column, narrowing, known, self.rows.engine.plan.schema)
        if isinstance(bounds, pl.Series):
            return bounds
        lattice = lattice_of(column.type)
        assert lattice is not None
        spans = bounds.spans()
        self.dry[at[spans < 1]] = True
        random = self.rows.engine.fill.bits((self.rows.name, *step.names, "window"), self._keys[at])
        places = bounds.place(scaled(random, np.maximum(spans, 1)))
        return lattice.decode(np.clip(places, lattice.low, lattice.high))


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
