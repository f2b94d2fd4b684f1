"""Faker's methods that draw from a range of numbers or moments, as ranges: relative dates are relative to ``as_of``.

Shares of years and months are Faker's own: a year is 365.24 days, a month 30.42.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from fixturegen.errors import SchemaError
from fixturegen.lattice import measure

_RELATIVE = re.compile(r"^(?:[+-]?\d+[yMwdhms])+$")
_TERM = re.compile(r"([+-]?)(\d+)([yMwdhms])")
_SECONDS = {
    "y": Fraction(36_524, 100) * 86_400, "M": Fraction(3_042, 100) * 86_400, "w": Fraction(604_800),
    "d": Fraction(86_400), "h": Fraction(3_600), "m": Fraction(60), "s": Fraction(1),
}  # fmt: skip
_DAY = Fraction(86_400)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of one kind.

    Attributes:
        kind: Kind of the schema type whose lattice holds it.
        low: Least measure, inclusive.
        high: Greatest measure, inclusive.
        form: How a text column writes it (strftime), or None for the plain spelling.
        scale: Decimals of ``decimal`` and ``float``.
        step: Distance of two values where not all are meant: of whole numbers from the lowest, of others from 0.
        percent: How many of 100 booleans are true, or None for half of them.
    """

    kind: Literal["date", "datetime", "time", "integer", "decimal", "float", "boolean"]
    low: Fraction
    high: Fraction
    form: str | None = None
    scale: int = 0
    step: Fraction | None = None
    percent: int | None = None


Maker = Callable[["Clock", Mapping[str, Any]], Span | None]


