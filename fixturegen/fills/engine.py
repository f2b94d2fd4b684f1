"""The engine: rows computed on demand, column by column, from their keys.

``Engine.rows`` gives the rows of a table by their ordinals; a column of theirs is computed when it is asked for, and asks in
turn for what it needs: other columns, parents, parents' columns, children. Whatever the order and the chunks, a value is the
same, so nothing has to be kept; what is small is kept for speed.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers
from fixturegen.dtypes import polars_dtype
from fixturegen.fills.aggregates import whole_aggregate
from fixturegen.fills.agreement import Agreement, ranked
from fixturegen.fills.counts import Counts
from fixturegen.fills.dictionaries import Dictionaries
from fixturegen.fills.drawing import alike
from fixturegen.fills.judging import Oracle
from fixturegen.fills.keeping import Keeper
from fixturegen.fills.nulls import blanked
from fixturegen.fills.rows import TableRows
from fixturegen.fills.settling import Attempts, settled
from fixturegen.fills.trying import Trials
from fixturegen.fills.ways import Ways, passing_ways
from fixturegen.fills.widths import row_bytes
from fixturegen.generator import Draw, Repeated
from fixturegen.planning.components import Component, Narrowing
from fixturegen.planning.plan import Aggregated, Drawn, Plan, TablePlan
from fixturegen.schema import PerParent

HELD_ROWS = 4_000_000
"""Columns that other tables read are kept whole up to so many rows, and computed row by row beyond."""


class Fill(Protocol):
    """Who fills the draws."""

    def stream(self, *names: str) -> int:
        """Return the number that keys consistent choices."""

    def bits(self, names: tuple[str, ...], keys: Bits) -> Bits:
        """Return 64 bits a row."""

    def draw(self, names: tuple[str, ...], draw: Draw, keys: Bits) -> Integers:
        """Return one value a row."""

    def repeat(self, names: tuple[str, ...], draw: Draw, keys: Bits, counts: Integers) -> Repeated:
        """Return so many values a row."""

    def place(self, names: tuple[str, ...], index: Integers, size: int) -> Integers:
        """Return the place of an index in a permutation."""


class Engine:
    """Computes rows of a plan.

    Args:
        plan: The plan.
        fill: Who fills the draws.
        oracle: The database that judges what only it can judge, if one is at hand.
        dictionaries: The columns that frames hold as Categorical; None for texts alone.
    """

    def __init__(
        self, plan: Plan, fill: Fill, oracle: Oracle | None = None, dictionaries: Dictionaries | None = None
    ) -> None:
        self.plan = plan
        self.fill = fill
        self.oracle = oracle
        self.dictionaries = dictionaries
        self.trials: Trials | None = None
        self.keeper = Keeper()
        self._held: dict[tuple[str, str], pl.Series] = {}
        self._counts: dict[str, Counts] = {}
        self._attempts: dict[str, Attempts] = {}
        self._ranks: dict[tuple[str, str], Integers] = {}
        self._row_bytes: dict[str, int] = {}
        self._ways: dict[tuple[str, int], Ways] = {}
        self._alike: dict[tuple[str, str], tuple[Component, list[Narrowing], Integers]] = {}
        self.agreements: dict[tuple[str, str], Agreement] = {}
        self.eligible: dict[tuple[str, str], Integers] = {}

    def frame(self, table: str, start: int, stop: int) -> pl.DataFrame:
        """Return rows ``start`` (inclusive) to ``stop`` (exclusive) of a table, all columns that are written."""
        if self.trials is not None and any(group.tried for group in self.plan.tables[table].settled):
            self.attempts(table)  # whatever reads them: nothing may, where all columns only count up
        rows = self.run(table, start, stop)
        self.keeper.let_go(table, stop)
        written = [column for column in self.plan.tables[table].table.columns if column.name in rows.plan.steps]
        return pl.DataFrame({column.name: rows.written(column.name) for column in written})

    def rows(self, table: str, ordinals: Integers) -> TableRows:
        """Return the rows of a table at these ordinals, nothing computed yet."""
        return TableRows(self, self.plan.tables[table], ordinals)

    def attempted(self, plan: TablePlan, ordinals: Integers, attempts: Attempts) -> TableRows:
        """Return the rows of a table at these ordinals as they are after so many attempts at keeping its uniques."""
        return TableRows(self, plan, ordinals, attempts)

    def first(self, table: str, count: int) -> Integers:
        """Return the ordinals of the first rows of a table that are not there already."""
        return self.plan.tables[table].existing + np.arange(count, dtype=np.int64)

    def candidates(self, plan: TablePlan, ordinals: Integers, attempts: Attempts) -> TableRows:
        """Return rows that candidates take their given columns from."""
        return TableRows(self, plan, ordinals, attempts)

    def run(self, table: str, start: int, stop: int) -> TableRows:
        """Return rows ``start`` (inclusive) to ``stop`` (exclusive), with what was kept of them."""
        rows = self.rows(table, np.arange(start, stop, dtype=np.int64))
        kept = self.keeper.kept(table, start, stop)
        if kept is not None:
            rows.computed = kept
        return rows

    def keys(self, table: str, ordinals: Integers) -> Bits:
        """Return the row keys: the ordinals themselves, or hashes of (parent's key, ordinal among its children)."""
        if not isinstance(self.plan.tables[table].count, PerParent):
            return ordinals.view(np.uint64)
        old = ordinals < self.plan.tables[table].existing
        if not old.any():
            return self.counts(table).keys(ordinals)
        keys = ordinals.astype(np.uint64)
        keys[~old] = self.counts(table).keys(ordinals[~old])
        return keys

    def counts(self, table: str) -> Counts:
        """Return how many rows each parent of a table counted per parent has."""
        if table not in self._counts:
            self._counts[table] = Counts(self, self.plan.tables[table])
        return self._counts[table]

    def attempts(self, table: str) -> Attempts:
        """Return how often each row of a table was drawn again to keep its uniques."""
        if table not in self._attempts:
            self._attempts[table] = settled(self, self.plan.tables[table])
        return self._attempts[table]

    def ways(self, table: str, number: int) -> Ways:
        """Return which ways of making the columns of a component pass its judged conditions."""
        if (table, number) not in self._ways:
            self._ways[table, number] = passing_ways(self, self.plan.tables[table], number)
        return self._ways[table, number]

    def row_bytes(self, table: str) -> int:
        """Return about how many bytes a row of a table takes."""
        if table not in self._row_bytes:
            self._row_bytes[table] = row_bytes(self.plan.tables[table])
        return self._row_bytes[table]

    def alike(self, table: str, component: Component, column: str) -> tuple[list[Narrowing], Integers]:
        """Return what the cases of a component leave of one of its columns, see :func:`fixturegen.fills.drawing.alike`."""
        held = self._alike.get((table, column))
        if held is None or held[0] is not component:  # hostile rows are tried with components of their own
            held = self._alike[table, column] = (component, *alike(component, column))
        return held[1], held[2]

    def ranks(self, table: str, reference: str) -> Integers:
        """Return the 0-based number of every row among the rows of its parent, in the order of rows."""
        key = (table, reference)
        if key not in self._ranks:
            rows = self.plan.tables[table].total
            self._ranks[key] = ranked(self.rows(table, np.arange(rows, dtype=np.int64)).parents(reference))
        return self._ranks[key]

    def aggregate(self, table: str, column: str) -> pl.Series:
        """Return a column that takes one pass over all children, for every row of its table."""
        key = (table, column)
        if key not in self._held:
            step = self.plan.tables[table].steps[column]
            assert isinstance(step, Aggregated)
            self._held[key] = whole_aggregate(self, table, column, step.aggregate)
        return self._held[key]

    def gathered(self, table: str, column: str, ordinals: Integers) -> pl.Series:
        """Return a column at these ordinals; null where the ordinal is -1."""
        rows = self.plan.tables[table].total
        if rows == 0:
            type_ = self.plan.tables[table].column(column).type
            return pl.Series(column, [None] * len(ordinals), dtype=polars_dtype(type_))
        absent = ordinals < 0
        present = np.where(absent, 0, ordinals) if absent.any() else ordinals
        values = self._column_at(table, column, present)
        return blanked(values, absent)

    def whole(self, table: str, column: str) -> pl.Series:
        """Return all values of a column."""
        key = (table, column)
        if key not in self._held:
            rows = self.plan.tables[table].total
            self._held[key] = self.rows(table, np.arange(rows, dtype=np.int64)).column(column)
        return self._held[key]

    def _column_at(self, table: str, column: str, ordinals: Integers) -> pl.Series:
        plan = self.plan.tables[table]
        if _cheap(plan.steps.get(column)):
            return self.rows(table, ordinals).column(column)
        held = plan.total <= HELD_ROWS or isinstance(plan.steps.get(column), Aggregated)
        if held and (len(ordinals) * 4 > plan.total or (table, column) in self._held):
            return self.whole(table, column)[pl.Series(ordinals.astype(np.uint32))]
        return self.rows(table, ordinals).column(column)


def _cheap(step: object) -> bool:
    """Return whether a column follows from the ordinal alone: it is computed faster than gathered from memory."""
    return isinstance(step, Drawn) and step.generator.sequential and step.component is None and step.nulls <= 0
