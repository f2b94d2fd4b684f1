"""Which row takes which hostile value: tracks of columns, along which their classes come round one after the other.

A share of the rows is hostile, evenly spread; hostile rows are numbered. Each track is at work in every other hostile row, and
takes its targets in turn. So a class of a track with n targets occurs within 2 n + 2 hostile rows, whatever the other tracks do,
and a row's values follow from its ordinal alone: chunks, order and growth change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np

from fixturegen.draws import Integers
from fixturegen.fills.nulls import Mask
from fixturegen.hostility.allowed import Candidate, LeftOut
from fixturegen.planning.plan import TablePlan

UNIT = 2**20
"""Shares are whole numbers of this part of the rows."""
NULL_ROWS = 512
"""Of the hostile rows, number 0 and every 512th have NULL wherever it is allowed."""
NOT_HOSTILE, ALL_NULL = -1, -2
ALL_OPTIONAL = "all optional columns NULL"


@dataclass(frozen=True, slots=True)
class Target:
    """A value that a column takes.

    Attributes:
        column: The column.
        candidate: The class and the value.
        edge: ``low`` or ``high`` for the bound that other columns set in that very row, in place of a value.
        component: Number of the component that the column belongs to or is read by; None where nothing ties it.
        plan: The table's plan under which the columns of that component are drawn around the value.
    """

    column: str
    candidate: Candidate
    edge: Literal["", "low", "high"] = ""
    component: int | None = None
    plan: TablePlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Columns of which at most one is hostile in a row.

    Attributes:
        columns: The columns.
        targets: What they take, in turn.
        parity: Whether the track is at work in even (0) or odd (1) hostile rows.
        components: Numbers of the components that they belong to.
        nothing: The plan under which all optional columns of the components are NULL, if their checks allow that.
        placed: Targets of the first hostile rows by place, where they take none in turn: found to have room for these.
        once: Columns that are distinct by themselves: each target is taken by one row of the whole table.
        fellows: For such a column, the columns that share its permutation, which together with it are distinct.
        settled: Numbers of the settled groups that draw these columns again: a row that was drawn again is not hostile.
    """

    columns: tuple[str, ...]
    targets: tuple[Target, ...]
    parity: int = 0
    components: tuple[int, ...] = ()
    nothing: TablePlan | None = None
    placed: tuple[int, ...] = ()
    once: frozenset[str] = frozenset()
    fellows: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    settled: tuple[int, ...] = ()

    def turns(self, numbers: Integers) -> Integers:
        """Return the place of each hostile row's target, -1 for none, -2 where all optional columns are NULL.

        Args:
            numbers: Numbers of the hostile rows; -1 for rows that are not.
        """
        hostile = numbers >= 0
        nulls = hostile & (numbers % NULL_ROWS == 0)
        later = numbers - 1 - numbers // NULL_ROWS
        at_work = hostile & ~nulls & ((later + self.parity) % 2 == 0)
        turn = later // 2
        count = max(len(self.targets), 1)
        places = np.where(at_work & bool(self.targets), turn % count, NOT_HOSTILE)
        if self.placed:
            known = np.array(self.placed)
            inside = hostile & ~nulls & (numbers < len(known))
            places = np.where(inside, known[np.minimum(np.maximum(numbers, 0), len(known) - 1)], places)
            turn = np.where(inside, 0, turn)
        if self.once:
            lone = np.array([target.column in self.once for target in self.targets])
            places = np.where((places >= 0) & (turn >= count) & lone[places], NOT_HOSTILE, places)
        return np.where(nulls, ALL_NULL, places)

    def number_of(self, place: int) -> int:
        """Return the number of the first hostile row that takes a target.

        >>> Track(columns=("a",), targets=(Target("a", Candidate("zero", 0)),) * 9, parity=1).number_of(8)
        18
        """
        later = 2 * place + self.parity
        return later + 1 + later // (NULL_ROWS - 1)

    @property
    def hostile_rows(self) -> int:
        """So many hostile rows hold every target."""
        if self.placed:
            return max((self.placed.index(at) + 1 for at in set(self.placed) if at >= 0), default=1)
        return self.number_of(len(self.targets) - 1) + 1 if self.targets else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHostility:
    """What becomes hostile in one table.

    Attributes:
        tracks: The tracks.
        left_out: Classes of a column that do not occur, and why.
        optional: References whose columns are NULL in rows without any optional value.
        chained: References to the same table that lead to the row before, in the first half of the rows.
    """

    tracks: tuple[Track, ...] = ()
    left_out: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=lambda: MappingProxyType({}))
    optional: frozenset[str] = frozenset()
    chained: frozenset[str] = frozenset()

    def track(self, column: str) -> Track | None:
        """Return the track of a column."""
        return next((track for track in self.tracks if column in track.columns), None)

    @property
    def hostile_rows(self) -> int:
        """So many hostile rows hold every target of the table."""
        return max((track.hostile_rows for track in self.tracks), default=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """Which rows are hostile: a share of them, evenly.

    Attributes:
        units: The share in 2**20ths.
    """

    units: int

    @classmethod
    def of(cls, share: float) -> Spread:
        """Return the spread of a share, 0 to 1; a share above 0 has at least one in 2**20 rows."""
        return cls(max(round(share * UNIT), 1) if share > 0 else 0)

    def numbers(self, rows: Integers) -> Integers:
        """Return the number of each hostile row among them, -1 for rows that are not hostile.

        >>> Spread.of(0.5).numbers(np.arange(5)).tolist()
        [0, -1, 1, -1, 2]
        """
        before = -(-(rows * self.units) // UNIT)
        after = -(-((rows + 1) * self.units) // UNIT)
        return np.where((after > before) & (rows >= 0), before, -1)

    def row(self, number: int) -> int:
        """Return the hostile row of a number.

        >>> [Spread.of(0.3).row(number) for number in range(3)]
        [0, 3, 6]
        """
        return number * UNIT // self.units

    def rows(self, hostile: int) -> int:
        """Return how many rows hold so many hostile ones."""
        return self.row(hostile - 1) + 1 if self.units and hostile else 0


@dataclass(frozen=True, slots=True)
class Hostility:
    """What becomes hostile in every table, and how often.

    Attributes:
        spread: Which rows.
        tables: What, by table.
    """

    spread: Spread
    tables: Mapping[str, TableHostility]

    def bound(self, table: str) -> int:
        """Return the number of rows within which every class of every column of a table occurs."""
        return self.spread.rows(self.tables[table].hostile_rows)


def masked(places: Integers, allowed: Mask) -> Integers:
    """Return the places with none where a row is not allowed any."""
    return np.where(allowed, places, NOT_HOSTILE)
