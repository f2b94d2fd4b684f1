"""Parquet: exact dtypes, and in the file's key-value metadata where its rows came from."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal, TypedDict

import polars as pl

from fixturegen.schema import Table
from fixturegen.sinks.base import Context, Sink, Writer, sink, texts
from fixturegen.sinks.streaming import StreamWriter

LEVEL = 1
"""Of zstd: two thirds of the time that its usual level 3 takes to write, for files of about the same size."""
_DTYPES = "ARROW:schema"
"""Metadata in which Polars and Arrow keep, and look for, the dtypes that Parquet has no names for."""


@sink("parquet")
class ParquetSink(Sink):
    """Parquet with zstd, a row group for each block.

    The metadata holds ``fixturegen.schema_hash``, ``.seed``, ``.as_of``, ``.synthetic`` and ``.version.*``; read it with
    ``polars.read_parquet_metadata``.
    """

    extension = "parquet"
    dictionaries = True

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer in bounded memory."""
        rows, pairs = context.block_rows(table), context.metadata.pairs()

        def settings(schema: pl.Schema) -> _Settings:
            return _Settings(
                row_group_size=rows, metadata=_dtypes(schema) | pairs, compression="zstd", compression_level=LEVEL
            )

        return StreamWriter(
            lambda frame: frame.write_parquet(path, **settings(frame.schema)),
            lambda frame: frame.sink_parquet(path, **settings(frame.collect_schema())),
        )


class _Settings(TypedDict):
    row_group_size: int
    metadata: dict[str, str]
    compression: Literal["zstd"]
    compression_level: int


def _dtypes(schema: pl.Schema) -> dict[str, str]:
    """Return the metadata that has readers take dictionaries of text, which Parquet holds text in anyway, for text."""
    plain = texts(schema)
    if plain == schema:
        return {}
    file = BytesIO()
    pl.DataFrame(schema=plain).write_parquet(file)
    file.seek(0)
    return {_DTYPES: pl.read_parquet_metadata(file)[_DTYPES]}
