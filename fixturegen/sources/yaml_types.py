"""The types of the YAML format: ``decimal(10,2)`` to a type and back.

The words are those of SQL where the three databases agree on them; ``int8`` counts bits, as Polars and NumPy do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from fixturegen.schema import Kind, Location, Type
from fixturegen.sources.yaml_nodes import quoted, refuse

MONEY_DIGITS, MONEY_SCALE = 18, 2
"""What a bare ``decimal`` holds."""

_INTEGERS = {
    "tinyint": 8, "int8": 8, "smallint": 16, "int16": 16, "mediumint": 24, "int24": 24, "int32": 32,
    "integer": 64, "int": 64, "bigint": 64, "int64": 64,
}  # fmt: skip
_UNSIGNED = {"uint8": 8, "uint16": 16, "uint24": 24, "uint32": 32, "uint64": 64}
_FLOATS = {"float": 64, "double": 64, "double precision": 64, "float64": 64, "real": 32, "float32": 32}
_PLAIN: dict[str, Kind] = {
    "boolean": "boolean", "bool": "boolean", "date": "date", "uuid": "uuid", "uuid4": "uuid", "json": "json",
    "jsonb": "json", "ip": "ip", "inet": "ip", "mac": "mac", "macaddr": "mac", "url": "url", "uri": "url",
    "unknown": "unknown",
}  # fmt: skip
_SIZED: dict[str, tuple[Kind, bool]] = {
    "text": ("text", False), "string": ("text", False), "varchar": ("text", False),
    "character varying": ("text", False), "char": ("text", True), "character": ("text", True),
    "bytes": ("bytes", False), "bytea": ("bytes", False), "blob": ("bytes", False), "varbinary": ("bytes", False),
    "binary": ("bytes", True),
}  # fmt: skip
_CLOCKS: dict[str, tuple[Kind, bool]] = {
    "datetime": ("datetime", False), "timestamp": ("datetime", False), "timestamptz": ("datetime", True),
    "datetimetz": ("datetime", True), "time": ("time", False), "timetz": ("time", True), "interval": ("interval", False),
}  # fmt: skip
_DECIMALS = ("decimal", "numeric")
_WHOLE = (*_INTEGERS, *_UNSIGNED)

TYPE_WORDS = tuple(sorted({
    *_INTEGERS, *_UNSIGNED, *_FLOATS, *_PLAIN, *_SIZED, *_CLOCKS, *_DECIMALS, "uuid7", "enum",
}))  # fmt: skip
"""Every word that a type may begin with."""

LONGEST_TEXT = 2**31 - 1
MOST_DIMENSIONS = 6
_SHAPE = re.compile(
    r"\s*(?P<word>[a-z_0-9][a-z_0-9 ]{0,60})(?:\((?P<inside>.*)\))?\s*(?P<rest>[a-z ]{0,40})(?P<arrays>(?:\[\])*)\s*",
    re.IGNORECASE | re.DOTALL,
)
_LABEL = re.compile(r"\s*(?:'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([^\s,'\"](?:[^,'\"]*[^\s,'\"])?))\s*,")
_TAILS = ("without time zone", "with time zone", "unsigned", "signed")


@dataclass(frozen=True, slots=True)
class _Text:
    """A type's text in parts: ``decimal``, ``10,2``, ``unsigned``."""

    word: str
    inside: str | None
    rest: str
    given: str
    where: Location


def read_type(text: str, where: Location) -> Type:
    """Return the type that a text names.

    Raises:
        SchemaError: If there is no such type, or its numbers make none.

    Example:
        >>> read_type("decimal(10,2)", Location())
        Type(kind='decimal', bits=64, signed=True, precision=10, scale=2, ...)
        >>> read_type("timestamp(3) with time zone", Location()).zone
        True
        >>> read_type("enum('new', 'it''s paid')", Location()).labels
        ('new', "it's paid")
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        _no_type(text, where)
    words = " ".join(match["word"].lower().split())
    rest = " ".join(match["rest"].lower().split())
    word, tail = _parted(words, rest)
    type_ = _scalar(_Text(word, match["inside"], tail, text, where))
    dimensions = match["arrays"].count("[")
    if dimensions > MOST_DIMENSIONS:
        refuse(f"{quoted(text)} has more than {MOST_DIMENSIONS} dimensions", where)
    for _ in range(dimensions):
        type_ = Type(kind="array", element=type_)
    return type_


def type_text(type_: Type) -> str:
    """Return the text that :func:`read_type` reads as ``type_`` (its ``name`` and ``native`` left out).

    >>> type_text(Type(kind="decimal", precision=10, scale=2)), type_text(Type(kind="integer", bits=16, signed=False))
    ('decimal(10,2)', 'smallint unsigned')
    """
    return _WRITERS.get(type_.kind, _write_kind)(type_)


def _parted(words: str, rest: str) -> tuple[str, str]:
    """Part what precedes the brackets into the type's own words and a tail such as ``unsigned``."""
    for tail in _TAILS:
        if words.endswith(f" {tail}") and not rest:
            return words.removesuffix(tail).strip(), tail
    return words, rest


def _scalar(text: _Text) -> Type:
    readers = ((_WHOLE, _integer), (_CLOCKS, _clock), (_SIZED, _sized), (_DECIMALS, _decimal), (("enum",), _enum))
    for words, reader in readers:
        if text.word in words:
            return reader(text)
    if text.rest or text.word not in TYPE_WORDS:
        _no_type(text.given, text.where)
    if text.inside is not None:
        refuse(f"the type {text.word!r} takes nothing in brackets, given {quoted(text.given)}", text.where)
    if text.word in _FLOATS:
        return Type(kind="float", bits=_FLOATS[text.word])
    return Type(kind="uuid", version=7) if text.word == "uuid7" else Type(kind=_PLAIN[text.word])


