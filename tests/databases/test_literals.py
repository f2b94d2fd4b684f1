from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.databases.literals import literal, literals
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.sqlite_storage import stored
from fixturegen.databases.texts import datetime_text, moment_text, span_text
from fixturegen.errors import InputError
from fixturegen.schema import Column, Dialect, Type

TEXT = Type(kind="text")
MOMENTS = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))  # noqa: DTZ001 (zone-less is the point)
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_sqlite_reads_back_any_text(values: list[str]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for value, sql in zip(values, literals(pl.Series(values), TEXT, "sqlite"), strict=True):
            assert connection.execute(f"SELECT {sql}, typeof({sql})").fetchone() == (value, "text")
            assert "\r" not in sql


@given(st.text(min_size=1, max_size=20).filter(lambda name: "\0" not in name))
def test_sqlite_takes_any_name(name: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(f"CREATE TABLE t ({quoted(name, 'sqlite')})")
        except UnicodeEncodeError:  # a lone surrogate is no text for the driver
            return
        assert connection.execute("SELECT * FROM t").description[0][0] == name


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_names_that_cannot_be_written(name: str) -> None:
    with pytest.raises(InputError, match="cannot be written in SQL"):
        quoted(name, "postgresql")


def test_tables_of_a_schema() -> None:
    assert quoted_table('a.b"c.d', "postgresql") == '"a"."b""c.d"'
    assert quoted_table("a.b", "mysql") == "`a`.`b`"
    assert quoted_table(".b", "mysql") == "`.b`"


@pytest.mark.parametrize(
    ("value", "dialect", "expected"),
    [
        (float("inf"), "postgresql", "'Infinity'"),
        (float("nan"), "postgresql", "'NaN'"),
        (float("-inf"), "sqlite", "-9e999"),
        (1e22, "mysql", "1e+22"),
    ],
)
def test_floats_that_are_hard_to_say(value: float, dialect: Dialect, expected: str) -> None:
    assert literal(value, Type(kind="float"), dialect) == expected


@pytest.mark.parametrize(
    ("value", "dialect"), [(float("nan"), "sqlite"), (float("nan"), "mysql"), (float("inf"), "mysql")]
)
def test_floats_that_cannot_be_said(value: float, dialect: Dialect) -> None:
    with pytest.raises(InputError, match="no literal for NaN"):
        literal(value, Type(kind="float"), dialect)


def test_a_value_of_another_type_is_no_literal() -> None:
    with pytest.raises(InputError, match="'x' is no value of type integer"):
        literal("x", Type(kind="integer"), "sqlite")


@given(MOMENTS, MOMENTS)
def test_datetimes_as_text_keep_their_order(one: datetime, other: datetime) -> None:
    # Written one by one: whether a fraction is shown may not depend on the column's other values.
    (first,), (second,) = datetime_text(pl.Series([one])), datetime_text(pl.Series([other]))
    assert (first < second) == (one < other)
    assert datetime.fromisoformat(first) == one
    assert datetime_text(pl.Series([one, other])).to_list() == [first, second]


def test_instants_are_written_in_utc() -> None:
    series = pl.Series([datetime(2024, 1, 1, 12, tzinfo=UTC)]).dt.convert_time_zone("Asia/Tokyo")
    assert datetime_text(series).to_list() == ["2024-01-01 12:00:00"]


@given(st.timedeltas(min_value=timedelta(days=-600_000), max_value=timedelta(days=2_000_000)))
def test_spans_are_exact(span: timedelta) -> None:
    (text,) = span_text(pl.Series([span], dtype=pl.Duration("us")))
    days, _, clock = text.split(" ")
    sign = -1 if clock.startswith("-") else 1
    hours, minutes, seconds = clock.lstrip("-").split(":")
    micros = (int(hours) * 3600 + int(minutes) * 60) * 10**6 + int(Decimal(seconds) * 10**6)
    assert timedelta(days=int(days)) + sign * timedelta(microseconds=micros) == span
    (moment,) = moment_text(pl.Series([span], dtype=pl.Duration("us")))
    assert datetime.fromisoformat(moment) - datetime(1970, 1, 1) == span  # noqa: DTZ001 (zone-less is the point)


def store(values: list[object], type_: Type, declared: str, dtype: pl.DataType) -> list[object]:
    return stored(pl.Series(values, dtype=dtype), Column(name="x", type=type_), declared).to_list()


def test_decimals_are_stored_by_affinity() -> None:
    money, dtype = Type(kind="decimal", precision=10, scale=2), pl.Decimal(10, 2)
    values: list[object] = [Decimal("1.50"), None]
    assert store(values, money, "NUMERIC(10,2)", dtype) == [1.5, None]
    assert store(values, money, "TEXT", dtype) == ["1.50", None]
    whole = Type(kind="decimal", precision=38, scale=0)
    assert store([Decimal(2**60 + 1)], whole, "NUMERIC", pl.Decimal(38, 0)) == [2**60 + 1]
    assert store([Decimal(10**30)], whole, "NUMERIC", pl.Decimal(38, 0)) == [1e30]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_stored_decimals_are_the_nearest_floats(value: Decimal) -> None:
    assert store([value], Type(kind="decimal", precision=20, scale=4), "NUMERIC", pl.Decimal(20, 4)) == [float(value)]


def test_uuids_are_stored_as_the_column_wants_them() -> None:
    key, value = Type(kind="uuid"), "00000000-0000-4000-8000-00000000000a"
    assert store([value], key, "CHAR(32)", pl.String()) == [value.replace("-", "")]
    assert store([value], key, "BINARY(16)", pl.String()) == [bytes.fromhex(value.replace("-", ""))]
    assert store([value, None], key, "CHAR(36)", pl.String()) == [value, None]


def test_nan_is_not_stored_as_null() -> None:
    with pytest.raises(InputError, match="x: holds NaN"):
        store([float("nan")], Type(kind="float"), "REAL", pl.Float64())
