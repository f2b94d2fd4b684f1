"""The public verbs: each takes a schema or any source of one, and plain keywords."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fixturegen.content import schema_hash
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.fills.bulk import CHUNK_ROWS
from fixturegen.fills.chunks import bytes_of
from fixturegen.guard import guarded
from fixturegen.hostility.storable import Keeper
from fixturegen.options import Options, options_from
from fixturegen.planning import Plan
from fixturegen.schema import Dialect, Schema
from fixturegen.sinks.manifest import MANIFEST, Manifest, Metadata, read_manifest

if TYPE_CHECKING:
    from fixturegen.databases.base import Target
    from fixturegen.loading import Existing, LoadResult
    from fixturegen.verdict import Report

Source = Any
"""A :class:`~fixturegen.schema.Schema`, a path or text of a SOURCE, an SQLAlchemy ``Engine``, ``MetaData`` or ``Base``."""
Rows = int | Mapping[str, int] | None
Progress = Callable[[str, int], None]
"""Called with a table's name and how many of its rows are done."""


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


def plan(
    schema: Source,
    *,
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> Plan:
    """Decide everything before a value is drawn; the plan prints itself.

    Args:
        schema: The schema, or a source of one.
        rows: Rows of every table without a count of its own (a wish), or rows by table (a demand).
        scale: Multiplies absolute counts.
        seed: Any integer.
        as_of: Overrides the schema's frozen clock.
        hostile: Share of rows, 0 to 1, in which some columns hold hostile but valid values.
        only: Tables to fill, with those they cannot do without; all unless given.
        exclude: Tables to leave out.
        accept_unverified: Go on although a constraint can be neither constructed nor judged.

    Raises:
        InputError: Wrong options; a schema that contradicts itself, or more rows than it allows.
    """
    options = options_from(
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        hostile=hostile,
        only=tuple(only),
        exclude=tuple(exclude),
        accept_unverified=accept_unverified,
    )
    return plan_of(load(schema), options, database_behind(schema))


def generate(
    schema: Source,
    *,
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> dict[str, pl.DataFrame]:
    """Return a frame of valid rows for every table, parents first. Keywords as for :func:`plan`.

    Raises:
        ImpossibleError: If the frames would take more than the memory of the machine, by an estimate from their types.
    """
    made = plan(
        schema,
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        hostile=hostile,
        only=only,
        exclude=exclude,
        accept_unverified=accept_unverified,
    )
    chunks: dict[str, list[pl.DataFrame]] = {}
    _refuse_beyond_memory(made)
    for name, frame in frames_of(made, database=database_behind(schema)):
        chunks.setdefault(name, []).append(frame)
    return {name: pl.concat(held) for name, held in chunks.items()}


def stream(
    schema: Source,
    *,
    chunk_rows: int = CHUNK_ROWS,
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks, parents first, in bounded memory.

    Args:
        chunk_rows: Most rows of a chunk, at least 1; it changes no value.
        schema: As for :func:`plan`, and so are the other keywords.
        rows: See there.
        scale: See there.
        seed: See there.
        as_of: See there.
        hostile: See there.
        only: See there.
        exclude: See there.
        accept_unverified: See there.
    """
    made = plan(
        schema,
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        hostile=hostile,
        only=only,
        exclude=exclude,
        accept_unverified=accept_unverified,
    )
    return frames_of(made, chunk_rows, database_behind(schema))


def export(
    schema: Source,
    directory: str | Path,
    *,
    format: str = "parquet",  # noqa: A002 - the public keyword
    dialect: Dialect | None = None,
    workers: int = 1,
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> Manifest:
    """Write every table into a directory, all files or none, with ``manifest.json``.

    Args:
        schema: As for :func:`plan`, and so are the other keywords.
        directory: Made where missing.
        format: ``parquet``, ``csv``, ``ndjson``, ``ipc``, ``sql`` or ``delta``.
        dialect: Dialect of SQL; the schema's unless given.
        workers: Processes that make and write the files, 1 to 256. It changes no byte. Each file is written by one process, so
            that many workers take many files: tables, and parts of tables above 5,000,000 rows.
        rows: See :func:`plan`.
        scale: See there.
        seed: See there.
        as_of: See there.
        hostile: See there.
        only: See there.
        exclude: See there.
        accept_unverified: See there.
    """
    made = plan(
        schema,
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        hostile=hostile,
        only=only,
        exclude=exclude,
        accept_unverified=accept_unverified,
    )
    return export_plan(made, directory, format, dialect=dialect, workers=workers, database=database_behind(schema))


def seed(
    schema: Source,
    target: Target,
    *,
    create: bool = False,
    existing: Existing = "refuse",
    dry_run: bool = False,
    defer_constraints: bool = False,
    allow: Iterable[str] = (),
    rows: Rows = None,
    scale: float = 1.0,
    seed: int = 0,
    as_of: date | None = None,
    hostile: float = 0.0,
    only: Iterable[str] = (),
    exclude: Iterable[str] = (),
    accept_unverified: bool = False,
) -> LoadResult:
    """Fill a database in one transaction, all or nothing; the same content is not loaded twice.

    Args:
        schema: As for :func:`plan`, and so are the other keywords.
        target: An engine, a connection (within its user's transaction it is joined and left to them) or a URL.
        create: Make the tables first.
        existing: What to do where the tables hold rows: ``refuse``, ``append`` or ``replace``.
        dry_run: Do all of it, and undo it at the end.
        defer_constraints: Take references and indexes of the tables away for the load and build them again after it, within
            the transaction: faster in PostgreSQL, of no effect elsewhere.
        allow: Hosts and databases that may be filled although they do not look like development databases, see
            :mod:`fixturegen.guard`.
        rows: See :func:`plan`.
        scale: See there.
        seed: See there.
        as_of: See there.
        hostile: See there.
        only: See there.
        exclude: See there.
        accept_unverified: See there.
    """
    options = options_from(
        rows=rows,
        scale=scale,
        seed=seed,
        as_of=as_of,
        hostile=hostile,
        only=tuple(only),
        exclude=tuple(exclude),
        accept_unverified=accept_unverified,
    )
    from fixturegen.seeding import seed_plan  # noqa: PLC0415 - a verb that few runs use

    guarded(target, allow)
    made = plan_of(load(schema), options, target)
    return seed_plan(
        made, target, create=create, existing=existing, dry_run=dry_run, defer_constraints=defer_constraints
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
        clock = as_of or _clock_of(Path(data))
        return verification.verified_files(dated(loaded, clock), data, only)
    return verification.verified_database(dated(loaded, as_of), data, only)


def database_behind(source: Source) -> Target | None:
    """Return the live database that a source is, or None.

    >>> database_behind("shop.yaml") is None
    True
    """
    is_database = (
        "://" in source if isinstance(source, str) else hasattr(source, "dialect") and hasattr(source, "connect")
    )
    return source if is_database else None


def plan_of(schema: Schema, options: Options, database: Target | None = None) -> Plan:
    """Return the plan for a schema, counting on a database for what only it can judge."""
    from fixturegen.trials import tried_plan  # noqa: PLC0415 - drivers are not needed to import the verbs

    return tried_plan(schema, options, database)


def _refuse_beyond_memory(made: Plan) -> None:
    """Refuse to hold more at once than the machine has memory, before the first row is made."""
    if not hasattr(os, "sysconf"):  # Windows does not tell
        return
    needed, memory = bytes_of(made), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > memory:
        rows = sum(table.rows for table in made.tables.values())
        message = f"{rows:,} rows take about {needed / 2**30:,.0f} GiB, and this machine has {memory / 2**30:,.0f} GiB of memory"
        raise ImpossibleError(message, hint="Ask for fewer rows, or make them piece by piece: stream, export, seed.")


def frames_of(
    made: Plan, chunk_rows: int | None = CHUNK_ROWS, database: Target | None = None, keeper: Keeper | None = None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of a plan in chunks, parents first.

    Args:
        made: The plan.
        chunk_rows: Most rows of a chunk; None for chunks sized by bytes, children beside the parents that compute them.
        database: A database to ask about what only it can judge.
        keeper: Who has to keep hostile values unaltered; None for frames alone.

    Raises:
        InputError: If ``chunk_rows`` is below 1.
    """
    if chunk_rows is not None and (isinstance(chunk_rows, bool) or not isinstance(chunk_rows, int) or chunk_rows < 1):
        message = f"chunk_rows is {chunk_rows!r}, which is no whole number above 0"
        raise InputError(message)
    return _asking(made, chunk_rows, database, keeper)


def _asking(
    made: Plan, chunk_rows: int | None, database: Target | None, keeper: Keeper | None
) -> Iterator[tuple[str, pl.DataFrame]]:
    from fixturegen.databases.oracles import asking  # noqa: PLC0415 - drivers are not needed to import the verbs
    from fixturegen.hostility.making import made_frames  # noqa: PLC0415 - nor is what few runs use

    with asking(database) as oracles:
        yield from made_frames(made, chunk_rows, oracles, keeper)


def export_plan(
    made: Plan,
    directory: str | Path,
    format: str,  # noqa: A002 - as in export
    *,
    dialect: Dialect | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    database: Target | None = None,
) -> Manifest:
    """Write the rows of a plan into a directory; ``database`` is asked about what only it can judge."""
    from fixturegen.sinks.export import export_frames  # noqa: PLC0415 - a verb that few runs use
    from fixturegen.working.crew import checked_workers  # noqa: PLC0415 - the same
    from fixturegen.working.elsewhere import by_workers  # noqa: PLC0415 - the same

    dialect = dialect or made.schema.dialect
    keeper = Keeper(dialect if format == "sql" else None, format)  # type: ignore[arg-type] # a format, or refused below
    metadata = Metadata(schema_hash(made.schema), made.options.seed, made.schema.as_of)
    many = checked_workers(workers) > 1
    return export_frames(
        directory,
        [table.table for table in made.tables.values()],
        () if many else followed(frames_of(made, None, database, keeper), progress),
        format,
        metadata,
        {name: table.rows for name, table in made.tables.items()},
        dialect=dialect,
        postponed=made.postponed,
        elsewhere=by_workers(made, workers, format, dialect, metadata, database, progress) if many else None,
    )


def followed(
    chunks: Iterator[tuple[str, pl.DataFrame]], progress: Progress | None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the chunks, telling ``progress`` how many rows of each table there were."""
    done: dict[str, int] = {}
    for name, frame in chunks:
        yield name, frame
        done[name] = done.get(name, 0) + frame.height
        if progress is not None:
            progress(name, done[name])


def dated(schema: Schema, as_of: date | None) -> Schema:
    """Return the schema with another clock, unless that is None."""
    return schema if as_of is None else replace(schema, as_of=as_of)


def _clock_of(directory: Path) -> date | None:
    return read_manifest(directory).metadata.as_of if (directory / MANIFEST).is_file() else None
