"""Frames into a directory: files by table, cut into parts by row counts alone, and the manifest that describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Dialect, Reference, Table
from fixturegen.sinks.base import Context, Sink, Writer, sink_named, texts
from fixturegen.sinks.behind import Behind
from fixturegen.sinks.blocks import Blocks
from fixturegen.sinks.manifest import MANIFEST, File, Manifest, Metadata, TableFiles, file_of
from fixturegen.sinks.names import file_stems
from fixturegen.sinks.placing import place, previous, refuse_beyond, refuse_foreign, staged
from fixturegen.sizing import PART_ROWS

Elsewhere = Callable[[Path, Mapping[str, str]], Mapping[str, TableFiles]]
"""Writes all files into a folder, under these names (without ending) by table; gives them by table, in load order."""


def export_frames(
    directory: str | Path,
    tables: Sequence[Table],
    frames: Iterable[tuple[str, pl.DataFrame]],
    format: str,  # noqa: A002 (the public keyword of interface.md)
    metadata: Metadata,
    rows_by_table: Mapping[str, int] | None = None,
    *,
    dialect: Dialect = "sqlite",
    postponed: Mapping[str, Sequence[Reference]] | None = None,
    row_bytes: Mapping[str, int] | None = None,
    elsewhere: Elsewhere | None = None,
) -> Manifest:
    """Write every table into ``directory``, all files or none.

    A table becomes ``TABLE.ext``, above 5,000,000 rows ``TABLE/part-00000.ext`` and so on with 5,000,000 rows each. Files do not
    depend on how the rows were cut into frames. A table without rows gives a file with its columns. Files of an earlier
    export (by its manifest) are replaced.

    Args:
        directory: Made where missing.
        tables: In load order, parents first.
        frames: Chunks of rows; those of a table in the order of its rows.
        format: Name of a registered format.
        metadata: Where the rows come from.
        rows_by_table: How many rows each table will have. Tables then are finished (and their memory given back) early, and a
            table that ends with another count is an error.
        dialect: Dialect of SQL text.
        postponed: References by table that lead to rows loaded later. SQL files fill the nullable ones once all tables are loaded;
            for the others the script that loads everything has the database judge references at the end.
        row_bytes: About how many bytes a row takes, by table, where its types do not tell.
        elsewhere: Writes the files in place of this process, and asks for no frames.

    Raises:
        InputError: Unknown format; a directory that cannot be written, or holds files of others under these names.
        RefusedError: A full disk; a table with another number of rows than announced.
    """
    target, form = Path(directory), sink_named(format)
    context = Context(
        metadata=metadata,
        tables=tuple(tables),
        dialect=dialect,
        postponed={k: tuple(v) for k, v in (postponed or {}).items()},
        row_bytes=row_bytes or {},
    )
    refuse_beyond(target, sum((rows_by_table or {}).values()))
    stems = file_stems((table.name for table in tables), form.extension, form.reserved)
    if _is_folder(target):
        before = previous(target)
        refuse_foreign(target, _wanted(stems, form, rows_by_table or {}), before)
    else:
        before = None
    with staged(target) as staging, ThreadPoolExecutor(1, "fixturegen-reader") as reader:
        outputs = {
            t.name: Output(t, staging, stems[t.name], form, context, (rows_by_table or {}).get(t.name), reader=reader)
            for t in tables
        }
        written = _written(outputs, frames) if elsewhere is None else elsewhere(staging, stems)
        files = _completed(written, form, staging, stems, context)
        scripts = form.scripts(staging, files, context)
        manifest = Manifest(metadata, format, files, dialect if format == "sql" else None, scripts)
        (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8", newline="\n")
        refuse_foreign(target, _top(manifest.paths()), before)
        place(target, staging, manifest, before)
    return manifest


def _is_folder(path: Path) -> bool:
    """Whether a folder is there; making it tells what is wrong with a name that cannot be looked up."""
    try:
        return path.is_dir()
    except OSError:
        return False


class Output:
    """The files of one table, or one of its parts.

    Args:
        table: The table.
        staging: Where the files go.
        stem: Their name, without ending.
        form: The format.
        context: What the format may need to know.
        rows: How many rows there will be; None where nobody knows.
        part: Number of the part that alone is written; None for all of the table.
        reader: Reads finished files beside what is written next; None where nothing is.
    """

    def __init__(
        self,
        table: Table,
        staging: Path,
        stem: str,
        form: Sink,
        context: Context,
        rows: int | None,
        *,
        part: int | None = None,
        reader: Executor | None = None,
    ) -> None:
        self._table = table
        self._staging = staging
        self._stem = stem
        self._form = form
        self._context = context
        self._announced = rows
        self._part = part
        self._blocks = Blocks(context.block_rows(table))
        self._writer: Writer | None = None
        self._parts: list[tuple[Path, int]] = []
        self._schema: pl.Schema | None = None
        self._reader = reader
        self._files: Callable[[], TableFiles] | None = None

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        if self._schema is None:
            self._schema = frame.schema
        if self._files is not None:
            self._refuse_count(self._blocks.total + frame.height)
        for block in self._blocks.add(frame.select(self._schema.names())):
            self._put(block)
        if self._announced is not None and self._blocks.total == self._announced:
            self.finish()

    def finish(self) -> None:
        """Finish the last file, and begin to describe them all."""
        if self._files is None:
            self._finish()
            self._files = self._described if self._reader is None else self._reader.submit(self._described).result

    def files(self) -> TableFiles:
        """Finish the last file, unless that is done, and return what the table's files are."""
        self.finish()
        assert self._files is not None
        return self._files()

    def abort(self) -> None:
        """Let go of everything."""
        if self._writer is not None:
            self._writer.abort()

    def _finish(self) -> None:
        if self._announced is not None and self._blocks.total != self._announced:
            self._refuse_count(self._blocks.total)
        rest = self._blocks.rest()
        if rest is not None or not self._parts:
            self._put(self._empty() if rest is None else rest)
        self._close()
        self._flatten()

    def _described(self) -> TableFiles:
        files = [self._file(path, rows) for path, rows in self._parts]
        beside = [self._form.afterwards(path) for path, _ in self._parts]
        after = tuple(self._file(path, 0) for path in beside if path is not None)
        assert self._schema is not None
        columns = {name: str(dtype) for name, dtype in texts(self._schema).items()}
        return TableFiles(self._blocks.total, columns, tuple(files), after)

    def _put(self, block: pl.DataFrame) -> None:
        if self._writer is None or self._parts[-1][1] == PART_ROWS:
            self._next_part()
        assert self._writer is not None
        path, rows = self._parts[-1]
        self._writer.write(block)
        self._parts[-1] = (path, rows + block.height)

    def _next_part(self) -> None:
        self._close()
        folder = self._staging / self._stem
        folder.mkdir(exist_ok=True)
        path = folder / f"part-{len(self._parts) + (self._part or 0):05d}.{self._form.extension}"
        self._parts.append((path, 0))
        self._writer = self._form.open(path, self._table, self._context)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _flatten(self) -> None:
        """Move a single part up, under the table's own name."""
        if len(self._parts) > 1 or self._part is not None or self._form.folder:
            return
        path, rows = self._parts[0]
        for old in (self._form.afterwards(path), path):
            if old is not None:
                new = self._staging / old.name.replace("part-00000", self._stem)
                old.replace(new)
        path.parent.rmdir()
        self._parts = [(self._staging / f"{self._stem}.{self._form.extension}", rows)]

    def _file(self, path: Path, rows: int) -> File:
        return file_of(self._staging, path.relative_to(self._staging).as_posix(), rows)

    def _empty(self) -> pl.DataFrame:
        if self._schema is None:
            self._schema = pl.Schema({column.name: polars_dtype(column.type) for column in self._table.columns})
        return pl.DataFrame(schema=self._schema)

    def _refuse_count(self, rows: int) -> None:
        message = f"{self._announced:,} rows were announced and {rows:,} came"
        raise RefusedError(message, where=self._table.name)


