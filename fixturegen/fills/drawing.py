"""Drawing a component: each row's case, then each column within what the case leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.domain import Domain
from fixturegen.draws import Bits, Integers, bounded, scaled
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import AllOf
from fixturegen.fills.judging import judge
from fixturegen.fills.nulls import Mask, all_null, blanked
from fixturegen.fills.replacing import replaced
from fixturegen.fills.ways import Ways, drawn_ways
from fixturegen.fills.windows import window
from fixturegen.lattice import lattice_of
from fixturegen.planning.components import Case, Component, Narrowing
from fixturegen.planning.plan import Cased

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

UNIT = 2**32
FEW_EDGES = 8
"""Comparing with each of so few edges is faster than searching among them."""


def cases_of(rows: TableRows, component: Component, keys: Bits) -> Integers:
    """Return the number of each row's case: by weight, among those whose guards the row's given columns meet."""
    random = rows.engine.fill.bits((rows.name, *sorted(component.columns), "case"), keys) >> np.uint64(32)
    if not any(case.guards for case in component.cases):
        return between(borders([case.weight for case in component.cases]), random)
    return guarded(rows, component, random)


def absent(rows: TableRows, component: Component, name: str, keys: Bits, cases: Integers | None = None) -> Mask:
    """Return in which rows a column is NULL, by its case or by the share that its case leaves.

    Args:
        rows: The rows.
        component: The component.
        name: The column.
        keys: Keys of the draws.
        cases: The case of each row; None for the one that its key draws.
    """
    shares = np.array([_null_share(case.columns.get(name)) for case in component.cases])
    if not shares.any():
        return np.zeros(len(keys), dtype=bool)
    chosen = cases_of(rows, component, keys) if cases is None else cases
    if np.isin(shares, (0.0, 1.0)).all():
        return (shares > 0)[chosen]
    random = rows.engine.fill.bits((rows.name, name, "null"), keys) >> np.uint64(32)
    return random < (shares * UNIT).round().astype(np.uint64)[chosen]


def borders(weights: list[float]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return the borders between shares in 2**32nds, the last one left out."""
    running, out = 0.0, []
    for weight in weights[:-1]:
        running += weight
        out.append(round(running * UNIT))
    return np.array(out, dtype=np.uint64)


