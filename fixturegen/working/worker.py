"""A process that makes and writes files, told by its standard input, telling by its standard output."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from fixturegen.databases.oracles import asking, at_hand
from fixturegen.errors import FixturegenError, RefusedError
from fixturegen.fills.chunks import chunk_rows
from fixturegen.fills.engine import Engine
from fixturegen.hostility.making import engine_of
from fixturegen.hostility.storable import Keeper
from fixturegen.planning.planner import planned
from fixturegen.sinks.base import Context, sink_named
from fixturegen.sinks.export import Output
from fixturegen.sinks.manifest import TableFiles
from fixturegen.working.jobs import Job, Unit, packed

Tell = Callable[[object], None]


def main() -> None:
    """Do units until there are no more; whoever is told is gone, or has heard of the failure, when this ends."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a driver may print must not come between messages

    def tell(message: object) -> None:
        told.write(packed(message))
        told.flush()

    with suppress(BrokenPipeError, EOFError):
        try:
            _work(asked, tell)
        except (BrokenPipeError, EOFError):
            raise
        except Exception as error:  # noqa: BLE001 (all is told, and raised there)
            tell(("failed", _portable(error)))


def _work(asked: BinaryIO, tell: Tell) -> None:
    job: Job = pickle.load(asked)  # noqa: S301 (from the process that started this one)
    judges = at_hand(job.address)
    plan = planned(job.schema, job.options, judges=judges, ceilings=job.ceilings)
    tables = tuple(table.table for table in plan.tables.values())
    postponed = {name: tuple(references) for name, references in plan.postponed.items()}
    context = Context(metadata=job.metadata, tables=tables, dialect=job.dialect, postponed=postponed)
    keeper = Keeper(job.dialect if job.format == "sql" else None, job.format)  # type: ignore[arg-type] # a known format
    with asking(job.address) as oracles:
        engine = engine_of(plan, oracles, keeper)
        while True:
            unit: Unit = pickle.load(asked)  # noqa: S301 (the same)
            tell(("done", _written(job, engine, unit, context, tell)))


def _written(job: Job, engine: Engine, unit: Unit, context: Context, tell: Tell) -> TableFiles:
    """Make and write one file."""
    plan = engine.plan.tables[unit.table]
    output = Output(
        plan.table,
        job.staging,
        job.stems[unit.table],
        sink_named(job.format),
        context,
        unit.stop - unit.start,
        part=unit.part,
    )
    rows = chunk_rows(plan)
    try:
        for at in range(unit.start, max(unit.stop, unit.start + 1), rows):
            frame = engine.frame(unit.table, at, min(at + rows, unit.stop))
            output.write(frame)
            tell(("rows", unit.table, frame.height))
        return output.finish()
    except BaseException:
        output.abort()
        raise


def _portable(error: Exception) -> Exception:
    """Return an error that another process can read and explain."""
    if isinstance(error, FixturegenError | OSError):
        return error
    with suppress(Exception):  # errors of libraries may hold anything
        if type(pickle.loads(packed(error))) is type(error):  # noqa: S301 (packed here)
            return error
    return RefusedError(f"{type(error).__name__}: {error}")
