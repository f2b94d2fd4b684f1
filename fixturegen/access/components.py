"""Columns that checks tie together, drawn for one row: what :mod:`fixturegen.fills.drawing` draws for many.

Served are components whose cases every row can take, and whose checks are no expressions to evaluate. A row for which a column
finds no value, or that breaks a check, is left to the engine, which draws it again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fixturegen.access import steps
from fixturegen.access.bounds import NO_ROOM, bounds_of
from fixturegen.draws import few, stream
from fixturegen.expressions.holding import Bar, Holds
from fixturegen.expressions.normal import columns_of
from fixturegen.fills.drawing import UNIT, borders, reads
from fixturegen.generator import One
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.planning.components import Case, Component, Narrowing
from fixturegen.planning.plan import Cased as CasedStep
from fixturegen.schema import Type

if TYPE_CHECKING:
    from fixturegen.access.alone import OneRow, OneTable

Draw = Callable[["OneRow", "Cased"], object]


@dataclass(slots=True)
class Cased:
    """What one row draws in a component.

    Attributes:
        component: The component.
        case: The number of its case.
        values: The drawn columns so far.
    """

    component: OneComponent
    case: int
    values: dict[str, object] = field(default_factory=dict)

    def absent(self, row: OneRow, name: str) -> bool:
        """Return whether the case says, or draws, that a column is NULL whose value comes from elsewhere."""
        return self.component.absent(row, name, self.case)


class OneComponent:
    """A component, drawn for one row at a time.

    Args:
        table: The table.
        component: The component.
    """

    def __init__(self, table: OneTable, component: Component) -> None:
        self._name = table.name
        self._component = component
        self._stream = stream(table.seed, table.name, *sorted(component.columns), "case")
        self._borders = borders([case.weight for case in component.cases]).tolist()
        self._absences: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._seed = table.seed
        self.draws: tuple[Mapping[str, Draw], ...] = ()
        self.judges: tuple[tuple[Holds, ...], ...] = ()

    def drawn(self, row: OneRow) -> Cased | None:
        """Return what a row draws; None where a column finds no value."""
        random = few.keyed(self._stream, row.key) >> 32
        cased = Cased(self, bisect_right(self._borders, random))
        for name, draw in self.draws[cased.case].items():
            value = draw(row, cased)
            if value is NO_ROOM:
                return None
            cased.values[name] = value
        return cased if all(holds((row, cased)) for holds in self.judges[cased.case]) else None

    def absent(self, row: OneRow, name: str, case: int) -> bool:
        """Return whether a column whose value comes from elsewhere is NULL in a row of a case."""
        if name not in self._absences:
            shares = [_null_share(each.columns.get(name)) for each in self._component.cases]
            limits = tuple(round(share * UNIT) for share in shares)
            self._absences[name] = (stream(self._seed, self._name, name, "null"), limits)
        number, limits = self._absences[name]
        return few.keyed(number, row.key) >> 32 < limits[case]


def compiled(table: OneTable, number: int) -> OneComponent | None:
    """Return a component of a table for one row at a time; None where the engine has to draw it."""
    component = table.plan.components[number]
    settled = any(component.columns[0] in each.columns for each in table.plan.settled)
    if settled or any(case.guards for case in component.cases):
        return None
    made = OneComponent(table, component)
    cases = []
    for case in component.cases:
        draws: dict[str, Draw] = {}
        for name in component.columns:
            step = table.plan.steps[name]
            if isinstance(step, CasedStep):
                draw = _draw(table, component, name, step, case.columns.get(name, Narrowing()))
                if draw is None:
                    return None
                draws[name] = draw
        cases.append(draws)
    made.draws = tuple(cases)
    judges = [_judges(table, component, case) for case in component.cases]
    made.judges = tuple(each for each in judges if each is not None)
    return made if len(made.judges) == len(judges) else None


@dataclass(frozen=True, slots=True)
class _Source:
    """A column as formulas read it: of a row and what it drew so far."""

    read: Callable[[tuple[OneRow, Cased]], object]
    type: Type
    lattice: Lattice | None


def _judges(table: OneTable, component: Component, case: Case) -> tuple[Holds, ...] | None:
    """Return the checks that rows of a case may break after all; None where one takes an evaluated expression."""
    formulas = [component.formulas[name] for name in component.checks if name in case.judged]
    sources = {name: _source(table, component, name) for each in formulas for name in columns_of(each)}
    if None in sources.values():
        return None
    known = {name: source for name, source in sources.items() if source is not None}
    found = [Bar(known.__getitem__).holds(each) for each in formulas]
    return None if None in found else tuple(each for each in found if each is not None)


def _source(table: OneTable, component: Component, name: str) -> _Source | None:
    read = _known(table, component, name)
    if read is None:
        return None
    end, column = table.end(name)
    return _Source(lambda at: read(*at), *end.type(column))


def _null_share(narrowing: Narrowing | None) -> float:
    if narrowing is None:
        return 0.0
    return 1.0 if narrowing.null else narrowing.nulls


def _draw(table: OneTable, component: Component, name: str, step: CasedStep, narrowing: Narrowing) -> Draw | None:
    if narrowing.null:
        return _null
    bounded = narrowing.at_least or narrowing.at_most or narrowing.differs or narrowing.solved
    make = _windowed(table, component, name, step, narrowing) if bounded else _made(table, step, narrowing)
    if make is None or narrowing.nulls <= 0:
        return make
    empty = steps.chance(table, (name, "null"), narrowing.nulls)

    def draw(row: OneRow, cased: Cased) -> object:
        value = make(row, cased)  # a row without room is drawn again, whether its value shows or not
        return None if value is not NO_ROOM and empty(row) else value

    return draw


def _null(_row: OneRow, _cased: Cased) -> object:
    return None


def _made(table: OneTable, step: CasedStep, narrowing: Narrowing) -> Draw | None:
    """Return how a column is made by the generator of what the case leaves of it."""
    generator = step.makers[narrowing.domain]
    one = steps.single(generator)
    if one is None or generator.needs:
        return None
    drawer = steps.drawer(table, step.names, generator.draws)
    return lambda row, _: one(One(drawer(row), row.dotted, row.number))


def _windowed(table: OneTable, component: Component, name: str, step: CasedStep, narrowing: Narrowing) -> Draw | None:
    """Return how a column is drawn within bounds of each row's own."""
    sources = {other: _known(table, component, other) for other in reads(narrowing)}
    bounds = bounds_of(table, name, narrowing)
    if bounds is None or None in sources.values():
        return None
    lattice = lattice_of(table.plan.column(name).type)
    assert lattice is not None
    number = stream(table.seed, table.name, *step.names, "window")
    low, high = lattice.low, lattice.high

    def draw(row: OneRow, cased: Cased) -> object:
        known = {other: source(row, cased) for other, source in sources.items() if source is not None}
        window = bounds(known)
        span = window.span()
        if span < 1:
            return NO_ROOM
        return min(max(window.place(few.keyed(number, row.key) * span >> 64), low), high)

    return draw


def _known(table: OneTable, component: Component, name: str) -> Draw | None:
    """Return how a row knows an earlier column of the component, or a given one with the nulls that this drawing gives it."""
    if name in component.columns and isinstance(table.plan.steps.get(name), CasedStep):
        return lambda _, cased: cased.values[name]
    given = table.raw(name)
    if given is None:
        return None
    path = table.plan.paths.get(name)
    own: tuple[str, ...] = (name,)
    if path is not None and path.references:
        own = table.plan.links[path.references[0]].reference.columns
    owners = [owner for owner in own if owner in component.columns]
    if not owners:
        return lambda row, _: given(row)
    return lambda row, cased: None if any(cased.absent(row, owner) for owner in owners) else given(row)
