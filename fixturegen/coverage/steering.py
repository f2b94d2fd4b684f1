"""A plan whose rows come out as designed: each row's case is one of those that its classes leave, each parent the one chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fixturegen.coverage.design import Design
from fixturegen.coverage.factors import Factor, variable_of
from fixturegen.coverage.feasible import CLASSES, Chosen, Tied, tied_factors
from fixturegen.coverage.matching import Placed
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.normal import Among
from fixturegen.options import Options, Pin
from fixturegen.planning.casing import made_by_case
from fixturegen.planning.choosing import Chooser
from fixturegen.planning.components import Case, Component
from fixturegen.planning.plan import Cased, Drawn, Gathered, Plan, Step, TablePlan
from fixturegen.schema import Column, Fill, Schema, Table, Type


class UnmakeableError(Exception):
    """No generator makes the values of a class.

    Attributes:
        table: The table.
        column: The column.
    """

    def __init__(self, table: str, column: str) -> None:
        super().__init__(f"{table}.{column}")
        self.table, self.column = table, column


NUMBER = "covering row"
"""A column that numbers the rows of a table from 1 while they are made; a name that no column has is made from it."""


def numbered(schema: Schema, design: Design) -> Schema:
    """Return the schema with a number for every row, and without counts."""
    tables = {name: _numbered(schema.tables[name]) for name in design.placed}
    return replace(schema, tables=tables)


def number_of(table: Table) -> str:
    """Return the name of the column that numbers the rows of a table."""
    name = NUMBER
    while any(column.name == name and not _is_number(column) for column in table.columns):
        name += "_"
    return name


def _is_number(column: Column) -> bool:
    return column.fill is not None and column.fill.generator == "sequence" and column.default == NUMBER


def _numbered(table: Table) -> Table:
    column = Column(name=number_of(table), type=Type(kind="integer"), fill=Fill("sequence"), default=NUMBER)
    return replace(table, columns=(column, *table.columns), count=None)


def options_for(design: Design, options: Options) -> Options:
    """Return the options that ask for the rows designed and pin their parents."""
    pins = {
        (name, reference.name): Pin(
            tuple(parents.get(reference.name) or 0 for parents in placed.parents),
            len(design.placed[reference.table].rows),
        )
        for name, placed in design.placed.items()
        if placed.rows
        for reference in design.chosen(name)
        if design.placed[reference.table].rows
    }
    return replace(options, demanded={name: len(placed.rows) for name, placed in design.placed.items()}, pins=pins)


def steered(plan: Plan, design: Design) -> Plan:
    """Return the plan with its components solved for the classes of each row."""
    tables = {name: _steered(plan, table, design.placed[name]) for name, table in plan.tables.items()}
    return replace(plan, tables=tables)


def _steered(plan: Plan, table: TablePlan, placed: Placed) -> TablePlan:
    components = list(table.components)
    steps = dict(table.steps)
    chooser = Chooser(plan.schema, table.table, plan.options.seed)
    for tied in tied_factors(table, placed.factors):
        if not placed.rows or not any(placed.factors[at].columns for at in tied.members):
            continue
        component = _solved(tied, placed, number_of(table.table))
        if component is None:
            continue
        number = len(components) if tied.component is None else tied.component
        components[number : number + 1] = [component]
        for name in component.columns:
            steps[name] = _step(table, chooser, placed.factors, name, number, component)
    return replace(table, components=tuple(components), steps=steps)


def _solved(tied: Tied, placed: Placed, number: str) -> Component | None:
    """Return the component with the cases of each row: those open to it alone are guarded by its number."""
    rows: dict[Chosen, list[int]] = {}
    for at, row in enumerate(placed.rows, 1):
        rows.setdefault(tuple((member, row[member]) for member in tied.members), []).append(at)
    cases: list[Case] = []
    found: Component | None = None
    for chosen, numbers in rows.items():
        solved = tied.solved(chosen)
        if not isinstance(solved, tuple):
            return None
        found = next((one for one in solved if one.columns), None)
        if found is None:
            return None
        cases += [_guarded(case, number, numbers) for case in found.cases]
    assert found is not None
    formulas = tied.checks
    return replace(
        found, reads=(*found.reads, number), cases=tuple(cases), formulas=formulas, checks=tuple(sorted(formulas))
    )


def _guarded(case: Case, number: str, rows: Sequence[int]) -> Case:
    judged = tuple(name for name in case.judged if name != CLASSES)
    return replace(case, guards=(Among(number, tuple(rows)), *case.guards), judged=judged)


def _step(
    table: TablePlan, chooser: Chooser, factors: Sequence[Factor], name: str, number: int, component: Component
) -> Step:
    step, column = table.steps[name], table.column(name)
    if variable_of(table, name).given != "no":
        assert isinstance(step, Drawn | Gathered | Cased)
        return replace(step, component=number)
    valued = any(factor.column == name and not factor.within and len(factor.kinds) > 2 for factor in factors)
    if valued and column.fill is not None:
        column = replace(column, fill=None)
    try:
        return made_by_case(chooser, column, number, component)
    except (ImpossibleError, SchemaError) as error:
        raise UnmakeableError(table.table.name, name) from error
