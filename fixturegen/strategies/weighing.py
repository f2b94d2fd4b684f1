"""Numbers of parents that are read into sums over children: they are drawn for all children together.

A total above a limit can be made of many children or few, at a low price or a high one, and Hypothesis does not raise one thing
while it takes away another: it would stay at whichever it found. So what is drawn for a price is divided by what the children
come to: their number, and the pieces that each takes where the sum is of products. With fewer of them it is higher by itself,
and the total has one least form: that of the fewest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column, mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.lattice import lattice_of
from fixturegen.planning.needs import needs
from fixturegen.planning.order import Node
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Plan
from fixturegen.strategies.layouts import Summand

MOST_PIECES = 100
"""Children of more pieces are counted, and their pieces are not."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How children read a number into a sum.

    Attributes:
        table: The children's table.
        pieces: Their whole number that multiplies it in the sum, if one does.
        most: The greatest number of pieces; 1 where none are counted.
    """

    table: str
    pieces: str | None = None
    most: int = 1


def weights(plan: Plan) -> dict[Node, Weight]:
    """Return the numbers of a plan that are read into sums over rows of a third table, each with how."""
    graph = needs(plan)
    found: dict[Node, Weight] = {}
    for name, table in plan.tables.items():
        for step in table.steps.values():
            if isinstance(step, Aggregated) and step.aggregate.function == "sum":
                found |= dict(_weighed(plan, graph, name, step))
    return found


def _weighed(
    plan: Plan, graph: Mapping[Node, set[Node]], summing: str, step: Aggregated
) -> Iterable[tuple[Node, Weight]]:
    child = plan.tables[step.aggregate.table]
    name, tree = child.table.name, parsed(step.aggregate.expression, plan.schema.dialect)
    parts = frozenset(mentioned(tree)) & child.steps.keys()
    read = {node for part in parts for node in closure(graph, (name, part))}
    parents = {link.reference.table for link in child.links.values()} - {summing, name}
    pieces = next(_pieces(plan, name, tree), None)
    most = 1 if pieces is None else child.domains[pieces].high or 1
    for node in sorted(read):
        if node[0] in parents and _is_number(plan, node):
            yield node, Weight(name, pieces, most)


def _pieces(plan: Plan, name: str, tree: exp.Expr) -> Iterator[str]:
    """Yield the children's own bounded whole numbers among the factors of a product."""
    factors = _factors(tree)
    for factor in factors if len(factors) > 1 else ():
        if is_column(factor) and _is_number(plan, (name, dotted(factor))):
            column, domain = plan.tables[name].column(dotted(factor)), plan.tables[name].domains[dotted(factor)]
            bounded = domain.low is not None and domain.low >= 0 and 1 <= (domain.high or 0) <= MOST_PIECES
            if column.type.kind == "integer" and bounded:
                yield column.name


def _factors(tree: exp.Expr) -> list[exp.Expr]:
    if isinstance(tree, exp.Paren):
        return _factors(tree.this)
    return [*_factors(tree.left), *_factors(tree.right)] if isinstance(tree, exp.Mul) else [tree]


def _is_number(plan: Plan, node: Node) -> bool:
    table = plan.tables[node[0]]
    if not isinstance(table.steps.get(node[1]), Drawn | Cased):
        return False
    lattice = next(lattice_of(one.type) for one in table.table.columns if one.name == node[1])
    return lattice is not None and lattice.family == "number"


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


def in_turn(plan: Plan, weighed: Mapping[Node, Weight]) -> list[str]:
    """Return the tables in the order in which they are drawn: a number stands right before the children that read it.

    Hypothesis lowers a number while it raises another only where few choices lie between them.
    """
    tables = [*plan.tables]
    for (parent, _), weight in weighed.items():
        if tables.index(parent) < tables.index(weight.table):
            tables.remove(parent)
            tables.insert(tables.index(weight.table), parent)
    return tables


def share(digit: int, high: int, children: int, pieces: int | None = None, most: int = 1) -> int:
    """Return the position that a digit from 0 to twice ``high * most`` stands for.

    Up to ``high * most`` it is for all children: divided by their pieces, and by more than their number, so that fewer make more
    in all than many. Beyond it stands for itself, whatever the children: every value is as likely as any other for many
    children, too.

    Args:
        digit: The digit.
        high: The greatest position.
        children: How many children there are.
        pieces: How many pieces these take; one each unless given.
        most: Most pieces that a child may take.

    >>> [share(digit, 500, children) for children in (1, 2, 8) for digit in (90, 500, 590)]
    [90, 500, 90, 40, 222, 90, 6, 33, 90]
    >>> [share(1_002, 500, 1, pieces, 9) for pieces in (9, 4, 3)]
    [111, 250, 334]
    """
    whole = high * most
    if digit <= whole:
        digit = digit * 8 // max((children if pieces is None else pieces) * (7 + children), 8)
    else:
        digit -= whole
    return digit if digit <= high else digit % (high + 1)


def least_pieces(digit: int, high: int, children: int, most: int) -> int:
    """Return the fewest pieces for which :func:`share` need not go round: with fewer, no position makes so much in all.

    >>> [least_pieces(digit, 500, 1, 9) for digit in (500, 501, 1_001, 1_002)]
    [1, 2, 2, 3]
    """
    return digit * 8 // ((high + 1) * (7 + children)) + 1 if digit <= high * most else 0


def topped_up(rows: Sequence[list[int]], pieces: Summand, least: int) -> int:
    """Raise the pieces of rows, the last first, to so many in all, where they have room; return how many there are.

    So a row fewer, or a piece, makes no less in all: what is left takes more.

    >>> rows = [[0], [1]]
    >>> topped_up(rows, Summand("pieces", 0, 8, 1), 12), rows
    (12, [[2], [8]])
    """
    held = sum(row[pieces.digit] + pieces.base for row in rows)
    for row in reversed(rows):
        more = min(max(least - held, 0), pieces.most - row[pieces.digit])
        row[pieces.digit] += more
        held += more
    return held
