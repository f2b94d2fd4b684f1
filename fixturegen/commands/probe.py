"""``fixturegen probe``: which constraints a live database really enforces."""

from __future__ import annotations

from typing import Annotated

import typer

from fixturegen.commands.options import Dialect, Seed, loaded, shared, url_of
from fixturegen.commands.output import Output
from fixturegen.commands.testing import Allow, Exclude, Only
from fixturegen.errors import ExitCode

_Url = Annotated[str, typer.Argument(metavar="URL", help="SQLAlchemy URL of the database.", show_default=False)]
_Schema = Annotated[
    str | None,
    typer.Option("--schema", metavar="SOURCE", help="What is declared elsewhere.", show_default="the database"),
]
_Connect = Annotated[
    list[str] | None,
    typer.Option(
        "--on-connect",
        metavar="SQL",
        help="What your application runs first on each connection; repeatable.",
        show_default=False,
    ),
]


@shared
def probe(
    url: _Url,
    output: Output,
    schema: _Schema = None,
    only: Only = None,
    exclude: Exclude = None,
    seed: Seed = 0,
    on_connect: _Connect = None,
    allow: Allow = None,
    dialect: Dialect = None,
) -> None:
    """Test which constraints a live database enforces, in a transaction that is undone; exit code 1 where it does not."""
    from fixturegen.guard import guarded  # noqa: PLC0415 - kept out of --help
    from fixturegen.probing.asking import probed  # noqa: PLC0415 - kept out of --help

    guarded(url_of(url), allow or ())
    report = probed(
        loaded(schema or url, dialect),
        url,
        only=only or (),
        exclude=exclude or (),
        seed=seed,
        allow=allow or (),
        on_connect=on_connect or (),
    )
    for note in report.notes:
        output.note(note)
    output.result(report, report.as_json())
    if not report:
        raise typer.Exit(ExitCode.REFUSED_BY_DATA)
