"""One file of an export, made and written by whichever process has the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fixturegen.fills.chunks import cuts
from fixturegen.fills.widths import row_bytes
from fixturegen.hostility.making import engine_of
from fixturegen.hostility.storable import Keeper
from fixturegen.sinks.base import Context, sink_named
from fixturegen.sinks.behind import Behind
from fixturegen.sinks.export import Output

if TYPE_CHECKING:
    from fixturegen.fills.judging import Oracle
    from fixturegen.planning.plan import Plan
    from fixturegen.sinks.manifest import TableFiles
    from fixturegen.working.jobs import Job, Unit


class Desk:
    """Where a process makes and writes files.

    Args:
        job: What all processes are told.
        plan: The plan.
        oracle: The database that judges what only it can judge.
    """

    def __init__(self, job: Job, plan: Plan, oracle: Oracle) -> None:
        tables = tuple(table.table for table in plan.tables.values())
        postponed = {name: tuple(references) for name, references in plan.postponed.items()}
        self._context = Context(
            metadata=job.metadata,
            tables=tables,
            dialect=job.dialect,
            postponed=postponed,
            row_bytes={name: row_bytes(table) for name, table in plan.tables.items()},
        )
        self._job = job
        self._plan = plan
        keeper = Keeper(job.dialect if job.format == "sql" else None, job.format)  # type: ignore[arg-type] # a known format
        self._engine = engine_of(plan, oracle, keeper, dictionaries=sink_named(job.format).dictionaries)

    def write(self, unit: Unit, told: Callable[[str, int], None]) -> TableFiles:
        """Make and write one file; the next rows are made while others are written.

        Args:
            unit: The file.
            told: Called with the table's name and the rows of each chunk.
        """
        plan = self._plan.tables[unit.table]
        stem, form = self._job.stems[unit.table], sink_named(self._job.format)
        rows = unit.stop - unit.start
        output = Output(plan.table, self._job.staging, stem, form, self._context, rows, part=unit.part)
        try:
            with Behind(lambda _, frame: output.write(frame)) as behind:
                for start, stop in cuts(self._engine, unit.table, unit.start, unit.stop):
                    frame = self._engine.frame(unit.table, start, stop)
                    behind.put(unit.table, frame)
                    told(unit.table, frame.height)
            return output.files()
        except BaseException:
            output.abort()
            raise
