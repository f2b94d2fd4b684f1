"""Texts in the form in which a collation compares them."""

from __future__ import annotations

import polars as pl

from fixturegen.schema import Type

_ASCII_UPPER = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
_ASCII_LOWER = [chr(code) for code in range(ord("a"), ord("z") + 1)]
_LETTERS_OF_GENERAL = {"ß": "s"}
_LETTERS_OF_UCA_4 = {"ß": "ss"}
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ħ": "h"}
"""Letters that are others with a stroke, or two in one, as MariaDB 10.11 and later compare them."""


def folded(value: pl.Expr, type_: Type, collation: str | None, dialect: str) -> pl.Expr:
    """Return a text column in the form in which equal values are equal texts; columns of other types as they are.

    SQLite: ``NOCASE`` folds the 26 letters of ASCII, ``RTRIM`` ignores spaces at the end. MariaDB and MySQL: collations ignore
    spaces at the end, those that do not end in ``_bin`` or ``_cs`` ignore case, and accents unless they say ``_as_``;
    a column without a collation has the server's default, which ignores both. PostgreSQL compares exactly, but ``citext``.
    A ``char(n)`` ignores the spaces that pad it. A uuid is the same in either case.
    """
    if type_.kind == "uuid":
        return value.cast(pl.String).str.to_lowercase()
    if type_.kind not in {"text", "url", "unknown"}:
        return value
    if type_.fixed and dialect != "sqlite":
        value = value.str.strip_chars_end(" ")
    name = (collation or "").lower()
    match dialect:
        case "sqlite":
            return _sqlite(value, name)
        case "mysql":
            return _mysql(value, name)
        case _:
            return value.str.to_lowercase() if (type_.native or "").lower() == "citext" else value


def _sqlite(value: pl.Expr, collation: str) -> pl.Expr:
    if collation == "nocase":
        return value.str.replace_many(_ASCII_UPPER, _ASCII_LOWER)
    return value.str.strip_chars_end(" ") if collation == "rtrim" else value


def _mysql(value: pl.Expr, collation: str) -> pl.Expr:
    value = value.str.strip_chars_end(" ")
    if collation.endswith(("_bin", "_cs")) or collation == "binary":
        return value
    if "_as_" not in collation:
        value = value.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
        value = value.str.to_lowercase()
        letters = (
            _LETTERS_OF_GENERAL if "_general_" in collation else _LETTERS if _is_late(collation) else _LETTERS_OF_UCA_4
        )
        return value.str.replace_many(list(letters), list(letters.values()))
    return value.str.to_lowercase()


def _is_late(collation: str) -> bool:
    """Whether a collation follows version 5.2 or later of Unicode's algorithm; what is not known may."""
    return not collation.endswith("_unicode_ci")


def folding(type_: Type, collation: str | None, dialect: str) -> bool:
    """Whether texts of a column that differ may be equal to its database, beyond the spaces that pad a ``char(n)``.

    >>> folding(Type(kind="text"), "utf8mb4_general_ci", "mysql"), folding(Type(kind="text"), None, "sqlite")
    (True, False)
    """
    if type_.kind not in {"text", "url", "unknown"}:
        return False
    name = (collation or "").lower()
    match dialect:
        case "sqlite":
            return name in {"nocase", "rtrim"}
        case "mysql":
            return not name.endswith("_bin") and name != "binary"
        case _:
            return (type_.native or "").lower() == "citext"
