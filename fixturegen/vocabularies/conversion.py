"""Python values as the column's type holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from fixturegen.schema import Type

TEXTS = frozenset({"text", "unknown", "url", "ip", "mac", "uuid", "enum"})
"""Kinds of types whose values are held as text."""
_HELD: Mapping[str, tuple[type, ...]] = {
    "integer": (int,), "decimal": (int, float, Decimal), "float": (int, float, Decimal), "boolean": (bool,),
    "bytes": (bytes,), "date": (date,), "datetime": (datetime,), "time": (time,), "interval": (timedelta,),
}  # fmt: skip


def held(value: object, type_: Type) -> object:
    """Return ``value`` as a column of ``type_`` holds it: numbers and moments written out in texts, anything in JSON.

    Raises:
        TypeError: If it cannot hold it.

    Example:
        >>> held((1, None), Type(kind="json")), held(3, Type(kind="text"))
        ('[1, null]', '3')
    """
    kind = type_.kind
    if kind == "json":
        return json.dumps(_plain(value), ensure_ascii=False)
    if kind in TEXTS:
        return _written(value)
    if kind == "array" and isinstance(value, list | tuple):
        element = type_.element or Type(kind="text")
        return [held(each, element) for each in value]
    if isinstance(value, _HELD.get(kind, ())) and (kind == "boolean" or not isinstance(value, bool)):
        return _number(value, type_) if kind in {"decimal", "float"} else value
    raise TypeError(kind)


def _written(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str | int | float | Decimal | tzinfo) and not isinstance(value, bool):
        return str(value)
    raise TypeError(type(value).__name__)


def _number(value: object, type_: Type) -> object:
    if type_.kind == "float":
        return float(str(value))
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-type_.scale))


def _plain(value: object) -> object:
    """Return a value as JSON knows it; sets in the order of their texts."""
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case set() | frozenset():
            return sorted(map(str, value))
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