def _completed(
    written: Mapping[str, TableFiles], form: Sink, staging: Path, stems: Mapping[str, str], context: Context
) -> dict[str, TableFiles]:
    """Have the format complete the folders of all tables; return the tables' files with those that it added."""
    if not form.folder:
        return dict(written)
    found = {}
    for table in context.tables:
        added = form.completed(staging / stems[table.name], table, context)
        beside = tuple(file_of(staging, path.relative_to(staging).as_posix(), 0) for path in added)
        found[table.name] = replace(written[table.name], beside=beside)
    return found


def _wanted(stems: Mapping[str, str], form: Sink, rows: Mapping[str, int]) -> tuple[str, ...]:
    if form.folder:
        return tuple(stems.values())
    large = [stem for table, stem in stems.items() if rows.get(table, 0) > PART_ROWS]
    files = [f"{stem}.{form.extension}" for stem in (*stems.values(), *sorted(form.reserved))]
    return (*files, *large)


def _top(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path.split("/")[0] for path in paths))


def _written(outputs: Mapping[str, Output], frames: Iterable[tuple[str, pl.DataFrame]]) -> dict[str, TableFiles]:
    try:
        with Behind(lambda name, frame: _named(outputs, name).write(frame)) as behind:
            for name, frame in frames:
                behind.put(name, frame)
        for output in outputs.values():
            output.finish()
        return {name: output.files() for name, output in outputs.items()}
    except BaseException:
        for output in outputs.values():
            output.abort()
        raise


def _named(outputs: Mapping[str, Output], name: str) -> Output:
    if name not in outputs:
        message = f"rows for {name!r}, which is not among the tables"
        raise InputError(message, given=name, exists=outputs)
    return outputs[name]
