from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.domain import Domain, Pattern
from fixturegen.expressions.normal import Among, Folded, Length, Limit, Match
from fixturegen.lattice import lattice_of
from fixturegen.planning.classes import (
    Room,
    Runs,
    classes,
    common,
    joined,
    matches,
    narrowed,
    points,
    prepared,
    room_of,
    size,
    united,
    without,
)
from fixturegen.schema import Type

INTEGER, TEXT = Type(kind="integer", bits=8), Type(kind="text", length=5)
sets = st.sets(st.integers(-9, 9))


def held(runs: Runs) -> set[int]:
    return {position for low, high in runs for position in range(low, high + 1)}


@given(sets, sets)
def test_runs_are_sets(left: set[int], right: set[int]) -> None:
    assert held(points(left)) == left
    assert held(common(points(left), points(right))) == left & right
    assert held(without(points(left), points(right))) == left - right
    assert held(joined(sorted([*points(left), *points(right)]))) == left | right
    assert size(points(left)) == len(left)
    assert without(points(left), points(right)) == points(left - right)


def limits() -> st.SearchStrategy[Limit]:
    return st.builds(
        Limit, st.just("c"), st.sampled_from(["<", "<=", ">", ">="]), st.fractions(-9, 9, max_denominator=2)
    )


def lists() -> st.SearchStrategy[Among]:
    return st.builds(Among, st.just("c"), st.lists(st.integers(-9, 9), max_size=4).map(tuple), st.booleans())


@given(sets.filter(bool), st.lists(limits() | lists(), max_size=4))
def test_classes_cut_a_room_so_that_every_test_is_decided(positions: set[int], atoms: Sequence[Limit | Among]) -> None:
    lattice = lattice_of(INTEGER)
    tests = [test for atom in atoms if (test := prepared(atom, "c", lattice)) is not None]
    room = Room(runs=points(positions))
    parts = classes(room, tests)
    assert sorted(position for part in parts for position in held(part.runs or ())) == sorted(positions)
    for test in tests:
        meeting = {position for position in positions if meets(test.atom, position)}
        assert held((narrowed(room, test) or Room(runs=())).runs or ()) == meeting
        for part in parts:
            assert narrowed(part, test) in {part, None}
    assert united(parts) == room


def meets(atom: object, position: int) -> bool:
    if isinstance(atom, Among):
        return (position in atom.values) != atom.negated
    assert isinstance(atom, Limit)
    return {
        "<": position < atom.measure, "<=": position <= atom.measure, ">": position > atom.measure,
        ">=": position >= atom.measure,
    }[atom.relation]  # fmt: skip


def test_what_a_lattice_does_not_hold_is_no_value() -> None:
    test = prepared(Among("c", (1, Fraction(3, 2), 1_000, "x")), "c", lattice_of(INTEGER))
    assert test is not None
    assert test.runs == ((1, 1),)
    assert prepared(Limit("c", "<", Fraction(-500)), "c", lattice_of(INTEGER)).runs == ()  # type: ignore[union-attr] # not None


def test_conditions_without_meaning_are_no_tests() -> None:
    assert prepared(Limit("c", "<", Fraction(1)), "c", None) is None
    assert prepared(Match("c", Pattern("like", "a")), "c", lattice_of(INTEGER)) is None


@pytest.mark.parametrize(
    ("pattern", "text", "met"),
    [
        (Pattern("like", "a%"), "abc", True),
        (Pattern("like", "a_"), "abc", False),
        (Pattern("like", "A%"), "abc", False),
        (Pattern("like", "A%", insensitive=True), "abc", True),
        (Pattern("like", "a%", negated=True), "abc", False),
        (Pattern("like", "a.c"), "abc", False),
        (Pattern("like", "a%"), "a\nb", True),
        (Pattern("regex", "b"), "abc", True),
        (Pattern("regex", "^b", negated=True), "abc", True),
    ],
)
def test_patterns(pattern: Pattern, text: str, met: bool) -> None:
    assert matches(pattern, text) is met


def open_room(**more: object) -> Room:
    room = room_of(TEXT, Domain(**more), None)  # type: ignore[arg-type] # as the caller says
    assert room is not None
    return room


def after(room: Room, *atoms: Among | Match | Length | Folded) -> Room | None:
    left: Room | None = room
    for atom in atoms:
        test = prepared(atom, "c", None)
        assert left is not None
        assert test is not None
        left = narrowed(left, test)
    return left


def test_an_open_text_collects_its_conditions() -> None:
    left = after(
        open_room(), Length("c", 2, None), Length("c", 0, 4, "bytes"), Folded("c", "lower"), Folded("c", "trim")
    )
    assert left == Room(open=Domain(min_length=2, max_length=5, max_bytes=4, letters="lower", trimmed=True))


def test_conditions_that_contradict_leave_nothing() -> None:
    assert after(open_room(), Length("c", 6, None)) is None
    assert (
        after(open_room(), Match("c", Pattern("like", "a%")), Match("c", Pattern("like", "a%", negated=True))) is None
    )
    assert after(open_room(min_length=2), Among("c", ("a", "b"))) is None


def test_a_pattern_without_wildcards_is_a_value() -> None:
    assert after(open_room(), Match("c", Pattern("like", "abc"))) == Room(values=("abc",))


def test_the_classes_of_an_open_text_are_the_mentioned_values_and_the_rest() -> None:
    tests = [prepared(Among("c", values), "c", None) for values in (("b", "a"), ("a", "toolong"))]
    parts = classes(open_room(), [test for test in tests if test is not None])
    assert [part.values for part in parts] == [("a",), ("b",), None]
    assert parts[-1].open.barred == {"a", "b", "toolong"}
    assert united([parts[1], parts[2]]).open.barred == {"a", "toolong"}


def test_a_text_equal_to_both_foldings_has_no_letters() -> None:
    left = after(open_room(), Folded("c", "lower"), Folded("c", "upper"))
    assert left is not None
    assert all(matches(pattern, "12-3") and not matches(pattern, "ab") for pattern in left.open.patterns)
    assert left.open.patterns


def test_own_domains() -> None:
    lattice = lattice_of(INTEGER)
    assert room_of(INTEGER, Domain(low=3, excluded=frozenset((5,))), lattice) == Room(runs=((3, 4), (6, 127)))
    assert room_of(INTEGER, Domain(values=(4, 9, 300)), lattice) == Room(runs=((4, 4), (9, 9)))
    assert room_of(INTEGER, Domain(low=9, high=1), lattice) is None
    assert room_of(Type(kind="enum", labels=("x", "y")), Domain(), None) == Room(values=("x", "y"))
