"""What verbs and commands do with a plan: its frames, or files of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fixturegen.content import schema_hash
from fixturegen.errors import InputError
from fixturegen.fills.bulk import CHUNK_ROWS
from fixturegen.fills.widths import row_bytes
from fixturegen.hostility.storable import Keeper
from fixturegen.options import Options, checked_workers
from fixturegen.planning import Plan
from fixturegen.schema import Dialect, Schema
from fixturegen.sinks.manifest import Manifest, Metadata

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

Source = Any
"""A :class:`~fixturegen.schema.Schema`, a path or text of a SOURCE, an SQLAlchemy ``Engine``, ``MetaData`` or ``Base``."""
Progress = Callable[[str, int], None]
"""Called with a table's name and how many of its rows are done."""


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


def frames_of(
    made: Plan,
    chunk_rows: int | None = CHUNK_ROWS,
    database: Target | None = None,
    keeper: Keeper | None = None,
    *,
    dictionaries: bool = False,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of a plan in chunks, parents first.

    Args:
        made: The plan.
        chunk_rows: Most rows of a chunk; None for chunks sized by bytes, in the order that is fastest to make and write.
        database: A database to ask about what only it can judge.
        keeper: Who has to keep hostile values unaltered; None for frames alone.
        dictionaries: Whether text picked from lists may be Categorical.

    Raises:
        InputError: If ``chunk_rows`` is below 1.
    """
    if chunk_rows is not None and (isinstance(chunk_rows, bool) or not isinstance(chunk_rows, int) or chunk_rows < 1):
        message = f"chunk_rows is {chunk_rows!r}, which is no whole number above 0"
        raise InputError(message)
    return _asking(made, chunk_rows, database, keeper, dictionaries=dictionaries)


def _asking(
    made: Plan, chunk_rows: int | None, database: Target | None, keeper: Keeper | None, *, dictionaries: bool
) -> Iterator[tuple[str, pl.DataFrame]]:
    from fixturegen.databases.oracles import asking  # noqa: PLC0415 - drivers are not needed to import the verbs
    from fixturegen.hostility.making import made_frames  # noqa: PLC0415 - nor is what few runs use

    with asking(database) as oracles:
        yield from made_frames(made, chunk_rows, oracles, keeper, dictionaries=dictionaries)


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
    from fixturegen.sinks.base import sink_named  # noqa: PLC0415 - a verb that few runs use
    from fixturegen.sinks.export import export_frames  # noqa: PLC0415 - the same

    dialect = dialect or made.schema.dialect
    keeper = Keeper(dialect if format == "sql" else None, format)  # type: ignore[arg-type] # a format, or refused below
    metadata = Metadata(schema_hash(made.schema), made.options.seed, made.schema.as_of)
    many, elsewhere = checked_workers(workers) > 1, None
    dictionaries = sink_named(format).dictionaries
    if many:
        from fixturegen.working.elsewhere import by_workers  # noqa: PLC0415 - what few runs use

        elsewhere = by_workers(made, workers, format, dialect, metadata, database, progress)
    return export_frames(
        directory,
        [table.table for table in made.tables.values()],
        () if many else followed(frames_of(made, None, database, keeper, dictionaries=dictionaries), progress),
        format,
        metadata,
        {name: table.rows for name, table in made.tables.items()},
        dialect=dialect,
        postponed=made.postponed,
        row_bytes={name: row_bytes(table) for name, table in made.tables.items()},
        elsewhere=elsewhere,
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
