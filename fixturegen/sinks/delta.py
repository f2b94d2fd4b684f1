"""Delta Lake: a folder of Parquet files for each table, and the log that makes them one table; written without Spark."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import polars as pl

from fixturegen.draws import stream
from fixturegen.errors import InputError
from fixturegen.schema import Table
from fixturegen.sinks.base import Context, Sink, Writer, sink
from fixturegen.sinks.manifest import LOG
from fixturegen.sinks.parquet import ParquetSink

_WIDER: Mapping[type[pl.DataType], pl.DataType] = {
    pl.UInt8: pl.Int16(),
    pl.UInt16: pl.Int32(),
    pl.UInt32: pl.Int64(),
    pl.UInt64: pl.Decimal(20, 0),
}


_PLAIN = {"timestampNtz"}
"""Features of Delta by which a table is still all rows of its files, under their own names; version 2 of readers renames columns."""


@sink("delta")
class DeltaSink(Sink):
    """A Delta table for each table, in ``TABLE/``, read by Spark, DuckDB, Polars and others. Needs ``deltalake``.

    Delta knows no unsigned integers, times of day and intervals: they become wider integers, texts and microseconds. The log says
    nothing of when or where it was written, so that the same rows give the same bytes.
    """

    extension = "parquet"
    folder = True

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer in bounded memory.

        Raises:
            InputError: If ``deltalake`` is not installed, or cannot open the folder.
        """
        _library()
        _refuse_escapes(path)
        return _Storing(ParquetSink().open(path, table, context))

    def completed(self, folder: Path, table: Table, context: Context) -> Iterable[Path]:
        """Write the log of a table's folder."""
        _library().convert_to_deltalake(str(folder.absolute()))
        log = folder / LOG / "00000000000000000000.json"
        actions = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        lines = sorted((_timeless(action, table, context) for action in actions), key=_place)
        text = "".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in lines)
        log.write_text(text, encoding="utf-8", newline="\n")
        return (log,)


def scanned(folder: Path) -> pl.LazyFrame:
    """Return the rows of a Delta table: what its log says, whatever other files lie beside it.

    Raises:
        InputError: If ``deltalake`` cannot open the folder.
    """
    _refuse_escapes(folder)
    path = str(folder.absolute())
    if quote(path) != path:
        # Polars takes the addresses of files for their names, which differ where a folder has a space or an accent.
        table = _library().DeltaTable(path)
        files = [unquote(address) for address in table.file_uris()]
        protocol = table.protocol()
        plain = protocol.min_reader_version != 2 and set(protocol.reader_features or ()) <= _PLAIN
        if files and plain:
            return pl.scan_parquet(files, glob=False)
    return pl.scan_delta(path)


def _refuse_escapes(path: Path) -> None:
    """Refuse what ``deltalake`` reads as another path: it resolves the escapes of an address once more than it makes them."""
    folder = next((part for part in path.absolute().parts if unquote(part) != part), None)
    if folder is not None:
        message = (
            f"the format 'delta' cannot use a folder named {folder!r}: deltalake would look for {unquote(folder)!r}"
        )
        raise InputError(
            message, hint="Name the folder without a percent sign before two hex digits, or choose another format."
        )


class _Storing:
    """Writes columns as Delta can hold them."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, frame: pl.DataFrame) -> None:
        self._writer.write(frame.select(_stored(name, dtype) for name, dtype in frame.schema.items()))

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        self._writer.abort()


def _stored(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.base_type() in _WIDER:
        return column.cast(_WIDER[dtype.base_type()])
    if dtype == pl.Time or isinstance(dtype, pl.Enum | pl.Categorical):
        return column.cast(pl.String)
    if isinstance(dtype, pl.Duration):
        return column.dt.total_microseconds()
    return column


def restored(name: str, held: pl.DataType, wanted: pl.DataType) -> pl.Expr:
    """Return a column of a Delta table as it was before Delta held it; others as they are.

    >>> frame = pl.DataFrame({"span": [1_000_000]})
    >>> frame.select(restored("span", pl.Int64(), pl.Duration("us")))["span"].item().total_seconds()
    1.0
    """
    column = pl.col(name)
    if wanted == pl.Time and held == pl.String:
        return column.str.to_time("%H:%M:%S%.f", strict=False)
    if isinstance(wanted, pl.Duration) and held == pl.Int64:
        return column.cast(wanted)
    wider = _WIDER.get(wanted.base_type())
    if (wider is not None and held == wider) or (isinstance(wanted, pl.Enum) and held == pl.String):
        return column.cast(wanted, strict=False)
    return column


def _timeless(action: dict[str, Any], table: Table, context: Context) -> dict[str, Any]:
    """Return an action of the log without the moment and the identity that chance gave it."""
    moment = _milliseconds(context)
    if "commitInfo" in action:
        action["commitInfo"]["timestamp"] = moment
    if "metaData" in action:
        metadata = context.metadata
        words = (metadata.schema_hash, table.name)
        identity = stream(metadata.seed, *words) << 64 | stream(metadata.seed, *words, "delta")
        action["metaData"] |= {"id": str(UUID(int=identity, version=4)), "createdTime": moment}
    if "add" in action:
        stats = json.loads(action["add"]["stats"] or "null")
        action["add"] |= {"modificationTime": moment, "stats": json.dumps(stats, sort_keys=True)}
    return action


def _milliseconds(context: Context) -> int:
    """The frozen clock, in milliseconds since 1970."""
    return (context.metadata.as_of.toordinal() - 719_163) * 86_400_000


def _place(action: dict[str, Any]) -> tuple[int, str]:
    kinds = ("commitInfo", "protocol", "metaData", "add")
    kind = next(iter(action))
    return kinds.index(kind), str(action[kind].get("path", ""))


def _library() -> Any:
    # It would warn of columns without statistics.
    os.environ.setdefault("RUST_LOG", "error")
    try:
        import deltalake  # noqa: PLC0415 (an extra)
    except ImportError:
        message = "the format 'delta' needs the package deltalake"
        raise InputError(message, hint="Install it by: pip install 'fixturegen-db[delta]'.") from None
    return deltalake
