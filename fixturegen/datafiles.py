"""A directory of exported files as data to check: every format but SQL, with or without its manifest."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from fixturegen.constraints.data import Data
from fixturegen.constraints.readings import Encoding, text_reading
from fixturegen.constraints.representation import Given, Reading, given
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError
from fixturegen.schema import Schema, Table
from fixturegen.sinks.base import sink_named
from fixturegen.sinks.delta import restored, scanned
from fixturegen.sinks.manifest import LOG, MANIFEST, read_manifest
from fixturegen.sinks.names import file_stems

Scan = Callable[[list[Path], Table], pl.LazyFrame]

_KEPT_BYTES = 256 * 2**20
"""Size up to which the values of a text file are kept in memory."""
_HINT = "SQL files cannot be verified as files: load them, then verify with --database."


def data_in(schema: Schema, directory: str | Path, only: Collection[str] = ()) -> Data:
    """Return the tables of a directory, scanned lazily where the format can be.

    Files are those of ``manifest.json``, or, without one, ``TABLE.ext`` and ``TABLE/part-*.ext``.

    Args:
        schema: The schema that they should satisfy.
        directory: The directory.
        only: Tables that must be there; all of the schema unless given. Others are taken where they are there.

    Raises:
        InputError: No such directory, no data for a table, a file that cannot be read, SQL files.
    """
    folder = Path(directory)
    if not folder.is_dir():
        message = "is no directory" if folder.exists() else "no such directory"
        raise InputError(message, where=folder)
    files = _listed(schema, folder)
    _require(schema, folder, files, only)
    tables = {name: _read(schema.tables[name], *found) for name, found in files.items()}
    return Data(schema, tables)


def _listed(schema: Schema, folder: Path) -> dict[str, tuple[str, list[Path]]]:
    """The format and the files of every table of the schema that is there."""
    if not (folder / MANIFEST).exists():
        return _found(schema, folder)
    manifest = read_manifest(folder)
    _refuse_sql(manifest.format, folder)
    return {
        name: (manifest.format, [folder / file.path for file in table.files])
        for name, table in manifest.tables.items()
        if name in schema.tables
    }


def _found(schema: Schema, folder: Path) -> dict[str, tuple[str, list[Path]]]:
    found: dict[str, tuple[str, list[Path]]] = {}
    for format_ in (*_SCANS, "sql"):
        extension = sink_named(format_).extension
        for name, stem in file_stems(schema.tables, extension).items():
            paths = _paths(folder, stem, extension)
            if (format_ == "delta") != (folder / stem / LOG).is_dir():
                continue
            if paths and name in found:
                message = f"holds {name!r} in two formats, {found[name][0]} and {format_}"
                raise InputError(message, where=folder, hint="Keep one of them.")
            if paths:
                _refuse_sql(format_, folder)
                found[name] = (format_, paths)
    return found


def _paths(folder: Path, stem: str, extension: str) -> list[Path]:
    whole = folder / f"{stem}.{extension}"
    return [whole] if whole.is_file() else sorted((folder / stem).glob(f"part-*.{extension}"))


def _refuse_sql(format_: str, folder: Path) -> None:
    if format_ == "sql":
        message = "holds SQL"
        raise InputError(message, where=folder, hint=_HINT)
    if format_ not in _SCANS:
        message = f"holds files of the format {format_!r}, which cannot be read back"
        raise InputError(message, where=folder, given=format_, exists=_SCANS)


def _require(schema: Schema, folder: Path, files: Collection[str], only: Collection[str]) -> None:
    absent = [name for name in (only or schema.tables) if name not in files]
    if absent:
        message = f"holds no data for {', '.join(repr(name) for name in absent)}"
        hint = "Verify the tables that are there with --only TABLE." if files else "Is it the directory of an export?"
        raise InputError(message, where=folder, exists=files, hint=hint)


def _read(table: Table, format_: str, paths: list[Path]) -> Given:
    scan, encoding = _SCANS[format_]
    gone = next((path for path in paths if not path.is_file()), None)
    if gone is not None:
        message = "no such file, though the manifest lists it"
        raise InputError(message, where=gone)
    try:
        frame = scan(paths, table)
        if encoding is None:
            return given(table, frame)
        return _kept(given(table, frame, _readings(table, encoding)), paths)
    except (OSError, ValueError, csv.Error, pl.exceptions.PolarsError) as error:
        message = f"cannot be read as {format_}"
        raise InputError(message, where=paths[0]) from error


def _kept(read: Given, paths: list[Path]) -> Given:
    """Texts are parsed once and their values kept, unless that would be too much: then each constraint parses anew."""
    if sum(path.stat().st_size for path in paths) > _KEPT_BYTES:
        return read
    return replace(read, frame=read.frame.collect().lazy())


def _readings(table: Table, encoding: Encoding) -> dict[str, Reading]:
    found = {column.name: text_reading(column.type, encoding) for column in table.columns}
    return {name: reading for name, reading in found.items() if reading is not None}


def _parquet(paths: list[Path], table: Table) -> pl.LazyFrame:
    del table
    return pl.scan_parquet(paths, glob=False)


def _delta(paths: list[Path], table: Table) -> pl.LazyFrame:
    try:
        frame = scanned(paths[0].parent)
    except ImportError:
        message = "the format 'delta' needs the package deltalake"
        raise InputError(message, hint="Install it by: pip install 'fixturegen-db[delta]'.") from None
    except InputError:
        raise
    except Exception as error:  # of the library, which has a tree of its own
        message = f"the Delta table cannot be read: {type(error).__name__}"
        raise ValueError(message) from error
    dtypes = {column.name: polars_dtype(column.type) for column in table.columns}
    held = frame.collect_schema()
    return frame.select(
        restored(name, dtype, dtypes[name]) if name in dtypes else pl.col(name) for name, dtype in held.items()
    )


def _ipc(paths: list[Path], table: Table) -> pl.LazyFrame:
    del table
    return pl.scan_ipc(paths, glob=False)


def _csv(paths: list[Path], table: Table) -> pl.LazyFrame:
    del table
    names = _header(paths[0])
    return pl.scan_csv(paths, infer_schema=False, glob=False, new_columns=names) if names else pl.scan_csv(paths)


def _header(path: Path) -> list[str]:
    """Return the columns' names; Polars would keep the doubled quotes of a name that holds one."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines), [])