def between(edges: Bits, random: Bits) -> Integers:
    """Return how many of the ascending edges are not above each number.

    >>> between(np.array([3, 5], dtype=np.uint64), np.array([2, 3, 9], dtype=np.uint64)).tolist()
    [0, 1, 2]
    """
    if len(edges) > FEW_EDGES:
        return np.searchsorted(edges, random, side="right")
    count = np.zeros(len(random), dtype=np.int64)
    for edge in edges:
        count += random >= edge
    return count


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

    ``columns`` are the drawn ones, ``cases`` the number of each row's case, ``dry`` the rows for which a column found no value,
    ``taken`` in which of several ways each row's column was made.

    Args:
        rows: The rows.
        component: The component.
        keys: Keys of the draws.
        ways: How often each way of making a column is taken; None for its own generator alone.
        cases: The case of each row; None for the one that its key draws.
    """

    def __init__(
        self,
        rows: TableRows,
        component: Component,
        keys: Bits,
        ways: Ways | None = None,
        cases: Integers | None = None,
    ) -> None:
        self.rows = rows
        self.component = component
        self.cases = cases_of(rows, component, keys) if cases is None else cases
        self.columns: dict[str, pl.Series] = {}
        self.dry = np.zeros(len(rows), dtype=bool)
        self.taken: dict[str, Integers] = {}
        self._keys = keys
        self._ways = ways
        for name in component.columns:
            self._add(name)

    def known(self, name: str) -> pl.Series:
        """Return an earlier column of the component, or a given one with the nulls that this drawing gives it."""
        if name in self.columns:
            return self.rows.plain(name, self.columns[name])
        values = self.rows.raw(name)
        for owner in self._owners(name):
            values = blanked(values, absent(self.rows, self.component, owner, self._keys, self.cases))
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
        dtype = self.rows.dtype(name)
        narrowings, group_of = self.rows.engine.alike(self.rows.name, self.component, name)
        if len(narrowings) == 1 and len(self.cases):
            self.columns[name] = self._values(name, step, narrowings[0], None).cast(dtype)
            return
        groups = group_of[self.cases]
        parts, places = [], []
        for number, narrowing in enumerate(narrowings):
            at = np.flatnonzero(groups == number)
            if len(at):
                parts.append(self._values(name, step, narrowing, at).cast(dtype))
                places.append(at)
        self.columns[name] = together(parts, places) if parts else pl.Series(name, [], dtype=dtype)

    def _values(self, name: str, step: Cased, narrowing: Narrowing, places: Integers | None) -> pl.Series:
        """Draw a column for the rows at these places, None for all."""
        if narrowing.null:
            height = len(self.cases) if places is None else len(places)
            return all_null(name, height, polars_dtype(self.rows.plan.column(name).type))
        at = np.arange(len(self.cases)) if places is None else places
        if narrowing.at_least or narrowing.at_most or narrowing.differs or narrowing.solved:
            values = self._windowed(name, step, narrowing, at)
        else:
            values = self._made(name, step, narrowing.domain, at)
        if narrowing.nulls <= 0:
            return values
        return blanked(values, self.rows.lacking((name, "null"), narrowing.nulls, self._keys[at]))

    def _made(self, name: str, step: Cased, domain: Domain, at: Integers) -> pl.Series:
        """Make values of a column: by its own generator, or each row in the way that the shares draw for it."""
        if self._ways is None or not self._ways.shares or domain not in step.guesses:
            rows = self.rows if len(at) == len(self.cases) else self.rows.part(at)
            return rows.built(name, step.makers[domain], step.names, self._keys[at])
        makers = (step.makers[domain], *step.guesses[domain].generators)
        ways = self._drawn_ways(name, step, at)
        parts, places = [], []
        for way in np.unique(ways).tolist():
            chosen = np.flatnonzero(ways == way)
            names = step.names if way == 0 else (*step.names, f"guess {way}")
            values = self.rows.part(at[chosen]).built(name, makers[way], names, self._keys[at[chosen]])
            parts.append(values.cast(self.rows.dtype(name)))
            places.append(chosen)
        return together(parts, places)

    def _drawn_ways(self, name: str, step: Cased, at: Integers) -> Integers:
        random = self.rows.engine.fill.bits((self.rows.name, *step.names, "guess"), self._keys[at])
        assert self._ways is not None
        ways = np.zeros(len(at), dtype=np.int64)
        for case in np.unique(self.cases[at]).tolist():
            here = np.flatnonzero(self.cases[at] == case)
            ways[here] = drawn_ways(self._ways.shares.get((case, name), (1.0,)), random[here])
        self.taken.setdefault(name, np.zeros(len(self.cases), dtype=np.int64))[at] = ways
        return ways

    def take(self, ways: Ways) -> None:
        """Let rows of cases in which candidates passed take one of these, as it is."""
        names = (self.rows.name, *sorted(self.component.columns), "candidate")
        for case, passed in ways.passed.items():
            at = np.flatnonzero(self.cases == case)
            chosen = bounded(self.rows.engine.fill.bits(names, self._keys[at]), 0, passed.height - 1)
            for name in passed.columns:
                self.columns[name] = replaced(self.columns[name], at, passed[name].gather(pl.Series(chosen)))
            self.dry[at] = False

    def _windowed(self, name: str, step: Cased, narrowing: Narrowing, at: Integers) -> pl.Series:
        """Draw within bounds of each row's own: earlier columns, parents' columns, solved expressions."""
        column = self.rows.plan.column(name)
        whole = len(at) == len(self.cases)
        index = pl.Series(at.astype(np.uint32))
        read = {other: self.known(other) for other in reads(narrowing)}
        known = pl.DataFrame({other: each if whole else each[index] for other, each in read.items()})
        bounds = window(self.rows.plan, column, narrowing, known, self.rows.engine.plan.schema)
        if isinstance(bounds, pl.Series):
            return bounds
        lattice = lattice_of(column.type)
        assert lattice is not None
        spans = bounds.spans()
        self.dry[at[np.flatnonzero(spans < 1)]] = True
        random = self.rows.window_bits(step.names, self._keys[at])
        places = bounds.place(scaled(random, np.maximum(spans, 1)))
        return lattice.decode(np.clip(places, lattice.low, lattice.high))


def reads(narrowing: Narrowing) -> tuple[str, ...]:
    """Return the columns that a narrowing reads, each once."""
    names = [reach.column for reach in (*narrowing.at_least, *narrowing.at_most)]
    names += narrowing.differs
    names += [name for solved in narrowing.solved for name in solved.reads]
    return tuple(dict.fromkeys(names))


def alike(component: Component, name: str) -> tuple[list[Narrowing], Integers]:
    """Return what cases leave of a column, each once, and for every case the number of what it leaves."""
    narrowings: dict[Narrowing, int] = {}
    group_of = [narrowings.setdefault(case.columns.get(name, Narrowing()), len(narrowings)) for case in component.cases]
    return list(narrowings), np.array(group_of, dtype=np.int64)


def together(parts: list[pl.Series], places: list[Integers]) -> pl.Series:
    """Return values made in parts in the order of their places, which are 0 to one less than there are values.

    >>> together([pl.Series([1, 2]), pl.Series([3])], [np.array([0, 2]), np.array([1])]).to_list()
    [1, 3, 2]
    """
    if len(parts) == 1:
        return parts[0]
    order = np.concatenate(places)
    back = np.empty(len(order), dtype=np.uint32)
    back[order] = np.arange(len(order), dtype=np.uint32)
    return pl.concat(parts, rechunk=True)[pl.Series(back)]
