"""Nodes of a YAML file that know their line, and what scalars mean by YAML 1.2's core schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from fixturegen.errors import SchemaError
from fixturegen.schema import Location

_CORE: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    # Python refuses to read integers beyond 4,300 digits; longer ones stay text.
    (re.compile(r"[-+]?[0-9]{1,4000}"), int),
    (re.compile(r"0o[0-7]{1,4000}|0x[0-9a-fA-F]{1,3000}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.lower().replace(".", ""))),
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. ``plain`` says that it stood without quotes, so that it may mean a number, a boolean or null."""

    text: str
    plain: bool
    line: int
    size: int = 1


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    line: int
    size: int = 1


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping: nodes by the text of their key, and the line of each key."""

    nodes: dict[str, Node]
    lines: dict[str, int]
    line: int
    size: int = 1


Node = Scalar | Sequence | Entries


def core_value(node: Scalar) -> object:
    """Return what a scalar means by YAML 1.2's core schema: None, a bool, int, float, or its text.

    >>> [core_value(Scalar(text, True, 1)) for text in ("NO", "012", "12:30:00", "1e3", "~", "0x1f", "2026-01-01")]
    ['NO', 12, '12:30:00', 1000.0, None, 31, '2026-01-01']
    """
    if node.plain:
        for pattern, read in _CORE:
            if pattern.fullmatch(node.text):
                return read(node.text)
    return node.text


def plain_value(node: Node) -> object:
    """Return a node as dictionaries with text keys, lists and core values."""
    if isinstance(node, Scalar):
        return core_value(node)
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(value) for key, value in node.nodes.items()}


def is_null(node: Node) -> bool:
    """Say whether nothing was given: an empty value, ``null`` or ``~``."""
    return isinstance(node, Scalar) and core_value(node) is None


def described(node: Node) -> str:
    """Return what a node is, in words for an error."""
    if isinstance(node, Entries):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return "nothing" if is_null(node) else quoted(node.text)


def quoted(text: str) -> str:
    """Return a text in quotes, shortened where it is long, for an error.

    >>> quoted("x" * 200)[-10:]
    "xxxxxx...'"
    """
    return repr(text if len(text) <= 80 else f"{text[:77]}...")


def line_of(entries: Entries, key: str) -> int:
    """Return the line of a key, or that of the mapping where the key is not given."""
    return entries.lines.get(key, entries.line)


def refuse(
    message: str, where: Location, *, given: str | None = None, exists: Iterable[str] = (), hint: str | None = None
) -> NoReturn:
    """Raise the schema error with these parts."""
    raise SchemaError(message, where=where, given=given, exists=exists, hint=hint)
