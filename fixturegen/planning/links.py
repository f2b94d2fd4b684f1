"""Which way each reference finds its parents: decided from keys, counts and shared columns alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from fixturegen.options import Pin
from fixturegen.planning.plan import Link, LinkKind
from fixturegen.schema import Count, PerParent, Reference, Schema, Table

DEFAULT_NULLS = 0.1
"""Share of rows without a parent where a reference may be NULL and nothing says how often."""


def links(
    schema: Schema,
    table: Table,
    count: Count,
    filled: Mapping[str, int],
    existing: Mapping[str, int],
    pins: Mapping[tuple[str, str], Pin] = MappingProxyType({}),
) -> Mapping[str, Link]:
    """Return the link of every reference of a table, in the order in which they are decided.

    Args:
        schema: The schema.
        table: The table.
        count: Its count; a count per parent decides its reference first.
        filled: Rows by table, existing ones counted; a table that has none gives no parents.
        existing: Existing rows by table.
        pins: Which row is whose parent, by table and reference name, where that is not chosen.
    """
    decided: dict[str, Link] = {}
    for reference in _in_order(table, count):
        pin = pins.get((table.name, reference.name))
        if pin is not None:
            decided[reference.name] = Link(reference=reference, kind="pinned", pin=pin)
            continue
        link = _link(schema, table, count, reference, decided)
        held = existing.get(reference.table, 0)
        summed = held and link.kind in {"uniform", "tickets", "self"} and _summed(schema, table, reference)
        decided[reference.name] = replace(link, after=held) if summed else link
    return _with_peers(table, decided, filled)


def _in_order(table: Table, count: Count) -> Sequence[Reference]:
    """Order references: the one that counts rows, then those that are never NULL, wide ones before narrow ones.

    A wide one decides what narrower ones share with it; one to the same table comes last, for it follows the others.
    """
    counted = count.reference if isinstance(count, PerParent) else None

    def rank(reference: Reference) -> tuple[bool, bool, bool, int, tuple[str, ...]]:
        optional = any(_nullable(table, name) for name in reference.columns)
        return (
            reference.name != counted,
            reference.table == table.name,
            optional,
            -len(reference.columns),
            reference.columns,
        )

    return sorted(table.references, key=rank)


def _link(schema: Schema, table: Table, count: Count, reference: Reference, decided: Mapping[str, Link]) -> Link:
    nullable = _null_columns(table, reference, decided)
    nulls = _null_share(table, nullable)
    if isinstance(count, PerParent) and count.reference == reference.name:
        return Link(reference=reference, kind="parent", nullable=nullable)
    taken = {name: link for link in reversed(list(decided.values())) for name in link.given}
    shared = tuple(name for name in reference.columns if name in taken)
    if shared:
        anchor = taken[shared[0]]
        through = _implied(schema, anchor, reference, shared)
        if through is not None:
            return Link(
                reference=reference, kind="via", anchor=anchor.reference.name, through=through, shared=shared,
                nullable=nullable, nulls=nulls,
            )  # fmt: skip
        return Link(
            reference=reference,
            kind="agreeing",
            anchor=anchor.reference.name,
            shared=shared,
            nullable=nullable,
            nulls=nulls,
        )
    if reference.table == table.name:
        own = reference.own(table.name)
        if own:
            nullable = tuple(name for name in nullable if name not in own) or nullable
            return Link(reference=reference, kind="agreeing", shared=own, nullable=nullable, nulls=nulls)
        return Link(reference=reference, kind="self", nullable=nullable, nulls=nulls)
    kind: LinkKind = "tickets" if reference.skew or reference.childless else "uniform"
    return Link(reference=reference, kind=kind, nullable=nullable, nulls=nulls)


def _summed(schema: Schema, table: Table, reference: Reference) -> bool:
    """Whether rows of a parent are numbered, or the parent has a column that is a function of them."""
    if any(column.ordinal == reference.name for column in table.columns):
        return True
    aggregates = [column.aggregate for column in schema.tables[reference.table].columns if column.aggregate is not None]
    return any(one.table == table.name and one.reference == reference.name for one in aggregates)


def _implied(schema: Schema, anchor: Link, reference: Reference, shared: tuple[str, ...]) -> str | None:
    """Return the reference of the anchor's parent that leads to the same row: orders -> users -> tenants.

    All columns must be shared, the parent's columns must refer to the same table and target, and may not be NULL.
    """
    if shared != reference.columns or any(name not in anchor.reference.columns for name in shared):
        return None
    there = dict(zip(anchor.reference.columns, anchor.reference.target, strict=True))
    wanted = dict(zip((there[name] for name in reference.columns), reference.target, strict=True))
    parent = schema.tables[anchor.reference.table]
    for candidate in parent.references:
        pairs = dict(zip(candidate.columns, candidate.target, strict=True))
        if candidate.table == reference.table and pairs == wanted and candidate.table != parent.name:
            return candidate.name
    return None


def _null_columns(table: Table, reference: Reference, decided: Mapping[str, Link]) -> tuple[str, ...]:
    """Return the columns that are NULL in a row without this parent: nullable ones that no other reference decided."""
    taken = {name for link in decided.values() for name in link.given}
    nullable = [name for name in reference.columns if _nullable(table, name)]
    return tuple(name for name in nullable if name not in taken) or tuple(nullable)


def _null_share(table: Table, nullable: tuple[str, ...]) -> float:
    if not nullable:
        return 0.0
    declared = [column.nulls for column in table.columns if column.name in nullable and column.nulls is not None]
    return declared[0] if declared else DEFAULT_NULLS


def _nullable(table: Table, name: str) -> bool:
    return next(column.nullable for column in table.columns if column.name == name)


def _with_peers(table: Table, decided: Mapping[str, Link], filled: Mapping[str, int]) -> Mapping[str, Link]:
    """Tell every first decider which later references must find an agreeing parent too."""
    out = dict(decided)
    for name, link in decided.items():
        if link.kind not in {"uniform", "tickets"}:
            continue
        peers = tuple(
            other.reference.name
            for other in decided.values()
            if other.kind == "agreeing" and other.anchor == name
            and not set(other.reference.columns) - set(other.shared) <= set(other.nullable)
            and other.reference.table != table.name and filled.get(other.reference.table, 0) > 0
        )  # fmt: skip
        out[name] = replace(link, peers=peers)
    return out
