"""The rows that were handed out as what a caller sees: by table, parents first, with what circles of references ask for."""

from __future__ import annotations

from collections.abc import Mapping

from fixturegen.making.made import Made, Row, Update
from fixturegen.making.nursery import Batch, Nursery
from fixturegen.schema import Reference, Schema


def inserted(schema: Schema, table: str, nursery: Nursery, nodes: Mapping[str, list[Row]]) -> Made:
    """Return what was made.

    Args:
        schema: The schema.
        table: The table of the wanted rows.
        nursery: Where they come from.
        nodes: The rows by node.
    """
    rows: dict[str, list[Row]] = {}
    inserts: list[tuple[str, list[Row]]] = []
    updates: list[Update] = []
    waiting = nursery.plan.postponed
    for batch in nursery.batches:
        held = nodes[batch.name]
        rows.setdefault(batch.table, []).extend(held)
        first = held
        for reference in waiting.get(batch.name, ()):
            first, more = _postponed(batch, reference, first, held)
            updates += more
        if inserts and inserts[-1][0] == batch.table:
            inserts[-1] = (batch.table, [*inserts[-1][1], *first])
        else:
            inserts.append((batch.table, first))
    return Made(schema, table, rows, nodes[nursery.layout.nodes[0].name], inserts, updates)


def _postponed(batch: Batch, reference: Reference, first: list[Row], held: list[Row]) -> tuple[list[Row], list[Update]]:
    """Leave out what may be NULL of a reference to a row that comes later, where the row can be found again by its key."""
    table = batch.node.table
    if table.primary_key is None or reference.name not in batch.node.parents:
        return first, []
    nullable = [one.name for one in table.columns if one.nullable and one.name in reference.columns]
    nullable = [name for name in nullable if name not in table.primary_key.columns]
    if not nullable:
        return first, []
    changed = [row | dict.fromkeys(nullable, None) for row in first]
    updates = [
        Update(
            batch.table,
            {name: row[name] for name in table.primary_key.columns},
            {name: row[name] for name in nullable},
        )
        for row in held
    ]
    return changed, updates
