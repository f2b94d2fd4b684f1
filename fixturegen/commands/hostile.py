"""``fixturegen hostile``: which hostile values a schema's columns have, and what databases make of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fixturegen.commands.options import Dialect, Wanted, loaded, shared_but, url_of
from fixturegen.commands.output import Output
from fixturegen.errors import ExitCode, InputError

if TYPE_CHECKING:
    from fixturegen.hostility.dataset import HostileDataset
    from fixturegen.hostility.live import Observation

_Source = Annotated[
    str | None,
    typer.Argument(
        metavar="SOURCE", help="YAML file, SQLAlchemy URL, .sql file or module:attribute.", show_default=False
    ),
]
_Matrix = Annotated[bool, typer.Option("--matrix", help="Print what each database does with each class.")]
_Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="With SOURCE: a database that is to keep every value. With --matrix: one to ask; differences are printed.",
        show_default=False,
    ),
]


@shared_but("hostile")
def hostile(
    wanted: Wanted,
    output: Output,
    source: _Source = None,
    matrix: _Matrix = False,
    url: _Url = None,
    dialect: Dialect = None,
) -> None:
    """Print which hostile values the columns of SOURCE can hold and which are left out, or (--matrix) what databases do."""
    if matrix == (source is not None):
        message = "hostile values of what? Give either a SOURCE or --matrix"
        raise InputError(message)
    if url is not None:
        url_of(url, "--url")
    if source is not None:
        _schema(source, wanted, output, url, dialect)
    elif url is not None:
        _asked(url, output)
    else:
        _known(output)


def _schema(source: str, wanted: Wanted, output: Output, url: str | None, dialect: Dialect) -> None:
    from fixturegen.hostile_rows import hostile_of  # noqa: PLC0415 - kept out of --help
    from fixturegen.runs import database_behind  # noqa: PLC0415 - kept out of --help

    made = hostile_of(loaded(source, dialect), wanted.options(), url, database_behind(source))
    tables = {name: {"rows": frame.height, "bound": made.bound[name]} for name, frame in made.items()}
    output.result(_summary(made), {"tables": tables, "labels": made.labels.to_dicts()})


def _summary(made: HostileDataset) -> str:
    """A line for each column: how many classes occur, and within how many rows; then what is left out, and why."""
    import polars as pl  # noqa: PLC0415 - kept out of --help

    lines = []
    for name, frame in made.items():
        lines.append(f"{name}: {frame.height:,} rows, every class within {made.bound[name]:,}")
        own = made.labels.filter(pl.col("table") == name)
        for column in own["column"].unique(maintain_order=True).to_list():
            about = own.filter(pl.col("column").eq_missing(pl.lit(column)))
            occurring = about.filter(pl.col("row").is_not_null())["class"].n_unique()
            lines.append(f"  {column or 'rows'}: {occurring} classes")
            out = about.filter(pl.col("left_out").is_not_null()).group_by("left_out", maintain_order=True).agg("class")
            lines += [f"    without {', '.join(classes)}: {reason}" for reason, classes in out.iter_rows()]
    return "\n".join(lines)


def _known(output: Output) -> None:
    from fixturegen.hostility.catalogue import CLASSES  # noqa: PLC0415 - kept out of --help
    from fixturegen.hostility.matrix import DIALECTS, verdict  # noqa: PLC0415 - kept out of --help

    rows = []
    for each in CLASSES:
        kinds = ", ".join(sorted(each.kinds)) if len(each.kinds) < 4 else "listed values"
        verdicts = {name: verdict(each.name, name) for name in DIALECTS}
        held = {name: one.word if not one.why else f"{one.word}: {one.why}" for name, one in verdicts.items()}
        known = {str(name): each.unheld or held[name] for name in DIALECTS}
        rows.append({"class": each.name, "kinds": kinds, "bug": each.bug, "authority": each.authority, **known})
    lines = ["class | of | sqlite | postgresql | mysql (MariaDB) | the bug it finds"]
    lines += [" | ".join(str(row[key]) for key in ("class", "kinds", *DIALECTS, "bug")) for row in rows]
    output.result("\n".join(lines), {"classes": rows})


def _asked(url: str, output: Output) -> None:
    from fixturegen.hostility.live import observed  # noqa: PLC0415 - kept out of --help

    found = observed(url)
    wrong = [one for one in found if not one.as_known]
    words = [f"{one.name}: {_words(one)}" for one in wrong]
    words.append(f"{len(found)} classes asked: {f'{len(wrong)} differ' if wrong else 'all as the matrix says'}")
    document = {
        "asked": len(found),
        "differences": [{"class": one.name, "seen": one.seen.word, "matrix": one.known.word} for one in wrong],
    }
    output.result("\n".join(words), document)
    if wrong:
        raise typer.Exit(ExitCode.REFUSED_BY_DATA)


def _words(one: Observation) -> str:
    return f"{one.seen.word}{f' ({one.seen.why})' if one.seen.why else ''}, the matrix says {one.known.word}"
