"""Which generator fills a column of which nothing but its type and constraints is known."""

from __future__ import annotations

from fixturegen.generator import Request

_BY_KIND = {
    "integer": "integers",
    "decimal": "decimals",
    "float": "floats",
    "boolean": "booleans",
    "date": "dates",
    "time": "times",
    "datetime": "datetimes",
    "interval": "intervals",
    "text": "texts",
    "bytes": "bytes",
    "uuid": "uuids",
    "json": "json",
    "enum": "enums",
    "array": "arrays",
    "ip": "ips",
    "mac": "macs",
    "url": "urls",
    "unknown": "form",
}
_TEXTUAL = frozenset({"text", "url", "unknown"})


def generator_for(request: Request) -> str:
    """Return the registered name of the generator: listed values first, then the type's form, patterns, and the type.

    >>> from fixturegen.schema import Column, Type
    >>> generator_for(Request(table="orders", column=Column(name="id", type=Type(kind="integer"))))
    'integers'
    """
    domain, kind = request.domain, request.column.type.kind
    if domain.values is not None:
        return "values"
    if request.column.type.form is not None:
        return "form"
    if kind in _TEXTUAL and any(not pattern.negated for pattern in domain.patterns):
        return "patterned"
    return _BY_KIND[kind]
