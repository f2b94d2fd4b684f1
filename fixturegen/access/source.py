"""A table as ranges of rows that can be made each by itself, in any process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Protocol

import numpy as np
import polars as pl

from fixturegen.access.access import Access, opened, written_dtypes
from fixturegen.access.engine import PassError
from fixturegen.databases.oracles import Oracles
from fixturegen.errors import FixturegenError
from fixturegen.fills.engine import Engine
from fixturegen.hostility.making import engine_of
from fixturegen.options import Options
from fixturegen.planning.plan import Plan
from fixturegen.runs import Source, database_behind, plan_of
from fixturegen.verbs import load

PROBED = 64
"""Rows on which it is seen whether columns can be computed alone."""
CHUNK_ROWS = 131_072


class Ranges(Protocol):
    """A table in units, each some rows: a row, or all rows of one topmost parent."""

    units: int
    """How many there are."""

    def frames(self, columns: tuple[str, ...], start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield the rows of units ``start`` (inclusive) to ``stop`` (exclusive), in their order."""


class Origin:
    """A schema and what is asked of it, planned when needed: for rows alone, or for all rows.

    Args:
        schema: The schema, or a source of one.
        options: What is asked; with hostile rows, every row is made as part of the whole.
    """

    def __init__(self, schema: Source, options: Options) -> None:
        self._database = database_behind(schema)
        self._schema = load(schema)
        self._options = options
        self.alone = not options.hostile

    @cached_property
    def access(self) -> Access:
        """Rows alone."""
        return opened(self._schema, self._options)

    @cached_property
    def whole(self) -> Plan:
        """The plan of all rows."""
        return plan_of(self._schema, self._options, self._database)

    @cached_property
    def engine(self) -> Engine:
        """The engine of all rows, which counts what has to be counted once."""
        return engine_of(self.whole, Oracles(self._database))

    def dtypes(self, table: str) -> dict[str, pl.DataType]:
        """Return the dtype of every column that is written.

        Raises:
            SchemaError: If there is no such table.
        """
        if self.alone:
            return dict(self.access.dtypes(table))
        return written_dtypes(self.whole, table)


def ranges_of(origin: Origin, table: str, columns: Sequence[str]) -> Ranges:
    """Return a table's ranges: of rows made alone, unless a wanted column takes a pass over a whole table."""
    if origin.alone:
        with suppress(PassError):
            alone = AloneRanges(origin.access, table)
            if alone.serves(tuple(columns)):
                return alone
    return WholeRanges(origin.engine, table)


class AloneRanges:
    """Ranges of rows that are computed alone: nothing is counted, whatever comes before.

    ``units`` are rows, or the topmost parents of rows counted per parent.

    Args:
        access: The access.
        table: The table.

    Raises:
        PassError: If how many rows a parent has depends on the others.
    """

    def __init__(self, access: Access, table: str) -> None:
        self._access = access
        self._table = table
        self._chain = [table]
        while not access.engine.numbered(self._chain[-1]):
            self._chain.append(access.engine.strides(self._chain[-1]).parent)
        self.units = access.plan.tables[self._chain[-1]].total

    def serves(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns can be computed alone, seen on the first rows."""
        numbers = next(self._numbers(0, min(self.units, PROBED)), np.zeros(1, dtype=np.int64))
        rows = self._access.engine.rows(self._table, numbers[:PROBED])
        try:
            for name in columns:
                rows.column(name)
        except PassError:
            return False
        except FixturegenError:  # what is wrong is said when rows are made
            return True
        return True

    def frames(self, columns: tuple[str, ...], start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield the rows of units ``start`` (inclusive) to ``stop`` (exclusive), in their order."""
        for numbers in self._numbers(start, stop):
            yield self._access.frame(self._table, columns, numbers)

    def _numbers(self, start: int, stop: int) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
        for at in range(start, stop, CHUNK_ROWS):
            numbers = np.arange(at, min(at + CHUNK_ROWS, stop), dtype=np.int64)
            for name in reversed(self._chain[:-1]):
                numbers = self._access.engine.strides(name).children(numbers)
            yield from (numbers[each : each + CHUNK_ROWS] for each in range(0, len(numbers), CHUNK_ROWS))


class WholeRanges:
    """Ranges of rows made as parts of the whole, whose counts are taken first. ``units`` are rows.

    Args:
        engine: The engine.
        table: The table.
    """

    def __init__(self, engine: Engine, table: str) -> None:
        self._engine = engine
        self._table = table
        self._first = engine.plan.tables[table].existing
        self.units = engine.plan.tables[table].rows

    def frames(self, columns: tuple[str, ...], start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield the rows of units ``start`` (inclusive) to ``stop`` (exclusive), in their order."""
        for at in range(start, stop, CHUNK_ROWS):
            first, last = self._first + at, self._first + min(at + CHUNK_ROWS, stop)
            rows = self._engine.rows(self._table, np.arange(first, last, dtype=np.int64))
            yield (
                pl.DataFrame({name: rows.column(name) for name in columns})
                if columns
                else pl.DataFrame(height=last - first)
            )
