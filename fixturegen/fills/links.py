"""How rows find their parents: every kind of link, as ordinals of parent rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from fixturegen.draws import Bits, Integers, chosen, scaled, seated
from fixturegen.fills.agreement import agreeing_parents, any_eligible, eligible
from fixturegen.fills.roots import followed, roots
from fixturegen.fills.tickets import parents_by_ticket
from fixturegen.planning.plan import Link

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

UNIQUE_WIDTH = 10
UNIQUE_BLOCK = 2**UNIQUE_WIDTH


def chosen_parents(rows: TableRows, link: Link) -> Integers:
    """Return the ordinal of the parent that each row chooses, -1 where there is none to refer to."""
    if link.kind == "parent":
        return rows.engine.counts(rows.name).parents(rows.ordinals)
    count = rows.engine.plan.tables[link.reference.table].total - link.after
    if count <= 0:
        return np.full(len(rows), -1, dtype=np.int64)
    finder = _FINDERS.get(link.kind)
    return _free(rows, link, count) if finder is None else finder(rows, link, count)


def _stream(rows: TableRows, link: Link) -> int:
    return rows.engine.fill.stream(rows.name, *link.reference.columns, "parent")


def _keys(rows: TableRows, link: Link) -> Bits:
    return rows.keys_for(reference=link.reference.name)


def _free(rows: TableRows, link: Link, count: int) -> Integers:
    """Any parent: uniform or by tickets, among those for which the other references find an agreeing parent."""
    allowed = eligible(rows.engine, rows.plan, link) if link.peers or link.only else None
    among = count if allowed is None else len(allowed)
    if among == 0:
        if len(rows):
            any_eligible(rows.engine, rows.plan, link)
        return np.full(len(rows), -1, dtype=np.int64)
    reference = link.reference
    if link.kind == "tickets":
        choice = parents_by_ticket(
            _stream(rows, link), _keys(rows, link), among, reference.skew, reference.childless, rows.plan.total
        )
    else:
        choice = chosen(_stream(rows, link), _keys(rows, link), among)
    choice = rows.probed(reference.name, choice, among) + link.after
    return choice if allowed is None else allowed[choice]


def _one_to_one(rows: TableRows, link: Link, count: int) -> Integers:
    """Each parent at most once: a permutation inside blocks of 1,024 parents, walked only in the last block."""
    block, place = np.divmod(rows.ordinals, UNIQUE_BLOCK)
    size = np.minimum(count - block * UNIQUE_BLOCK, UNIQUE_BLOCK)
    beyond = place >= size
    stream = _stream(rows, link)
    walked = seated(stream, block, place, UNIQUE_WIDTH)
    outside = np.flatnonzero((walked >= size) & ~beyond)
    while len(outside):
        walked[outside] = seated(stream, block[outside], walked[outside], UNIQUE_WIDTH)
        outside = outside[walked[outside] >= size[outside]]
    choice = block * UNIQUE_BLOCK + walked
    keys = _keys(rows, link)
    moving = rows.plan.existing or any(group.tried for group in rows.plan.settled)
    again = np.flatnonzero((keys != rows.keys) | beyond) if moving else np.empty(0, dtype=np.int64)
    if len(again):
        # Beside existing rows, which took parents in no order of ours, or where a trigger judges: any parent, until one is free.
        choice[again] = chosen(stream, keys[again], count)
        return rows.probed(link.reference.name, choice, count)
    return np.where(beyond, -1, choice)


def _earlier(rows: TableRows, link: Link, _: int) -> Integers:
    """A row before this one: its number of choices never changes, so a plain draw is stable. The first has none."""
    random = rows.engine.fill.bits((rows.name, *link.reference.columns, "parent"), _keys(rows, link))
    earlier = rows.ordinals - link.after
    choices = np.maximum(earlier, 1)
    choice = rows.probed(link.reference.name, scaled(random, choices), choices) + link.after
    following = np.where(rows.ordinals + 1 < rows.plan.total, rows.ordinals + 1, -1)
    return np.where(earlier <= 0, followed(rows, link, roots(rows, link), following), choice)


def _before(rows: TableRows, link: Link, _: int) -> Integers:
    """The row before, which leaves every row to one other; where no row may be without one, each refers to itself."""
    return rows.ordinals - 1 if link.nullable else rows.ordinals


def _via(rows: TableRows, link: Link, _: int) -> Integers:
    assert link.anchor is not None
    assert link.through is not None
    anchors = rows.parents(link.anchor)
    table = rows.plan.links[link.anchor].reference.table
    between = rows.engine.rows(table, np.maximum(anchors, 0)).parents(link.through)
    return np.where(anchors < 0, -1, between)


def _pinned(rows: TableRows, link: Link, _: int) -> Integers:
    """The parent of the same neighbourhood that the pin names."""
    assert link.pin is not None
    neighbourhood, place = np.divmod(rows.ordinals, len(link.pin.parents))
    return neighbourhood * link.pin.width + np.array(link.pin.parents, dtype=np.int64)[place]


_FINDERS: dict[str, Callable[[TableRows, Link, int], Integers]] = {
    "one to one": _one_to_one,
    "self": _earlier,
    "chain": _before,
    "via": _via,
    "pinned": _pinned,
    "agreeing": lambda rows, link, _: agreeing_parents(rows, link),
}
