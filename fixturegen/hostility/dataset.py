"""Datasets in which every hostile class occurs, with labels that say where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError
from fixturegen.fills.bulk import Bulk, frames
from fixturegen.fills.judging import Oracle
from fixturegen.fills.nulls import Mask
from fixturegen.hostility.catalogue import NULL
from fixturegen.hostility.engine import HostileEngine
from fixturegen.hostility.reading import Place
from fixturegen.hostility.relations import relational, twisted
from fixturegen.hostility.rows import HostileRows
from fixturegen.hostility.storable import Keeper
from fixturegen.hostility.tracks import ALL_OPTIONAL, NOT_HOSTILE, Hostility, Track
from fixturegen.hostility.tried import tried_hostility
from fixturegen.planning.plan import Plan

LABELS = pl.Schema(
    {"table": pl.String, "column": pl.String, "class": pl.String, "row": pl.Int64, "left_out": pl.String}
)
Label = tuple[str, str | None, str, int | None, str | None]


class HostileDataset(dict[str, pl.DataFrame]):
    """Frames by table, parents first.

    Attributes:
        labels: A row for each class and row in which it occurs: ``table``, ``column`` (null for what concerns the whole row),
            ``class``, ``row`` (0-based; null for a class that is left out) and ``left_out`` (why; null for one that occurs).
        bound: By table, the number of rows within which every class occurs that is not left out, those of whole rows included.
    """

    def __init__(self, data: Mapping[str, pl.DataFrame], labels: pl.DataFrame, bound: Mapping[str, int]) -> None:
        super().__init__(data)
        self.labels = labels
        self.bound = MappingProxyType(dict(bound))


class Hostile:
    """A hostile dataset in the making: every row is hostile in some columns.

    Args:
        plan: Its plan.
        keeper: Who has to keep the values unaltered.
        oracle: The database that judges what only it can judge.
        spared: Columns that are not to be hostile.
    """

    def __init__(
        self, plan: Plan, keeper: Keeper | None, oracle: Oracle | None = None, spared: frozenset[Place] = frozenset()
    ) -> None:
        self.plan = plan
        self._oracle = oracle
        self.hostility = twisted(plan, tried_hostility(plan, 1.0, keeper, oracle, spared))
        self.hostility = self._placed(self.hostility)

    def dataset(self) -> HostileDataset:
        """Return the rows, their labels and bounds."""
        engine = self._engine(self.hostility)
        data: dict[str, list[pl.DataFrame]] = {}
        for name, frame in frames(self.plan, oracle=self._oracle, engine=engine):
            data.setdefault(name, []).append(frame)
        made = {name: pl.concat(held) for name, held in data.items()}
        labels = [label for name in made for label in self._labels(engine, name, made[name])]
        labels += relational(self.plan, made)
        told = pl.DataFrame(labels, schema=LABELS, orient="row")
        last = _last_first(told)
        bound = {name: max(self.hostility.bound(name), last.get(name, 0)) for name in made}
        return HostileDataset(made, told, bound)

    def _engine(self, hostility: Hostility) -> HostileEngine:
        return HostileEngine(self.plan, Bulk(self.plan.options.seed), hostility, self._oracle)

    def _placed(self, hostility: Hostility) -> Hostility:
        """Move targets for which their row had no room to rows that have."""
        engine = self._engine(hostility)
        tables = {}
        for name, held in hostility.tables.items():
            total = self.plan.tables[name].total
            rows = engine.rows(name, np.arange(total, dtype=np.int64))
            tracks = tuple(self._settled(engine, name, track, _taken(rows, track)) for track in held.tracks)
            tables[name] = replace(held, tracks=tracks)
        return Hostility(hostility.spread, tables)

    def _settled(self, engine: HostileEngine, table: str, track: Track, taken: Integers) -> Track:
        """Return the track with every target in a row that has room for it, as far as there is one."""
        occurring = set(taken.tolist())
        missing = [
            at for at, target in enumerate(track.targets) if at not in occurring and target.component is not None
        ]
        if not missing or len(taken) == 0:
            return track
        placed = taken.copy()
        for at in missing:
            spare = _spare(placed)
            trial = replace(track, placed=tuple(np.where(spare, at, NOT_HOSTILE).tolist()))
            held = engine.hostility.tables[table]
            tracks = tuple(trial if one is track else one for one in held.tracks)
            tables = {**engine.hostility.tables, table: replace(held, tracks=tracks)}
            tried = self._engine(Hostility(engine.hostility.spread, tables))
            found = _taken(tried.rows(table, np.arange(len(taken), dtype=np.int64)), trial) == at
            fitting = np.flatnonzero(found)
            if len(fitting):
                placed[fitting[0]] = at
        return replace(track, placed=tuple(placed.tolist()))

    def _labels(self, engine: HostileEngine, table: str, frame: pl.DataFrame) -> Iterator[Label]:
        held = self.hostility.tables[table]
        rows = engine.rows(table, np.arange(frame.height, dtype=np.int64))
        for column, out in held.left_out.items():
            yield from ((table, column, each.name, None, each.reason) for each in out)
        for track in held.tracks:
            yield from self._track_labels(table, track, _taken(rows, track))
        for name in _optional_columns(self.plan, table, frame):
            absent = np.flatnonzero(frame[name].is_null().to_numpy())
            yield from ((table, name, NULL, int(row), None) for row in absent)
            if len(absent) == 0:
                yield table, name, NULL, None, "its checks, or a demand for none, leave no NULL"
        yield from _optional_labels(self.plan, table, frame)

    def _track_labels(self, table: str, track: Track, taken: Integers) -> Iterator[Label]:
        for at, target in enumerate(track.targets):
            if target.candidate.name == NULL:
                continue
            found = np.flatnonzero(taken == at)
            yield from ((table, target.column, target.candidate.name, int(row), None) for row in found)
            if len(found) == 0:
                yield table, target.column, target.candidate.name, None, self._reason(table, track)

    def _reason(self, table: str, track: Track) -> str:
        rows, needed = self.plan.tables[table].rows, self.hostility.spread.rows(track.hostile_rows)
        if rows < needed:
            return f"needs {needed:,} rows, the table has {rows:,}"
        return "no row has room for it beside its other columns"


Judge = Callable[[Mapping[str, pl.DataFrame]], Iterable[tuple[str, tuple[str, ...]]]]
"""Tells which constraints frames break: the table of each, and its columns."""
FIRST_ROWS = 200
"""Rows of each table at first; more where a table has more classes."""


def hostile_dataset(
    plan_for: Callable[[int], Plan],
    keeper: Keeper | None,
    judge: Judge,
    oracle: Oracle | None = None,
    rows: int | None = None,
) -> HostileDataset:
    """Return a dataset in which every class occurs that its constraints allow, judged apart from what made it.

    Args:
        plan_for: Makes the plan for so many rows of every table that has no count of its own.
        keeper: Who has to keep the values unaltered.
        judge: Judges the frames; columns of constraints that are broken are spared, and said to be.
        oracle: The database that judges what only it can judge.
        rows: Rows of every table; None for as many as the classes need.
    """
    plan = plan_for(FIRST_ROWS if rows is None else rows)
    spared: frozenset[Place] = frozenset()
    while True:
        hostile = Hostile(plan, keeper, oracle, spared)
        needed = max((hostile.hostility.bound(name) for name in plan.tables), default=0)
        if rows is None and needed > max(table.rows for table in plan.tables.values()) >= FIRST_ROWS:
            rows = needed
            plan = plan_for(needed)
            continue
        made = hostile.dataset()
        broken = set(judge(made))
        if not broken:
            return made
        spared |= _blamed(hostile.hostility, broken, spared)


def _last_first(labels: pl.DataFrame) -> dict[str, int]:
    """Return within how many rows of each table every class has occurred: some wait for a row that has room for them."""
    occurring = labels.filter(pl.col("row").is_not_null())
    firsts = occurring.group_by("table", "column", "class").agg(pl.col("row").min())
    return {table: int(row) + 1 for table, row in firsts.group_by("table").agg(pl.col("row").max()).rows()}


def _blamed(
    hostility: Hostility, broken: Iterable[tuple[str, tuple[str, ...]]], spared: frozenset[Place]
) -> frozenset[Place]:
    """Return the columns that a broken constraint speaks of, or else all of its table, or of all tables."""
    everything = {
        (table, column) for table, held in hostility.tables.items() for track in held.tracks for column in track.columns
    }
    for choice in (
        {(table, column) for table, columns in broken for column in columns},
        {place for place in everything if place[0] in {table for table, _ in broken}},
        everything,
    ):
        blamed = frozenset(choice & everything) - spared
        if blamed:
            return blamed
    message = (
        f"rows of {', '.join(sorted({table for table, _ in broken}))} break their constraints without any hostile value"
    )
    raise ImpossibleError(message, hint="Report it, with the schema.")


def _taken(rows: HostileRows, track: Track) -> Integers:
    """Return the place of the target that each row takes."""
    found = np.full(len(rows), NOT_HOSTILE, dtype=np.int64)
    for component in (None, *track.components):
        places = rows.turns(track, component)
        found = np.where(places != NOT_HOSTILE, places, found)
    return found


def _spare(placed: Integers) -> Mask:
    """Rows that take no target, or one that other rows take too."""
    counts = np.bincount(placed[placed >= 0], minlength=int(placed.max(initial=0)) + 1)
    return np.array((placed == NOT_HOSTILE) | ((placed >= 0) & (counts[np.maximum(placed, 0)] > 1)))


def _optional_columns(plan: Plan, table: str, frame: pl.DataFrame) -> list[str]:
    columns = plan.tables[table].table.columns
    return [column.name for column in columns if column.nullable and column.name in frame.columns]


def _optional_labels(plan: Plan, table: str, frame: pl.DataFrame) -> Iterator[Label]:
    optional = _optional_columns(plan, table, frame)
    if not optional:
        return
    empty = frame.select(pl.all_horizontal(pl.col(name).is_null() for name in optional)).to_series().to_numpy()
    found = np.flatnonzero(empty)
    yield from ((table, None, ALL_OPTIONAL, int(row), None) for row in found)
    if len(found) == 0:
        yield table, None, ALL_OPTIONAL, None, "its checks, or a unique, need one of them"
