"""Declared values as values of a column's type: what is of the type already stays, and a text is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from fixturegen.generators import arguments
from fixturegen.schema import Type

_Read = TypeVar("_Read")


def value_of(given: object, type_: Type) -> object:
    """Return a declared value as a Python value of a type.

    Dates and times are read from ISO 8601 text, intervals from a number of seconds, bytes from text (as UTF-8); a date given
    for a datetime is its first instant; JSON that is not text is written out.

    Raises:
        ValueError: If it is none, saying what it must be.

    >>> value_of("2024-02-01", Type(kind="datetime"))
    datetime.datetime(2024, 2, 1, 0, 0)
    """
    if given is None:
        message = f"a value of type {type_.kind}, and no NULL"
        raise ValueError(message)
    return _READERS.get(type_.kind, _text)(given, type_)


def _integer(given: object, _: Type) -> int:
    return arguments.whole(given)


def _decimal(given: object, type_: Type) -> Decimal:
    exact = arguments.number(given)
    scaled = exact * 10**type_.scale
    if scaled.denominator != 1:
        message = f"a number with at most {type_.scale} digits after the point"
        raise ValueError(message)
    return Decimal(int(scaled)).scaleb(-type_.scale)


def _float(given: object, _: Type) -> float:
    return float(arguments.number(given))


def _boolean(given: object, _: Type) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    word = str(given).lower()
    if word not in known:
        message = "true or false"
        raise ValueError(message)
    return known[word]


def _date(given: object, _: Type) -> date:
    if isinstance(given, datetime):
        return given.date()
    return given if isinstance(given, date) else _iso(given, date.fromisoformat, "a date such as 2024-01-31")


def _datetime(given: object, _: Type) -> datetime:
    if isinstance(given, datetime):
        return given
    if isinstance(given, date):
        return datetime(given.year, given.month, given.day)  # noqa: DTZ001 - zone-less values are taken as they stand
    return _iso(given, datetime.fromisoformat, "a datetime such as 2024-01-31 12:00:00")


def _time(given: object, _: Type) -> time:
    return given if isinstance(given, time) else _iso(given, time.fromisoformat, "a time such as 12:30:00")


def _interval(given: object, _: Type) -> timedelta:
    if isinstance(given, timedelta):
        return given
    seconds = arguments.number(given)
    return timedelta(microseconds=int(seconds * 10**6))


def _iso(given: object, read: Callable[[str], _Read], wanted: str) -> _Read:
    try:
        return read(str(given))
    except ValueError:
        raise ValueError(wanted) from None


def _bytes(given: object, _: Type) -> bytes:
    return given if isinstance(given, bytes) else _text(given, _).encode()


def _json(given: object, _: Type) -> str:
    if not isinstance(given, str):
        return json.dumps(given)
    try:
        json.loads(given)
    except ValueError:
        message = "JSON"
        raise ValueError(message) from None
    return given


def _enum(given: object, type_: Type) -> str:
    if given not in type_.labels:
        message = f"one of {', '.join(type_.labels)}"
        raise ValueError(message)
    return str(given)


def _array(given: object, type_: Type) -> list[object]:
    if not isinstance(given, list | tuple):
        message = "a list"
        raise ValueError(message)  # noqa: TRY004 - readers refuse with ValueError, whatever is wrong
    return [value_of(one, type_.element or Type(kind="text")) for one in given]


def _text(given: object, _: Type) -> str:
    if isinstance(given, bytes | list | dict | tuple | set):
        message = "a text"
        raise ValueError(message)  # noqa: TRY004 - readers refuse with ValueError, whatever is wrong
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given)


_READERS: dict[str, Callable[[object, Type], object]] = {
    "integer": _integer,
    "decimal": _decimal,
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "interval": _interval,
    "bytes": _bytes,
    "json": _json,
    "enum": _enum,
    "array": _array,
}
