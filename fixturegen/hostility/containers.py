"""Bytes, arrays, enums and listed values."""

from __future__ import annotations

from collections.abc import Iterator

from fixturegen.domain import Domain
from fixturegen.hostility.contract import HostileClass, Maker, family
from fixturegen.schema import Column

_BYTES = family({"bytes"}, "-")
_ARRAY = family({"array"}, "PostgreSQL manual 8.15")
_LISTED = family(
    {"text", "integer", "decimal", "float", "boolean", "date", "datetime", "time", "enum", "uuid", "json", "url"}, "-"
)


def _most_bytes(column: Column, domain: Domain) -> Iterator[object]:
    limits = [limit for limit in (column.type.length, domain.max_bytes) if limit is not None]
    yield b"\xff" * min([*limits, 100_000] if limits else [10_000])


def listed(column: Column, domain: Domain) -> tuple[object, ...] | None:
    """Return the values that a column is limited to, None for one that is not."""
    if domain.values is not None:
        return domain.values
    return column.type.labels if column.type.kind == "enum" else None


def _of_list(place: int) -> Maker:
    def values(column: Column, domain: Domain) -> Iterator[object]:
        held = listed(column, domain)
        if held:
            yield held[place]

    return values


def _rarest(column: Column, domain: Domain) -> Iterator[object]:
    if domain.values and domain.weights:
        yield min(zip(domain.weights, range(len(domain.values)), domain.values, strict=True))[2]
    else:
        yield from _of_list(-1)(column, domain)


def _awkward(column: Column, domain: Domain) -> Iterator[object]:
    """The listed text with most characters that are no letters or digits, if there is one."""
    held = [value for value in listed(column, domain) or () if isinstance(value, str)]
    odd = {value: sum(not character.isalnum() for character in value) for value in held}
    if odd and max(odd.values()):
        yield max(odd, key=lambda value: odd[value])


def _array(*texts: object) -> Maker:
    """An array of texts, for arrays of texts."""

    def values(column: Column, domain: Domain) -> Iterator[object]:
        del domain
        if column.type.element is None or column.type.element.kind == "text":
            yield list(texts)

    return values


_NUL = b"\x00"
CONTAINERS: tuple[HostileClass, ...] = (
    _BYTES("no bytes", "taken for NULL", b""),
    _BYTES("NUL byte", "cut short by C strings", b"a\x00b", _NUL),
    _BYTES("every byte", "decoded as text", bytes(range(256)), b"\xff\xfe"),
    _BYTES("invalid UTF-8", "decoded as text", b"\xc3\x28\xa0\xff", b"\xff"),
    _BYTES("quotes in bytes", "ends a literal", b"'\"\\\r\n,", b"'"),
    _BYTES("hexadecimal look-alike", "decoded twice", b"\\x00"),
    _BYTES("most bytes of a blob", "cut silently", by=_most_bytes),
    _ARRAY("empty array", "taken for NULL", []),
    _ARRAY("array of NULL", "unnested to nothing", [None]),
    _ARRAY("long array", "many elements", by=_array(*["x"] * 1_000)),
    _ARRAY("array of quotes", "braces and quotes of PostgreSQL's own form", by=_array('a,"\\ {b}\r\n', "'", "{}")),
    _ARRAY("array of null texts", "read as NULL", by=_array("NULL", "null", "")),
    _LISTED("first listed value", "the default that hides a missing one", by=_of_list(0)),
    _LISTED("last listed value", "forgotten when the list grew", by=_of_list(-1)),
    _LISTED("rarest value", "never met in test data", by=_rarest),
    _LISTED("awkward label", "quotes, blanks or backslashes in a label", by=_awkward),
)
