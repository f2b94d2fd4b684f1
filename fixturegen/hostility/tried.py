"""What becomes hostile, tried on the first rows of every table: columns with whose hostile values rows cannot be made are spared."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fixturegen.errors import FixturegenError
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.judging import Oracle
from fixturegen.hostility.engine import HostileEngine
from fixturegen.hostility.preparing import prepared
from fixturegen.hostility.reading import Place, readings, totals
from fixturegen.hostility.storable import Keeper
from fixturegen.hostility.tracks import Hostility
from fixturegen.planning.plan import Plan

TRIED = 256
"""Rows of each table that are made once beforehand, to see that they can be."""


def hostile_engine(plan: Plan, oracle: Oracle | None = None, keeper: Keeper | None = None) -> HostileEngine:
    """Return the engine of a plan whose options ask for hostile rows."""
    hostility = tried_hostility(plan, plan.options.hostile, keeper, oracle)
    return HostileEngine(plan, Bulk(plan.options.seed), hostility, oracle)


def tried_hostility(
    plan: Plan,
    share: float,
    keeper: Keeper | None = None,
    oracle: Oracle | None = None,
    spared: Collection[Place] = (),
) -> Hostility:
    """Return what becomes hostile, once the first rows of every table were made with it.

    Columns with whose hostile values rows of some table could not be made are spared.

    Args:
        plan: The plan.
        share: Share of hostile rows, 0 to 1.
        keeper: Who has to keep the values unaltered.
        oracle: The database that judges what only it can judge.
        spared: Columns that are not to be hostile in any case.

    Raises:
        FixturegenError: If the rows cannot be made without any hostile value either.
    """
    left = set(spared)
    while True:
        hostility = prepared(plan, share, keeper, oracle, left)
        failure = _failure(plan, hostility, oracle)
        if failure is None:
            return hostility
        table, error = failure
        blamed = _feeding(plan, hostility, table) - left
        if not blamed:
            blamed = {place for name in plan.tables for place in _hostile(hostility, name)} - left
        if not blamed:
            raise error
        left |= blamed


def _failure(plan: Plan, hostility: Hostility, oracle: Oracle | None) -> tuple[str, FixturegenError] | None:
    engine = HostileEngine(plan, Bulk(plan.options.seed), hostility, oracle)
    for name, table in plan.tables.items():
        try:
            engine.frame(name, table.existing, min(table.existing + TRIED, table.total))
        except FixturegenError as error:
            return name, error
    return None


def _feeding(plan: Plan, hostility: Hostility, table: str) -> set[Place]:
    """Hostile columns that rows of a table are made of: its own, and those that it reads."""
    read = {reading.place for reading in readings(plan) if reading.table == table}
    read |= {total.place for total in totals(plan) if total.table == table}
    hostile = {place for name in plan.tables for place in _hostile(hostility, name)}
    return hostile & (read or set(_hostile(hostility, table)))


def _hostile(hostility: Hostility, table: str) -> Iterator[Place]:
    for track in hostility.tables[table].tracks:
        yield from ((table, column) for column in track.columns)
