"""The values that SQL texts stand for once a column's type or a cast says how to read them: numbers, moments, clocks, spans."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

MICROSECOND = timedelta(microseconds=1)
_MOST_DIGITS = 38


@dataclass(frozen=True, slots=True)
class Span:
    """An interval: whole months, whose length depends on where they begin, and a fixed rest (a day is 24 hours)."""

    months: int = 0
    rest: timedelta = timedelta(0)

    def __neg__(self) -> Span:
        return Span(-self.months, -self.rest)

    def __add__(self, other: Span) -> Span:
        return Span(self.months + other.months, self.rest + other.rest)

    def times(self, factor: int) -> Span:
        """Return the span ``factor`` times over."""
        return Span(self.months * factor, self.rest * factor)


def number(text: str) -> int | Decimal | None:
    """Return the number a text spells, exactly, or None.

    >>> number("5"), number("-1.50"), number("1e3"), number("x")
    (5, Decimal('-1.50'), Decimal('1000'), None)
    """
    stripped = text.strip()
    if re.fullmatch(r"[+-]?\d{1,38}", stripped):
        return int(stripped)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", stripped):
        return None
    try:
        value = Decimal(stripped)
    except InvalidOperation:  # pragma: no cover - the pattern admits only what Decimal reads
        return None
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if len(digits) + abs(exponent) > _MOST_DIGITS:
        return None
    return value if exponent <= 0 else Decimal(int(value))


_MOMENT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?")


def moment(text: str) -> date | datetime | None:
    """Return the date, or the zone-less datetime (in UTC where the text names a zone), that a text spells, or None.

    >>> moment("2024-02-29"), moment("2024-01-01 10:00+02")
    (datetime.date(2024, 2, 29), datetime.datetime(2024, 1, 1, 8, 0))
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        local = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), _micro(fraction), tzinfo=UTC
        )
        return (local - _zone(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def clock(text: str) -> time | None:
    """Return the time of day a text spells, or None.

    >>> clock("09:30")
    datetime.time(9, 30)
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    try:
        return time(int(hour), int(minute), int(second or 0), _micro(fraction))
    except ValueError:
        return None


def boolean(text: str) -> bool | None:
    """Return the truth value a text spells, or None.

    >>> boolean("t"), boolean("off"), boolean("maybe")
    (True, False, None)
    """
    folded = text.strip().lower()
    if folded in {"t", "true", "y", "yes", "on", "1"}:
        return True
    return False if folded in {"f", "false", "n", "no", "off", "0"} else None


def octets(text: str) -> bytes | None:
    r"""Return the bytes a text stands for beside a binary column: itself, or the hexadecimal digits after ``\x``.

    >>> octets("a"), octets("\\x4142")
    (b'a', b'AB')
    """
    if not text.startswith("\\"):
        return text.encode()
    try:
        return bytes.fromhex(text[2:]) if text.startswith("\\x") else None
    except ValueError:
        return None


_UNITS: dict[str, Span] = {
    "microsecond": Span(0, MICROSECOND),
    "millisecond": Span(0, timedelta(milliseconds=1)),
    "second": Span(0, timedelta(seconds=1)),
    "minute": Span(0, timedelta(minutes=1)),
    "hour": Span(0, timedelta(hours=1)),
    "day": Span(0, timedelta(days=1)),
    "week": Span(0, timedelta(weeks=1)),
    "month": Span(1),
    "quarter": Span(3),
    "year": Span(12),
    "decade": Span(120),
    "century": Span(1200),
}
_SHORT = {
    "us": "microsecond", "usec": "microsecond", "ms": "millisecond", "msec": "millisecond", "s": "second", "sec": "second",
    "secs": "second", "m": "minute", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "d": "day",
    "w": "week", "mon": "month", "mons": "month", "y": "year", "yr": "year", "yrs": "year", "centuries": "century",
}  # fmt: skip
_PART = re.compile(r"\s*([+-]?\s*\d+(?:\.\d+)?)\s*([A-Za-z]+)|\s*([+-]?)(\d{1,4}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_ISO = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,6})?)S)?)?", re.IGNORECASE
)


def span(text: str, unit: str | None = None) -> Span | None:
    """Return the interval a text spells, in PostgreSQL's words, ISO 8601, or as a number of ``unit``; None for none.

    >>> span("1 year 2 mons 3 days 04:00:00")
    Span(months=14, rest=datetime.timedelta(days=3, seconds=14400))
    >>> span("-3", "DAY")
    Span(months=0, rest=datetime.timedelta(days=-3))
    """
    try:
        if unit is not None:
            return _counted(text, unit)
        return _iso(text) or _worded(text)
    except OverflowError:
        return None


def shifted(start: date | datetime, by: Span) -> date | datetime:
    """Return the moment a span after ``start``; months keep the day, or take the month's last.

    A date stays one while the span's rest is whole days. Raises OverflowError beyond the years 1 to 9999.

    >>> shifted(date(2024, 1, 31), Span(1))
    datetime.date(2024, 2, 29)
    """
    month = start.year * 12 + start.month - 1 + by.months
    year, within = divmod(month, 12)
    if not 1 <= year <= 9999:
        message = "beyond the years 1 to 9999"
        raise OverflowError(message)
    day = min(start.day, monthrange(year, within + 1)[1])
    moved = start.replace(year=year, month=within + 1, day=day)
    if not isinstance(moved, datetime) and by.rest % timedelta(days=1):
        moved = datetime(moved.year, moved.month, moved.day)  # noqa: DTZ001 - zone-less moments are never converted
    return moved + by.rest


def _counted(text: str, unit: str) -> Span | None:
    count = number(text)
    one = _unit(unit)
    if count is None or one is None:
        return None
    if one.months:
        return one.times(int(count)) if count == int(count) else None
    return Span(0, _scaled(one.rest, count))


def _scaled(rest: timedelta, count: int | Decimal) -> timedelta:
    return MICROSECOND * int(Decimal(rest // MICROSECOND) * count)


def _unit(word: str) -> Span | None:
    folded = word.lower()
    return _UNITS.get(_SHORT.get(folded, folded)) or _UNITS.get(folded.removesuffix("s"))


def _worded(text: str) -> Span | None:
    total, at, words = Span(), 0, text.strip()
    backwards = words.lower().endswith(" ago")
    words = words[:-4] if backwards else words
    while at < len(words):
        found = _PART.match(words, at)
        if found is None:
            return None
        part = _counted(found[1].replace(" ", ""), found[2]) if found[1] else _hours(found)
        if part is None:
            return None
        total, at = total + part, found.end()
    if not at:
        return None
    return -total if backwards else total


def _hours(found: re.Match[str]) -> Span:
    rest = timedelta(
        hours=int(found[4]), minutes=int(found[5]), seconds=int(found[6] or 0), microseconds=_micro(found[7])
    )
    return Span(0, -rest if found[3] == "-" else rest)


def _iso(text: str) -> Span | None:
    found = _ISO.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    return Span(years * 12 + months, rest + _scaled(timedelta(seconds=1), Decimal(found[7] or 0)))


def _micro(fraction: str | None) -> int:
    return int((fraction or "").ljust(6, "0"))


def _zone(zone: str | None) -> timedelta:
    if zone is None or zone.upper() in {"Z", "UTC"}:
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0") if len(zone) > 2 else f"0{zone[1:]}00"
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return -away if zone[0] == "-" else away
