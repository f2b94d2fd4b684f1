"""A value that somebody gives for a column, as a value of the column's type, or the reason why it is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.generators.coercion import value_of
from fixturegen.schema import Column, Table, Type

_GIVEN: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "decimal": (int, float, Decimal, str),
    "float": (int, float, Decimal),
    "boolean": (bool, int),
    "text": (str,),
    "bytes": (bytes, bytearray, memoryview),
    "date": (date, str),
    "time": (time, str),
    "datetime": (date, str),
    "interval": (timedelta, int, float),
    "uuid": (UUID, str),
    "enum": (str,),
    "array": (list, tuple),
    "ip": (str, IPv4Address, IPv6Address),
    "mac": (str,),
    "url": (str,),
}
"""Python types that are taken for each kind of column; JSON takes whatever JSON can say."""
_SPELLED: Mapping[type, Callable[[Any], object]] = {
    UUID: str,
    IPv4Address: str,
    IPv6Address: str,
    bytearray: bytes,
    memoryview: bytes,
}
_WORDS: Mapping[str, str] = {
    "integer": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "boolean": "true or false",
    "text": "a text",
    "bytes": "bytes",
    "uuid": "a UUID",
    "array": "a list",
    "interval": "a timedelta",
}


def read_value(table: Table, column: Column, given: object) -> object:
    """Return a given value as one of the column's type; None for NULL.

    Raises:
        InputError: If it is none of the type.
        ImpossibleError: If it is NULL, or too long, and the column is not, or shorter.
    """
    if given is None:
        _check_null(table, column)
        return None
    try:
        plain = _plain(given, column.type)
    except TypeError:
        raise _wrong(table, column, "what JSON can say", type(given).__name__) from None
    _check_kind(table, column, plain)
    try:
        value = value_of(plain, column.type)
        held = pl.Series([value], dtype=polars_dtype(column.type), strict=True)[0]
    except (ValueError, TypeError, OverflowError, ArithmeticError, pl.exceptions.PolarsError) as error:
        plain_error = isinstance(error, ValueError) and not isinstance(error, UnicodeError)
        said = str(error) if plain_error else f"what {_type_words(column.type)} can hold"
        raise _wrong(table, column, said or _type_words(column.type)) from None
    if held is None:
        raise _wrong(table, column, f"what {_type_words(column.type)} can hold")
    return _zoned(table, column, value)


def _check_null(table: Table, column: Column) -> None:
    key = table.primary_key.columns if table.primary_key else ()
    if not column.nullable or column.name in key:
        message = f"{column.name} of {table.name} is never NULL ({table.name}_{column.name}_not_null)"
        raise ImpossibleError(message, where=_where(table, column), hint="Leave it out, or give it a value.")


def _plain(given: object, type_: Type) -> object:
    """What people hand in, in the words of the schema: members of enumerations, UUID and network objects, JSON's own types."""
    if isinstance(given, Enum):
        named = type_.labels or ()
        return given.name if given.name in named and given.value not in named else given.value
    match type_.kind:
        case "json":
            return _document(given)
        case "uuid" if isinstance(given, str | UUID):
            return _uuid(str(given))
        case "decimal" if isinstance(given, float):
            return Decimal(repr(given))
        case _:
            known = next((kind for kind in _SPELLED if isinstance(given, kind)), None)
            return given if known is None else _SPELLED[known](given)


def _uuid(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        return given


def _document(given: object) -> str:
    """Return JSON text: of a text that is no JSON, the string of JSON that holds it."""
    if not isinstance(given, str):
        return json.dumps(given, ensure_ascii=False)
    try:
        json.loads(given)
    except ValueError:
        return json.dumps(given, ensure_ascii=False)
    return given


def _check_kind(table: Table, column: Column, given: object) -> None:
    kind = column.type.kind
    allowed = _GIVEN.get(kind)
    if allowed is None:
        return
    misled = isinstance(given, bool) and kind in {"integer", "decimal", "float"}
    if kind == "boolean" and isinstance(given, int) and given not in {0, 1}:
        misled = True
    if kind == "date" and isinstance(given, datetime):
        misled = True
    if not isinstance(given, allowed) or misled:
        raise _wrong(table, column, _WORDS.get(kind, f"a {kind}"), type(given).__name__)


def _zoned(table: Table, column: Column, value: object) -> object:
    if not isinstance(value, datetime):
        return value
    if column.type.zone:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if value.tzinfo is not None:
        raise _wrong(table, column, "a datetime without a zone", "one with a zone")
    return value


def _wrong(table: Table, column: Column, wanted: str, given: str | None = None) -> InputError:
    tail = f", not {given}" if given else ""
    message = f"{column.name} of {table.name} takes {wanted}{tail}"
    return InputError(message, where=_where(table, column))


def _where(table: Table, column: Column) -> object:
    place = column.where
    return place if place.file or place.path else table.where


@lru_cache(maxsize=256)
def _type_words(type_: Type) -> str:
    from fixturegen.planning.printing import type_words  # noqa: PLC0415 - only a refusal says it

    return type_words(type_)
