"""Dates and times at the edges of calendars, clocks, zones and 32-bit counters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from fixturegen.domain import Domain
from fixturegen.hostility.contract import HostileClass, Maker, family
from fixturegen.lattice import lattice_of
from fixturegen.schema import Column

_DAY = family({"date"}, "ISO 8601, RFC 3339")
_MOMENT = family({"datetime"}, "IANA tz, RFC 3339, ISO 8601")
_CLOCK = family({"time"}, "ISO 8601")
_SPAN = family({"interval"}, "PostgreSQL manual 8.5")


def _edge(*, upper: bool) -> Maker:
    """The column's own bound, where it has one."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        lattice = lattice_of(column.type)
        bound = domain.high if upper else domain.low
        if lattice is not None and bound is not None:
            import numpy as np  # noqa: PLC0415 - only for columns with bounds

            yield lattice.decode(np.array([bound])).to_list()[0]

    return values


def _moments(*texts: str) -> Maker:
    """Moments as the column holds them: in UTC where it names an instant, cut to its digits of a second."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        del domain
        for text in texts:
            moment = datetime.fromisoformat(text)
            yield _cut(moment.replace(tzinfo=UTC) if column.type.zone else moment, column)

    return values


def _clocks(text: str) -> Maker:
    def values(column: Column, domain: Domain) -> Iterator[object]:
        del domain
        yield _cut(time.fromisoformat(text), column)

    return values


def _cut(moment: datetime | time, column: Column) -> datetime | time:
    digits = 6 if column.type.precision is None else min(column.type.precision, 6)
    unit = 10 ** (6 - digits)
    return moment.replace(microsecond=moment.microsecond // unit * unit)


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


DAYS = (
    _DAY("least date", "the column's own lower bound", by=_edge(upper=False)),
    _DAY("greatest date", "the column's own upper bound", by=_edge(upper=True)),
    _DAY("year 1", "no earlier date in Python; no DATETIME in some databases", *_days("0001-01-01")),
    _DAY("year 9999", "overflow on +1", *_days("9999-12-31")),
    _DAY("before the Gregorian calendar", "ten days that some calendars skip", *_days("1582-10-10", "1000-01-01")),
    _DAY("epoch", "0, taken for absent", *_days("1970-01-01")),
    _DAY("before the epoch", "negative, rounded the other way", *_days("1969-12-31")),
    _DAY("leap day", "no such day next year", *_days("2024-02-29", "2020-02-29", "2028-02-29")),
    _DAY("leap day of a century", "1900 has none, 2000 has", *_days("2000-02-29")),
    _DAY("end of February", "off by one in a common year", *_days("2023-02-28", "2025-02-28", "2026-02-28")),
    _DAY("end of a long month", "a month later is no day", *_days("2024-01-31", "2025-01-31", "2026-01-31")),
    _DAY("ISO week 53", "a week of the year before", *_days("2021-01-01", "2027-01-01")),
    _DAY("ISO week 1", "a week of the year after", *_days("2024-12-30", "2018-12-31", "2025-12-29")),
    _DAY("end of a year", "YYYY or yyyy", *_days("2024-12-31", "2025-12-31", "1999-12-31")),
    _DAY("beyond 2038", "32-bit seconds end on 2038-01-19", *_days("2038-01-20")),
)
MOMENTS = (
    _MOMENT("least moment", "the column's own lower bound", by=_edge(upper=False)),
    _MOMENT("greatest moment", "the column's own upper bound", by=_edge(upper=True)),
    _MOMENT("first moment", "overflow when shifted to a zone", by=_moments("0001-01-01T00:00:00")),
    _MOMENT("last moment", "overflow when rounded or shifted", by=_moments("9999-12-31T23:59:59.999999")),
    _MOMENT("moment before 1582", "calendars differ", by=_moments("1582-10-10T12:00:00", "1000-01-01T00:00:00")),
    _MOMENT("epoch moment", "0, taken for absent", by=_moments("1970-01-01T00:00:00")),
    _MOMENT("moment before the epoch", "negative, rounded the other way", by=_moments("1969-12-31T23:59:59.999999")),
    _MOMENT("Y2038", "the last second of 32 bits", by=_moments("2038-01-19T03:14:07")),
    _MOMENT("after Y2038", "beyond 32 bits", by=_moments("2038-01-19T03:14:08")),
    _MOMENT("end of 32 bits without a sign", "beyond 32 bits", by=_moments("2106-02-07T06:28:16")),
    _MOMENT(
        "DST gap", "no such time in New York (or Berlin): shifted or refused",
        by=_moments("2024-03-10T02:30:00", "2025-03-09T02:30:00", "2024-03-31T02:30:00"),
    ),
    _MOMENT(
        "DST fold", "twice in New York (or Berlin): an hour off",
        by=_moments("2024-11-03T01:30:00", "2025-11-02T01:30:00", "2024-10-27T02:30:00"),
    ),
    _MOMENT("leap second", "23:59:60 follows", by=_moments("2016-12-31T23:59:59")),
    _MOMENT("leap day moment", "no such day next year", by=_moments("2024-02-29T12:00:00", "2020-02-29T12:00:00")),
    _MOMENT(
        "last microsecond of a day", "missed by BETWEEN, rounded to the next day",
        by=_moments("2024-12-31T23:59:59.999999", "2025-06-30T23:59:59.999999"),
    ),
    _MOMENT("midnight", "taken for a date", by=_moments("2024-07-01T00:00:00", "2025-07-01T00:00:00")),
    _MOMENT("one microsecond", "lost in milliseconds", by=_moments("2024-01-01T00:00:00.000001", "2025-01-01T00:00:00.000001")),
    _MOMENT("week 53 moment", "a week of the year before", by=_moments("2021-01-01T00:00:00", "2027-01-01T00:00:00")),
    _MOMENT("moment of infinity", "PostgreSQL's infinity and BC", unheld="a frame holds years 1 to 9999 here"),
)  # fmt: skip
CLOCKS = (
    _CLOCK("time zero", "falsy, taken for absent", by=_clocks("00:00:00")),
    _CLOCK("last microsecond", "rounded to 24:00", by=_clocks("23:59:59.999999")),
    _CLOCK("last second", "24:00 follows", by=_clocks("23:59:59")),
    _CLOCK("noon", "12 pm or am", by=_clocks("12:00:00")),
    _CLOCK("just after midnight", "12:30 am", by=_clocks("00:30:00")),
    _CLOCK("time of the DST gap", "absent one day a year", by=_clocks("02:30:00")),
)
SPANS = (
    _SPAN("no time", "division; falsy", timedelta(0)),
    _SPAN("one microsecond's time", "lost in milliseconds", timedelta(microseconds=1)),
    _SPAN("negative time", "sorted or printed wrongly", timedelta(days=-1, microseconds=-5)),
    _SPAN("24 hours", "a day, unless a clock changes", timedelta(hours=24)),
    _SPAN("more than a day", "printed as a clock, cut to 24 hours", timedelta(days=1, hours=6)),
    _SPAN("a long month", "31 days or a month", timedelta(days=31)),
    _SPAN("a thousand years", "overflow of 32-bit seconds", timedelta(days=365_243)),
)

TIMES: tuple[HostileClass, ...] = (*DAYS, *MOMENTS, *CLOCKS, *SPANS)
