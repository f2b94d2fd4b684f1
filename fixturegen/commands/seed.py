"""``fixturegen seed``: a database filled, all or nothing."""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fixturegen.commands.options import Dialect, Wanted, loaded, shared, url_of
from fixturegen.commands.output import Output, ReportedError, lowered_document
from fixturegen.errors import ExitCode
from fixturegen.options import MOST_WORKERS

if TYPE_CHECKING:
    from fixturegen.databases.base import Rejection
    from fixturegen.loading import LoadResult
    from fixturegen.planning import Plan

_Url = Annotated[str, typer.Argument(metavar="URL", help="SQLAlchemy URL of the database.", show_default=False)]
_Schema = Annotated[
    str | None,
    typer.Option("--schema", metavar="SOURCE", help="Where the schema comes from.", show_default="the database"),
]
_Create = Annotated[bool, typer.Option("--create", help="Make the tables first.")]
_Existing = Annotated[
    Literal["refuse", "append", "replace"], typer.Option("--existing", help="What to do where tables hold rows.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Do all of it, and undo it at the end.")]
_Defer = Annotated[
    bool,
    typer.Option(
        "--defer-constraints", help="Rebuild references and indexes after the load, in its transaction (PostgreSQL)."
    ),
]
_Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=1,
        max=MOST_WORKERS,
        metavar="N",
        help="Connections that fill tables of PostgreSQL which --create makes; the rows are the same.",
    ),
]
_Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="HOST | DATABASE",
        help="Fill it though it does not look like a development database; repeatable.",
        show_default=False,
    ),
]


@shared
def seed(
    url: _Url,
    wanted: Wanted,
    output: Output,
    schema: _Schema = None,
    create: _Create = False,
    existing: _Existing = "refuse",
    dry_run: _DryRun = False,
    defer_constraints: _Defer = False,
    workers: _Workers = 1,
    allow: _Allow = None,
    dialect: Dialect = None,
) -> None:
    """Fill a database, all or nothing, with every constraint enforced."""
    from fixturegen.databases.base import RejectedError  # noqa: PLC0415 - kept out of --help
    from fixturegen.guard import guarded  # noqa: PLC0415 - kept out of --help
    from fixturegen.seeding import seed_plan  # noqa: PLC0415 - kept out of --help

    guarded(url_of(url), allow or ())
    made = wanted.plan(loaded(schema or url, dialect), url)
    started = perf_counter()
    try:
        with output.progress(made) as progress:
            result = seed_plan(
                made,
                url,
                create=create,
                existing=existing,
                dry_run=dry_run,
                defer_constraints=defer_constraints,
                workers=workers,
                progress=progress,
            )
    except RejectedError as error:
        rejected = [asdict(rejection) for rejection in error.rejections]
        raise ReportedError(error, _document(made, {}, rejected)) from error
    seconds = perf_counter() - started
    output.lowered(made)
    if result.alone:
        output.note(f"loaded by one connection: {result.alone}")
    for name, (rows, reason) in result.fewer.items():
        output.note(f"{name}: {rows:,} rows: {reason}")
    for name in result.left_alone:
        output.note(f"{name}: left alone: a migration tool keeps its own account there")
    tables = {name: {"rows": held.rows, "seconds": round(held.seconds, 3)} for name, held in result.tables.items()}
    for rejection in result.rejected:
        output.note(f"{rejection.table}: left empty, with what needs it: {_reason(rejection)}")
    document = _document(made, tables, [asdict(rejection) for rejection in result.rejected])
    document["lowered"] = [*lowered_document(made), *_fewer(made, result)]
    output.result(_words(result, seconds), document)
    if result.rejected:
        raise typer.Exit(ExitCode.REFUSED_BY_DATA)


def _fewer(made: Plan, result: LoadResult) -> list[dict[str, object]]:
    """Return what loading lowered, in the form of what the plan lowers: there a trigger let fewer rows through."""
    return [
        {"table": name, "asked": made.tables[name].rows, "rows": rows, "reason": reason}
        for name, (rows, reason) in result.fewer.items()
    ]


def _reason(rejection: Rejection) -> str:
    if rejection.kind == "trigger":
        return f"a trigger refuses row {rejection.row:,}" if rejection.row is not None else "a trigger refuses its rows"
    return f"no rows were found that satisfy {rejection.constraint}; {rejection.shape}"


def _document(made: Plan, tables: dict[str, dict[str, float]], rejected: list[dict[str, object]]) -> dict[str, object]:
    return {
        "tables": tables,
        "lowered": lowered_document(made),
        "rejected": rejected,
        "unverified": list(made.unverified),
    }


def _words(result: LoadResult, seconds: float) -> str:
    rows = sum(table.rows for table in result.tables.values())
    if result.already:
        return f"{len(result.tables)} tables, {rows:,} rows: there already, nothing changed"
    tail = ", and undone (dry run)" if result.dry_run else ""
    return f"{len(result.tables)} tables, {rows:,} rows loaded in {seconds:.1f} s{tail}"
