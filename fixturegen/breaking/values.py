"""Values beside values: one step below or above, longer and shorter texts, others of the same type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from unicodedata import combining, normalize

import numpy as np

from fixturegen.dtypes import WIDEST_DECIMAL
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.schema import Type

_WIDE_BITS = 64
_FILLER = "x"


def wide(type_: Type) -> Type:
    """Return a type that holds the values of a type and those just beyond its limits.

    >>> wide(Type(kind="integer", bits=16)).bits
    64
    >>> wide(Type(kind="text", length=3)).length is None
    True
    """
    match type_.kind:
        case "integer" if type_.bits < _WIDE_BITS:
            return replace(type_, bits=_WIDE_BITS, signed=True)
        case "decimal" if type_.precision is not None:
            return replace(type_, precision=WIDEST_DECIMAL)
        case "text" | "url" | "bytes":
            return replace(type_, length=None)
        case _:
            return type_


def least(type_: Type) -> int:
    """Return the least value of an integer type."""
    return -(1 << (type_.bits - 1)) if type_.signed else 0


def greatest(type_: Type) -> int:
    """Return the greatest value of an integer type.

    >>> greatest(Type(kind="integer", bits=16))
    32767
    """
    return (1 << (type_.bits - (1 if type_.signed else 0))) - 1


def around(value: object, type_: Type) -> list[object]:
    """Return the value itself, one step below and one above it, as values of an ordered type; none of any other.

    A value between two of the type's gives those two.

    >>> around(5, Type(kind="integer"))
    [5, 4, 6]
    >>> from decimal import Decimal
    >>> around(Decimal("0.5"), Type(kind="integer"))
    [0, 1]
    """
    lattice = lattice_of(wide(type_))
    if lattice is None or type_.kind == "boolean":
        return []
    try:
        at = lattice.position(value)
    except (TypeError, ValueError, OverflowError):
        return []
    places = [int(at), int(at) - 1, int(at) + 1] if at.denominator == 1 else [floor(at), ceil(at)]
    return [found for place in places for found in _at(lattice, place)]


def at_measure(amount: Fraction, type_: Type) -> list[object]:
    """Return the values of an ordered type around a measure: the one below or at it, and its neighbours on both sides."""
    lattice = lattice_of(wide(type_))
    if lattice is None or type_.kind == "boolean":
        return []
    place = floor(amount / lattice.step)
    return [found for each in (place, place - 1, place + 1, place + 2) for found in _at(lattice, each)]


def _at(lattice: Lattice, place: int) -> Iterator[object]:
    if lattice.low <= place <= lattice.high:
        try:
            yield lattice.decode(np.array([place], dtype=np.int64)).item()
        except (ValueError, OverflowError):
            return


def measured(value: object) -> Fraction | None:
    """Return the measure of a number, date or time; None for any other value.

    >>> measured("x") is None
    True
    """
    try:
        return None if value is None else measure(value)
    except (TypeError, ValueError, OverflowError):
        return None


def of_length(text: str, length: int) -> str:
    """Return a text cut or filled to so many characters; it never ends in a space.

    >>> of_length("abc", 5), of_length("abc", 2)
    ('abcxx', 'ab')
    """
    cut = text[:length].rstrip(" ")
    return cut + _FILLER * (length - len(cut))


def others(value: object, type_: Type) -> list[object]:
    """Return values of the type that differ from a value, near ones first; none where no rule gives any.

    >>> others(True, Type(kind="boolean")), others("de", Type(kind="text", length=2))
    ([False], ['dx', 'De'])
    """
    found: Sequence[object]
    match type_.kind:
        case "boolean":
            found = [not value]
        case "enum":
            found = [label for label in type_.labels if label != value][:3]
        case "text" if isinstance(value, str):
            found = _other_texts(value, type_)
        case "uuid" | "mac" if isinstance(value, str) and value:
            found = [value[:-1] + ("0" if value[-1] != "0" else "1")]
        case "bytes" if isinstance(value, bytes):
            found = [bytes([*value[:-1], (value[-1] + 1) % 256]) if value else b"\x01"]
        case _:
            found = [each for each in reversed(around(value, type_)) if each != value]
    return list(found)


def _other_texts(value: str, type_: Type) -> list[object]:
    room = type_.length is None or len(value) < type_.length
    longer = value + _FILLER if room else of_length(value[:-1], len(value))
    found = [longer, value[:1].swapcase() + value[1:]]
    if value.endswith(_FILLER) and not room:
        found.insert(0, value[:-1] + "y")
    return [each for each in dict.fromkeys(found) if each != value]


def alike(value: object, other: object) -> bool:
    """Return whether a database may take two values for equal, under any collation and padding."""
    if isinstance(value, str) and isinstance(other, str):
        return letters(value) == letters(other)
    return value == other


def letters(text: str) -> str:
    """Return the letters of a text without case, accents and blanks around them.

    >>> letters(" \u00c9t\u00e9")
    'ete'
    """
    plain = normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not combining(letter)).strip()
