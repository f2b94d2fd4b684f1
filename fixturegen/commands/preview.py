"""``fixturegen preview``: the first rows, as they will be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from fixturegen.commands.options import Dialect, Source, Wanted, loaded, shared
from fixturegen.commands.output import Output
from fixturegen.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from fixturegen.planning import Plan

_WIDEST_TEXT = 40
_Table = Annotated[str | None, typer.Argument(metavar="TABLE", help="One table only.", show_default="every table")]
_Rows = Annotated[int, typer.Option("-n", "--number", min=0, help="How many rows of each table.")]


@shared
def preview(
    source: Source,
    wanted: Wanted,
    output: Output,
    table: _Table = None,
    number: _Rows = 10,
    dialect: Dialect = None,
) -> None:
    """Print the first rows of every table, or of one."""
    made = wanted.plan(loaded(source, dialect), source)
    frames = first_rows(made, _chosen(made, table), number, source)
    if output.json:
        output.result("", {name: json.loads(frame.write_json()) for name, frame in frames.items()})
        return
    output.result("\n\n".join(shown(name, frame, made.tables[name].rows) for name, frame in frames.items()), None)


def first_rows(made: Plan, tables: list[str], number: int, source: str = "") -> dict[str, pl.DataFrame]:
    """Return the first rows of the tables; only these are made."""
    from fixturegen.databases.oracles import asking  # noqa: PLC0415 - kept out of --help
    from fixturegen.hostility.making import engine_of  # noqa: PLC0415 - kept out of --help
    from fixturegen.runs import database_behind  # noqa: PLC0415 - kept out of --help

    with asking(database_behind(source)) as oracles:
        engine = engine_of(made, oracles)
        return {name: engine.frame(name, 0, min(number, made.tables[name].rows)) for name in tables}


def shown(name: str, frame: pl.DataFrame, rows: int) -> str:
    """Return a frame as a table of text, with its name above."""
    import polars as pl  # noqa: PLC0415 - kept out of --help

    settings = pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=-1,
        fmt_str_lengths=_WIDEST_TEXT,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
    )
    with settings:
        return f"{name}: {frame.height:,} of {rows:,} rows\n{frame}"


def _chosen(made: Plan, table: str | None) -> list[str]:
    if table is None:
        return list(made.tables)
    if table not in made.tables:
        message = f"unknown table {table!r}"
        raise InputError(message, where=made.schema.source or None, given=table, exists=made.tables)
    return [table]
