"""``fixturegen suite``: the constraint suite as NDJSON."""

from __future__ import annotations

from typing import Annotated

import typer

from fixturegen.commands.options import AsOf, Dialect, Seed, Source, Wanted, loaded, place, shared
from fixturegen.commands.output import Output
from fixturegen.commands.streams import say
from fixturegen.commands.testing import Exclude, Only

_Target = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="The NDJSON file; - is stdout.", show_default="stdout")
]


@shared
def suite(
    source: Source,
    output: Output,
    target: _Target = "-",
    only: Only = None,
    exclude: Exclude = None,
    seed: Seed = 0,
    as_of: AsOf = None,
    dialect: Dialect = None,
) -> None:
    """Write INSERT sequences that a database must take or refuse, for every constraint and every way to break it."""
    from fixturegen.runs import database_behind  # noqa: PLC0415 - kept out of --help
    from fixturegen.suites import suite_of  # noqa: PLC0415 - kept out of --help
    from fixturegen.suites.writing import ndjson, write_ndjson  # noqa: PLC0415 - kept out of --help

    path = place("--output")(target)
    schema = loaded(source, dialect)
    made = suite_of(
        schema,
        dialect=dialect,
        only=only or (),
        exclude=exclude or (),
        seed=seed,
        as_of=Wanted(as_of=as_of).clock(),
        database=database_behind(source),
    )
    if made.unbreakable:
        output.note(f"{len(made.unbreakable):,} ways to break a constraint have no line; --json gives the reasons")
    if target == "-":
        if output.json:
            output.result("", {**made.as_json(), "suite": [line.as_json() for line in made]})
        else:
            say(ndjson(made))
            output.note(made)
        return
    write_ndjson(made, path)
    output.result(f"{target}: {made}", {"file": target, **made.as_json()})
