"""The plan in words: order, references, circles, generators with their reasons, capacities, checks. No value in it."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.expressions.normal import AllOf, columns_of
from fixturegen.planning.components import Component
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Gathered, Link, Numbered, Plan, Step, TablePlan
from fixturegen.schema import PerParent, Reference, Type, Unique

_KINDS = {
    "uniform": "any parent, all alike",
    "tickets": "any parent, by tickets: skew {skew:g}, {childless:.0%} without children",
    "one to one": "each parent at most once",
    "parent": "each parent draws how many",
    "self": "an earlier row",
    "chain": "the row before",
    "via": "the {through} of its {anchor}",
    "agreeing": "a parent that agrees with {anchor} on {shared}",
    "pinned": "the parent of its neighbourhood",
}
_MOST_CASES = 12


def printed(plan: Plan) -> str:
    """Return the printout, without a line end."""
    return "\n".join(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    rows = sum(table.rows for table in plan.tables.values())
    yield f"{plan.schema.source or 'schema'}: {len(plan.tables)} tables, {rows:,} rows, seed {plan.options.seed}, as of {plan.schema.as_of}"
    yield f"order: {', '.join(plan.tables)}"
    for name, references in plan.postponed.items():
        for reference in references:
            yield f"circle broken at {name} {_arrow(reference)}: loaded last, or checked at commit"
    for lowered in plan.lowered:
        yield f"lowered: {lowered.table} from {lowered.asked:,} to {lowered.rows:,} rows: {lowered.reason}"
    for name in plan.unverified:
        yield f"unverified: {name}"
    for table in plan.tables.values():
        yield ""
        yield from _table_lines(table)


def _table_lines(table: TablePlan) -> Iterator[str]:
    yield f"{table.table.name}: {table.rows:,} rows{_counted(table)}"
    for link in table.links.values():
        yield f"  {_arrow(link.reference)}: {_link_words(link)}"
    width = max((len(name) for name in table.steps), default=0)
    for column in table.table.columns:
        if column.name in table.steps:
            yield f"  {column.name:<{width}}  {type_words(column.type):<16} {_step_words(table, table.steps[column.name])}"
        else:
            yield f"  {column.name:<{width}}  {type_words(column.type):<16} computed by the database"
    for component in table.components:
        yield from _component_lines(component)
    for settled in table.settled:
        names = [_unique_words(unique) for unique in settled.uniques]
        names += [f"condition on {', '.join(columns_of(condition))}" for condition in settled.conditions]
        if names:
            yield f"  drawn again where it repeats an earlier row: {'; '.join(names)}"
        if settled.tried:
            yield "  drawn again where a trigger refuses it"
    for check, reason in table.judged:
        yield f"  check {check.name}: judged only, {reason}"


def _counted(table: TablePlan) -> str:
    count = table.count
    if not isinstance(count, PerParent):
        return ""
    parent = table.links[count.reference].reference
    return f", {count.low}..{count.high} per {parent.table} by {', '.join(parent.columns)}"


def _arrow(reference: Reference) -> str:
    return f"({', '.join(reference.columns)}) -> {reference.table} ({', '.join(reference.target)})"


def _link_words(link: Link) -> str:
    words = _KINDS[link.kind].format(
        skew=link.reference.skew,
        childless=link.reference.childless,
        through=link.through,
        anchor=link.anchor or "the row",
        shared=", ".join(link.shared),
    )
    if link.nullable and link.nulls:
        words += f"; NULL in {link.nulls:.0%}"
    if link.peers:
        words += f"; only where {', '.join(link.peers)} agree"
    if link.only:
        words += f"; only where the checks on {', '.join(dict.fromkeys(columns_of(AllOf(link.only))))} are met"
    return words


def type_words(type_: Type) -> str:
    """Return a type in few words.

    >>> type_words(Type(kind="decimal", precision=10, scale=2))
    'decimal(10,2)'
    """
    match type_.kind:
        case "decimal" if type_.precision is not None:
            return f"decimal({type_.precision},{type_.scale})"
        case "integer" if type_.bits != 64 or not type_.signed:
            return f"{'' if type_.signed else 'unsigned '}integer({type_.bits})"
        case "text" | "bytes" if type_.length is not None:
            return f"{type_.kind}({type_.length})"
        case "array":
            return f"{type_words(type_.element)}[]" if type_.element else "array"
        case kind:
            return f"{kind} with zone" if type_.zone else kind


def _step_words(table: TablePlan, step: Step) -> str:
    match step:
        case Drawn():
            words = f"{step.generator.name} ({step.reason})"
            if step.index is not None:
                words += f", permuted, capacity {step.whole:,}"
            if step.generator.remark:
                words += f"; {step.generator.remark}"
        case Gathered():
            reference = table.links[step.reference].reference
            words = f"{reference.table}.{step.target}"
        case Cased():
            names = sorted({maker.name for maker in step.makers.values()}) or ["bounds of the row"]
            words = f"{', '.join(names)} ({step.reason}), by case"
        case Aggregated():
            words = f"{step.aggregate.function} over {step.aggregate.table}: {step.aggregate.expression}".rstrip(": ")
        case Numbered():
            words = f"number among the rows of its {', '.join(table.links[step.reference].reference.columns)}"
    nulls = getattr(step, "nulls", 0.0)
    return f"{words}; NULL in {nulls:.0%}" if nulls else words


def _component_lines(component: Component) -> Iterator[str]:
    names = ", ".join(component.columns)
    yield f"  cases of {names}, for {', '.join(component.checks)}:"
    for case in component.cases[:_MOST_CASES]:
        judged = f"; judged and drawn again: {', '.join(case.judged)}" if case.judged else ""
        yield f"    {case.weight:7.2%}  {case.label}{judged}"
    if len(component.cases) > _MOST_CASES:
        yield f"    and {len(component.cases) - _MOST_CASES} more"


def _unique_words(unique: Unique) -> str:
    words = ", ".join(unique.expressions or unique.columns)
    return f"{words} where {unique.predicate}" if unique.predicate else words
