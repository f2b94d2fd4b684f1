"""References that must agree on a column: an index from the shared values to the parents that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Integers, chosen, scaled
from fixturegen.expressions.normal import AllOf
from fixturegen.fills.failures import UnsettledError
from fixturegen.fills.formulas import Judge
from fixturegen.fills.nulls import Mask
from fixturegen.fills.roots import followed, roots
from fixturegen.planning.dotted import dotted_types
from fixturegen.planning.plan import Link, TablePlan

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.fills.rows import TableRows


@dataclass(frozen=True, slots=True)
class Agreement:
    """Parents grouped by the values they share with their children.

    Attributes:
        values: The distinct values, one row a group, with the group's number.
        offsets: Where each group's members begin, one more than there are groups.
        members: Ordinals of parents, group by group, ascending.
    """

    values: pl.DataFrame
    offsets: Integers
    members: Integers

    def earlier(self, ordinals: Integers, groups: Integers) -> Integers:
        """Return how many members of a group come before each row of the table itself, which need not be one of them.

        A row tried with other values than it has in the end asks for a group that knows it not.
        """
        height = len(self.members)
        places = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets)) * height + self.members
        known = np.maximum(groups, 0)
        return np.searchsorted(places, known * height + ordinals) - self.offsets[known]

    def groups(self, values: pl.DataFrame) -> Integers:
        """Return the group of each row of values, -1 where there is none or a value is null."""
        found = values.join(self.values, on=values.columns, how="left", maintain_order="left", nulls_equal=False)
        return found["group"].fill_null(-1).to_numpy()


def agreeing_parents(rows: TableRows, link: Link) -> Integers:
    """Return a consistent choice among the parents that hold the row's shared values, -1 where there is none."""
    index = agreement(rows.engine, rows.plan, link)
    group = index.groups(pl.DataFrame([rows.column(name) for name in link.shared]))
    if len(index.members) == 0:
        return np.full(len(rows), -1, dtype=np.int64)
    if link.reference.table == rows.name:
        return _earlier(rows, link, index, group)
    known = np.maximum(group, 0)
    sizes = np.diff(index.offsets)[known]
    stream = rows.engine.fill.stream(rows.name, *link.reference.columns, "parent")
    sizes = np.where(group < 0, 1, sizes)
    choice = chosen(stream, rows.keys_for(reference=link.reference.name), sizes)
    choice = rows.probed(link.reference.name, choice, sizes)
    found = index.members[np.where(group < 0, 0, index.offsets[known] + choice)]
    if set(link.reference.columns) - set(link.shared) <= set(link.nullable):
        return np.where(group < 0, -1, found)
    # A row whose shared value is NULL refers to nothing, but its other columns may have to hold a value: any parent's.
    free = chosen(stream, rows.keys_for(reference=link.reference.name), len(index.members))
    return np.where(group < 0, free, found)


def _earlier(rows: TableRows, link: Link, index: Agreement, group: Integers) -> Integers:
    """Choose among the earlier rows of the same group of the same table; the first of a group has none."""
    rank = index.earlier(rows.ordinals, group)
    random = rows.engine.fill.bits(
        (rows.name, *link.reference.columns, "parent"), rows.keys_for(reference=link.reference.name)
    )
    before = np.maximum(rank, 1)
    choice = rows.probed(link.reference.name, scaled(random, before), before)
    member = index.members[index.offsets[np.maximum(group, 0)] + choice]
    at = index.offsets[np.maximum(group, 0)] + 1
    several = at < index.offsets[np.maximum(group, 0) + 1]
    following = np.where(several, index.members[np.minimum(at, len(index.members) - 1)], -1)
    first = followed(rows, link, roots(rows, link), following)
    return np.where(group < 0, -1, np.where(rank == 0, first, member))


def agreement(engine: Engine, plan: TablePlan, link: Link) -> Agreement:
    """Return the index of a link, made once."""
    key = (plan.table.name, link.reference.name)
    if key not in engine.agreements:
        engine.agreements[key] = _indexed(engine, link)
    return engine.agreements[key]


def _indexed(engine: Engine, link: Link) -> Agreement:
    held = pl.DataFrame({name: engine.whole(link.reference.table, target) for name, target in _shared_targets(link)})
    values = held.unique(maintain_order=True).with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
    group = held.join(values, on=held.columns, how="left", maintain_order="left", nulls_equal=True)["group"].to_numpy()
    members = np.argsort(group, kind="stable")
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(group, minlength=len(values)))])
    return Agreement(values, offsets, members)


def _shared_targets(link: Link) -> list[tuple[str, str]]:
    pairs = dict(zip(link.reference.columns, link.reference.target, strict=True))
    return [(name, pairs[name]) for name in link.shared]


def eligible(engine: Engine, plan: TablePlan, link: Link) -> Integers:
    """Return the ordinals of the parents whose shared values every peer finds too and whose own its checks allow, ascending."""
    key = (plan.table.name, link.reference.name)
    if key not in engine.eligible:
        targets = dict(zip(link.reference.columns, link.reference.target, strict=True))
        allowed = np.ones(engine.plan.tables[link.reference.table].total, dtype=bool)
        for peer in link.peers:
            other = plan.links[peer]
            held = {name: engine.whole(link.reference.table, targets[name]) for name in other.shared if name in targets}
            if len(held) == len(other.shared):
                allowed &= agreement(engine, plan, other).groups(pl.DataFrame(held)) >= 0
        allowed &= _meeting(engine, plan, link, targets, len(allowed))
        engine.eligible[key] = np.flatnonzero(allowed)
    return engine.eligible[key]


def _meeting(engine: Engine, plan: TablePlan, link: Link, targets: Mapping[str, str], height: int) -> Mask:
    """Return which parents have the values that the checks of their children allow."""
    schema = engine.plan.schema
    court = Judge(
        lambda name: engine.whole(link.reference.table, targets[name]),
        lambda names: dotted_types(schema, plan.table, names),
        schema.as_of,
        height,
    )
    return court.holds(AllOf(link.only))


def any_eligible(engine: Engine, plan: TablePlan, link: Link) -> None:
    """Raise where no parent has a value that the checks on a reference allow, though the reference is never NULL.

    Raises:
        UnsettledError: If so; no row of the table can be placed.
    """
    if not link.only or link.nullable or len(eligible(engine, plan, link)):
        return
    names = ", ".join(link.reference.columns)
    message = f"no row of {link.reference.table} has values that the checks on {names} allow"
    error = UnsettledError(message, where=plan.table.where)
    error.table, error.placed = plan.table.name, plan.existing
    raise error


def ranked(groups: Integers) -> Integers:
    """Return the 0-based number of each row within its group, in the order of rows.

    >>> ranked(np.array([7, 3, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(groups)), dtype=bool), ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.concatenate([starts, [len(groups)]]))
    out = np.empty(len(groups), dtype=np.int64)
    out[order] = np.arange(len(groups)) - np.repeat(starts, sizes)
    return out
