"""Values as SQL literals of each dialect, a whole column at a time, so that the engine stores exactly what was meant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from fixturegen.databases import texts
from fixturegen.databases.arrays import braced_text
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError
from fixturegen.schema import Dialect, Type

_MARKERS = range(0xE000, 0xF8FF)
"""Private-use characters, one of which stands for a carriage return for a moment."""


def literals(series: pl.Series, type_: Type, dialect: Dialect) -> pl.Series:
    r"""Return each value as SQL text, ``NULL`` for a null; never null itself.

    Decimals keep all digits. Bytes are hexadecimal. Arrays are PostgreSQL's ``{...}``, JSON text elsewhere. Datetimes that name an
    instant are UTC: with ``+00`` for PostgreSQL, without a zone for the others. Intervals are PostgreSQL's own; elsewhere
    the moment that long after 1970.

    Raises:
        InputError: For a NUL in a text (unless it is MySQL's), NaN for SQLite and MySQL, an infinity for MySQL: no literal can say them.

    >>> literals(pl.Series(["it's", None]), Type(kind="text"), "sqlite").to_list()
    ["'it''s'", 'NULL']
    >>> literals(pl.Series([b"\x00\xff"]), Type(kind="bytes"), "postgresql").to_list()
    ["'\\x00ff'"]
    """
    return _maker(type_, dialect)(series).fill_null("NULL")


def literal(value: object, type_: Type, dialect: Dialect) -> str:
    """Return one value as SQL text.

    >>> literal(True, Type(kind="boolean"), "postgresql")
    'TRUE'
    """
    series = pl.Series([value], dtype=polars_dtype(type_), strict=False)
    if value is not None and series[0] is None:
        message = f"{value!r} is no value of type {type_.kind}"
        raise InputError(message)
    return str(literals(series, type_, dialect)[0])


def text_literals(series: pl.Series, dialect: Dialect) -> pl.Series:
    """Return texts as quoted literals; nulls stay null.

    Carriage returns and, in MySQL, line feeds are spelt out: the command-line clients change them within a raw literal.
    """
    if dialect != "mysql" and series.str.contains("\0", literal=True).any():
        message = "a text holds a NUL character, which SQL text cannot carry"
        raise InputError(message, hint="Choose another format, or leave hostile values out.")
    if dialect == "mysql":
        return "'" + _escaped_backslash(series) + "'"
    plain = series.str.replace_all("'", "''", literal=True)
    if not series.str.contains("\r", literal=True).any():
        return "'" + plain + "'"
    spelt = _sqlite_returns(plain) if dialect == "sqlite" else _postgresql_returns(plain)
    return pl.select(
        pl.when(plain.str.contains("\r", literal=True)).then(spelt).otherwise("'" + plain + "'")
    ).to_series()


def _escaped_backslash(series: pl.Series) -> pl.Series:
    escapes = {"\\": "\\\\", "\0": "\\0", "'": "\\'", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"}
    for character, escape in escapes.items():
        series = series.str.replace_all(character, escape, literal=True)
    return series


def _sqlite_returns(plain: pl.Series) -> pl.Series:
    marker = next(chr(code) for code in _MARKERS if not plain.str.contains(chr(code), literal=True).any())
    return "replace('" + plain.str.replace_all("\r", marker, literal=True) + f"', '{marker}', char(13))"


def _postgresql_returns(plain: pl.Series) -> pl.Series:
    # A literal, not an expression: only a literal takes the type of its column.
    escaped = plain.str.replace_all("\\", "\\\\", literal=True).str.replace_all("\r", "\\r", literal=True)
    return "E'" + escaped + "'"


def _numbers(series: pl.Series) -> pl.Series:
    return series.cast(pl.String)


def _floats(dialect: Dialect, series: pl.Series) -> pl.Series:
    # MySQL reads a double and refuses one that is beyond the greatest float by its last digit.
    text = (series.cast(pl.Float64) if dialect == "mysql" else series).cast(pl.String)
    if series.is_finite().all():
        return text
    if dialect == "postgresql":
        named = {"NaN": "'NaN'", "inf": "'Infinity'", "-inf": "'-Infinity'"}
        return text.replace(named)
    if dialect == "mysql" or series.is_nan().any():
        message = f"{dialect} has no literal for NaN" + (" or an infinity" if dialect == "mysql" else "")
        raise InputError(message)
    return text.replace({"inf": "9e999", "-inf": "-9e999"})


def _booleans(dialect: Dialect, series: pl.Series) -> pl.Series:
    true, false = ("TRUE", "FALSE") if dialect == "postgresql" else ("1", "0")
    return pl.select(pl.when(series).then(pl.lit(true)).when(~series).then(pl.lit(false))).to_series()


def _bytes(dialect: Dialect, series: pl.Series) -> pl.Series:
    prefix = "'\\x" if dialect == "postgresql" else "X'"
    return prefix + series.bin.encode("hex") + "'"


def _datetimes(type_: Type, dialect: Dialect, series: pl.Series) -> pl.Series:
    suffix = "+00" if type_.zone and dialect == "postgresql" else ""
    return "'" + texts.datetime_text(series, suffix=suffix) + "'"


def _spans(dialect: Dialect, series: pl.Series) -> pl.Series:
    text = texts.span_text(series) if dialect == "postgresql" else texts.moment_text(series)
    return "'" + text + "'"


def _arrays(dialect: Dialect, series: pl.Series) -> pl.Series:
    if dialect != "postgresql":
        return text_literals(texts.array_text(series), dialect)
    return text_literals(braced_text(series), dialect)


def _maker(type_: Type, dialect: Dialect) -> Callable[[pl.Series], pl.Series]:  # noqa: PLR0911 (one a kind)
    match type_.kind:
        case "integer" | "decimal":
            return _numbers
        case "float":
            return partial(_floats, dialect)
        case "boolean":
            return partial(_booleans, dialect)
        case "bytes":
            return partial(_bytes, dialect)
        case "date":
            return lambda series: "'" + series.dt.to_string("%Y-%m-%d") + "'"
        case "time":
            return lambda series: "'" + texts.time_text(series) + "'"
        case "datetime":
            return partial(_datetimes, type_, dialect)
        case "interval":
            return partial(_spans, dialect)
        case "array":
            return partial(_arrays, dialect)
        case _:
            return lambda series: text_literals(series.cast(pl.String), dialect)
