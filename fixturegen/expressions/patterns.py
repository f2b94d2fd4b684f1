"""LIKE, GLOB, SIMILAR TO and the dialects' regular expressions as one: Python's, and from there Rust's, in which Polars judges."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

import polars as pl

from fixturegen.schema import Dialect

_POSIX = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s", "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "word": r"\w", "cntrl": r"\x00-\x1f\x7f", "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}  # fmt: skip
_LONGEST = 4_000
"""Most characters of a pattern that is translated."""


class PatternError(ValueError):
    """The pattern is none, or says what cannot be said in Python's syntax."""


def default_escape(dialect: Dialect) -> str | None:
    r"""Return the character that LIKE takes as its escape where no ESCAPE says so: a backslash, none in SQLite."""
    return None if dialect == "sqlite" else "\\"


def plain_like(text: str, escape: str | None) -> bool:
    """Return whether a LIKE pattern says nothing beyond ``%``, ``_`` and ordinary characters."""
    return not escape or escape not in text


def like_regex(text: str, escape: str | None) -> str:
    r"""Return an anchored regex for a LIKE pattern.

    >>> like_regex("a!%%", "!")
    '^a%.*\\Z'
    """
    parts, at = [], 0
    while at < len(text):
        letter = text[at]
        if escape and letter == escape:
            at += 1
            if at == len(text):
                message = "the pattern ends in its escape character"
                raise PatternError(message)
            parts.append(re.escape(text[at]))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter) or re.escape(letter))
        at += 1
    return _anchored("".join(parts))


def glob_regex(text: str) -> str:
    r"""Return an anchored regex for a GLOB pattern.

    >>> glob_regex("[^0-9]?*")
    '^[^0-9]..*\\Z'
    """
    parts, at = [], 0
    while at < len(text):
        if text[at] == "[":
            part, at = _glob_set(text, at)
            parts.append(part)
            continue
        parts.append({"*": ".*", "?": "."}.get(text[at]) or re.escape(text[at]))
        at += 1
    return _anchored("".join(parts))


def _glob_set(text: str, at: int) -> tuple[str, int]:
    """Return the set that opens at ``at`` and where it ends; a ``]`` that comes first stands for itself."""
    start = at + 1
    negated = text[start : start + 1] == "^"
    start += negated
    end = text.find("]", start + 1)
    if end < 0:
        message = "a set is not closed"
        raise PatternError(message)
    return f"[{'^' if negated else ''}{_set_text(text[start:end])}]", end + 1


def _set_text(inside: str) -> str:
    """Escape what Python or Rust would read in a set beyond ranges."""
    return re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)


def similar_regex(text: str, escape: str | None) -> str:
    r"""Return an anchored regex for a SIMILAR TO pattern.

    >>> similar_regex("(a|b)%", "\\")
    '^(?:(?:a|b).*)\\Z'
    """
    parts, at = [], 0
    while at < len(text):
        letter = text[at]
        if escape and letter == escape:
            parts.append(re.escape(text[at + 1 : at + 2]))
            at += 2
        elif letter == "[":
            part, at = _bracket(text, at)
            parts.append(part)
        else:
            parts.append(_SIMILAR.get(letter, letter))
            at += 1
    return checked(_anchored(f"(?:{''.join(parts)})"))


_SIMILAR = {"%": ".*", "_": ".", "(": "(?:", ".": r"\.", "^": r"\^", "$": r"\$", "\\": r"\\", "]": r"\]"}


def python_regex(text: str, dialect: Dialect) -> str:
    r"""Return a dialect's regular expression in Python's syntax, to be searched.

    Classes such as ``[[:alpha:]]`` become ASCII ranges.

    Raises:
        PatternError: Malformed, too long, or of a kind that Python does not have.

    Example:
        >>> python_regex(r"^[[:alpha:]_]+\M", "postgresql")
        '^[a-zA-Z_]+(?<=\\w)(?!\\w)'
    """
    if len(text) > _LONGEST:
        message = f"the pattern has more than {_LONGEST} characters"
        raise PatternError(message)
    words = _POSTGRES if dialect == "postgresql" else _PCRE
    if dialect == "postgresql" and text.startswith(("***", "(?")) and not text.startswith(("(?:", "(?=", "(?!", "(?<")):
        text = _options(text)
    parts, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            parts.append(words.get(text[at : at + 2], text[at : at + 2]))
            at += 2
        elif text[at] == "[":
            part, at = _bracket(text, at)
            parts.append(part)
        else:
            parts.append(text[at])
            at += 1
    return checked("".join(parts))