@dataclass(frozen=True, slots=True)
class Clock:
    """The frozen clock, and where errors belong."""

    as_of: date
    where: object = None

    def moment(self, value: object, name: str) -> Fraction:
        """Return the measure of what Faker takes for a moment: a date, ``now``, ``today``, ``-30d``, a number of days.

        Raises:
            SchemaError: If it is none of these.
        """
        now = measure(self.as_of)
        if isinstance(value, str):
            return self._written(value, name)
        if isinstance(value, datetime | date):
            return measure(value)
        if isinstance(value, timedelta):
            return now + measure(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return now + Fraction(value) * _DAY
        return self._unknown(value, name)

    def _written(self, text: str, name: str) -> Fraction:
        now = measure(self.as_of)
        if text in {"now", "today"}:
            return now
        if _RELATIVE.match(text):
            sign = 1
            for plus, number, unit in _TERM.findall(text):
                sign = {"-": -1, "+": 1}.get(plus, sign)
                now += sign * int(number) * _SECONDS[unit]
            return now
        try:
            return measure(datetime.fromisoformat(text))
        except ValueError:
            return self._unknown(text, name)

    def _unknown(self, value: object, name: str) -> Fraction:
        message = f"faker: {name!r} is a date, 'now', 'today' or a distance such as '-30d', not {value!r}"
        raise SchemaError(message, where=self.where, hint="Units: y, M, w, d, h, m, s.")


def span_of(method: str, arguments: Mapping[str, Any], clock: Clock) -> Span | None:
    """Return the range of a method, or None for a method that draws from none.

    Raises:
        SchemaError: If an argument cannot be read.
    """
    maker = _SPANS.get(method)
    if maker is None or any(_said(arguments.get(name)) for name in _BEYOND):
        return None
    span = maker(clock, arguments)
    if span is None:
        return None
    if span.low > span.high:
        message = f"faker: {method} with {dict(arguments)} is an empty range"
        raise SchemaError(message, where=clock.where)
    return span


def _said(value: object) -> bool:
    return value is not None and value is not False


_BEYOND = ("tzinfo", "left_digits", "center", "radius", "positive")


def _between(kind: Literal["date", "datetime"], low: object, high: object, names: tuple[str, str]) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        first = clock.moment(arguments.get(names[0], low), names[0])
        last = clock.moment(arguments.get(names[1], high), names[1])
        if kind == "date":
            first, last = first // _DAY * _DAY, last // _DAY * _DAY
        return Span(kind, Fraction(first), Fraction(last))

    return made


def _upcoming(kind: Literal["date", "datetime"]) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        last = clock.moment(arguments.get("end_date", "+30d"), "end_date")
        step = _DAY if kind == "date" else Fraction(1)
        return Span(kind, measure(clock.as_of) + step, last // step * step)

    return made


def _elapsed(kind: Literal["date", "datetime"]) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        first = clock.moment(arguments.get("start_date", "-30d"), "start_date")
        step = _DAY if kind == "date" else Fraction(1)
        return Span(kind, Fraction(-(-first // step) * step), measure(clock.as_of) - step)

    return made


def _this(kind: Literal["date", "datetime"], period: str) -> Maker:
    suffix = "today" if kind == "date" else "now"

    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        first, following = _period(clock.as_of, period)
        now, step = measure(clock.as_of), _DAY if kind == "date" else Fraction(1)
        low = measure(first) if arguments.get(f"before_{suffix}", True) else now
        high = measure(following) - step if arguments.get(f"after_{suffix}", False) else now
        return Span(kind, low, high)

    return made


def _period(day: date, period: str) -> tuple[date, date]:
    if period == "month":
        return day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    years = {"year": 1, "decade": 10, "century": 100}[period]
    first = day.year - day.year % years
    return date(max(1, first), 1, 1), date(first + years, 1, 1)


def _birth(clock: Clock, arguments: Mapping[str, Any]) -> Span:
    youngest, oldest = arguments.get("minimum_age", 0), arguments.get("maximum_age", 115)
    if not (isinstance(youngest, int) and isinstance(oldest, int) and 0 <= youngest <= oldest):
        message = f"faker: date_of_birth needs 0 <= minimum_age <= maximum_age, not {youngest!r} and {oldest!r}"
        raise SchemaError(message, where=clock.where)
    first = _years_before(clock.as_of, oldest + 1) + timedelta(days=1)
    return Span("date", measure(first), measure(_years_before(clock.as_of, youngest)))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _since_1970(kind: Literal["date", "datetime"], form: str | None) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        last = clock.moment(arguments.get("end_datetime") or "now", "end_datetime")
        written = arguments.get("pattern", form)
        step = _DAY if kind == "date" else Fraction(1)
        return Span(kind, Fraction(0), last // step * step, written)

    return made


def _clock_time(clock: Clock, arguments: Mapping[str, Any]) -> Span:  # noqa: ARG001 - every maker is asked alike
    return Span("time", Fraction(0), Fraction(86_399), arguments.get("pattern", "%H:%M:%S"))


def _unix(clock: Clock, arguments: Mapping[str, Any]) -> Span:
    last = clock.moment(arguments.get("end_datetime") or "now", "end_datetime")
    first = clock.moment(arguments.get("start_datetime") or datetime(1970, 1, 1), "start_datetime")  # noqa: DTZ001 - instants here name no zone
    return Span("integer", first, last)


def _whole(low: str, high: str, most: int = 9_999) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        least, greatest = arguments.get(low, 0), arguments.get(high, most)
        step = arguments.get("step", 1)
        if not all(isinstance(each, int) for each in (least, greatest, step)) or step < 1:
            message = f"faker: {low}, {high} and step are whole numbers and step is at least 1"
            raise SchemaError(message, where=clock.where)
        return Span("integer", Fraction(least), Fraction(greatest), step=Fraction(step) if step > 1 else None)

    return made


def _fixed(low: int, high: int) -> Maker:
    return lambda _clock, _arguments: Span("integer", Fraction(low), Fraction(high))


def _real(kind: Literal["decimal", "float"]) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        least, greatest = arguments.get("min_value"), arguments.get("max_value")
        if not all(each is None or isinstance(each, int | float | Decimal) for each in (least, greatest)):
            message = "faker: min_value and max_value are numbers"
            raise SchemaError(message, where=clock.where)
        low = Fraction(str(least)) if least is not None else min(Fraction(0), Fraction(str(greatest or 0)))
        high = Fraction(str(greatest)) if greatest is not None else low + 10_000
        digits = arguments.get("right_digits")
        if digits is None:
            return Span(kind, low, high, scale=2)
        return Span(kind, low, high, scale=int(digits), step=Fraction(1, 10 ** int(digits)))

    return made


def _degrees(most: int) -> Maker:
    return lambda _clock, _arguments: Span("decimal", Fraction(-most), Fraction(most), scale=6)


def _part(form: str) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:  # noqa: ARG001 - every maker is asked alike
        return Span("date", Fraction(0), measure(clock.as_of), form)

    return made


def _truth(name: str) -> Maker:
    def made(clock: Clock, arguments: Mapping[str, Any]) -> Span:
        percent = arguments.get(name, 50)
        if not 0 <= percent <= 100:
            message = f"faker: {name} is from 0 to 100, not {percent!r}"
            raise SchemaError(message, where=clock.where)
        return Span("boolean", Fraction(0), Fraction(1), percent=None if percent == 50 else int(percent))

    return made


def _port(clock: Clock, arguments: Mapping[str, Any]) -> Span:  # noqa: ARG001 - every maker is asked alike
    ranges = {"is_system": (0, 1_023), "is_user": (1_024, 49_151), "is_dynamic": (49_152, 65_535)}
    low, high = next((ranges[name] for name in ranges if arguments.get(name)), (0, 65_535))
    return Span("integer", Fraction(low), Fraction(high))


def _iso(clock: Clock, arguments: Mapping[str, Any]) -> Span | None:
    clocks = {"auto": "%H:%M:%S", "seconds": "%H:%M:%S", "minutes": "%H:%M", "hours": "%H"}
    clock_form = clocks.get(arguments.get("timespec", "auto"))
    if clock_form is None:
        return None
    between = str(arguments.get("sep", "T")).replace("%", "%%")
    return _since_1970("datetime", f"%Y-%m-%d{between}{clock_form}")(clock, arguments)


_SPANS: Mapping[str, Maker] = {
    "date_between": _between("date", "-30y", "today", ("start_date", "end_date")),
    "date_between_dates": _between("date", "today", "today", ("date_start", "date_end")),
    "date_time_between": _between("datetime", "-30y", "now", ("start_date", "end_date")),
    "date_time_between_dates": _between("datetime", "now", "now", ("datetime_start", "datetime_end")),
    "future_date": _upcoming("date"),
    "future_datetime": _upcoming("datetime"),
    "past_date": _elapsed("date"),
    "past_datetime": _elapsed("datetime"),
    **{f"date_this_{period}": _this("date", period) for period in ("month", "year", "decade", "century")},
    **{f"date_time_this_{period}": _this("datetime", period) for period in ("month", "year", "decade", "century")},
    "date_of_birth": _birth,
    "date": _since_1970("date", "%Y-%m-%d"),
    "date_object": _since_1970("date", None),
    "date_time": _since_1970("datetime", None),
    "date_time_ad": _between("datetime", date(1, 1, 1), "now", ("start_datetime", "end_datetime")),
    "iso8601": _iso,
    "time": _clock_time,
    "time_object": lambda _clock, _arguments: Span("time", measure(time(0)), Fraction(86_399)),
    "unix_time": _unix,
    "year": _part("%Y"),
    "month": _part("%m"),
    "day_of_month": _part("%d"),
    "pyint": _whole("min_value", "max_value"),
    "random_int": _whole("min", "max"),
    "random_digit": _fixed(0, 9),
    "random_digit_not_null": _fixed(1, 9),
    "random_digit_above_two": _fixed(2, 9),
    "port_number": _port,
    "pyfloat": _real("float"),
    "pydecimal": _real("decimal"),
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "coordinate": _degrees(180),
    "pybool": _truth("truth_probability"),
    "boolean": _truth("chance_of_getting_true"),
}
