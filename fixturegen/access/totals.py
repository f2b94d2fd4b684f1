"""Totals of one row: its few children summed one by one, without a query."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rationals import Term, term_over
from fixturegen.lattice import Lattice
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.access.alone import Filler, OneRow, OneTable
    from fixturegen.schema import Aggregate


def total_filler(table: OneTable, name: str, aggregate: Aggregate) -> Filler | None:
    """Return how a row sums up or counts its children; None where that takes more than whole numbers and decimals.

    A total that its column cannot hold is left to the engine, which says so.

    Args:
        table: The table.
        name: The column.
        aggregate: What it is.
    """
    engine, lattice = table.engine, table.type(name)[1]
    count = engine.plan.tables[aggregate.table].count
    own = isinstance(count, PerParent) and count.reference == aggregate.reference and count.most is None
    if not own or lattice is None or lattice.family != "number" or lattice.dtype.is_float():
        return None
    children = table.alone.table(aggregate.table)
    if aggregate.function == "count":
        return lambda row: _position(Fraction(children.size(row)), lattice, row, name)
    summed = _summed(children, aggregate.expression) if aggregate.function == "sum" else None
    if summed is None:
        return None
    each, stride = summed, children.stride

    def total(row: OneRow) -> object:
        first = row.number * stride
        rows = (children.row(first + at) for at in range(children.size(row)))
        return _position(Fraction(sum(each(child) or 0 for child in rows)), lattice, row, name)

    return total


def _summed(children: OneTable, expression: str) -> Term | None:
    tree = parsed(expression, children.engine.plan.schema.dialect)
    ends = {name: children.end(name) for name in mentioned(tree)}
    if not all(map(children.readable, ends)):
        return None
    return term_over(
        tree,
        {name: table.type(column)[0] for name, (table, column) in ends.items()},
        lambda row, name: row.dotted(name),
    )


def _position(total: Fraction, lattice: Lattice, row: OneRow, name: str) -> object:
    place = total / lattice.step
    fits = place.denominator == 1 and lattice.low <= place <= lattice.high
    return place.numerator if fits else row.engines(name)
