"""Texts and values as YAML in one line, quoted where a reader of YAML 1.1 or 1.2 could take them for something else."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from fixturegen.sources.yaml_values import value_text

_NAME = re.compile(r"[^\W\d]\w*")
_WORDS = re.compile(r"[^\W\d](?:[\w .()<>=*/+'-]*[\w.()<>=*/+'-])?|\([\w .()<>=*/+'-]*[\w.()<>=*/+'-]")
_VALUE = re.compile(r"[-+]?[0-9](?:[0-9A-Za-z.:+ -]*[0-9A-Za-z.])?")
# Words that one version of YAML or another takes for null or a boolean, and "=", which 1.1 gives a meaning of its own.
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "="}
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
_LONGEST_KEY = 120
"""YAML limits a key to 1,024 characters unless a question mark announces it."""


def name_scalar(text: str) -> str:
    r"""Return a name as a key or value.

    >>> [name_scalar(text) for text in ("total", "NO", "two words", "1st", 'a"b')]
    ['total', '"NO"', '"two words"', '"1st"', '\'a"b\'']
    """
    return text if _NAME.fullmatch(text) and text.lower() not in _RESERVED else _quoted(text)


def text_scalar(text: str) -> str:
    """Return a text (SQL, a pattern, a label) that must be read as text.

    >>> text_scalar("status <> 'shipped' OR total > 0"), text_scalar("a IN (1, 2)")
    ("status <> 'shipped' OR total > 0", '"a IN (1, 2)"')
    """
    return text if _WORDS.fullmatch(text) and text.lower() not in _RESERVED else _quoted(text)


def raw_scalar(text: str) -> str:
    """Return a text that is read as it stands, whatever YAML would take it for.

    >>> raw_scalar("2026-01-31 08:30:00"), raw_scalar("-1.5"), raw_scalar("a: b")
    ('2026-01-31 08:30:00', '-1.5', '"a: b"')
    """
    return text if _VALUE.fullmatch(text) else text_scalar(text)


def number_scalar(value: float) -> str:
    """Return a number, without a point where it is whole.

    >>> number_scalar(3.0), number_scalar(0.25)
    ('3', '0.25')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


def flow(value: object) -> str:
    """Return any value of dictionaries, lists and scalars in YAML's flow style.

    >>> flow({"min": 1, "words": ["a", "no"], "on": None})
    '{min: 1, words: [a, "no"], "on": null}'
    """
    if isinstance(value, Mapping):
        return mapping((name_scalar(str(key)), flow(entry)) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return listed(flow(item) for item in value)
    if isinstance(value, str):
        return text_scalar(value)
    return "null" if value is None else plain_scalar(value)


def plain_scalar(value: object) -> str:
    """Return a value other than text: numbers and booleans as YAML writes them, dates and the like as their text.

    >>> plain_scalar(True), plain_scalar(Decimal("1.50")), plain_scalar(float("inf"))
    ('true', '1.50', '.inf')
    """
    match value:
        case bool() | int() | Decimal():
            return value_text(value)
        case float() if math.isfinite(value):
            return repr(value)
        case float():
            return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
        case _:
            return raw_scalar(value_text(value))


def mapping(entries: Iterable[tuple[str, str]]) -> str:
    """Return ``{key: value}`` of entries that are YAML already."""
    parts = (f"? {key} : {value}" if len(key) > _LONGEST_KEY else f"{key}: {value}" for key, value in entries)
    return "{" + ", ".join(parts) + "}"


def block_entry(key: str, value: str = "") -> list[str]:
    """Return the lines of one entry of a mapping in block style; key and value are YAML already.

    >>> block_entry("a", "1"), block_entry("b")
    (['a: 1'], ['b:'])
    """
    if len(key) > _LONGEST_KEY:
        return [f"? {key}", f": {value}".rstrip()]
    return [f"{key}: {value}".rstrip()]


def listed(items: Iterable[str]) -> str:
    """Return ``[a, b]`` of items that are YAML already."""
    return "[" + ", ".join(items) + "]"


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and text.isprintable() and "'" not in text:
        return f"'{text}'"
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
