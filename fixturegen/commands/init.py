"""``fixturegen init``: what a source says, as YAML to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fixturegen.commands.options import Dialect, Source, loaded, place, shared
from fixturegen.commands.output import Output
from fixturegen.commands.schema import JSON_SCHEMA, json_schema
from fixturegen.errors import InputError

_Target = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="The YAML file.", show_default="stdout", parser=place("--output")
    ),
]
_Force = Annotated[bool, typer.Option("--force", help="Write over an existing file.")]


@shared
def init(
    source: Source, output: Output, target: _Target = None, force: _Force = False, dialect: Dialect = None
) -> None:
    """Write what SOURCE says as YAML to edit: only what is worth saying."""
    from fixturegen.sources.yaml_writer import to_yaml  # noqa: PLC0415 - kept out of --help

    schema = loaded(source, dialect)
    text = to_yaml(schema, schema_url=JSON_SCHEMA)
    if target is None:
        output.result(text.rstrip("\n"), {"yaml": text})
        return
    if target.exists() and not force:
        message = "exists already"
        raise InputError(message, where=target, hint="Name another file, or write over it with --force.")
    beside = target.parent / JSON_SCHEMA
    _write(target, text)
    if not beside.exists():
        _write(beside, json_schema())
    output.note(f"{target}: {len(schema.tables)} tables; {beside} is for the editor")
    output.result("", {"file": str(target), "tables": len(schema.tables)})


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    from fixturegen.suites.writing import write_whole  # noqa: PLC0415 - kept out of --help

    try:
        write_whole(path, text)
    except OSError as error:
        message = f"cannot be written: {error.strerror or 'no reason given'}"
        raise InputError(message, where=path) from error
