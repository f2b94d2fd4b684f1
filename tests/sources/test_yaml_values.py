from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.errors import SchemaError
from fixturegen.schema import Kind, Location, Type
from fixturegen.sources.yaml_values import FORMS, read_value, value_text

WHERE = Location("s.yaml", 3, "t.c")


def read(text: str, kind: Kind, **details: object) -> object:
    return read_value(text, Type(kind=kind, **details), WHERE)  # type: ignore[arg-type]  # details are fields of a type


def test_decimals_are_exact() -> None:
    assert read("0.1", "decimal", precision=10, scale=2) == Decimal("0.1")
    assert read("1e2", "decimal", precision=10, scale=2) == Decimal(100)


def test_a_date_as_datetime_is_its_first_instant() -> None:
    assert read("2026-01-31", "datetime") == datetime(2026, 1, 31)  # noqa: DTZ001  # zone-less as the type
    assert read("2026-01-31", "datetime", zone=True) == datetime(2026, 1, 31, tzinfo=UTC)


def test_zones_become_utc_where_the_type_has_one() -> None:
    instant = read("2026-01-31 08:30:00+02:00", "datetime", zone=True)
    assert instant == datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
    assert read("08:30+02:00", "time", zone=True) == time(6, 30)
    assert read("2026-01-31T08:30:00Z", "datetime", zone=True) == datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 minutes", 5400), ("1 day 02:30:00", 95_400), ("P1DT2H30M", 95_400), ("2h", 7200), ("1.5 hours", 5400),
        ("-1 day", -86_400), ("00:00:01", 1), ("PT0.5S", 0.5), ("-P1W", -604_800), ("1 week, 2 days", 777_600),
    ],
)  # fmt: skip
def test_spans(text: str, seconds: float) -> None:
    assert read(text, "interval") == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.5", "integer"), ("1e3", "integer"), ("", "integer"), ("true", "integer"), ("x", "decimal"), (".nan", "float"),
        ("inf", "float"), ("yes", "boolean"), ("1", "boolean"), ("abc", "bytes"), ("0xabc", "bytes"), ("2026-02-30", "date"),
        ("2026-01-01 00:00", "date"), ("01/02/2026", "date"), ("25:00", "time"), ("2026-13-01", "datetime"),
        ("2026-01-01 08:30Z", "datetime"), ("1 month", "interval"), ("1 day and", "interval"), ("P", "interval"),
        ("no-uuid", "uuid"), ("{a}", "json"), ("256.1.1.1", "ip"), ("00:11", "mac"), ("[" * 100_000, "json"),
        ("9" * 5000, "integer"), ("1e999", "float"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_said(text: str, kind: Kind) -> None:
    with pytest.raises(SchemaError) as raised:
        read(text, kind)
    assert str(raised.value).startswith("s.yaml:3 t.c: ")
    assert FORMS[kind] in str(raised.value) or "digits" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "type_", "expected"),
    [
        ("128", Type(kind="integer", bits=8), "-128 to 127"),
        ("-1", Type(kind="integer", signed=False), "0 to"),
        ("1.234", Type(kind="decimal", precision=10, scale=2), "after the point"),
        ("123456789", Type(kind="decimal", precision=10, scale=2), "before the point"),
        ("1e999", Type(kind="decimal", scale=2), "before the point"),
        ("abc", Type(kind="text", length=2), "longer than 2"),
        ("0x0102", Type(kind="bytes", length=1), "longer than 1"),
        ("c", Type(kind="enum", labels=("a", "b")), "a, b"),
    ],
)
def test_what_the_type_cannot_hold_is_said(text: str, type_: Type, expected: str) -> None:
    with pytest.raises(SchemaError, match=expected):
        read_value(text, type_, WHERE)


def test_a_bound_may_be_finer_than_the_type() -> None:
    assert read_value("0.005", Type(kind="decimal", precision=4, scale=2), WHERE, bound=True) == Decimal("0.005")
    with pytest.raises(SchemaError, match="2 digits before the point"):
        read_value("100", Type(kind="decimal", precision=4, scale=2), WHERE, bound=True)


VALUES = [
    (Type(kind="integer"), st.integers(-(2**63), 2**63 - 1)),
    (Type(kind="decimal", scale=4), st.decimals(-(10**33), 10**33, places=4)),
    (Type(kind="float"), st.floats(allow_nan=False, allow_infinity=False)),
    (Type(kind="boolean"), st.booleans()),
    (Type(kind="text"), st.text()),
    (Type(kind="bytes"), st.binary()),
    (Type(kind="date"), st.dates()),
    (Type(kind="time"), st.times()),
    (Type(kind="datetime"), st.datetimes()),
    (Type(kind="datetime", zone=True), st.datetimes(timezones=st.just(UTC))),
    (Type(kind="interval"), st.timedeltas(-timedelta(days=10**8), timedelta(days=10**8))),
    (Type(kind="uuid"), st.uuids().map(str)),
]


@pytest.mark.parametrize(("type_", "values"), VALUES, ids=[f"{type_.kind}-{type_.zone}" for type_, _ in VALUES])
def test_values_come_back(type_: Type, values: st.SearchStrategy[object]) -> None:
    @given(values)
    def come_back(value: object) -> None:
        again = read_value(value_text(value), type_, WHERE)
        assert again == value
        assert type(again) is type(value)

    come_back()


def test_bounds_are_of_plain_dates() -> None:
    assert value_text(date(2026, 1, 31)) == "2026-01-31"
