"""Tables' names as file names: safe on every file system, distinct where case does not count, the same for the same tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from unicodedata import normalize

_SAFE = frozenset("-_.")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
_LONGEST = 150
"""Bytes of a stem; file systems allow 255 for the whole name."""


def file_stems(tables: Iterable[str], extension: str, reserved: Iterable[str] = ()) -> Mapping[str, str]:
    """Return a file name without ending for each table.

    Letters and digits of any script, ``-``, ``_`` and inner dots stay; other characters become ``%`` and their bytes. Names that
    would be too long, reserved, or the same as another one but for case, get a hash of the table's name at their end.

    Args:
        tables: Distinct table names.
        extension: Ending of the files, without the dot.
        reserved: Lower-case stems that are taken.

    >>> dict(file_stems(["orders", "a/b", "..", "Item", "item"], "csv"))
    {'orders': 'orders', 'a/b': 'a%2Fb', '..': '%2E%2E', 'Item': 'Item~652bcc3a', 'item': 'item~4a33eacd'}
    """
    stems = {table: _encoded(table) for table in tables}
    taken = {"manifest", *reserved}
    held = Counter(key for stem in stems.values() for key in _keys(stem, extension))
    clashes = {
        table
        for table, stem in stems.items()
        if len(stem.encode()) > _LONGEST
        or _folded(stem) in taken
        or any(held[key] > 1 for key in _keys(stem, extension))
    }
    return MappingProxyType({t: _hashed(t, stem) if t in clashes else stem for t, stem in stems.items()})


def _encoded(name: str) -> str:
    text = "".join(character if _kept(character) else _percent(character) for character in normalize("NFC", name))
    if text.split(".")[0].lower() in _DEVICES or text.startswith("."):
        text = _percent(text[0]) + text[1:]
    if text.endswith("."):
        text = text[:-1] + "%2E"
    return text or "%"


def _kept(character: str) -> bool:
    return character.isalnum() or character in _SAFE


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _keys(stem: str, extension: str) -> tuple[str, str]:
    # A large table has a folder of its stem, so ``a.csv`` as a table must not meet the file of the table ``a``.
    return _folded(stem), _folded(f"{stem}.{extension}")


def _folded(stem: str) -> str:
    return normalize("NFKC", stem.casefold())


def _hashed(table: str, stem: str) -> str:
    digest = sha256(table.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = stem.encode()[:_LONGEST].decode(errors="ignore")
    return f"{short}~{digest}"
