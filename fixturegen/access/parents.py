"""How one row finds its parents: what :mod:`fixturegen.fills.links` finds for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fixturegen.access.tickets import drafted
from fixturegen.draws import few, stream
from fixturegen.fills.roots import rootless
from fixturegen.planning.counting import UNIT
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.access.alone import Finder, OneRow, OneTable
    from fixturegen.planning.plan import Link


def finder(table: OneTable, link: Link) -> Finder | None:
    """Return how a row of a table chooses its parent; None where that takes an index, or earlier rows.

    Args:
        table: The table.
        link: The link of the reference.
    """
    moved = any(link.reference.name in settled.references for settled in table.plan.settled)
    if moved or link.peers or link.only or link.kind not in _FINDERS:
        return None
    return _FINDERS[link.kind](table, link)


def sizes(children: OneTable) -> Finder:
    """Return how many rows of a table counted per parent a row of its parents has."""
    count, strides = children.plan.count, children.engine.strides(children.name)
    assert isinstance(count, PerParent)
    if count.distribution != "uniform":
        return lambda row: int(strides.sizes(np.array([row.number], dtype=np.int64))[0])
    drawn = stream(children.seed, children.name, count.reference, "count")
    lonely = stream(children.seed, children.name, count.reference, "childless")
    limit, low, high = round(count.childless * UNIT), count.low, count.high

    def size(row: OneRow) -> int:
        if limit and few.keyed(lonely, row.key) >> 32 < limit:
            return 0
        return few.bounded(few.keyed(drawn, row.key), low, high)

    return size


def _counted(table: OneTable, _: Link) -> Finder:
    stride = table.stride
    return lambda row: row.number // stride


def _among(table: OneTable, link: Link) -> int | None:
    """Return among how many parents a row chooses; None where nobody knows without counting."""
    parents = link.reference.table
    return table.engine.plan.tables[parents].total - link.after if table.engine.numbered(parents) else None


def _nobody(_: OneRow) -> int:
    return -1


def _stream(table: OneTable, link: Link) -> int:
    return stream(table.seed, table.name, *link.reference.columns, "parent")


def _uniform(table: OneTable, link: Link) -> Finder | None:
    count, number, after = _among(table, link), _stream(table, link), link.after
    if count is None:
        return None
    if count <= 0:
        return _nobody
    if count == 1:
        return lambda _: after
    return lambda row: few.chosen(few.keyed(number, row.key), count) + after


def _tickets(table: OneTable, link: Link) -> Finder | None:
    count, number, after = _among(table, link), _stream(table, link), link.after
    if count is None:
        return None
    if count <= 0:
        return _nobody
    draft = drafted(number, count, link.reference.skew, link.reference.childless)
    return None if draft is None else lambda row: draft.parent(row.key) + after


def _earlier(table: OneTable, link: Link) -> Finder | None:
    if not table.numbered:
        return None
    number, after, alone = _stream(table, link), link.after, rootless(table.plan, link)

    def find(row: OneRow) -> int:
        earlier = row.number - after
        if earlier <= 0:
            return -1 if alone else row.number
        return (few.keyed(number, row.key) * earlier >> 64) + after

    return find


def _before(table: OneTable, link: Link) -> Finder | None:
    back = 1 if link.nullable else 0
    return (lambda row: row.number - back) if table.numbered else None


def _via(_: OneTable, link: Link) -> Finder:
    anchor, through = link.anchor, link.through
    assert anchor is not None
    assert through is not None

    def find(row: OneRow) -> int:
        between = row.parent(anchor)
        parent = None if between is None else between.parent(through)
        return -1 if parent is None else parent.number

    return find


_FINDERS = {
    "parent": _counted,
    "uniform": _uniform,
    "tickets": _tickets,
    "self": _earlier,
    "chain": _before,
    "via": _via,
}
