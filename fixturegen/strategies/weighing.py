"""Numbers of parents that are read into sums over children: they are drawn for all children together.

A total above a limit can be made of many children or few, at a low price or a high one, and Hypothesis does not raise one thing
while it takes away another: it would stay at whichever it found. So what is drawn for a price is divided by what the children
come to. With fewer of them it is higher by itself, and the total has one least form: that of the fewest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.lattice import lattice_of
from fixturegen.planning.needs import needs
from fixturegen.planning.order import Node
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Plan


def weights(plan: Plan) -> dict[Node, str]:
    """Return the numbers of a plan that are read into sums over rows of a third table, each with that table."""
    graph = needs(plan)
    found: dict[Node, str] = {}
    for name, table in plan.tables.items():
        for step in table.steps.values():
            if isinstance(step, Aggregated) and step.aggregate.function == "sum":
                found |= dict(_weighed(plan, graph, name, step))
    return found


def _weighed(plan: Plan, graph: Mapping[Node, set[Node]], summing: str, step: Aggregated) -> Iterable[tuple[Node, str]]:
    child = plan.tables[step.aggregate.table]
    parts = frozenset(mentioned(parsed(step.aggregate.expression, plan.schema.dialect))) & child.steps.keys()
    read = {node for part in parts for node in closure(graph, (child.table.name, part))}
    parents = {link.reference.table for link in child.links.values()} - {summing, child.table.name}
    for node in sorted(read):
        if node[0] in parents and _is_number(plan, node):
            yield node, child.table.name


def _is_number(plan: Plan, node: Node) -> bool:
    table = plan.tables[node[0]]
    lattice = next(lattice_of(one.type) for one in table.table.columns if one.name == node[1])
    return lattice is not None and lattice.family == "number" and isinstance(table.steps.get(node[1]), Drawn | Cased)


def closure(graph: Mapping[Node, set[Node]], start: Node) -> set[Node]:
    """Return all that a column is computed from, itself included."""
    found = {start}
    waiting = [start]
    while waiting:
        for node in graph.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def in_turn(plan: Plan, weighed: Mapping[Node, str]) -> list[str]:
    """Return the tables in the order in which they are drawn: a number stands right before the children that read it.

    Hypothesis lowers a number while it raises another only where few choices lie between them.
    """
    tables = [*plan.tables]
    for (parent, _), child in weighed.items():
        if tables.index(parent) < tables.index(child):
            tables.remove(parent)
            tables.insert(tables.index(child), parent)
    return tables


def share(digit: int, high: int, children: int) -> int:
    """Return the position that a digit from 0 to twice ``high`` stands for.

    Up to ``high`` it is for all children: divided by more than their number, so that fewer make more in all than many. Beyond it
    stands for itself, whatever the children: every value is as likely as any other for many children, too.

    >>> [share(digit, 500, children) for children in (1, 2, 8) for digit in (90, 500, 590)]
    [90, 500, 90, 40, 223, 90, 6, 34, 90]
    """
    if digit > high:
        return digit - high
    return -(-digit * 8 // max(children * (7 + children), 8))
