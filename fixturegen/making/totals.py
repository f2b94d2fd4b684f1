"""Columns that sum up children, in a neighbourhood: over the nodes that lead there, or over no rows at all."""

from __future__ import annotations

from dataclasses import replace

from fixturegen.errors import ImpossibleError
from fixturegen.making.nodes import Layout, Node
from fixturegen.schema import Aggregate, Choice, Column, Fill, Schema, Table


def over_children(schema: Schema, layout: Layout, node: Node) -> Table:
    """Return a node's table with every aggregate taken over the nodes whose rows lead here."""
    table = node.table
    columns: list[Column] = []
    for column in table.columns:
        if column.aggregate is None or node.held is not None:
            columns.append(replace(column, aggregate=None))
            continue
        columns += _column(layout, node, column, column.aggregate)
    del schema
    return replace(table, columns=tuple(columns))


def children(layout: Layout, node: Node, aggregate: Aggregate) -> list[Node]:
    """Return the nodes of an aggregate's child table whose rows lead to this node."""
    return [
        other
        for other in layout.nodes
        if other.table.name == aggregate.table
        and aggregate.reference in other.parents
        and other.parents[aggregate.reference][0] is node
        and other.held is None
    ]


def _column(layout: Layout, node: Node, column: Column, aggregate: Aggregate) -> list[Column]:
    over = children(layout, node, aggregate)
    if not over:
        if aggregate.function in {"sum", "count"}:
            return [replace(column, aggregate=None, nullable=False, nulls=None, choices=(Choice(0),))]
        if not column.nullable:
            message = f"{column.name} of {node.table.name} is never NULL: it takes rows of {aggregate.table}"
            raise ImpossibleError(message, where=column.where, hint=f"Ask for {aggregate.table}.")
        return [replace(column, aggregate=None, nulls=1.0)]
    if len(over) == 1:
        return [replace(column, aggregate=replace(aggregate, table=over[0].name))]
    return _joined(column, aggregate, [other.name for other in over])


def _joined(column: Column, aggregate: Aggregate, names: list[str]) -> list[Column]:
    """A column of its own over each node, and one that joins them: children of which different things are asked."""
    parts = [
        replace(column, name=f"{column.name} part {at}", aggregate=replace(aggregate, table=name), low=None, high=None)
        for at, name in enumerate(names, 1)
    ]
    words = [f'"{part.name}"' for part in parts]
    if aggregate.function in {"sum", "count"}:
        sql = " + ".join(words)
    else:
        relation = "<=" if aggregate.function == "min" else ">="
        sql = words[0]
        for word in words[1:]:
            sql = f"CASE WHEN {word} IS NULL OR ({sql}) {relation} {word} THEN {sql} ELSE {word} END"
    return [*parts, replace(column, aggregate=None, nulls=None, fill=Fill("expression", {"sql": sql}))]
