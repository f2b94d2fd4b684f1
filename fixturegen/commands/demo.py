"""``fixturegen demo``: the shop, from its schema to a database and to files, previewed and verified."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fixturegen.commands.options import Wanted, loaded, place, shared
from fixturegen.commands.output import Output, lowered_document
from fixturegen.commands.preview import first_rows, shown
from fixturegen.errors import ExitCode, InputError

if TYPE_CHECKING:
    from fixturegen.planning import Plan
    from fixturegen.verdict import Report

_Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Where to put it.", parser=place("DIR"))]
_PREVIEWED = 5


@shared
def demo(wanted: Wanted, output: Output, directory: _Directory = Path("fixturegen-demo")) -> None:
    """Fill the shop: an SQLite file and Parquet files in DIR, a preview, both verified."""
    with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
        made = wanted.plan(loaded(str(path)))
    output.lowered(made)
    reports = _filled(made, directory, output)
    held = all(bool(report) for report in reports.values())
    output.result("", _document(made, directory, reports))
    if not held:
        raise typer.Exit(ExitCode.REFUSED_BY_DATA)


def _filled(made: Plan, directory: Path, output: Output) -> dict[str, Report]:
    from fixturegen.runs import export_plan  # noqa: PLC0415 - kept out of --help
    from fixturegen.seeding import seed_plan  # noqa: PLC0415 - kept out of --help
    from fixturegen.verbs import verify  # noqa: PLC0415 - kept out of --help

    _make(directory)
    url, parquet = f"sqlite:///{directory / 'shop.sqlite'}", directory / "parquet"
    say = output.note if output.json else lambda text: output.result(text, None)
    with output.progress(made) as progress:
        tables = seed_plan(made, url, create=not (directory / "shop.sqlite").exists(), progress=progress).tables
    say(f"seeded {url}: {sum(table.rows for table in tables.values()):,} rows")
    with output.progress(made) as progress:
        export_plan(made, parquet, "parquet", progress=progress)
    say(f"exported {parquet}")
    for name, frame in first_rows(made, list(made.tables), _PREVIEWED).items():
        say(f"\n{shown(name, frame, made.tables[name].rows)}")
    reports = {"database": verify(made.schema, url), "files": verify(made.schema, parquet)}
    for name, report in reports.items():
        say(f"\nverified the {name}: {report}")
    return reports


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror or 'no reason given'}"
        raise InputError(message, where=directory) from error


def _document(made: Plan, directory: Path, reports: dict[str, Report]) -> dict[str, object]:
    return {
        "directory": str(directory),
        "tables": {name: table.rows for name, table in made.tables.items()},
        "lowered": lowered_document(made),
        "verified": {name: report.as_json() for name, report in reports.items()},
    }
