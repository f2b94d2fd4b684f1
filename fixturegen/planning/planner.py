"""Schema to plan: structure before values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, bits, combined, stream
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.options import Options
from fixturegen.planning.answering import asked_of_parents
from fixturegen.planning.counting import Keys, expected, offsets, rows_in_all
from fixturegen.planning.demand import Demand, demands, pruned
from fixturegen.planning.drafting import Draft, drafted
from fixturegen.planning.needs import needs
from fixturegen.planning.order import column_order, load_order
from fixturegen.planning.plan import Lowered, Plan, TablePlan
from fixturegen.planning.strengthening import strengthened
from fixturegen.schema import Check, Count, Dialect, PerParent, Rows, Schema
from fixturegen.variants import dated

MOST_PASSES = 50
MOST_COUNTED = 10**10
"""Most rows that counts per parent may come to."""
MOST_EXACT = 2_000_000
"""Where a plan may estimate, it counts up to so many rows all the same."""


def planned(
    schema: Schema,
    options: Options,
    existing: Mapping[str, pl.DataFrame] = MappingProxyType({}),
    judges: Collection[Dialect] = (),
    ceilings: Mapping[str, tuple[int, str]] = MappingProxyType({}),
    tried: Collection[str] = (),
) -> Plan:
    """Return the plan: order, links, generators, capacities; no value is drawn but the counts per parent.

    Args:
        schema: The schema.
        options: What is asked.
        existing: Rows that the database holds already, by table (see :func:`fixturegen.planning.existing.wanted`).
        ceilings: Most rows of a table, existing ones counted, and why, where a trial told.
        judges: Dialects of databases that will be at hand while rows are made, to judge conditions that nobody else can.
        tried: Tables whose triggers refuse rows.

    Raises:
        SchemaError: If the schema names what does not exist, or a condition that nothing at hand can judge.
        ImpossibleError: If no rows can satisfy it, or not as many as demanded; with the arithmetic.
    """
    schema = dated(schema, options.as_of)
    asked = demands(schema, options)
    declared = pruned(schema, asked)
    schema = strengthened(declared)
    order, postponed = load_order(schema, schema.tables)
    counter = Counter(schema, options, asked, {name: frame.height for name, frame in existing.items()})
    draft = partial(
        drafted, schema, options, existing=existing, judges=judges, tried=tried, asked=asked_of_parents(schema)
    )
    for name, (limit, reason) in ceilings.items():
        counter.lower(name, limit, reason)
    drafts = _settled_drafts(schema, draft, order, counter)
    unverified = [f"{name}.{check.name}" for name in order for check in drafts[name].unverified]
    if unverified and not options.accept_unverified:
        _refuse_unverified(schema, unverified, [check for name in order for check in drafts[name].unverified])
    plan = Plan(
        schema=declared,
        options=options,
        tables={name: drafts[name].plan for name in order},
        postponed=postponed,
        lowered=tuple(counter.lowered.values()),
        unverified=tuple(unverified),
        existing=existing,
    )
    return _ordered(plan, drafts)


def _refuse_unverified(schema: Schema, names: Sequence[str], checks: Sequence[Check]) -> None:
    first = checks[0]
    text = f" ({first.sql})" if len(checks) == 1 else ""
    message = f"cannot construct or judge {', '.join(names)}{text}"
    hint = "Rewrite the constraint, or go on without it by --accept-unverified."
    raise SchemaError(message, where=first.where if first.where.file else schema.source or None, hint=hint)


class Counter:
    """Rows by table, lowered where a wish asks for more than there can be.

    Args:
        schema: The schema.
        options: What was asked.
        asked: Demands and wishes by table.
        existing: Rows that the database holds already, by table.
    """

    def __init__(
        self, schema: Schema, options: Options, asked: Mapping[str, Demand], existing: Mapping[str, int]
    ) -> None:
        self._existing = existing
        self._schema = schema
        self._seed = options.seed
        self._counted = options.counted
        self._asked = dict(asked)
        self.lowered: dict[str, Lowered] = {}
        self.rows = {name: demand.count.number for name, demand in asked.items() if isinstance(demand.count, Rows)}
        for name in schema.tables:
            self.recount(name)

    def recount(self, name: str) -> None:
        """Count the rows of a table counted per parent."""
        count = self._asked[name].count
        if isinstance(count, PerParent) and not self._estimated(name):
            parent, keys = self._parents(name, count, ())
            self.rows[name] = rows_in_all(self._bits, name, count, keys, self._existing.get(parent, 0))

    def _estimated(self, name: str) -> bool:
        """Estimate the rows of a table counted per parent and say so, where very many would have to be counted."""
        if self._counted or self._most(name, ()) <= MOST_EXACT:
            return False
        self.rows[name] = self._expected(name)
        return True

    def _most(self, name: str, circle: tuple[str, ...]) -> int:
        """Return how many rows, or parents, have to be looked at to count the rows of a table; 0 for a circle."""
        count = self._asked[name].count
        if isinstance(count, Rows):
            return self.total(name)
        if name in circle:
            return 0
        parents = self._most(self._parent(name, count), (*circle, name))
        self._check_size(name, count, parents)
        return parents * max(count.high, 1)

    def _expected(self, name: str) -> int:
        count = self._asked[name].count
        if isinstance(count, Rows):
            return self.total(name)
        return expected(count, self._expected(self._parent(name, count)))

    def _parent(self, name: str, count: PerParent) -> str:
        return next(one.table for one in self._schema.tables[name].references if one.name == count.reference)

    def keys(self, name: str, circle: tuple[str, ...] = ()) -> Bits:
        """Return the row keys of a table."""
        count = self._asked[name].count
        if isinstance(count, Rows):
            return np.arange(self.total(name), dtype=np.uint64)
        parents, running = self._running(name, count, circle)
        sizes = np.diff(running)
        keys = np.arange(len(parents), dtype=np.uint64) if isinstance(parents, range) else parents
        new = combined(np.repeat(keys, sizes), np.arange(running[-1]) - np.repeat(running[:-1], sizes))
        return np.concatenate([np.zeros(self._existing.get(name, 0), dtype=np.uint64), new])

    def _running(self, name: str, count: PerParent, circle: tuple[str, ...]) -> tuple[Keys, Integers]:
        """Return the keys of a table's parents and the running sums of their counts, the last of which is its rows."""
        parent, keys = self._parents(name, count, circle)
        running = offsets(self._bits, name, count, keys, self._existing.get(parent, 0))
        self.rows[name] = int(running[-1])
        return keys, running

    def _parents(self, name: str, count: PerParent, circle: tuple[str, ...]) -> tuple[str, Keys]:
        """Return the table of a table's parents, and their keys."""
        parent = self._parent(name, count)
        if parent in circle or parent == name:
            message = f"the rows of {name} are counted per {parent}, whose rows are counted per {name}"
            raise ImpossibleError(message, where=self._schema.tables[name].where, hint="Give one of them a number.")
        numbered = isinstance(self._asked[parent].count, Rows)
        keys = range(self.total(parent)) if numbered else self.keys(parent, (*circle, name))
        self._check_size(name, count, len(keys))
        return parent, keys

    def _bits(self, names: tuple[str, ...], keys: Bits) -> Bits:
        return bits(stream(self._seed, *names), keys)

    def _check_size(self, name: str, count: PerParent, parents: int) -> None:
        most = parents * count.high
        if most > MOST_COUNTED:
            message = (
                f"up to {count.high:,} rows for each of {parents:,} rows make {most:,}, more than {MOST_COUNTED:,}"
            )
            raise ImpossibleError(message, where=self._where(name), hint="Ask for fewer rows per parent.")

    def total(self, name: str) -> int:
        """Return the rows of a table, existing ones counted."""
        return self.rows[name] + self._existing.get(name, 0)

    def totals(self) -> Mapping[str, int]:
        """Return the rows of every table, existing ones counted."""
        return {name: self.total(name) for name in self.rows}

    def count(self, name: str) -> Count:
        """Return what is asked of a table, capped per parent where it was."""
        return self._asked[name].count

    def cap(self, name: str, most: int, reason: str) -> bool:
        """Let no parent have more than so many rows of a table; return whether that changed anything."""
        demand = self._asked[name]
        if not isinstance(demand.count, PerParent) or demand.count.high <= most:
            return False
        before = self.lowered[name].asked if name in self.lowered else self.rows[name]
        count = replace(demand.count, low=min(demand.count.low, most), high=most)
        self._asked[name] = replace(demand, count=count)
        self.recount(name)
        if self.rows[name] < before:
            self.lowered[name] = Lowered(name, before, self.rows[name], reason)
        return True

    def lower(self, name: str, limit: int, reason: str) -> bool:
        """Lower the rows of a table to a limit; return whether that changed anything.

        Raises:
            ImpossibleError: If the count is a demand.
        """
        held = self._existing.get(name, 0)
        limit = max(limit - held, 0)
        reason += f"; {held:,} rows exist already" if held else ""
        if self.rows[name] <= limit:
            return False
        demand = self._asked[name]
        asked = self.lowered[name].asked if name in self.lowered else self.rows[name]
        if isinstance(demand.count, PerParent):
            self._limit(name, demand.count, limit, reason)
        elif demand.firm:
            message = f"{self.rows[name]:,} rows are demanded, but only {limit:,} can exist: {reason}"
            raise ImpossibleError(
                message, where=self._where(name), hint="Ask for fewer rows, or widen what limits them."
            )
        else:
            self.rows[name] = limit
        self.lowered[name] = Lowered(name, asked, self.rows[name], reason)
        return True

    def _limit(self, name: str, count: PerParent, most: int, reason: str) -> None:
        """Limit the rows of a table counted per parent, and its parents where those must have more."""
        if self._needed(name, count) > most:
            parent = self._parent(name, count)
            room = most // count.low + self._existing.get(parent, 0)
            self.lower(parent, room, f"each must have {count.low:,} of {name}, of which {most:,} can exist: {reason}")
        self._asked[name] = replace(self._asked[name], count=replace(count, most=most))
        self.recount(name)

    def _needed(self, name: str, count: PerParent) -> int:
        """Return how many rows the parents of a table must have in all."""
        if not count.low:
            return 0
        if not count.childless or self._estimated(name):  # existing parents draw nothing, and are not among these rows
            return count.low * self.rows[self._parent(name, count)]
        _, running = self._running(name, count, ())
        return int(np.minimum(np.diff(running), count.low).sum())

    def _where(self, name: str) -> str:
        where = self._schema.tables[name].where
        return str(where) if where.file or where.path else f"{self._schema.source} {name}".strip()


