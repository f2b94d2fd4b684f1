"""Texts of the YAML format as Python values of a column's type, exactly, and back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

from fixturegen.errors import shortened
from fixturegen.schema import Location, Type
from fixturegen.sources.yaml_nodes import quoted, refuse

WIDEST = 38
"""Digits of a decimal whose type sets no limit."""
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}")
_NUMBER = re.compile(r"[-+]?([0-9]{1,200}(\.[0-9]{0,200})?|\.[0-9]{1,200})([eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_ZONE = r"(?P<zone>Z|[-+][0-9]{2}(:?[0-9]{2})?)?"
_TIME = re.compile(_CLOCK + _ZONE)
_DATETIME = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([T ]{_CLOCK}\s?{_ZONE})?")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-]?)(?:[0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}")
_SPAN = re.compile(r"\s*([-+]?[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([a-z]+)\s*,?", re.IGNORECASE)
_SPAN_CLOCK = re.compile(r"\s*([-+]?)([0-9]{1,8}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,6})?))?\s*")
_ISO_SPAN = re.compile(
    r"([-+]?)P(?:([0-9]{1,8})W)?(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,10})M)?(?:([0-9]{1,12}(?:\.[0-9]{1,6})?)S)?)?"
)
_MICROSECONDS = {
    "microsecond": 1, "us": 1, "millisecond": 10**3, "ms": 10**3, "second": 10**6, "sec": 10**6, "s": 10**6,
    "minute": 6 * 10**7, "min": 6 * 10**7, "hour": 36 * 10**8, "h": 36 * 10**8, "day": 864 * 10**8, "d": 864 * 10**8,
    "week": 7 * 864 * 10**8, "w": 7 * 864 * 10**8,
}  # fmt: skip

FORMS = {
    "integer": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "boolean": "true or false",
    "bytes": "hexadecimal digits such as 0x00ff",
    "date": "a date such as 2026-01-31",
    "time": "a time such as 08:30 or 08:30:15.25",
    "datetime": "a date or a date and time such as 2026-01-31 08:30:00",
    "interval": "a span such as 90 minutes, 1 day 02:30:00 or P1DT2H30M",
    "uuid": "a UUID",
    "json": "JSON",
    "ip": "an IP address",
    "mac": "a MAC address",
}
"""How values of each kind are written."""


def read_value(text: str, type_: Type, where: Location, *, bound: bool = False) -> object:
    """Return the value of a type that a text names.

    Args:
        text: The text, without quotes.
        type_: The type.
        where: Where it stands, for errors.
        bound: Whether it is a bound, which may have more digits than the type keeps.

    Raises:
        SchemaError: If the text names no value of the type, or one that the type cannot hold.

    Example:
        >>> read_value("1.50", Type(kind="decimal", precision=10, scale=2), Location())
        Decimal('1.50')
        >>> read_value("2026-01-31", Type(kind="datetime"), Location())
        datetime.datetime(2026, 1, 31, 0, 0)
    """
    reader = _READERS.get(type_.kind, _text)
    try:
        value = reader(text.strip() if type_.kind in FORMS else text, type_)
    except (ValueError, OverflowError, RecursionError):
        refuse(f"{quoted(text)} is not {FORMS.get(type_.kind, 'text')}", where)
    reason = _beyond(value, type_) if bound and isinstance(value, Decimal) else _excess(value, type_)
    if reason is not None:
        refuse(f"{quoted(text)} {reason}", where)
    return value


def value_text(value: object) -> str:
    """Return the text that :func:`read_value` reads as ``value``, whatever its type.

    >>> value_text(timedelta(days=1, minutes=5)), value_text(True), value_text(datetime(2026, 1, 31))
    ('P1DT300S', 'true', '2026-01-31 00:00:00')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case bytes():
            return f"0x{value.hex()}"
        case datetime():
            return value.astimezone(UTC).isoformat(" ") if value.tzinfo else value.isoformat(" ")
        case timedelta():
            return _span_text(value)
        case _:
            return str(value)


