"""A row like another one in the same line, under other keys: with parents of its own where the keys lead to those."""

from __future__ import annotations

from collections.abc import Mapping

from fixturegen.breaking.records import Insert
from fixturegen.schema import Reference
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import Row, distinct, same, step_key
from fixturegen.suites.placing import Draft, Slot

_DEPTH = 4
"""So many tables lie at most between a row and those of its forebears that are copied."""

_SURE = frozenset({"type", "not_null"})
"""What a parent holds is a value of the column's type."""


def twin_of(
    draft: Draft, row: Row, localities: Mapping[str, Locality], table: str, depth: int = _DEPTH
) -> list[Slot] | None:
    """Return steps that put a row like another one into a line, the row last; None where there are none.

    Args:
        draft: The line.
        row: The other row, which stands in it.
        localities: What reads which columns, by table.
        table: The table.
        depth: How many generations of parents may be copied for it.
    """
    locality = localities[table]
    copy = draft.copied(row, locality)
    if copy is not None:
        return [_slot(table, copy)]
    keys = frozenset[str]().union(*(reads for _, reads in locality.keys))
    for reference in locality.table.references:
        if keys.isdisjoint(reference.columns):
            continue
        found = led_elsewhere(draft, row, reference, localities, table, depth)
        if found is None:
            continue
        slots, moved = found
        if all(distinct(moved, other, locality) for other in draft.rows(table)) and not draft.meets(
            row, moved, locality
        ):
            return [*slots, _slot(table, moved)]
    return None


def led_elsewhere(
    draft: Draft, row: Row, reference: Reference, localities: Mapping[str, Locality], table: str, depth: int = _DEPTH
) -> tuple[list[Slot], Row] | None:
    """Return steps that put a copy of a row's parent into a line, and the row as it refers to that one; None where there are none.

    Args:
        draft: The line.
        row: The row; its parent stands in the line.
        reference: By what it refers to the parent.
        localities: What reads which columns, by table.
        table: The row's table.
        depth: How many generations of parents may be copied.
    """
    if not depth or reference.table == table or reference.table not in localities:
        return None
    pairs = tuple(zip(reference.columns, reference.target, strict=True))
    held = [
        each for each in draft.rows(reference.table) if all(same(each.get(to), row.get(name)) for name, to in pairs)
    ]
    slots = twin_of(draft, held[0], localities, reference.table, depth - 1) if held else None
    if slots is None:
        return None
    assert isinstance(slots[-1].step, Insert)
    parent = slots[-1].step.rows[0]
    moved = {**row, **{name: parent.get(target) for name, target in pairs}}
    if all(same(moved[name], row[name]) for name, _ in pairs):
        return None
    return (slots, moved) if localities[table].says_the_same(row, moved, besides=_SURE) else None


def _slot(table: str, row: Row) -> Slot:
    step = Insert(table=table, rows=(row,))
    return Slot(step, step_key(step), settled=True)
