"""Columns over child rows (``sum: order_items.quantity * order_items.unit_price``) and the references they go by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column, matching
from fixturegen.expressions.parsing import deep_stack, parsed, rendered
from fixturegen.schema import Aggregate, Column, Dialect, Location, Reference, Schema, Table
from fixturegen.sources.yaml_drafts import Drafts, TableDraft, draft_of
from fixturegen.sources.yaml_fields import Fields
from fixturegen.sources.yaml_nodes import quoted, refuse
from fixturegen.sources.yaml_sql import checked_names, mentioned_in

FUNCTIONS: dict[str, Literal["sum", "count", "min", "max"]] = {
    "sum": "sum",
    "count": "count",
    "minimum": "min",
    "maximum": "max",
}
NUMBERS = ("integer", "decimal", "float", "interval", "unknown")
"""Kinds of types that can hold a sum or a count."""


def child_of(drafts: Drafts, table: TableDraft, sql: str, where: Location) -> TableDraft:
    """Return the one child table whose name qualifies columns of an aggregate's expression.

    Raises:
        SchemaError: If the expression is no SQL, or names no child table or several.
    """
    prefixes = {name.rpartition(".")[0]: None for name in mentioned_in(sql, table.dialect, where)}
    named = dict.fromkeys(found for prefix in prefixes if (found := matching(prefix, drafts)) is not None)
    children = [name for name in named if any(r.table == table.name for r in drafts[name].references)]
    if len(children) == 1:
        return drafts[children[0]]
    possible = {name for name, draft in drafts.items() if any(r.table == table.name for r in draft.references)}
    if children:
        refuse(f"{quoted(sql)} is over several tables: {', '.join(children)}", where)
    for prefix in prefixes:
        if prefix and prefix not in named:
            refuse(f"unknown table {quoted(prefix)}", where, given=prefix, exists=possible)
    if not possible:
        refuse(f"no table refers to {table.name}, so that it has no children to take anything over", where)
    hint = f"Write the child table before the column: {min(possible)}.COLUMN."
    return refuse(f"{quoted(sql)} names no table that refers to {table.name}", where, exists=possible, hint=hint)


def read_aggregate(fields: Fields, key: str, schema: Schema, table: Table, column: Column, drafts: Drafts) -> Aggregate:
    """Return the aggregate that a column declares under ``key``; its expression names the child's columns plainly."""
    where, text = fields.where(key), fields.name(key) or ""
    draft = drafts[table.name]
    if key in {"sum", "count"} and column.type.kind not in NUMBERS:
        refuse(
            f"{column.name} is of type {column.type.kind}, which holds no {key}", where, hint="Give it a number's type."
        )
    if key == "count":
        child = schema.tables[draft_of(drafts, text, where).name]
        expression = ""
    else:
        child = schema.tables[child_of(drafts, draft, text, where).name]
        expression = _stripped(text, draft.dialect, child.name, where)
        checked_names(schema, child, expression, draft.dialect, where)
    leading = [reference for reference in child.references if reference.table == table.name]
    by = fields.name("by")
    reference = chosen(leading, child, by, fields.where("by" if by else key), f"from {child.name} to {table.name}")
    return Aggregate(FUNCTIONS[key], expression, child.name, reference.name)


def qualified(sql: str, dialect: Dialect, table: str) -> str:
    """Return an expression in which every plain column is qualified by its table.

    >>> qualified("quantity * price", "sqlite", "order_items")
    'order_items.quantity * order_items.price'
    """

    def qualify(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table:
            return exp.column(node.this.copy(), table=_identifier(table))
        return node

    return _transformed(sql, dialect, qualify)


def parent_reference(table: Table, text: str, where: Location) -> Reference:
    """Return the reference of ``table`` that ``customers``, ``customers by buyer_id``, ``buyer_id`` or ``buyer`` means.

    Raises:
        SchemaError: If none does, or several do.
    """
    target, _, by = (text, "", "") if matching(text, _targets(table)) else map(str.strip, text.partition(" by "))
    leading = [reference for reference in table.references if matching(target, [reference.table])]
    if not leading and not by:
        leading = _called(table.references, target)
    if not leading:
        refuse(f"{table.name} has no reference to {quoted(target)}", where, given=target, exists=_targets(table))
    return chosen(leading, table, by or None, where, f"from {table.name} to {leading[0].table}")


def chosen(references: Sequence[Reference], table: Table, by: str | None, where: Location, what: str) -> Reference:
    """Return the one reference, or the one that ``by`` (its column, role or name) names.

    Raises:
        SchemaError: If there is none, or several and none is named.
    """
    found = list(references) if by is None else _called(references, by)
    if len(found) == 1:
        return found[0]
    ways = [way(reference, table.references) for reference in references]
    if not references:
        refuse(f"no reference leads {what}", where)
    if by is not None:
        refuse(f"no single reference {what} is called {quoted(by)}", where, given=by, exists=ways)
    return refuse(
        f"{len(references)} references lead {what}: {', '.join(ways)}", where, hint=f"Say which: by {ways[0]}."
    )


def _targets(table: Table) -> set[str]:
    return {reference.table for reference in table.references}


def way(reference: Reference, references: Sequence[Reference]) -> str:
    """Return a word that names a reference among those of its table: its column, else its role, else its name."""
    words = (*(reference.columns if len(reference.columns) == 1 else ()), reference.role, reference.name)
    return next((word for word in words if word and _called(references, word) == [reference]), reference.name)


def _called(references: Iterable[Reference], by: str) -> list[Reference]:
    listed, folded = list(references), by.lower()
    tests = (
        [r for r in listed if [name.lower() for name in r.columns] == [folded]],
        [r for r in listed if folded in {r.role.lower(), r.name.lower()}],
        [r for r in listed if folded in [name.lower() for name in r.columns]],
    )
    return next((found for found in tests if found), [])


def _stripped(sql: str, dialect: Dialect, table: str, where: Location) -> str:
    def strip(node: exp.Expr) -> exp.Expr:
        if is_column(node) and matching(dotted(node).rpartition(".")[0], [table]):
            return exp.column(node.parts[-1].copy()) if isinstance(node, exp.Column) else node
        return node

    return _transformed(sql, dialect, strip, where)


def _transformed(sql: str, dialect: Dialect, change: object, where: Location | None = None) -> str:
    assert callable(change)
    with deep_stack():
        return rendered(parsed(sql, dialect, where).copy().transform(change), dialect)


def _identifier(table: str) -> exp.Identifier:
    return exp.to_identifier(table)