def _without_tail(text: _Text) -> None:
    if text.rest:
        _no_type(text.given, text.where)


def _integer(text: _Text) -> Type:
    # The width in `int(11)` is a display width, which says nothing about values; it is dropped by the databases too.
    if text.rest not in {"", "unsigned", "signed"} or (text.inside is not None and not text.inside.strip().isdecimal()):
        _no_type(text.given, text.where)
    bits = _INTEGERS.get(text.word) or _UNSIGNED[text.word]
    return Type(kind="integer", bits=bits, signed=text.word in _INTEGERS and text.rest != "unsigned")


def _clock(text: _Text) -> Type:
    kind, zone = _CLOCKS[text.word]
    if text.rest not in {"", "with time zone", "without time zone"} or (kind == "interval" and text.rest):
        _no_type(text.given, text.where)
    if text.rest == "without time zone" and zone:
        refuse(f"{quoted(text.given)} is with and without time zone", text.where)
    precision = None if text.inside is None else _number(text.inside, text, 0, 6, "digits of a second")
    return Type(kind=kind, zone=zone or text.rest == "with time zone", precision=precision)


def _sized(text: _Text) -> Type:
    _without_tail(text)
    kind, fixed = _SIZED[text.word]
    unit = "bytes" if kind == "bytes" else "characters"
    length = None if text.inside is None else _number(text.inside, text, 1, LONGEST_TEXT, unit)
    if fixed and length is None:
        length = 1
    return Type(kind=kind, length=length, fixed=fixed)


def _decimal(text: _Text) -> Type:
    _without_tail(text)
    if text.inside is None:
        return Type(kind="decimal", precision=MONEY_DIGITS, scale=MONEY_SCALE)
    parts = text.inside.split(",")
    if len(parts) > 2:
        _no_type(text.given, text.where)
    precision = None if parts[0].strip() == "*" else _number(parts[0], text, 1, 1000, "digits")
    scale = 0 if len(parts) == 1 else _number(parts[1], text, 0, 38, "digits after the point")
    if precision is not None and scale > precision:
        refuse(f"{quoted(text.given)} has more digits after the point than in all", text.where)
    return Type(kind="decimal", precision=precision, scale=scale)


def _enum(text: _Text) -> Type:
    _without_tail(text)
    labels = [] if not (text.inside or "").strip() else _labels(text)
    for label, times in Counter(labels).items():
        if times > 1:
            refuse(f"{quoted(text.given)} has the label {label!r} twice", text.where)
    return Type(kind="enum", labels=tuple(labels))


def _labels(text: _Text) -> list[str]:
    """Read labels up to each comma; a bare one must not be empty, a quoted one may."""
    rest, labels = f"{text.inside},", []
    while rest:
        match = _LABEL.match(rest)
        if match is None:
            refuse(f"{quoted(text.given)} is no list of labels", text.where, hint="Write enum('new', 'paid').")
        labels.append(_label(*match.groups()))
        rest = rest[match.end() :]
    return labels


def _label(single: str | None, double: str | None, bare: str | None) -> str:
    if single is not None:
        return single.replace("''", "'")
    return double.replace('""', '"') if double is not None else (bare or "")


def _number(given: str, text: _Text, low: int, high: int, unit: str) -> int:
    given = given.strip()
    if not re.fullmatch(r"[0-9]{1,12}", given) or not low <= int(given) <= high:
        refuse(
            f"{quoted(text.given)}: {unit} are a whole number from {low} to {high:,}, given {quoted(given)}", text.where
        )
    return int(given)


def _no_type(text: str, where: Location) -> NoReturn:
    refuse(f"unknown type {quoted(text)}", where, given=text.partition("(")[0].strip(), exists=TYPE_WORDS)


_INTEGER_WORDS = {64: "integer", 32: "int32", 24: "mediumint", 16: "smallint", 8: "tinyint"}


def _write_kind(type_: Type) -> str:
    return type_.kind


def _write_integer(type_: Type) -> str:
    return _INTEGER_WORDS[type_.bits] + ("" if type_.signed else " unsigned")


def _write_decimal(type_: Type) -> str:
    if (type_.precision, type_.scale) == (MONEY_DIGITS, MONEY_SCALE):
        return "decimal"
    return f"decimal({'*' if type_.precision is None else type_.precision},{type_.scale})"


def _write_sized(plain: str, limited: str, fixed: str) -> Callable[[Type], str]:
    def write(type_: Type) -> str:
        if type_.length is None:
            return plain
        return f"{fixed if type_.fixed else limited}({type_.length})"

    return write


def _write_clock(type_: Type) -> str:
    digits = "" if type_.precision is None else f"({type_.precision})"
    return f"{type_.kind}{digits}{' with time zone' if type_.zone else ''}"


def _write_enum(type_: Type) -> str:
    labels = ", ".join("'" + label.replace("'", "''") + "'" for label in type_.labels)
    return f"enum({labels})" if labels else "enum"


def _write_array(type_: Type) -> str:
    return f"{type_text(type_.element or Type(kind='text'))}[]"


_WRITERS: dict[str, Callable[[Type], str]] = {
    "integer": _write_integer,
    "decimal": _write_decimal,
    "float": lambda type_: "float" if type_.bits == 64 else "real",
    "text": _write_sized("text", "varchar", "char"),
    "bytes": _write_sized("bytes", "varbinary", "binary"),
    "date": lambda _: "date",
    "time": _write_clock,
    "datetime": _write_clock,
    "interval": _write_clock,
    "uuid": lambda type_: "uuid7" if type_.version == 7 else "uuid",
    "enum": _write_enum,
    "array": _write_array,
}
