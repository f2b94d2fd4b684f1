r"""Searching one text at a time, in time that grows with the text alone: patterns that could backtrack for ever go to Polars.

Python's matcher is the faster one for single texts, but takes exponential time for ``(a+)+$``; Polars' is an automaton.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import polars as pl

from fixturegen.domain import Pattern
from fixturegen.expressions.patterns import like_regex, rust_regex

Search = Callable[[str], bool]

_parser: Any = import_module("re._parser")  # the parser of re itself, which has no public name since 3.11

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_FEW = 3
"""Repeats beside each other that Python may try in every combination."""
_LONG = 16
"""Repetitions from which on two ways to match one of them are too many to try."""


def searcher(regex: str, *, insensitive: bool = False, dot_all: bool = False, whole: bool = False) -> Search:
    r"""Return whether a text holds a match, as a function.

    Args:
        regex: A regex that Python compiles.
        insensitive: Whether case is ignored.
        dot_all: Whether a dot matches a line feed, too.
        whole: Whether the match has to be the whole text.

    >>> [searcher(r"(a+)+$")(text) for text in ("a" * 5_000, "a" * 5_000 + "!")]
    [True, False]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FutureWarning for "[[": the reading does not change here
        if explodes(regex):
            rust = rust_regex(rf"\A(?:{regex})\Z" if whole else regex, insensitive=insensitive, dot_all=dot_all)
            if rust is not None:
                return lambda text: bool(pl.Series([text], dtype=pl.String()).str.contains(rust).item())
        flags = (re.IGNORECASE if insensitive else re.NOFLAG) | (re.DOTALL if dot_all else re.NOFLAG)
        compiled = re.compile(regex, flags)
    found = compiled.fullmatch if whole else compiled.search
    return lambda text: found(text) is not None


def matcher(pattern: Pattern) -> Search:
    r"""Return whether a text meets a pattern, as a function; a dot matches a line feed, too.

    Args:
        pattern: A LIKE pattern, without escapes, or a regex; negated or not.

    >>> [matcher(Pattern("like", "a_%", negated=True))(text) for text in ("a", "a\n")]
    [True, False]
    """
    regex = like_regex(pattern.text, None) if pattern.kind == "like" else pattern.text
    search, negated = searcher(regex, insensitive=pattern.insensitive, dot_all=True), pattern.negated
    return lambda text: search(text) is not negated


def explodes(regex: str) -> bool:
    r"""Say whether Python may need far more steps for a text than the text is long.

    So it may where what is repeated can itself match in several ways, and where many repeats follow each other.

    >>> [explodes(regex) for regex in (r"(a+)+$", r"(a|aa)*", r"(\w{1,3})+", r"^\w+@\w+\.(com|org)$", r"(ab)+")]
    [True, True, True, False, False]
    """
    repeats = list(_repeats(_parser.parse(regex)))
    return len(repeats) > _FEW or any(_varies(body) for body in repeats)


def _repeats(operations: Any) -> Iterator[Any]:
    """The bodies of all repeats that go far."""
    for name, argument in operations:
        if str(name) in _REPEATS:
            if argument[1] >= _LONG:
                yield argument[2]
            yield from _repeats(argument[2])
        else:
            for part in _parts(str(name), argument):
                yield from _repeats(part)


def _varies(operations: Any) -> bool:
    """Whether a text may match the operations in more than one way."""
    for name, argument in operations:
        if str(name) == "BRANCH":
            return True
        if str(name) in _REPEATS and (argument[0] != argument[1] or _varies(argument[2])):
            return True
        if any(_varies(part) for part in _parts(str(name), argument)):
            return True
    return False


def _parts(name: str, argument: Any) -> list[Any]:
    match name:
        case "SUBPATTERN":
            return [argument[3]]
        case "BRANCH":
            return list(argument[1])
        case _:
            return []