_POSTGRES = {r"\m": r"(?<!\w)(?=\w)", r"\M": r"(?<=\w)(?!\w)", r"\y": r"\b", r"\Y": r"\B"}
_PCRE = {r"\z": r"\Z", r"\h": r"[ \t]", r"\R": r"(?:\r\n|\n|\r)"}


def _options(text: str) -> str:
    """Translate PostgreSQL's leading options; only those that leave the rest as it is are known."""
    if text.startswith("***="):
        return re.escape(text[4:])
    text = text.removeprefix("***:")
    found = re.match(r"\(\?([a-z]+)\)", text)
    if found is None or set(found[1]) - set("ics"):
        message = "the pattern's options are not known"
        raise PatternError(message)
    return ("(?i)" if "i" in found[1] else "") + text[found.end() :]


def _bracket(text: str, at: int) -> tuple[str, int]:
    """Return the bracket expression that opens at ``at`` in Python's syntax, and where it ends."""
    end, parts = at + 1, ["["]
    if text[end : end + 1] == "^":
        parts.append("^")
        end += 1
    first = True
    while end < len(text) and (first or text[end] != "]"):
        named = re.compile(r"\[:(\w+):\]").match(text, end)
        if named:
            if named[1] not in _POSIX:
                message = f"there is no class [:{named[1]}:]"
                raise PatternError(message)
            parts.append(_POSIX[named[1]])
            end = named.end()
        elif text.startswith(("[.", "[="), end):
            message = "collating elements are not known"
            raise PatternError(message)
        elif text[end] == "\\":
            parts.append(text[end : end + 2])
            end += 2
        else:
            parts.append(f"\\{text[end]}" if text[end] in "[]&~|" else text[end])
            end += 1
        first = False
    if end >= len(text):
        message = "a set is not closed"
        raise PatternError(message)
    return "".join([*parts, "]"]), end + 1


def has_classes(text: str) -> bool:
    """Return whether a pattern has classes that may hold more in a database's locale than they do in Python."""
    return "[:" in text or re.search(r"\\[WDS]", text) is not None


@lru_cache(maxsize=1024)
def checked(regex: str) -> str:
    """Return ``regex`` where Python can compile it, else raise PatternError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(regex)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        message = "the pattern is no regular expression"
        raise PatternError(message) from error
    return regex


@lru_cache(maxsize=1024)
def rust_regex(regex: str, *, insensitive: bool = False, dot_all: bool = True) -> str | None:
    r"""Return a Python regex as Polars takes it, or None where Rust has no such thing (look-around, back-references).

    >>> rust_regex("^a.*\\Z", insensitive=True)
    '(?is)^a.*\\z'
    """
    flags = ("i" if insensitive else "") + ("s" if dot_all else "")
    text = (f"(?{flags})" if flags else "") + re.sub(r"(?<!\\)((?:\\\\)*)\\Z", r"\1\\z", regex)
    for word, rust in _RUST_WORDS.items():
        text = text.replace(word, rust)
    try:
        pl.Series([""]).str.contains(text)
    except pl.exceptions.ComputeError:
        return None
    return text


_RUST_WORDS = {r"(?<!\w)(?=\w)": r"\b{start}", r"(?<=\w)(?!\w)": r"\b{end}"}


def literal_regex(text: str) -> str:
    r"""Return an anchored regex for one text.

    >>> literal_regex("a.b")
    '^a\\.b\\Z'
    """
    return _anchored(re.escape(text))


def _anchored(regex: str) -> str:
    return rf"^{regex}\Z"
