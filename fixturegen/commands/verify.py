"""``fixturegen verify``: data against its schema, whoever made it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fixturegen.commands.options import Dialect, Source, Wanted, loaded, place, shared_but, url_of
from fixturegen.commands.output import Output
from fixturegen.errors import ExitCode, InputError

if TYPE_CHECKING:
    from fixturegen.verdict import Report

_Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="A directory of exported files.", show_default=False, parser=place("--data")
    ),
]
_Database = Annotated[
    str | None, typer.Option("--database", metavar="URL", help="A live database.", show_default=False)
]


@shared_but("rows", "scale", "seed", "hostile", "accept_unverified")
def verify(
    source: Source,
    wanted: Wanted,
    output: Output,
    data: _Data = None,
    database: _Database = None,
    dialect: Dialect = None,
) -> None:
    """Check files or a database against the schema; exit code 1 where something does not hold."""
    if (data is None) == (database is None):
        message = "verify what? Give either --data DIR or --database URL"
        raise InputError(message)
    from fixturegen.verbs import verify as verified  # noqa: PLC0415 - kept out of --help

    schema = loaded(source, dialect)
    only = _tables(wanted, schema.tables)
    where = data if data is not None else url_of(str(database), "--database", " Directories of files go with --data.")
    report: Report = verified(schema, where, as_of=wanted.clock(), only=only)
    output.result(report, report.as_json())
    if not report:
        raise typer.Exit(ExitCode.REFUSED_BY_DATA)


def _tables(wanted: Wanted, tables: Collection[str]) -> tuple[str, ...]:
    """The tables that ``--only`` and ``--exclude`` leave; none named means all."""
    for name in wanted.exclude:
        if name not in tables:
            message = f"unknown table {name!r}"
            raise InputError(message, given=name, exists=tables)
    if not wanted.exclude:
        return wanted.only
    return tuple(name for name in (wanted.only or tables) if name not in wanted.exclude)
