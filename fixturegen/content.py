"""What content is: one hash for a schema, one for the rows that a plan makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from fixturegen.schema import Schema
from fixturegen.sinks.manifest import versions

if TYPE_CHECKING:
    from fixturegen.planning import Plan

_PLACES = frozenset({"where", "source"})
"""Fields that say where something was read, not what it says."""


def schema_hash(schema: Schema) -> str:
    """Return the content hash of a schema: 64 hexadecimal digits.

    It is the same wherever the schema was read from and in whatever order its tables stand.

    >>> schema_hash(Schema(tables={}, source="a.yaml")) == schema_hash(Schema(tables={}, source="b.yaml"))
    True
    """
    return _digest(_plain(schema))


def content_hash(plan: Plan) -> str:
    """Return the content hash of the rows that a plan makes: of schema, seed, clock, counts and versions."""
    options = plan.options
    rows = {name: table.rows for name, table in plan.tables.items()}
    hostile = [["hostile", str(options.hostile)]] if options.hostile else []
    return _digest([_plain(plan.schema), options.seed, rows, dict(versions()), *hostile])


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """The value in JSON's words; types are said where two of them print alike (1, 1.0, Decimal("1"))."""
    if is_dataclass(value):
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in _PLACES}
        return {"": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    return [type(value).__name__, str(value)]
