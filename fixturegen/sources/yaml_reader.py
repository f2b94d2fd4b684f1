"""A YAML file as nodes that know their line: YAML 1.2 core types, nothing executed, bounded size, depth and aliases.

PyYAML's parser gives the events; the nodes are composed here, without recursion. Its constructors, which follow YAML 1.1
(``NO`` is false, ``012`` is ten, ``12:30:00`` is a number) and know tags, are never reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Location
from fixturegen.sources.yaml_nodes import Entries, Node, Scalar, Sequence, described, is_null, refuse

MAX_BYTES = 16 * 2**20
MAX_NODES = 1_000_000
"""Nodes of one file, those that aliases repeat counted each time."""
MAX_DEPTH = 40
MERGE = "<<"


@dataclass(slots=True)
class _Open:
    """A collection that is still being read."""

    mapping: bool
    line: int
    anchor: str | None
    items: list[Node] = field(default_factory=list)


def read_yaml(path: Path) -> Entries:
    """Return the mapping that a YAML file holds.

    Raises:
        InputError: If there is no such file or it cannot be read.
        SchemaError: If it is no YAML, or YAML that no schema needs: not UTF-8, empty, several documents, no mapping, tags,
            keys given twice, keys that are no text, too deep, too large, aliases that multiply.
    """
    return parse_yaml(_content(path), str(path))


def parse_yaml(text: str, file: str) -> Entries:
    """Return the mapping in ``text``, with ``file`` named in every error. See :func:`read_yaml`.

    >>> parse_yaml("country: NO", "x.yaml").nodes["country"]
    Scalar(text='NO', plain=True, line=1, size=1)
    """
    try:
        root = _composed(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), file)
    except yaml.YAMLError as error:
        raise _syntax_error(error, file) from None
    if root is None or is_null(root):
        message = "the file is empty"
        raise SchemaError(message, where=Location(file), hint="A schema begins with `tables:`.")
    if not isinstance(root, Entries):
        message = f"a schema is a mapping with `tables:`, not {described(root)}"
        raise SchemaError(message, where=Location(file, root.line))
    return root


def _content(path: Path) -> str:
    try:
        if path.is_dir():
            message = "is a directory, not a schema file"
            raise InputError(message, where=path)
        if not path.is_file():
            message = "there is no such file" if not path.exists() else "is no regular file"
            raise InputError(message, where=path)
        if path.stat().st_size > MAX_BYTES:
            message = f"the file has {path.stat().st_size:,} bytes; a schema has at most {MAX_BYTES:,}"
            raise SchemaError(message, where=Location(str(path)))
        raw = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        raise InputError(message, where=path) from None
    except ValueError:
        message = "is no file name"
        raise InputError(message, where=repr(str(path))) from None
    return _decoded(raw, str(path))


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"the file is not text in UTF-8 (byte {error.start + 1:,})"
        raise SchemaError(message, where=Location(file, line), hint="Save it as UTF-8.") from None


def _composed(events: Iterator[Any], file: str) -> Node | None:
    return _Composer(file).composed(events)


class _Composer:
    """Builds nodes from events with a stack of its own, so that depth costs no Python frames."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.size = 0
        self.documents = 0
        self.root: Node | None = None

    def composed(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.fail("the file holds several documents; a schema is one", line)
            elif isinstance(event, yaml.AliasEvent):
                self.add(self.aliased(event.anchor, line), line)
            elif isinstance(event, yaml.ScalarEvent):
                self.begun(event, line)
                node = Scalar(event.value, event.implicit[0] and event.style in {None, ""}, line)
                self.anchored(event.anchor, node)
                self.add(node, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                self.begun(event, line)
                self.open.append(_Open(isinstance(event, yaml.MappingStartEvent), line, event.anchor))
                if len(self.open) > MAX_DEPTH:
                    self.fail(f"nested deeper than {MAX_DEPTH} levels", line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.end()
        return self.root

    def begun(self, event: Any, line: int) -> None:
        if event.tag is not None:
            message = f"the tag {_shown_tag(event.tag)} is not allowed"
            self.fail(message, line, "A schema has plain values only; quote what must be text.")
        if event.anchor is not None:
            self.anchors[event.anchor] = None

    def anchored(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self.anchors[anchor] = node

    def aliased(self, anchor: str | None, line: int) -> Node:
        if anchor is None or anchor not in self.anchors:
            message = f"the alias *{anchor} has no anchor before it"
            raise SchemaError(message, where=Location(self.file, line), given=anchor, exists=self.anchors)
        node = self.anchors[anchor]
        if node is None:
            self.fail(f"the alias *{anchor} stands within its own anchor", line)
        return node

    def add(self, node: Node, line: int) -> None:
        # An alias adds all that it repeats: nodes are shared in memory, but whoever walks them meets each again.
        self.size += node.size
        if self.size > MAX_NODES:
            self.fail(f"the file comes to more than {MAX_NODES:,} values, those repeated by aliases counted", line)
        if self.open:
            self.open[-1].items.append(node)
        else:
            self.root = node

    def end(self) -> None:
        done = self.open.pop()
        size = 1 + sum(item.size for item in done.items)
        node = self.mapping(done, size) if done.mapping else Sequence(done.items, done.line, size)
        self.anchored(done.anchor, node)
        # What lies within was counted as it was met.
        self.size -= size - 1
        self.add(node, done.line)

    def mapping(self, done: _Open, size: int) -> Entries:
        nodes: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[Node] = []
        for key, value in zip(done.items[::2], done.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.fail(f"a key must be a text, not {described(key)}", key.line, "Quote a text with [ or {.")
            if key.plain and key.text == MERGE:
                merged.append(value)
                continue
            if key.text in nodes:
                message = f"the key {key.text!r} is given twice: in line {lines[key.text]} and in line {key.line}"
                self.fail(message, key.line)
            nodes[key.text], lines[key.text] = value, key.line
        for value in merged:
            self.merge(value, nodes, lines)
        return Entries(nodes, lines, done.line, size)

    def merge(self, value: Node, nodes: dict[str, Node], lines: dict[str, int]) -> None:
        """Add what ``<<`` brings: the mapping's own keys win, then the first of several."""
        for source in value.items if isinstance(value, Sequence) else [value]:
            if not isinstance(source, Entries):
                self.fail(f"<< merges mappings, not {described(source)}", value.line)
            for key, node in source.nodes.items():
                if key not in nodes:
                    nodes[key], lines[key] = node, source.lines[key]

    def fail(self, message: str, line: int, hint: str | None = None) -> NoReturn:
        refuse(message, Location(self.file, line), hint=hint)


def _shown_tag(tag: str) -> str:
    short = tag.replace("tag:yaml.org,2002:", "!!")
    return short if len(short) <= 80 else f"{short[:77]}..."


def _syntax_error(error: yaml.YAMLError, file: str) -> SchemaError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = None if mark is None else mark.line + 1
    if isinstance(error, yaml.reader.ReaderError):
        return SchemaError(
            f"the file is not text: it holds the character U+{_code(error):04X}", where=Location(file, line)
        )
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    message = f"no YAML: {', '.join(part for part in parts if part) or 'it cannot be parsed'}"
    column = "" if mark is None else f" (column {mark.column + 1})"
    hint = "Quote a text that holds `: ` or ` #`, or begins with one of { [ * & ! % @ ` \" '; indent with spaces."
    return SchemaError(f"{message}{column}", where=Location(file, line), hint=hint)


def _code(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(str(error.character)[0])
