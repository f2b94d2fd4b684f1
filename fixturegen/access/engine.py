"""The engine of row access: rows computed alone, and nothing that takes a pass over a table.

A table counted per parent has no ordinals here, for those take a running sum over all its parents. Its rows go by a number that
says whose child they are: the parent's number times the most rows a parent can have, plus the row's number among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np
import polars as pl

from fixturegen.access.strides import Strides
from fixturegen.draws import Bits, Integers
from fixturegen.draws.few import FEW
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.fills.keeping import Computed, Keeper
from fixturegen.fills.rows import TableRows
from fixturegen.fills.settling import Attempts
from fixturegen.generator import Generator
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fixturegen.fills.judging import Oracle
    from fixturegen.planning.plan import Plan

HELD_ROWS = 65_536
"""Columns that others read are kept whole up to so many rows."""
_ALONE = frozenset({"parent", "via"})
"""Links that do not ask how many parents there are."""
_BY_ORDINAL = frozenset({"one to one", "self", "chain"})


LIMITED = "are limited in all, and the first parents take theirs first"
"""Why rows of some tables counted per parent cannot be computed alone."""


class PassError(Exception):
    """A value takes a pass over all rows of a table; the message says why."""


class AccessEngine(Engine):
    """Computes rows alone.

    Args:
        plan: The plan; its rows counted per parent may be estimated.
        oracle: The database that judges what only it can judge, if one is at hand.
    """

    def __init__(self, plan: Plan, oracle: Oracle | None = None) -> None:
        super().__init__(plan, Bulk(plan.options.seed), oracle)
        self.keeper = _Forgetful()
        self._strides: dict[str, Strides] = {}

    def numbered(self, table: str) -> bool:
        """Return whether the rows of a table are known by ordinals, not by their parents."""
        return not isinstance(self.plan.tables[table].count, PerParent)

    def limited(self, table: str) -> bool:
        """Return whether rows counted per parent are limited in all, so that every parent's depend on the others'."""
        count = self.plan.tables[table].count
        return isinstance(count, PerParent) and count.most is not None

    def rows(self, table: str, ordinals: Integers) -> TableRows:
        """Return the rows of a table at these numbers, nothing computed yet."""
        return AccessRows(self, self.plan.tables[table], ordinals)

    def candidates(self, plan: TablePlan, ordinals: Integers, attempts: Attempts) -> TableRows:
        """Return rows that candidates take their given columns from."""
        return AccessRows(self, plan, ordinals, attempts)

    def first(self, table: str, count: int) -> Integers:
        """Return the numbers of the first rows of a table, fewer where it has no more."""
        if self.numbered(table):
            return super().first(table, count)
        strides = self.strides(table)
        parents, found = 1, np.empty(0, dtype=np.int64)
        while len(found) < count:
            whole = parents >= self.most(strides.parent)
            found = strides.children(self.first(strides.parent, parents))[:count]
            parents *= 4
            if whole:
                break
        return found

    def counts(self, table: str) -> Strides:  # type: ignore[override] # what rows ask of counts, without a running sum
        """Return how many rows each parent has, drawn when asked."""
        return self.strides(table)

    def strides(self, table: str) -> Strides:
        """Return how the rows of a table counted per parent are numbered."""
        if self.limited(table):
            _refuse(f"rows of {table} {LIMITED}")
        if table not in self._strides:
            self._strides[table] = Strides(self, self.plan.tables[table])
        return self._strides[table]

    def attempts(self, table: str) -> Attempts:
        """Refuse: a row gives way to all earlier rows."""
        _refuse(f"rows of {table} give way to earlier rows that hold the same values")

    def ranks(self, table: str, reference: str) -> Integers:
        """Refuse: a number counts all earlier rows of the same parent."""
        _refuse(f"rows of {table} are numbered within {reference}, and choose their parents freely")

    def aggregate(self, table: str, column: str) -> pl.Series:
        """Refuse: the children choose their parents, so that all have to be asked."""
        _refuse(f"{table}.{column} sums up rows that choose their parents freely")

    def whole(self, table: str, column: str) -> pl.Series:
        """Return all values of a column of a small table."""
        if not self.numbered(table) or self.plan.tables[table].total > HELD_ROWS:
            _refuse(f"all values of {table}.{column} are needed")
        return super().whole(table, column)

    def gathered(self, table: str, column: str, ordinals: Integers) -> pl.Series:
        """Return a column at these numbers; null where the number is -1."""
        if len(ordinals) <= FEW and -1 not in ordinals.tolist() and self.plan.tables[table].total:
            return self._column_at(table, column, ordinals)
        return super().gathered(table, column, ordinals)

    def _column_at(self, table: str, column: str, ordinals: Integers) -> pl.Series:
        if self.numbered(table) and self.plan.tables[table].total <= HELD_ROWS:
            return super()._column_at(table, column, ordinals)
        return self.rows(table, ordinals).column(column)

    def most(self, table: str) -> int:
        """Return a bound of the numbers of a table's rows, exclusive."""
        if self.numbered(table):
            return self.plan.tables[table].total
        strides = self.strides(table)
        return self.most(strides.parent) * strides.stride


class AccessRows(TableRows):
    """Rows of one table that are computed alone; what takes a pass over a table is refused."""

    engine: AccessEngine

    def _completed(self, name: str) -> pl.Series:
        return super()._completed(name) if self.plan.existing else self._computed(name)

    def part(self, mask_or_places: Integers) -> TableRows:
        """Return the rows at these places, nothing computed yet."""
        attempts = self._given_attempts
        chosen = None if attempts is None else tuple(one[mask_or_places] for one in attempts)
        return AccessRows(self.engine, self.plan, self.ordinals[mask_or_places], chosen)

    def chosen(self, reference: str) -> Integers:
        """Return the number of the parent that each row chooses, -1 where there is none."""
        link = self.plan.links[reference]
        if link.kind == "agreeing" or link.peers:
            _refuse(f"{self.name}.{reference} takes an index of the parents that agree with other references")
        if link.only:
            _refuse(f"{self.name}.{reference} takes an index of the parents whose values its checks allow")
        if link.kind in _BY_ORDINAL and not self.engine.numbered(self.name):
            _refuse(f"{self.name}.{reference} depends on the row's number in the whole table, a sum over all parents")
        if link.kind not in _ALONE and not self.engine.numbered(link.reference.table):
            _refuse(
                f"{self.name}.{reference} chooses among all rows of {link.reference.table}, which are counted per parent"
            )
        return super().chosen(reference)

    def _place(self, index: str, whole: int, keys: Bits) -> Integers:
        if not self.engine.numbered(self.name):
            _refuse(f"{self.name}.{index} is unique by the row's number in the whole table, a sum over all parents")
        return super()._place(index, whole, keys)

    def _build(
        self,
        name: str,
        generator: Generator,
        draws: Mapping[str, Integers],
        stream: tuple[str, ...] = (),
        keys: Bits | None = None,
    ) -> pl.Series:
        if generator.sequential and not self.engine.numbered(self.name):
            _refuse(f"it counts up along the whole of {self.name}, a sum over all parents")
        return super()._build(name, generator, draws, stream, keys)


class _Forgetful(Keeper):
    """Keeps nothing: no chunk will follow."""

    def keep(self, rows: TableRows) -> None:
        """Keep nothing."""

    def kept(self, table: str, start: int, stop: int) -> Computed | None:
        """Return that nothing is kept."""


def _refuse(reason: str) -> NoReturn:
    raise PassError(reason)