def _span_text(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    size = abs(value)
    fraction = f".{size.microseconds:06d}" if size.microseconds else ""
    return f"{sign}P{size.days}DT{size.seconds}{fraction}S"


def _excess(value: object, type_: Type) -> str | None:
    """Say why the type cannot hold the value, or None where it can."""
    match value:
        case bool():
            return None
        case int():
            span = 2**type_.bits
            low, high = (-span // 2, span // 2 - 1) if type_.signed else (0, span - 1)
            return None if low <= value <= high else f"is beyond the type, which holds {low:,} to {high:,}"
        case Decimal():
            return _decimal_excess(value, type_)
        case str() | bytes():
            return _text_excess(value, type_)
    return None


def _text_excess(value: str | bytes, type_: Type) -> str | None:
    if type_.kind == "enum":
        known = not type_.labels or value in type_.labels
        return None if known else f"is no label of the enum; its labels are {shortened(type_.labels)}"
    longer = type_.length is not None and len(value) > type_.length
    return f"is longer than {type_.length}, the most that the type holds" if longer else None


def _decimal_excess(value: Decimal, type_: Type) -> str | None:
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > type_.scale:
        return f"has more than the {type_.scale} digits after the point that the type keeps"
    return _beyond(value, type_)


def _beyond(value: Decimal, type_: Type) -> str | None:
    """Say why a decimal is out of the type's range, digits after the point apart."""
    whole = (type_.precision or WIDEST) - type_.scale
    if abs(value) >= Decimal(10) ** whole:
        return f"has more than the {whole} digits before the point that the type keeps"
    return None


def _integer(text: str, _: Type) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError
    return int(text)


def _number(text: str, type_: Type) -> Decimal | float:
    if not _NUMBER.fullmatch(text):
        raise ValueError
    if type_.kind == "decimal":
        return Decimal(text)
    read = float(text)
    if math.isinf(read):
        raise ValueError
    return read


def _boolean(text: str, _: Type) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError
    return text.lower() == "true"


def _text(text: str, _: Type) -> str:
    return text


def _bytes(text: str, _: Type) -> bytes:
    if not _HEX.fullmatch(text):
        raise ValueError
    return bytes.fromhex(text[2:])


def _date(text: str, _: Type) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def _time(text: str, type_: Type) -> time:
    match = _TIME.fullmatch(text)
    if match is None or (match["zone"] and not type_.zone):
        raise ValueError
    read = time.fromisoformat(text)
    if read.tzinfo is None:
        return read
    return datetime.combine(date(2000, 1, 2), read).astimezone(UTC).time()


def _datetime(text: str, type_: Type) -> datetime:
    """Read an instant; without a zone it is taken as UTC where the type names instants, as it stands elsewhere."""
    match = _DATETIME.fullmatch(text)
    if match is None or (match["zone"] and not type_.zone):
        raise ValueError
    read = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", ""))
    if not type_.zone:
        return read
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _interval(text: str, _: Type) -> timedelta:
    iso = _ISO_SPAN.fullmatch(text)
    if iso is not None and any(iso.groups()[1:]):
        weeks, days, hours, minutes, seconds = (Decimal(part or 0) for part in iso.groups()[1:])
        whole = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
        return timedelta(microseconds=int(whole * 10**6) * (-1 if iso[1] == "-" else 1))
    return timedelta(microseconds=_spoken_span(text))


def _spoken_span(text: str) -> int:
    """Return the microseconds of ``1 day 02:30:00``, ``90 minutes`` or ``2h``; months and years have no fixed length."""
    at, total = 0, 0
    while match := _SPAN.match(text, at):
        unit = match[2].lower()
        size = _MICROSECONDS.get(unit) or _MICROSECONDS.get(unit.removesuffix("s"))
        if size is None:
            raise ValueError
        total, at = total + int(Decimal(match[1]) * size), match.end()
    if clock := _SPAN_CLOCK.fullmatch(text, at):
        seconds = int(clock[2]) * 3600 + int(clock[3]) * 60 + Decimal(clock[4] or 0)
        return total + int(seconds * 10**6) * (-1 if clock[1] == "-" else 1)
    if at == 0 or text[at:].strip():
        raise ValueError
    return total


def _uuid(text: str, _: Type) -> str:
    return str(UUID(text))


def _json(text: str, _: Type) -> str:
    json.loads(text)
    return text


def _ip(text: str, _: Type) -> str:
    return str(ip_address(text))


def _mac(text: str, _: Type) -> str:
    if not _MAC.fullmatch(text):
        raise ValueError
    digits = text.replace(":", "").replace("-", "").lower()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


_READERS: dict[str, Callable[[str, Type], object]] = {
    "integer": _integer,
    "decimal": _number,
    "float": _number,
    "boolean": _boolean,
    "bytes": _bytes,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "interval": _interval,
    "uuid": _uuid,
    "json": _json,
    "ip": _ip,
    "mac": _mac,
}
