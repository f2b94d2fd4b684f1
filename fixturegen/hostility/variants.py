"""Plans of a table in which one column of a component has a certain value, and the others are drawn around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import FixturegenError
from fixturegen.generator import Batch, Generator
from fixturegen.lattice import lattice_of
from fixturegen.planning.cases import components
from fixturegen.planning.casing import made_by_case
from fixturegen.planning.choosing import Chooser
from fixturegen.planning.components import Case, Component, Narrowing
from fixturegen.planning.plan import Cased, Drawn, Plan, Step, TablePlan
from fixturegen.schema import Column

BEYOND = "lies between or beyond the values for which its checks are solved"


@dataclass(slots=True)
class Variants:
    """Makes the variants of one component.

    Attributes:
        plan: The plan.
        table: The plan of its table.
        number: The component's number.
    """

    plan: Plan
    table: TablePlan
    number: int
    _solved: dict[str, Component | None] = field(default_factory=dict)

    @property
    def component(self) -> Component:
        """The component as it is."""
        return self.table.components[self.number]

    def drawn(self) -> list[str]:
        """Return the columns that the component draws."""
        return [name for name in self.component.columns if isinstance(self.table.steps[name], Cased)]

    def valued(self, column: str, value: object) -> TablePlan | str:
        """Return the variant in which a column is given a value and the others are drawn around it, or why there is none."""
        if beyond(self.table.column(column), value):
            return BEYOND
        if column not in self._solved:
            self._solved[column] = self._resolved(column)
        component = self._solved[column]
        if component is None:
            return "its checks cannot be solved for a given value"
        given = Drawn(generator=_constant(self.table.column(column), value), names=(column,), reason="constraint")
        return self._planned(component, {column: given})

    def absent(self, columns: Sequence[str]) -> TablePlan | str:
        """Return the variant in which drawn columns are NULL, or why there is none."""
        kept = [
            case
            for case in self.component.cases
            if all(case.columns[name].null or case.columns[name].nulls > 0 for name in columns)
        ]
        if not kept:
            return "its checks leave no row without it"
        cases = []
        for case in kept:
            changed = case
            for name in columns:
                changed = _with(changed, name, null=True, nulls=0.0)
            cases.append(changed)
        return self._planned(replace(self.component, cases=_weighted(cases)), {})

    def edged(self, column: str, edge: str) -> TablePlan | str:
        """Return the variant in which other columns bound a drawn column on that side, or why there is none."""
        kept = [
            case
            for case in self.component.cases
            if not case.columns[column].null and _reaches(case.columns[column], edge)
        ]
        cases = _weighted([_with(case, column, nulls=0.0) for case in kept])
        return self._planned(replace(self.component, cases=cases), {}) if kept else "no other column bounds it"

    def _resolved(self, column: str) -> Component | None:
        """Solve the component again, the column given: what is given bounds what is drawn."""
        concerned = {*self.component.columns, *self.component.reads}
        variables = [variable for variable in self.table.variables if variable.name in concerned]
        given = [
            replace(variable, given="value", nullable=False) if variable.name == column else variable
            for variable in variables
        ]
        try:
            found = components(given, self.component.formulas, where=self.table.table.where)
        except FixturegenError:
            return None
        if not found:
            return self._judged()
        return found[0] if len(found) == 1 and {*found[0].columns, column} >= set(self.drawn()) else None

    def _judged(self) -> Component:
        """The component without anything to draw: whether its checks hold is all that is left to see."""
        checks = self.component.checks
        case = Case(label="given", weight=1.0, columns={}, judged=checks)
        return replace(self.component, columns=(), cases=(case,))

    def _planned(self, component: Component, given: Mapping[str, Step]) -> TablePlan | str:
        chooser = Chooser(self.plan.schema, self.table.table, self.plan.options.seed)
        steps: dict[str, Step] = dict(self.table.steps)
        try:
            for name in self.drawn():
                made = given.get(name)
                steps[name] = made or made_by_case(chooser, self.table.column(name), self.number, component)
        except FixturegenError as error:
            return f"its checks leave it no generator: {error.message}"
        held = list(self.table.components)
        held[self.number] = component
        return replace(self.table, steps=steps, components=tuple(held))


def _with(case: Case, column: str, **changes: object) -> Case:
    narrowing = replace(case.columns[column], **changes)  # type: ignore[arg-type] # fields of a narrowing
    return replace(case, columns={**case.columns, column: narrowing})


def _weighted(cases: Sequence[Case]) -> tuple[Case, ...]:
    whole = sum(case.weight for case in cases)
    return tuple(replace(case, weight=case.weight / whole if whole else 1 / len(cases)) for case in cases)


def _reaches(narrowing: Narrowing, edge: str) -> bool:
    relations = {">", ">="} if edge == "low" else {"<", "<="}
    reaches = narrowing.at_least if edge == "low" else narrowing.at_most
    return bool(reaches) or any(solved.relation in relations for solved in narrowing.solved)


def beyond(column: Column, value: object) -> bool:
    """Whether bounds that rest on a value would not be exact: floats between two positions, and what 62 bits do not hold."""
    lattice = lattice_of(column.type)
    if lattice is None:
        return False
    try:
        position = lattice.position(value)
    except (TypeError, ValueError, OverflowError):
        return True
    between = column.type.kind == "float" and position.denominator != 1
    return between or not lattice.low <= position <= lattice.high


def _constant(column: Column, value: object) -> Generator:
    dtype = polars_dtype(column.type)
    held = pl.Series([value], dtype=dtype)
    build: Callable[[Batch], pl.Series] = lambda batch: held.gather(np.zeros(batch.height, dtype=np.uint32))  # noqa: E731
    return Generator(name="constant", dtype=dtype, draws=(), build=build)
