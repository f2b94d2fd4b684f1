"""An export read back: each table's frames, in exactly the dtypes its schema says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Table
from fixturegen.sinks.base import sink_named
from fixturegen.sinks.manifest import TableFiles, read_manifest


def read_frames(directory: str | Path, tables: Sequence[Table]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of each table, file by file, in the order they were written.

    Args:
        directory: A directory that holds an export and its manifest.
        tables: The tables wanted; one that the export lacks is an error. Columns that an export leaves out (generated ones)
            are left out here too.

    Raises:
        InputError: No manifest, a missing table or column, a format that cannot be read back.
        RefusedError: A file that is missing, damaged, or holds values that its columns cannot.
    """
    folder = Path(directory)
    manifest = read_manifest(folder)
    form = sink_named(manifest.format)
    for table in tables:
        if table.name not in manifest.tables:
            message = f"holds no table {table.name!r}"
            raise InputError(message, where=folder, given=table.name, exists=manifest.tables)
        held = manifest.tables[table.name]
        dtypes = _dtypes(folder, table, held)
        for file in held.files:
            try:
                frame = form.read(folder / file.path, dtypes)
            except (OSError, ValueError, pl.exceptions.PolarsError) as error:
                message = f"cannot be read as {manifest.format} with the columns of {table.name!r}"
                raise RefusedError(message, where=folder / file.path) from error
            yield table.name, frame


def _dtypes(folder: Path, table: Table, held: TableFiles) -> dict[str, pl.DataType]:
    wanted = {column.name: column for column in table.columns if column.generated is None}
    missing = [name for name in wanted if name not in held.columns]
    if missing:
        message = f"table {table.name!r} has no column {missing[0]!r}"
        raise InputError(message, where=folder, given=missing[0], exists=held.columns)
    types = {column.name: polars_dtype(column.type) for column in table.columns}
    return {name: types.get(name, pl.String()) for name in held.columns}
