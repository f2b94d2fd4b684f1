"""In which order columns are made: as many of a table at once as can be, row by row; a table comes again where it must."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from fixturegen.planning.needs import needs
from fixturegen.planning.order import Node
from fixturegen.planning.plan import Aggregated, Plan, TablePlan

Block = tuple[str, tuple[str, ...]]
"""A table, and columns of it."""


def blocks(plan: Plan) -> list[Block]:
    """Return every column of a plan in blocks: each needs only earlier columns, of its own rows or of earlier blocks.

    Columns of one component, and of one reference, stay together where nothing forbids it.
    """
    wanted = {node: set(others) - {node} for node, others in _needs(plan).items()}
    earlier = _families(plan)
    done: set[Node] = set()
    waiting = {name: [*table.steps] for name, table in plan.tables.items()}
    found: list[Block] = []
    while any(waiting.values()):
        ready = {name: _ready(name, columns, wanted, earlier, done) for name, columns in waiting.items() if columns}
        whole = [name for name, columns in ready.items() if len(columns) == len(waiting[name])]
        name = whole[0] if whole else max(ready, key=lambda one: len(ready[one]))
        columns = ready[name]
        assert columns, "columns need each other in a circle"
        found.append((name, columns))
        done |= {(name, column) for column in columns}
        waiting[name] = [column for column in waiting[name] if column not in columns]
    return found


def _ready(
    name: str,
    columns: Iterable[str],
    wanted: Mapping[Node, set[Node]],
    earlier: Mapping[Node, set[Node]],
    done: set[Node],
) -> tuple[str, ...]:
    """Return the columns of a table that can be made now, in order: each needs what is done or stands before it.

    Args:
        name: The table.
        columns: Its columns that are not made yet.
        wanted: What each needs of its own row, or of rows of earlier blocks.
        earlier: What each needs of all rows of a table.
        done: Columns of earlier blocks.
    """
    made: dict[str, None] = {}
    left = list(columns)
    while True:
        free = [
            column
            for column in left
            if all(node in done or (node[0] == name and node[1] in made) for node in wanted[name, column])
            and earlier.get((name, column), set()) <= done
        ]
        if not free:
            return tuple(made)
        made |= dict.fromkeys(free)
        left = [column for column in left if column not in made]


def _families(plan: Plan) -> Mapping[Node, set[Node]]:
    """Return, for columns that sum up children, the columns of all children that say whose they are and what is summed up."""
    plain = needs(plan)
    found: dict[Node, set[Node]] = {}
    for name, table in plan.tables.items():
        for column, step in table.steps.items():
            if not isinstance(step, Aggregated):
                continue
            child, reference = step.aggregate.table, step.aggregate.reference
            referring = plan.tables[child].links[reference].reference.columns
            summed = {node for node in plain[name, column] if node[0] == child}
            found[name, column] = summed | {(child, one) for one in referring}
    return found


def _needs(plan: Plan) -> Mapping[Node, set[Node]]:
    """Return what columns need; those of a component what all of it reads too, where that makes no circle."""
    plain = {node: set(others) for node, others in needs(plan).items()}
    joined = {node: set(others) for node, others in plain.items()}
    for name, table in plan.tables.items():
        for column in table.steps:
            joined[name, column] |= _component_needs(plain, name, table, column)
    try:
        TopologicalSorter({node: others - {node} for node, others in joined.items()}).prepare()
    except CycleError:
        return plain
    return joined


def _component_needs(plain: Mapping[Node, set[Node]], name: str, table: TablePlan, column: str) -> set[Node]:
    number = getattr(table.steps[column], "component", None)
    if number is None:
        return set()
    component = table.components[number]
    reads = [one for one in component.reads if one not in component.columns]
    own = {(name, one) for one in reads if one in table.steps and one != column}
    drawn = [one for one in component.columns if (name, one) in plain]
    foreign = {node for one in drawn for node in plain[name, one] if node[0] != name}
    return own | foreign
