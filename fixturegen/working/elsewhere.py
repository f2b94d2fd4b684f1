"""A plan's files written by several processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from fixturegen.options import Options
from fixturegen.planning.plan import Plan
from fixturegen.schema import Dialect
from fixturegen.sinks.base import sink_named
from fixturegen.sinks.manifest import Metadata, TableFiles
from fixturegen.working.crew import Crew, Progress
from fixturegen.working.jobs import Job

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


def by_workers(
    plan: Plan,
    workers: int,
    format: str,  # noqa: A002 (named as in export)
    dialect: Dialect,
    metadata: Metadata,
    database: Target | None,
    progress: Progress | None,
) -> Callable[[Path, Mapping[str, str]], Mapping[str, TableFiles]]:
    """Return what writes the files of a plan into a folder by so many processes.

    Args:
        plan: The plan.
        workers: Number of processes.
        format: Name of the format.
        dialect: Dialect of SQL.
        metadata: Where the rows come from.
        database: A database that judges conditions; every process opens its address for itself.
        progress: Told a table's name and how many of its rows are done.

    Raises:
        InputError: Unknown format.
    """
    sink_named(format)

    def write(staging: Path, stems: Mapping[str, str]) -> Mapping[str, TableFiles]:
        job = Job(
            schema=plan.schema,
            options=_options(plan),
            ceilings={lowered.table: (lowered.rows, lowered.reason) for lowered in plan.lowered},
            address=_address(database),
            format=format,
            dialect=dialect,
            metadata=metadata,
            staging=staging.absolute(),
            stems=dict(stems),
        )
        return Crew(plan, job, workers, progress, database).write()

    return write


def _options(plan: Plan) -> Options:
    """Return the options of the plan for its schema, which lost the tables that were left out."""
    demanded = {name: rows for name, rows in plan.options.demanded.items() if name in plan.tables}
    return replace(plan.options, only=(), exclude=(), demanded=MappingProxyType(demanded))


def _address(database: Target | None) -> str | None:
    """Return the address of a database, passwords included: it goes to our own processes by a pipe."""
    if database is None or isinstance(database, str):
        return database
    url = getattr(getattr(database, "engine", database), "url", database)
    render = getattr(url, "render_as_string", None)
    return None if render is None else str(render(hide_password=False))