def _settled_drafts(
    schema: Schema,
    draft: Callable[[str, Count, Mapping[str, int]], Draft],
    order: Sequence[str],
    counter: Counter,
) -> Mapping[str, Draft]:
    """Draft every table, lower what must be, and draft again what that touches, until nothing changes."""
    drafts: dict[str, Draft] = {}
    open_tables = list(schema.tables)
    for _ in range(MOST_PASSES):
        changed: set[str] = set()
        before = counter.totals()
        for name in [one for one in order if one in open_tables]:
            drafts[name] = draft(name, counter.count(name), counter.totals())
            for change, bounds in ((counter.cap, drafts[name].crowds), (counter.lower, drafts[name].limits)):
                changes = [change(name, most, reason) for most, reason in bounds]
                if any(changes):
                    changed.add(name)
                    drafts[name] = draft(name, counter.count(name), counter.totals())
                    break
        if not changed:
            return drafts
        for name in schema.tables:
            counter.recount(name)
        changed |= {name for name, total in counter.totals().items() if total != before[name]}
        open_tables = [name for name in schema.tables if name in changed or _touched(schema, name, changed)]
    return drafts


def _touched(schema: Schema, name: str, changed: set[str]) -> bool:
    return any(reference.table in changed for reference in schema.tables[name].references)


def _ordered(plan: Plan, drafts: Mapping[str, Draft]) -> Plan:
    """Put the columns of every table in an order in which they can be computed."""
    where = {name: draft.plan.table.where for name, draft in drafts.items()}
    order = column_order(needs(plan), where)
    place = {node: at for at, node in enumerate(order)}
    tables = {name: _sorted_steps(table, place) for name, table in plan.tables.items()}
    return replace(plan, tables=tables)


def _sorted_steps(table: TablePlan, place: Mapping[tuple[str, str], int]) -> TablePlan:
    key: Callable[[str], int] = lambda name: place.get((table.table.name, name), -1)  # noqa: E731
    return replace(table, steps={name: table.steps[name] for name in sorted(table.steps, key=key)})
