r"""Texts of CSV and NDJSON files as values: what is no value of the type becomes null, and is flagged as such."""

from __future__ import annotations

import json
from typing import Literal

import polars as pl

from fixturegen.constraints.representation import Reading
from fixturegen.dtypes import WIDEST_DECIMAL, polars_dtype
from fixturegen.schema import Type
from fixturegen.sinks.parsing import parsed

Encoding = Literal["hex", "base64"]

_SPARE = 8
"""Digits after the point that are read beyond those of the type, so that they can be told from none."""
_SPAN = r"^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d{1,6})?S)?)?$"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_HEX = r"^\\x([0-9A-Fa-f]{2})*$"
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def text_reading(type_: Type, encoding: Encoding) -> Reading | None:
    """Return how texts become values of a type; None where the text is the value.

    Args:
        type_: The column's type.
        encoding: How bytes are written.
    """
    dtype, wide = polars_dtype(type_), _wide(type_)
    readings = {
        "integer": Reading(lambda text: text.cast(pl.Int128, strict=False), pl.Int128()),
        "decimal": Reading(lambda text: _spelled(text, _NUMBER).cast(wide, strict=False), wide),
        "float": Reading(lambda text: text.cast(dtype, strict=False), dtype),
        "boolean": Reading(_boolean, dtype),
        "date": Reading(lambda text: text.str.to_date("%Y-%m-%d", strict=False), dtype),
        "time": Reading(lambda text: text.str.to_time("%H:%M:%S%.f", strict=False), dtype),
        "datetime": Reading(lambda text: _moment(text, zone=type_.zone), dtype),
        "interval": Reading(lambda text: _span(text, dtype), dtype),
        "bytes": Reading(lambda text: _bytes(text, encoding), dtype),
        "array": Reading(lambda text: _arrays(text, dtype, encoding), dtype),
    }
    return readings.get(type_.kind)


def _wide(type_: Type) -> pl.Decimal:
    digits = type_.precision or WIDEST_DECIMAL
    return pl.Decimal(
        WIDEST_DECIMAL, min(type_.scale + _SPARE, max(type_.scale, WIDEST_DECIMAL - digits + type_.scale))
    )


def _spelled(text: pl.Expr, pattern: str) -> pl.Expr:
    """The texts of that spelling; null for others."""
    return pl.when(text.str.contains(pattern)).then(text)


def _boolean(text: pl.Expr) -> pl.Expr:
    words = {"true": True, "false": False, "1": True, "0": False}
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _moment(text: pl.Expr, *, zone: bool) -> pl.Expr:
    text = text.str.replace(" ", "T", literal=True, n=1)
    if not zone:
        return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    offset = text.str.replace(r"(Z|\+00)$", "+00:00")
    return offset.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)


def _span(text: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return _spelled(text, _SPAN).map_batches(lambda series: parsed(series, dtype), return_dtype=dtype)


def _bytes(text: pl.Expr, encoding: Encoding) -> pl.Expr:
    if encoding == "hex":
        return _spelled(text, _HEX).str.strip_prefix("\\x").str.decode("hex", strict=False)
    return _spelled(text, _BASE64).str.decode("base64", strict=False)


def _arrays(text: pl.Expr, dtype: pl.DataType, encoding: Encoding) -> pl.Expr:
    def read(series: pl.Series) -> pl.Series:
        return pl.Series(series.name, [_array(row, dtype, encoding) for row in series.to_list()], dtype=dtype)

    return text.map_batches(read, return_dtype=dtype)


def _array(text: str | None, dtype: pl.DataType, encoding: Encoding) -> object:
    """One array, or None where the text is none: a row at a time, for one bad row must not spoil the others."""
    if text is None:
        return None
    try:
        if not isinstance(json.loads(text), list):
            return None
        return parsed(pl.Series([text]), dtype, encoding=encoding)[0]
    except (ValueError, TypeError, RecursionError, pl.exceptions.PolarsError):
        return None
