"""Arrow IPC files: exact dtypes, read without decoding."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from fixturegen.schema import Table
from fixturegen.sinks.base import Context, Sink, Writer, sink
from fixturegen.sinks.streaming import StreamWriter


@sink("ipc")
class IpcSink(Sink):
    """The Arrow file format, uncompressed (so that it can be mapped), a record batch for each block."""

    extension = "arrow"

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer in bounded memory."""
        rows = context.block_rows(table)
        return StreamWriter(partial(_write, path, rows), partial(_stream, path, rows))


def _write(path: Path, rows: int, frame: pl.DataFrame) -> None:
    frame.write_ipc(path, compat_level=pl.CompatLevel.oldest(), record_batch_size=rows)


def _stream(path: Path, rows: int, frame: pl.LazyFrame) -> None:
    frame.sink_ipc(path, compat_level=pl.CompatLevel.oldest(), record_batch_size=rows)
