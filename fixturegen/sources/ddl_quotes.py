"""What stands between the quotes of a token of SQL."""

from __future__ import annotations

import re


def unquoted(raw: str) -> str:
    """Return what stands between the quotes, doubled quotes made single; prefixes such as ``E`` are left off.

    >>> unquoted("'it''s'"), unquoted("[a b]"), unquoted("$f$ BEGIN $f$")
    ("it's", 'a b', ' BEGIN ')
    """
    if raw.startswith("$"):
        return raw.split("$", 2)[2].rsplit("$", 2)[0]  # $tag$text$tag$
    opening = min((raw.find(quote) for quote in "'\"`[" if quote in raw), default=0)
    quote = raw[opening]
    inner = raw[opening + 1 : -1]
    return inner if quote == "[" else inner.replace(quote * 2, quote)


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "\0", "Z": "\x1a", "%": "\\%", "_": "\\_"}
"""What a backslash makes of a character that does not stand for itself; patterns of LIKE keep theirs."""


def unescaped(raw: str) -> str:
    r"""Return a text in which backslashes escape, as MySQL's do and those of PostgreSQL's ``E'...'``.

    >>> unescaped(r"E'it\'s\n'")
    "it's\n"
    """
    opening = min(raw.find(quote) for quote in "'\"" if quote in raw)
    quote = raw[opening]
    pattern = re.compile(rf"{quote}{quote}|\\(.)", re.DOTALL)
    return pattern.sub(
        lambda match: quote if match[1] is None else _ESCAPES.get(match[1], match[1]), raw[opening + 1 : -1]
    )
