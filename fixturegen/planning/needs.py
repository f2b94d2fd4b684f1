"""Which columns each column is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fixturegen.expressions.names import mentioned
from fixturegen.expressions.normal import AllOf, columns_of
from fixturegen.expressions.parsing import parsed
from fixturegen.planning.dotted import concerned
from fixturegen.planning.order import Node
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Gathered, Link, Plan, TablePlan


def needs(plan: Plan) -> Mapping[Node, set[Node]]:
    """Return, for every column, the columns of any table whose values it is computed from."""
    found: dict[Node, set[Node]] = {}
    for name, table in plan.tables.items():
        for column in table.steps:
            found[name, column] = set(_needed(plan, table, column))
    return found


def _needed(plan: Plan, table: TablePlan, column: str) -> Iterable[Node]:
    step = table.steps[column]
    own = table.table.name
    match step:
        case Drawn():
            yield from _dotted(plan, table, step.generator.needs)
        case Gathered():
            link = table.links[step.reference]
            yield link.reference.table, step.target
            yield from _linked(plan, table, link)
        case Cased():
            component = table.components[step.component]
            yield from _dotted(plan, table, (*component.reads, *_redrawn(table, step.component)))
            before = component.columns[: component.columns.index(column)]
            yield from ((own, name) for name in before)
            for generator in step.makers.values():
                yield from _dotted(plan, table, generator.needs)
        case Aggregated():
            yield from _aggregated(plan, step)
    yield from _settling(plan, table, column)


def _redrawn(table: TablePlan, number: int) -> Iterable[str]:
    component = table.components[number]
    judged = {name for case in component.cases for name in case.judged}
    read = {name for check in judged for name in columns_of(component.formulas[check])}
    return sorted(read - set(component.columns))


def _dotted(plan: Plan, table: TablePlan, names: Iterable[str]) -> Iterable[Node]:
    """Nodes of dotted names, with the columns that finding the related rows takes."""
    for name in names:
        if name in table.steps:
            yield table.table.name, name
            continue
        path, here = table.paths[name], table
        for reference in path.references:
            link = here.links[reference]
            yield from _linked(plan, here, link)
            here = plan.tables[link.reference.table]
        yield here.table.name, path.column


def _linked(plan: Plan, table: TablePlan, link: Link) -> Iterable[Node]:
    """Columns that must be known before a parent can be chosen: those that must agree."""
    if link.kind == "agreeing":
        targets = dict(zip(link.reference.columns, link.reference.target, strict=True))
        for name in link.shared:
            yield table.table.name, name
            yield link.reference.table, targets[name]
    if link.kind == "via":
        assert link.anchor is not None
        assert link.through is not None
        anchor = table.links[link.anchor]
        yield from _linked(plan, table, anchor)
        parent = plan.tables[anchor.reference.table]
        yield from _linked(plan, parent, parent.links[link.through])
    targets = dict(zip(link.reference.columns, link.reference.target, strict=True))
    yield from ((link.reference.table, targets[name]) for name in columns_of(AllOf(link.only)))
    for peer in link.peers:
        other = table.links[peer]
        targets = dict(zip(other.reference.columns, other.reference.target, strict=True))
        yield from ((other.reference.table, targets[name]) for name in other.shared)


def _aggregated(plan: Plan, step: Aggregated) -> Iterable[Node]:
    aggregate = step.aggregate
    child = plan.tables[aggregate.table]
    yield from _linked(plan, child, child.links[aggregate.reference])
    if aggregate.expression:
        names = mentioned(parsed(aggregate.expression, plan.schema.dialect))
        yield from _dotted(plan, child, names)


def _settling(plan: Plan, table: TablePlan, column: str) -> Iterable[Node]:
    """Columns that decide how often a row is drawn again, for those that are; not the column's own circle."""
    for settled in table.settled:
        drawn = set(settled.columns)
        drawn |= {name for held in settled.references for name in table.links[held].reference.columns}
        if column not in drawn:
            continue
        read = {name for unique in settled.uniques for name in concerned(plan.schema, table.table, unique)}
        read |= {name for condition in settled.conditions for name in columns_of(condition)}
        yield from _dotted(plan, table, sorted(read - drawn))
