"""NDJSON: one JSON object a line, every value exact for every reader.

Decimals are text with all their digits, because most readers would round a JSON number; integers and floats are numbers.
Dates and times are ISO 8601 (``2024-01-31T12:00:00``, with ``Z`` where they name an instant), intervals ``P1DT2H``, bytes
base64, json columns text (so that JSON ``null`` and NULL stay apart), arrays JSON arrays.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import polars as pl

from fixturegen.databases import texts
from fixturegen.errors import InputError
from fixturegen.schema import Table
from fixturegen.sinks.appending import AppendWriter
from fixturegen.sinks.base import Context, Sink, Writer, sink


@sink("ndjson")
class NdjsonSink(Sink):
    """NDJSON."""

    extension = "ndjson"

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer."""
        del table, context
        return AppendWriter(path, _append)


def _append(stream: IO[bytes], frame: pl.DataFrame, first: bool) -> None:
    del first
    frame.with_columns(_json(series) for series in frame).write_ndjson(stream)


def _json(series: pl.Series) -> pl.Series:  # noqa: PLR0911 (one a dtype)
    match series.dtype:
        case pl.Datetime(time_zone=None):
            return texts.datetime_text(series, separator="T")
        case pl.Datetime():
            return texts.datetime_text(series, separator="T", suffix="Z")
        case pl.Time():
            return texts.time_text(series)
        case pl.Duration():
            return texts.duration_text(series)
        case pl.Binary():
            return series.bin.encode("base64")
        case pl.List():
            return _array(series)
        case pl.Float32() | pl.Float64() if not series.is_finite().all():
            message = f"column {series.name!r} holds NaN or an infinity, which JSON has no number for"
            raise InputError(message, hint="Choose another format.")
        case _:
            return series


def _array(series: pl.Series) -> pl.Series:
    """Convert the elements of arrays as values of their own, keeping the offsets."""
    inner = series.dtype.inner if isinstance(series.dtype, pl.List) else None
    if inner is None or inner.is_integer() or isinstance(inner, pl.String | pl.Boolean):
        return series
    rows = [
        None if row is None else _json(pl.Series(series.name, row, dtype=inner)).to_list() for row in series.to_list()
    ]
    return pl.Series(series.name, rows, dtype=pl.List(_json(pl.Series(series.name, [], dtype=inner)).dtype))
