"""The entries of one mapping, read key by key: every mistake is an error that knows its line and its place."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import NoReturn, TypeVar

from fixturegen.schema import Location
from fixturegen.sources.yaml_nodes import (
    Entries,
    Node,
    Scalar,
    Sequence,
    core_value,
    described,
    is_null,
    line_of,
    quoted,
    refuse,
)

Word = TypeVar("Word", bound=str)
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?")


class Fields:
    """The entries of a mapping of which only certain keys are known.

    Args:
        node: The mapping.
        where: Where it stands; its line and path name errors.
        keys: The keys it may have; None where any may be.
        what: What it describes, for errors.
    """

    def __init__(self, node: Node, where: Location, keys: Collection[str] | None, what: str) -> None:
        self.place = replace(where, line=node.line)
        self.what = what
        if is_null(node):
            node = Entries({}, {}, node.line)
        if not isinstance(node, Entries):
            hint = "Write {type: ...}." if what == "a column" and isinstance(node, Scalar) else None
            refuse(f"{what} is a mapping, not {described(node)}", self.place, hint=hint)
        self.entries = node
        if keys is not None:
            self._know(keys)

    def __contains__(self, key: str) -> bool:
        return key in self.entries.nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries.nodes)

    def where(self, key: str | None = None) -> Location:
        """Return the place of a key, or of the mapping."""
        return self.place if key is None else replace(self.place, line=line_of(self.entries, key))

    def node(self, key: str) -> Node | None:
        """Return the node of a key, which must hold something, or None where the key is not given."""
        node = self.entries.nodes.get(key)
        if node is not None and is_null(node):
            self.refuse(key, "needs a value")
        return node

    def text(self, key: str) -> str | None:
        """Return the text of a key as it is written, or None."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            hint = "Quote it." if isinstance(node, Entries) else None
            self.refuse(key, f"is a text, not {described(node)}", hint=hint)
        return node.text

    def name(self, key: str) -> str | None:
        """Return the text of a key, which must not be empty, or None."""
        text = self.text(key)
        if text is not None and not text.strip():
            self.refuse(key, "must not be empty")
        return text

    def word(self, key: str, words: Iterable[Word]) -> Word | None:
        """Return one of ``words``, in whatever case it is given, or None."""
        text = self.text(key)
        if text is None:
            return None
        folded = {word.lower(): word for word in words}
        if text.lower() not in folded:
            message = f"{key} is unknown: {quoted(text)}"
            refuse(message, self.where(key), given=text, exists=folded.values())
        return folded[text.lower()]

    def flag(self, key: str) -> bool | None:
        """Return true or false, or None."""
        node = self.node(key)
        value = core_value(node) if isinstance(node, Scalar) else node
        if not isinstance(value, bool) and value is not None:
            self.refuse(key, f"is true or false, not {described(node) if node else ''}")
        return value

    def number(self, key: str, low: float, high: float = math.inf, *, open_high: bool = False) -> float | None:
        """Return a finite number from ``low`` to ``high`` (``open_high``: below it), or None."""
        node = self.node(key)
        if node is None:
            return None
        value = core_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(float_of(value)):
            self.refuse(key, f"is a number, not {described(node)}")
        if value < low or value > high or (open_high and value == high):
            self.refuse(key, f"{_span(low, high, open_high=open_high)}, given {described(node)}")
        return float(value)

    def whole(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``, both inclusive, or None."""
        node = self.node(key)
        return None if node is None else self.as_whole(key, node, low, high)

    def as_whole(self, key: str, node: Node, low: int, high: int) -> int:
        """Return the whole number that a node of this key holds."""
        value = core_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, f"is a whole number, not {described(node)}")
        if not low <= value <= high:
            self.refuse(key, f"lies between {low:,} and {high:,}, given {described(node)}")
        return value

    def names(self, key: str) -> tuple[str, ...] | None:
        """Return a list of texts, none empty and none twice, or None."""
        node = self.node(key)
        return None if node is None else self.as_names(key, node)

    def as_names(self, key: str, node: Node) -> tuple[str, ...]:
        """Return the texts of a list at this key."""
        if not isinstance(node, Sequence) or not node.items:
            self.refuse(key, f"is a list such as [a, b], not {described(node) if node.size > 1 else 'empty'}")
        for item in node.items:
            if not isinstance(item, Scalar) or not item.text:
                refuse(f"{key} holds texts, not {described(item)}", replace(self.place, line=item.line))
        texts = tuple(item.text for item in node.items if isinstance(item, Scalar))
        for text in texts:
            if texts.count(text) > 1:
                self.refuse(key, f"names {quoted(text)} twice")
        return texts

    def locale(self, key: str = "locale") -> str | None:
        """Return a Faker locale, or None."""
        text = self.text(key)
        if text is not None and not _LOCALE.fullmatch(text):
            self.refuse(key, f"is no locale: {quoted(text)}", hint="A locale looks like de_DE.")
        return text

    def one(self, key: str) -> tuple[str, Node | None] | None:
        """Return a name with the node of its arguments: from ``name`` or from ``{name: {argument: value}}``, or None."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, Scalar):
            return node.text, None
        if not isinstance(node, Entries) or len(node.nodes) != 1:
            self.refuse(key, f"is a name or one {{name: {{argument: value}}}}, not {_several(node)}")
        ((name, arguments),) = node.nodes.items()
        return name, None if is_null(arguments) else arguments

    def refuse(self, key: str, message: str, *, hint: str | None = None) -> NoReturn:
        """Raise an error about a key."""
        refuse(f"{key} {message}", self.where(key), hint=hint)

    def _know(self, keys: Collection[str]) -> None:
        for key, node in self.entries.nodes.items():
            if key not in keys:
                if cut := _cut_text(self.entries, node):
                    hint = f'Within braces a comma parts entries: write {cut[0]}: "{cut[2]}".'
                    refuse(f"{cut[0]} {quoted(cut[1])} ends at its comma", self.where(cut[0]), hint=hint)
                refuse(f"unknown key {quoted(key)} of {self.what}", self.where(key), given=key, exists=keys)


def _cut_text(entries: Entries, node: Node) -> tuple[str, str, str] | None:
    """Return the key, text and whole text where commas within braces have made keys of a text's end."""
    if not is_null(node):
        return None
    for name, value in entries.nodes.items():
        if isinstance(value, Scalar) and value.plain and unbalanced(value.text):
            rest = [key for key, other in entries.nodes.items() if is_null(other) and key != name]
            return name, value.text, ",".join([value.text, *rest])
    return None


def unbalanced(text: str) -> bool:
    """Say whether a bracket is opened and not closed."""
    return text.count("(") > text.count(")")


def float_of(value: float) -> float:
    """Return a number as a float, infinite where it is beyond floats."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _span(low: float, high: float, *, open_high: bool) -> str:
    if math.isinf(high):
        return f"is at least {low:g}"
    return f"lies from {low:g} to {'below ' if open_high else ''}{high:g}"


def _several(node: Node) -> str:
    return f"{len(node.nodes)} entries" if isinstance(node, Entries) else described(node)
