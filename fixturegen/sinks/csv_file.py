r"""CSV (RFC 4180, UTF-8, with a header) from which every value can be read back, NULL and the empty text apart.

NULL is an empty field, the empty text ``""``. In a table of a single column a NULL row is an empty line. Dates are ISO 8601,
datetimes ``2024-01-31T12:00:00`` (``Z`` where they name an instant, six digits of a fraction where there is one), intervals
``P1DT2H``, booleans ``true`` and ``false``, decimals plain with all their digits, bytes ``\x`` and hexadecimal digits as
PostgreSQL reads them, arrays JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import polars as pl

from fixturegen.databases import texts
from fixturegen.schema import Table
from fixturegen.sinks.appending import AppendWriter
from fixturegen.sinks.base import Context, Sink, Writer, sink


@sink("csv")
class CsvSink(Sink):
    """CSV."""

    extension = "csv"

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer."""
        del table, context
        return AppendWriter(path, _append)


def _append(stream: IO[bytes], frame: pl.DataFrame, first: bool) -> None:
    textual = frame.with_columns(_text(series) for series in frame)
    textual.write_csv(stream, include_header=first, quote_style="necessary")


def _text(series: pl.Series) -> pl.Series:  # noqa: PLR0911 (one a dtype)
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
            return ("\\x" + series.bin.encode("hex")).alias(series.name)
        case pl.List():
            return texts.array_text(series).alias(series.name)
        case _:
            return series
