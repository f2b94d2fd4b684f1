"""Texts in the form in which a collation compares them."""

from __future__ import annotations

import polars as pl

from fixturegen.schema import Type

_ASCII_UPPER = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
_ASCII_LOWER = [chr(code) for code in range(ord("a"), ord("z") + 1)]


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
    return value.str.to_lowercase()
