"""Formulas judged for one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fixturegen.domain import Pattern
from fixturegen.expressions.holding import Bar
from fixturegen.expressions.normal import Formula, Length, Match
from fixturegen.expressions.rationals import Row
from fixturegen.lattice import Lattice
from fixturegen.schema import Type


@dataclass(frozen=True)
class Whole:
    """The only column of a row that is nothing else."""

    read: Callable[[Row], object] = lambda row: row
    type: Type = Type(kind="text")  # noqa: RUF009 - frozen
    lattice: Lattice | None = None


def held(formula: Formula, value: object) -> bool:
    """Whether a row whose only column has the value does not make the formula false."""
    holds = Bar(lambda _: Whole()).holds(formula)
    assert holds is not None
    return holds(value)


@pytest.mark.parametrize("negated", [False, True])
def test_what_explodes_is_matched_all_the_same(negated: bool) -> None:
    match = Match("a", Pattern("regex", "(a+)+$", negated=negated))
    assert held(match, "a" * 3_000) is not negated
    assert held(match, "a" * 3_000 + "!") is negated
    assert held(match, None)


def test_a_like_matches_whole_texts_of_any_lines() -> None:
    assert held(Match("a", Pattern("like", "A_.%", insensitive=True)), "a\n.\nb")
    assert not held(Match("a", Pattern("like", "A_.%")), "a\n.\nb")
    assert not held(Match("a", Pattern("like", "b")), "a\nb")


@pytest.mark.parametrize("unit", ["characters", "bytes"])
def test_bytes_are_as_long_as_they_are(unit: str) -> None:
    length = Length("a", 4, 4, unit)  # type: ignore[arg-type] # a unit
    assert held(length, b"\x00\xff\x02\x03")
    assert not held(length, b"\x00\xff")


def test_texts_are_measured_in_their_unit() -> None:
    assert held(Length("a", 2, 2), "éé")
    assert held(Length("a", 4, 4, "bytes"), "éé")
