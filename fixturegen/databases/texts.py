"""Values as text, the same in every output: ISO dates, trimmed fractions of a second, arrays as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl

MICROSECONDS = 10**6
_DAY = 86_400 * MICROSECONDS


def datetime_text(series: pl.Series, *, separator: str = " ", suffix: str = "") -> pl.Series:
    """Return ``2024-01-31 12:00:00``, with six digits of a fraction only where there is one.

    Both forms of one column compare as text in the order of time.

    Args:
        series: Datetimes of any unit; a zoned one is given in UTC.
        separator: What stands between date and time.
        suffix: What follows, such as ``Z``.

    >>> datetime_text(pl.Series([datetime(2024, 1, 31, 12), datetime(2024, 1, 31, 12, 0, 0, 5)])).to_list()
    ['2024-01-31 12:00:00', '2024-01-31 12:00:00.000005']
    """
    micros = series.dt.replace_time_zone(None) if _zone(series) is None else _utc(series)
    whole = f"%Y-%m-%d{separator}%H:%M:%S"
    return _trimmed(micros.cast(pl.Datetime("us")), whole, suffix)


def time_text(series: pl.Series) -> pl.Series:
    """Return ``12:00:00``, with six digits of a fraction only where there is one.

    >>> time_text(pl.Series([time(1, 2, 3)])).to_list()
    ['01:02:03']
    """
    return _trimmed((series.to_physical() // 1000).cast(pl.Datetime("us")), "%H:%M:%S", "")


def span_text(series: pl.Series) -> pl.Series:
    """Return a duration as ``-1 days -02:00:00.5``-like text that PostgreSQL reads as an interval, exact to the microsecond.

    >>> span_text(pl.Series([timedelta(days=-1, hours=-2), timedelta(microseconds=5)])).to_list()
    ['-1 days -02:00:00', '0 days 00:00:00.000005']
    """
    micros = _micros(series)
    sign = pl.when(micros < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    clock = pl.Series(micros.abs() % _DAY).cast(pl.Datetime("us"))
    text = _trimmed(clock, "%H:%M:%S", "")
    return pl.select(pl.format("{}{} days {}{}", sign, micros.abs() // _DAY, sign, text)).to_series()


def clock_text(series: pl.Series) -> pl.Series:
    """Return a duration as ``-30:00:00.5``-like text of hours, minutes and seconds.

    >>> clock_text(pl.Series([timedelta(days=-1, hours=-2), timedelta(microseconds=5)])).to_list()
    ['-26:00:00.000000', '00:00:00.000005']
    """
    micros = _micros(series)
    whole = micros.abs()
    sign = pl.when(micros < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    hours = (whole // (3600 * MICROSECONDS)).cast(pl.String).str.zfill(2)
    rest = pl.Series(whole % (3600 * MICROSECONDS)).cast(pl.Datetime("us")).dt.to_string("%M:%S%.6f")
    return pl.select(pl.format("{}{}:{}", sign, hours, rest)).to_series()


def moment_text(series: pl.Series) -> pl.Series:
    """Return a duration as the moment that long after 1970, in the form of :func:`datetime_text`.

    Databases without an interval type hold it so: it keeps the order, and SQLAlchemy's ``Interval`` reads it back.

    >>> moment_text(pl.Series([timedelta(days=1, seconds=5)])).to_list()
    ['1970-01-02 00:00:05']
    """
    return datetime_text(_micros(series).cast(pl.Datetime("us")))


def duration_text(series: pl.Series) -> pl.Series:
    """Return a duration in ISO 8601, such as ``P1DT2H``.

    >>> duration_text(pl.Series([timedelta(days=1, hours=2)])).to_list()
    ['P1DT2H']
    """
    return series.dt.to_string("iso")


def array_text(series: pl.Series) -> pl.Series:
    """Return arrays as JSON: numbers as numbers (decimals with all digits, as text), the rest as ISO text, bytes in hex.

    >>> array_text(pl.Series([[1, None], None])).to_list()
    ['[1, null]', None]
    """
    texts = [None if row is None else json.dumps(row, default=_plain, ensure_ascii=False) for row in series.to_list()]
    return pl.Series(texts, dtype=pl.String)


def element_text(value: object) -> str:
    """Return one element of an array as text that PostgreSQL reads.

    >>> element_text(timedelta(days=-1))
    '-1 days -00:00:00'
    """
    if isinstance(value, timedelta):
        return str(span_text(pl.Series([value]))[0])
    plain = _plain(value)
    return json.dumps(plain) if isinstance(plain, bool) else str(plain)


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return datetime_text(pl.Series([value]), separator="T", suffix="" if value.tzinfo is None else "Z")[0]
        case date() | time():
            return value.isoformat()
        case bytes():
            return "\\x" + value.hex()
        case timedelta():
            return duration_text(pl.Series([value]))[0]
        case _:
            return value


def _zone(series: pl.Series) -> str | None:
    dtype = series.dtype
    return dtype.time_zone if isinstance(dtype, pl.Datetime) else None


def _utc(series: pl.Series) -> pl.Series:
    return series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _micros(series: pl.Series) -> pl.Series:
    return series.cast(pl.Duration("us")).to_physical()


def _trimmed(moments: pl.Series, whole: str, suffix: str) -> pl.Series:
    fractions = moments.to_physical() % MICROSECONDS
    if not (fractions != 0).any():  # the common case needs no second pass over the text
        return moments.dt.to_string(whole + suffix)
    return moments.dt.to_string(f"{whole}%.6f").str.strip_suffix(".000000") + suffix
