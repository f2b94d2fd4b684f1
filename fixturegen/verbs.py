"""The public verbs: each takes a schema or any source of one, and plain keywords."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.fills.bulk import CHUNK_ROWS
from fixturegen.fills.chunks import bytes_of
from fixturegen.guard import guarded
from fixturegen.keywords import takes
from fixturegen.options import Keywords, checked_place, options_from
from fixturegen.planning import Plan
from fixturegen.runs import Source, database_behind, export_plan, frames_of, plan_of
from fixturegen.schema import Dialect, Schema
from fixturegen.sinks.manifest import MANIFEST, Manifest, read_manifest
from fixturegen.variants import dated

if TYPE_CHECKING:
    from fixturegen.databases.base import Target
    from fixturegen.loading import Existing, LoadResult
    from fixturegen.verdict import Report


def load(source: Source, *, dialect: Dialect | None = None) -> Schema:
    """Read a schema.

    Args:
        source: A YAML file, a ``.sql`` file of DDL, the URL of a live database, ``module:attribute``, or an SQLAlchemy ``Engine``,
            ``MetaData`` or declarative ``Base``. A schema is returned as it is.
        dialect: Dialect of DDL; guessed unless given.

    Raises:
        InputError: If there is no such source, or it cannot be read.
    """
    from fixturegen.sources import load as loaded  # noqa: PLC0415 - SQLAlchemy is not needed for a schema at hand

    return source if isinstance(source, Schema) else loaded(source, dialect=dialect)


@takes(Keywords)
def plan(schema: Source, **keywords: Unpack[Keywords]) -> Plan:
    """Decide everything before a value is drawn; the plan prints itself.

    Args:
        schema: The schema, or a source of one.
        **keywords: What every verb that makes rows takes, see :class:`fixturegen.options.Keywords`.

    Raises:
        InputError: Wrong options; a schema that contradicts itself, or more rows than it allows.
    """
    options = options_from(**keywords)
    return plan_of(load(schema), options, database_behind(schema))


@takes(Keywords)
def generate(schema: Source, **keywords: Unpack[Keywords]) -> dict[str, pl.DataFrame]:
    """Return a frame of valid rows for every table, parents first.

    Args:
        schema: The schema, or a source of one.
        **keywords: As for :func:`plan`.

    Raises:
        InputError: As :func:`plan`.
        ImpossibleError: If the frames would take more than the memory of the machine, by an estimate from their types.
    """
    made = plan(schema, **keywords)
    chunks: dict[str, list[pl.DataFrame]] = {}
    _refuse_beyond_memory(made)
    for name, frame in frames_of(made, database=database_behind(schema)):
        chunks.setdefault(name, []).append(frame)
    return {name: pl.concat(held) for name, held in chunks.items()}


@takes(Keywords)
def stream(
    schema: Source, *, chunk_rows: int = CHUNK_ROWS, **keywords: Unpack[Keywords]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks, parents first, in bounded memory.

    Args:
        schema: The schema, or a source of one.
        chunk_rows: Most rows of a chunk, at least 1; it changes no value.
        **keywords: As for :func:`plan`.

    Raises:
        InputError: As :func:`plan`; ``chunk_rows`` below 1.
    """
    made = plan(schema, **keywords)
    return frames_of(made, chunk_rows, database_behind(schema))


@takes(Keywords)
def export(
    schema: Source,
    directory: str | Path,
    *,
    format: str = "parquet",  # noqa: A002 - the public keyword
    dialect: Dialect | None = None,
    workers: int = 1,
    **keywords: Unpack[Keywords],
) -> Manifest:
    """Write every table into a directory, all files or none, with ``manifest.json``.

    Args:
        schema: The schema, or a source of one.
        directory: Made where missing.
        format: ``parquet``, ``csv``, ``ndjson``, ``ipc``, ``sql`` or ``delta``.
        dialect: Dialect of SQL; the schema's unless given.
        workers: Processes that make and write the files, 1 to 256. It changes no byte. Each file is written by one process, so
            that many workers take many files: tables, and parts of tables above 5,000,000 rows.
        **keywords: As for :func:`plan`.

    Raises:
        InputError: As :func:`plan`; an unknown format; a directory that cannot be made or holds something else.
        RefusedError: Files that cannot be written; rows that the format or dialect cannot hold.
    """
    place = checked_place(directory)
    made = plan(schema, **keywords)
    return export_plan(made, place, format, dialect=dialect, workers=workers, database=database_behind(schema))


