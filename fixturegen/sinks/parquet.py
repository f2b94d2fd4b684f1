"""Parquet: exact dtypes, and in the file's key-value metadata where its rows came from."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from fixturegen.schema import Table
from fixturegen.sinks.base import BLOCK_ROWS, Context, Sink, Writer, sink
from fixturegen.sinks.streaming import StreamWriter


@sink("parquet")
class ParquetSink(Sink):
    """Parquet with zstd, a row group for each block.

    The metadata holds ``fixturegen.schema_hash``, ``.seed``, ``.as_of``, ``.synthetic`` and ``.version.*``; read it with
    ``polars.read_parquet_metadata``.
    """

    extension = "parquet"

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer in bounded memory."""
        del table
        pairs = context.metadata.pairs()
        return StreamWriter(partial(_write, path, pairs), partial(_stream, path, pairs))


def _write(path: Path, pairs: dict[str, str], frame: pl.DataFrame) -> None:
    frame.write_parquet(path, row_group_size=BLOCK_ROWS, metadata=pairs)


def _stream(path: Path, pairs: dict[str, str], frame: pl.LazyFrame) -> None:
    frame.sink_parquet(path, row_group_size=BLOCK_ROWS, metadata=pairs)
