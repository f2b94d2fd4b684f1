"""Orders: in which columns can be computed (a circle is refused) and tables loaded (a circle is broken at a reference)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from fixturegen.errors import ImpossibleError
from fixturegen.schema import Reference, Schema, Table

Node = tuple[str, str]
"""Table and column."""


def column_order(needs: Mapping[Node, Iterable[Node]], where: Mapping[str, object]) -> Sequence[Node]:
    """Return the columns in an order in which each comes after what it needs.

    Raises:
        ImpossibleError: If columns need each other in a circle; the message follows it.
    """
    sorter = TopologicalSorter({node: sorted(set(others)) for node, others in sorted(needs.items())})
    try:
        return tuple(sorter.static_order())
    except CycleError as error:
        circle = [f"{table}.{column}" for table, column in error.args[1]]
        chain = " <- ".join(circle)
        message = f"columns take their values from each other in a circle, so none has a value to begin with: {chain}"
        raise ImpossibleError(
            message, where=where.get(error.args[1][0][0]), hint="Give one of them values of its own."
        ) from None


def load_order(schema: Schema, tables: Iterable[str]) -> tuple[Sequence[str], Mapping[str, tuple[Reference, ...]]]:
    """Return the tables, parents first, and the references that point forward in that order.

    Where references form a circle, those with a nullable column give way first, then deferrable ones, then any.
    """
    remaining = dict.fromkeys(tables)
    order: list[str] = []
    while remaining:
        free = [name for name in remaining if not _waits(schema.tables[name], remaining, weakest=0)]
        circle = [] if free else _circle(schema, remaining)
        for weakest in (1, 2, 3):
            if free:
                break
            free = [name for name in circle if not _waits(schema.tables[name], remaining, weakest=weakest)][:1]
        order += free
        for name in free:
            del remaining[name]
    place = {name: at for at, name in enumerate(order)}
    postponed = {
        name: tuple(
            reference
            for reference in schema.tables[name].references
            if reference.table in place and place[reference.table] > place[name]
        )
        for name in order
    }
    return order, {name: references for name, references in postponed.items() if references}


def _circle(schema: Schema, remaining: Mapping[str, None]) -> Sequence[str]:
    """Return the tables of the first circle that waits for none but its own: each reaches all others and nothing else."""
    reached = {name: _reached(schema, name, remaining) for name in remaining}
    for name in remaining:
        if all(name in reached[other] for other in reached[name]):
            return [other for other in remaining if other in reached[name]]
    return list(remaining)


def _reached(schema: Schema, start: str, remaining: Mapping[str, None]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for reference in schema.tables[ahead.pop()].references:
            if reference.table in remaining and reference.table not in found:
                found.add(reference.table)
                ahead.append(reference.table)
    return found


def _waits(table: Table, remaining: Mapping[str, None], *, weakest: int) -> bool:
    """Whether the table refers to one that is still to come, by a reference that may not give way yet."""
    return any(
        reference.table in remaining and reference.table != table.name and _strength(table, reference) > weakest
        for reference in table.references
    )


def _strength(table: Table, reference: Reference) -> int:
    nullable = {column.name for column in table.columns if column.nullable}
    if nullable & set(reference.columns):
        return 1
    return 2 if reference.deferrable else 3