@takes(Keywords)
def seed(
    schema: Source,
    target: Target,
    *,
    create: bool = False,
    existing: Existing = "refuse",
    dry_run: bool = False,
    defer_constraints: bool = False,
    workers: int = 1,
    allow: Iterable[str] = (),
    **keywords: Unpack[Keywords],
) -> LoadResult:
    """Fill a database, all or nothing; the same content is not loaded twice.

    Args:
        schema: The schema, or a source of one.
        target: An engine, a connection (within its user's transaction it is joined and left to them) or a URL.
        create: Make the tables first.
        existing: What to do where the tables hold rows: ``refuse``, ``append`` or ``replace``.
        dry_run: Do all of it, and undo it at the end.
        defer_constraints: Take references and indexes of the tables away for the load and build them again after it, within
            the transaction: faster in PostgreSQL, of no effect elsewhere.
        workers: Connections that load at the same time, 1 to 256. The rows are the same. Several fill tables of PostgreSQL that
            ``create`` makes; elsewhere one does, and the result's ``alone`` says why.
        allow: Hosts and databases that may be filled although they do not look like development databases, see
            :mod:`fixturegen.guard`.
        **keywords: As for :func:`plan`.

    Raises:
        InputError: As :func:`plan`; tables that the database lacks, or columns.
        RefusedError: A database that does not look like one for development, cannot be opened, holds other rows or refuses
            some.
    """
    options = options_from(**keywords)
    from fixturegen.seeding import seed_plan  # noqa: PLC0415 - a verb that few runs use

    guarded(target, allow)
    made = plan_of(load(schema), options, target)
    return seed_plan(
        made,
        target,
        create=create,
        existing=existing,
        dry_run=dry_run,
        defer_constraints=defer_constraints,
        workers=workers,
    )


def verify(schema: Source, data: Any, *, as_of: date | None = None, only: Collection[str] = ()) -> Report:
    """Check data against the schema by the constraints alone, whoever made it.

    Args:
        schema: The schema, or a source of one.
        data: Frames by table, a directory of files, or a database (engine, connection or URL).
        as_of: The clock the data was made for; unless given, that of an export's manifest, else the schema's.
        only: Tables to check; all unless given.

    Raises:
        InputError: Data that is not there or cannot be read.
        RefusedError: A database that cannot be read.
    """
    from fixturegen import verification  # noqa: PLC0415 - SQLAlchemy is not needed to make frames

    loaded = load(schema)
    if isinstance(data, Mapping):
        return verification.verified_frames(dated(loaded, as_of), data, only)
    if isinstance(data, Path) or (isinstance(data, str) and "://" not in data):
        place = checked_place(data, "the directory of files")
        clock = as_of or _clock_of(place)
        return verification.verified_files(dated(loaded, clock), place, only)
    return verification.verified_database(dated(loaded, as_of), data, only)


def _refuse_beyond_memory(made: Plan) -> None:
    """Refuse to hold more at once than the machine has memory, before the first row is made."""
    if not hasattr(os, "sysconf"):  # Windows does not tell
        return
    needed, memory = bytes_of(made), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > memory:
        rows = sum(table.rows for table in made.tables.values())
        message = f"{rows:,} rows take about {needed / 2**30:,.0f} GiB, and this machine has {memory / 2**30:,.0f} GiB of memory"
        raise ImpossibleError(message, hint="Ask for fewer rows, or make them piece by piece: stream, export, seed.")


def _clock_of(directory: Path) -> date | None:
    return read_manifest(directory).metadata.as_of if (directory / MANIFEST).is_file() else None
