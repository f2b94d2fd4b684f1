r"""The way back from text: ISO dates, plain decimals, ``\x`` bytes and JSON arrays to exactly their dtypes."""

from __future__ import annotations

import json
from typing import Literal

import polars as pl

_SPAN = r"^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?$"
_UNITS = (86_400 * 10**6, 3600 * 10**6, 60 * 10**6, 10**6)


def parsed(  # noqa: PLR0911 (one a dtype)
    series: pl.Series, dtype: pl.DataType, *, encoding: Literal["hex", "base64"] = "hex"
) -> pl.Series:
    """Return the values that the text stands for.

    Args:
        series: Texts as the text formats write them, or values of ``dtype`` already.
        dtype: What they should become.
        encoding: How bytes are written; ``hex`` has a leading backslash and x.

    Raises:
        polars.exceptions.PolarsError: If a text is no such value.

    >>> parsed(pl.Series(["P1DT2H", "-PT0.5S"]), pl.Duration("us")).to_list()
    [datetime.timedelta(days=1, seconds=7200), datetime.timedelta(days=-1, seconds=86399, microseconds=500000)]
    """
    if series.dtype == dtype:
        return series
    match dtype:
        case pl.Datetime(time_zone=None):
            return series.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us").cast(dtype)
        case pl.Datetime():
            naive = series.str.strip_suffix("Z").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
            return naive.dt.replace_time_zone("UTC").cast(dtype)
        case pl.Date():
            return series.str.to_date("%Y-%m-%d")
        case pl.Time():
            return series.str.to_time("%H:%M:%S%.f")
        case pl.Duration():
            return _spans(series).cast(dtype)
        case pl.Boolean():
            return series.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
        case pl.Binary():
            text = series.str.strip_prefix("\\x") if encoding == "hex" else series
            return text.str.decode(encoding)
        case pl.List():
            return _arrays(series, dtype, encoding)
        case _:
            return series.cast(dtype)


def _spans(series: pl.Series) -> pl.Series:
    parts = series.str.extract_groups(_SPAN).struct.unnest()
    total = pl.Series([0], dtype=pl.Int64).new_from_index(0, len(series))
    for column, unit in zip(parts.columns[1:5], _UNITS, strict=True):
        total = total + parts[column].cast(pl.Int64).fill_null(0) * unit
    fraction = parts[parts.columns[5]].str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    negative = parts[parts.columns[0]].is_not_null()
    signed = pl.select(pl.when(negative).then(-(total + fraction)).otherwise(total + fraction)).to_series()
    return pl.select(pl.when(series.is_not_null()).then(signed)).to_series().cast(pl.Duration("us")).alias(series.name)


def _arrays(series: pl.Series, dtype: pl.List, encoding: Literal["hex", "base64"]) -> pl.Series:
    inner = dtype.inner if isinstance(dtype.inner, pl.DataType) else dtype.inner()
    rows = series.to_list()
    values = [json.loads(row) if isinstance(row, str) else row for row in rows]
    return pl.Series(series.name, [_elements(row, inner, encoding) for row in values], dtype=dtype)


def _elements(row: list[object] | None, inner: pl.DataType, encoding: Literal["hex", "base64"]) -> list[object] | None:
    if row is None or not any(isinstance(value, str | list) for value in row):
        return row
    held = pl.Series(row, dtype=pl.String) if any(isinstance(value, str) for value in row) else pl.Series(row)
    return parsed(held, inner, encoding=encoding).to_list()
