"""The values that a schema's conditions speak of, column by column: what lies on, just below and just above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from fixturegen.breaking.values import around, of_length, others
from fixturegen.expressions.reading import bare
from fixturegen.schema import Type

_LONGEST = 2_000
"""Texts of more characters are not tried."""
_TEXTS = frozenset({"text", "url", "unknown"})


def spoken(node: exp.Expr, type_: Type) -> list[object]:
    """Return the constants of a clause as values of a column's type, each with its neighbours, the nearest first.

    >>> from fixturegen.expressions.parsing import parsed
    >>> spoken(parsed("quantity <= 9", "sqlite"), Type(kind="integer"))
    [9, 8, 10]
    """
    found: dict[object, None] = {}
    for literal in node.find_all(exp.Literal):
        for value in _constants(literal, type_):
            found |= dict.fromkeys(around(value, type_) or [value])
    if type_.kind == "boolean":
        found |= {True: None, False: None}
    return list(found)


def lengths(node: exp.Expr) -> list[int]:
    """Return the whole numbers of a clause with their neighbours, as lengths of texts."""
    numbers = [int(each.name) for each in node.find_all(exp.Literal) if not each.is_string and each.name.isdigit()]
    near = [number + step for number in numbers for step in (0, -1, 1)]
    return [length for length in dict.fromkeys(near) if 0 <= length <= _LONGEST]


def texts(node: exp.Expr, value: object, type_: Type) -> Iterator[object]:
    """Yield variations of a text that a clause may tell apart: other lengths, other letters, nothing at all."""
    if type_.kind == "bytes" and isinstance(value, bytes):
        yield from ((value + b"\x01" * length)[:length] for length in lengths(node))
    if type_.kind not in _TEXTS or type_.form is not None or not isinstance(value, str):
        return  # ranges and the like are texts of a form that others may lack
    for length in lengths(node):
        yield of_length(value, length)
    yield from (
        "",
        "?",
        value[:-1],
        f"{value}!",
        f" {value}",
        value.upper(),
        value.lower(),
        value.swapcase(),
        value[::-1],
    )
    yield "#" * max(1, min(len(value), 12))
    yield from ("0", "A", "a@b.example", "12345")
    yield from others(value, type_)


def _constants(literal: exp.Literal, type_: Type) -> Iterator[object]:
    """Yield what a literal is as a value of the type, or nothing."""
    negative = isinstance(literal.parent, exp.Neg) or isinstance(bare(literal).parent, exp.Neg)
    text = literal.name
    if type_.kind in _TEXTS or type_.kind == "enum":
        if literal.is_string and (type_.kind != "enum" or text in type_.labels):
            yield text
        return
    readers: Mapping[str, type[date | time]] = {"date": date, "datetime": datetime, "time": time}
    if type_.kind in readers and literal.is_string:
        yield from _moment(text, type_)
        return
    if type_.kind in {"integer", "decimal", "float"}:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return
        if number.is_finite():
            yield -number if negative else number


def _moment(text: str, type_: Type) -> Iterator[object]:
    try:
        if type_.kind == "time":
            yield time.fromisoformat(text)
            return
        moment = datetime.fromisoformat(text)
    except ValueError:
        return
    if type_.kind == "date":
        yield moment.date()
    elif type_.zone:
        yield moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    else:
        yield moment.replace(tzinfo=None)
