"""The values a column may take: what type, declaration, CHECK and case leave of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text condition.

    Attributes:
        kind: ``like`` (``%`` and ``_``) or ``regex`` (Python syntax, searched, not anchored).
        text: The pattern.
        insensitive: Whether case is ignored.
        negated: Whether the text must not match.
    """

    kind: Literal["like", "regex"]
    text: str
    insensitive: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A set of values without NULL. Each field narrows; the default is all that the type holds.

    Attributes:
        low: Least position on the type's lattice, inclusive; None where nothing but the type bounds it. A bound that is
            declared at the type's own limit is no None: the whole range is meant then, not a usual part of it.
        high: Greatest position, inclusive; None as for ``low``.
        excluded: Positions between them that are not allowed.
        values: The only allowed values (of the column's type, simplest first), for types with or without a lattice.
        weights: Weight of each of ``values``; empty for equal ones.
        barred: Values that are not allowed, for types without a lattice.
        patterns: Conditions a text satisfies, all of them.
        min_length: Fewest characters, inclusive.
        max_length: Most characters, inclusive; None for no limit.
        max_bytes: Most bytes in UTF-8, inclusive; None for no limit.
        letters: ``lower`` or ``upper`` where a text equals its own folding.
        trimmed: Whether a text neither begins nor ends with a space.
    """

    low: int | None = None
    high: int | None = None
    excluded: frozenset[int] = frozenset()
    values: tuple[object, ...] | None = None
    weights: tuple[float, ...] = ()
    barred: frozenset[object] = frozenset()
    patterns: tuple[Pattern, ...] = ()
    min_length: int = 0
    max_length: int | None = None
    max_bytes: int | None = None
    letters: Literal["lower", "upper"] | None = None
    trimmed: bool = False


ANY = Domain()