def _ndjson(paths: list[Path], table: Table) -> pl.LazyFrame:
    """Every value as text; a key that a line lacks is NULL, one that the schema lacks is seen in the first line."""
    names = dict.fromkeys((*(column.name for column in table.columns if column.generated is None), *_keys(paths[0])))
    filled = [path for path in paths if path.stat().st_size > 0]
    if not filled:
        return pl.LazyFrame(schema=dict.fromkeys(names, pl.String()))
    frame = pl.scan_ndjson(filled, schema=dict.fromkeys(names, pl.String()))
    nested = [column.name for column in table.columns if column.type.kind == "array" and column.name in names]
    return pl.concat([frame.drop(nested), _nested(filled, nested)], how="horizontal") if nested else frame


def _nested(paths: list[Path], names: list[str]) -> pl.LazyFrame:
    """Arrays as JSON texts, by Python: Polars would forget the backslashes of texts within them."""
    found: dict[str, list[str | None]] = {name: [] for name in names}
    for path in paths:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for row in (json.loads(line) for line in lines if line.strip()):
                for name, held in found.items():
                    value = row.get(name) if isinstance(row, dict) else None
                    held.append(None if value is None else json.dumps(value, ensure_ascii=False))
    return pl.LazyFrame(found, schema=dict.fromkeys(names, pl.String()))


def _keys(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as lines:
        first = lines.readline()
    keys = json.loads(first) if first.strip() else {}
    if not isinstance(keys, dict):
        message = "the first line is no JSON object"
        raise ValueError(message)  # noqa: TRY004 - it is the file that is wrong, not a caller's type
    return [str(key) for key in keys]


_SCANS: Mapping[str, tuple[Scan, Encoding | None]] = {
    "parquet": (_parquet, None),
    "ipc": (_ipc, None),
    "delta": (_delta, None),
    "csv": (_csv, "hex"),
    "ndjson": (_ndjson, "base64"),
}
