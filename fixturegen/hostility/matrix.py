"""What each database system does with each class: accepts, rejects, or alters it. Tests ask the live systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from fixturegen.schema import Dialect

Word = Literal["accepts", "rejects", "alters"]
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a database does with a class.

    Attributes:
        word: ``accepts``: it comes back as it went. ``rejects``: it is not taken. ``alters``: something else comes back.
        why: In a few words; empty for what is accepted.
    """

    word: Word
    why: str = ""


ACCEPTS = Verdict("accepts")
_DIGITS = Verdict("alters", "a decimal is a double there: 15 digits stay")
_SIGN = Verdict("alters", "comes back without its sign")
_FINITE = Verdict("rejects", "no NaN and no infinity there")
_CASE = Verdict("alters", "comes back in lower case")
_SURROGATE = Verdict("rejects", "no character on its own")

OTHERS: Mapping[tuple[str, Dialect], Verdict] = MappingProxyType(
    {
        ("least decimal", "sqlite"): _DIGITS,
        ("greatest decimal", "sqlite"): _DIGITS,
        ("every digit", "sqlite"): _DIGITS,
        ("float minus zero", "sqlite"): _SIGN,
        ("JSON scalar", "sqlite"): Verdict(
            "alters", "a column declared JSON has numeric affinity: text becomes a number"
        ),
        ("NaN", "sqlite"): Verdict("alters", "comes back as NULL"),
        ("U+0000", "postgresql"): Verdict("rejects", "no text holds it"),
        ("duplicate keys", "postgresql"): Verdict("alters", "jsonb keeps the last of two keys"),
        ("lone surrogate escape", "postgresql"): _SURROGATE,
        ("escaped NUL", "postgresql"): Verdict("rejects", "no text of a jsonb holds it"),
        ("JSON minus zero", "postgresql"): _SIGN,
        ("UUID in capitals", "postgresql"): _CASE,
        ("MAC in capitals", "postgresql"): _CASE,
        ("nesting", "mysql"): Verdict("rejects", "JSON nests to 32 levels there"),
        ("lone surrogate escape", "mysql"): _SURROGATE,
        ("float minus zero", "mysql"): _SIGN,
        ("NaN", "mysql"): _FINITE,
        ("infinity", "mysql"): _FINITE,
        ("minus infinity", "mysql"): _FINITE,
    }
)
"""All that is not accepted."""


def verdict(name: str, dialect: Dialect) -> Verdict:
    """Return what a database system does with a class, in the column of its kind of :mod:`fixturegen.hostility.samples`."""
    return OTHERS.get((name, dialect), ACCEPTS)
