r"""Frames as the CSV that PostgreSQL's COPY reads: NULL is a bare ``\N``, every text stands in quotes.

Within quotes nothing but the quote itself needs care, so every text goes through as it is, empty ones and ``\.`` included.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from fixturegen.databases import texts
from fixturegen.databases.arrays import braced_text
from fixturegen.databases.quoting import quoted_list
from fixturegen.schema import Column

_NULL = "\\N"


def copy_statement(table: str, columns: Iterable[Column]) -> str:
    r"""Return the COPY into a table, given by its quoted name, for what :func:`copy_text` returns.

    >>> from fixturegen.schema import Type
    >>> print(copy_statement('"audit"."log"', [Column(name="a", type=Type(kind="text"))]))
    COPY "audit"."log" ("a") FROM STDIN (FORMAT csv, NULL '\N', ENCODING 'UTF8')
    """
    names = quoted_list((column.name for column in columns), "postgresql")
    return f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '{_NULL}', ENCODING 'UTF8')"


def copy_text(frame: pl.DataFrame, columns: Iterable[Column]) -> bytes:
    r"""Return rows as CSV in UTF-8, a line a row, in the order of ``columns``.

    >>> from fixturegen.schema import Type
    >>> copy_text(pl.DataFrame({"a": [1, None], "b": ["x", ""]}), [Column(name=n, type=Type(kind="text")) for n in "ab"])
    b'1,"x"\n\\N,""\n'
    """
    written = pl.DataFrame([_written(frame[column.name], column).alias(column.name) for column in columns])
    return written.write_csv(
        include_header=False,
        quote_style="non_numeric",
        null_value=_NULL,
        datetime_format="%Y-%m-%d %H:%M:%S%.6f",
        time_format="%H:%M:%S%.6f",
    ).encode()


def _written(series: pl.Series, column: Column) -> pl.Series:  # noqa: PLR0911 (one a dtype)
    match series.dtype:
        case pl.Datetime(time_zone=str()):
            return texts.datetime_text(series, suffix="+00")
        case pl.Duration():
            return texts.span_text(series)
        case pl.Binary():
            return "\\x" + series.bin.encode("hex")
        case pl.List():
            return braced_text(series)
        case pl.Time() if column.type.zone:
            return texts.time_text(series) + "+00"
        case pl.Enum() | pl.Categorical():
            return series.cast(pl.String)
        case _:
            return series
