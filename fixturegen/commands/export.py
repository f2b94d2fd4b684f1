"""``fixturegen export``: every table into files."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer

from fixturegen.commands.options import Dialect, Source, Wanted, loaded, place, shared
from fixturegen.commands.output import Output, lowered_document
from fixturegen.options import MOST_WORKERS

_Directory = Annotated[
    Path, typer.Argument(metavar="DIR", help="Made where missing.", show_default=False, parser=place("DIR"))
]
_Format = Annotated[
    Literal["parquet", "csv", "ndjson", "ipc", "sql", "delta"],
    typer.Option("--format", "-f", help="Format of the files."),
]

_Workers = Annotated[
    int,
    typer.Option(
        "--workers", min=1, max=MOST_WORKERS, metavar="N", help="Processes that make the files; no byte differs."
    ),
]


@shared
def export(
    source: Source,
    directory: _Directory,
    wanted: Wanted,
    output: Output,
    format: _Format = "parquet",  # noqa: A002 - named as the option is
    dialect: Dialect = None,
    workers: _Workers = 1,
) -> None:
    """Write every table into DIR, all files or none, with a manifest.json."""
    from fixturegen.runs import database_behind, export_plan  # noqa: PLC0415 - kept out of --help

    made = wanted.plan(loaded(source, dialect), source)
    started = perf_counter()
    with output.progress(made) as progress:
        database = database_behind(source)
        manifest = export_plan(
            made, directory, format, dialect=dialect, workers=workers, progress=progress, database=database
        )
    seconds = perf_counter() - started
    output.lowered(made)
    tables = {
        name: {"rows": table.rows, "files": [file.path for file in table.files]}
        for name, table in manifest.tables.items()
    }
    rows = sum(table.rows for table in manifest.tables.values())
    output.result(
        f"{directory}: {len(tables)} tables, {rows:,} rows as {format} in {seconds:.1f} s",
        {
            "directory": str(directory),
            "format": format,
            "tables": tables,
            "seconds": round(seconds, 3),
            "lowered": lowered_document(made),
            "unverified": list(made.unverified),
        },
    )
