"""Expressions become shapes: what is built matches, is numbered one to one, and is refused where it cannot be built."""

from __future__ import annotations

import re

import numpy as np
import pytest
from generators.requests import case
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import keyed

from fixturegen.domain import Domain, Pattern
from fixturegen.errors import ImpossibleError, InputError, SchemaError
from fixturegen.generators import languages, regular
from fixturegen.generators.characters import DIGITS, LOWER, characters
from fixturegen.generators.holes import rank, skipping
from fixturegen.generators.shapes import Shape, unbiased
from fixturegen.schema import Type

LEISURELY = settings(deadline=None, max_examples=40)
"""Building tables and pools takes its time once."""

CLASSES = st.sampled_from(["a", "[a-c]", "[^a]", r"\d", r"\w", r"\s", ".", "[0-9x]", "é", r"\-", "[あ-お]"])
ATOMS = st.recursive(
    CLASSES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
    ),
    max_leaves=6,
)


@LEISURELY
@given(ATOMS, st.sampled_from([0, 5_000]))
def test_what_is_built_matches_the_whole_expression(pattern: str, distinct: int) -> None:
    one = case("regex", "law", "text", None, arguments={"pattern": pattern}, distinct=distinct)
    made = one.made()
    texts = made.build(keyed(one, made, np.arange(40))).to_list()
    assert all(re.fullmatch(pattern, text) for text in texts)


@LEISURELY
@given(ATOMS, st.integers(0, 6), st.integers(0, 6))
def test_lengths_narrow_and_never_cut(pattern: str, low: int, more: int) -> None:
    domain = Domain(min_length=low, max_length=low + more)
    one = case("regex", "law", "text", None, arguments={"pattern": pattern}, domain=domain)
    try:
        made = one.made()
    except ImpossibleError:
        return
    for text in made.build(keyed(one, made, np.arange(40))).to_list():
        assert re.fullmatch(pattern, text)
        assert low <= len(text) <= low + more


@LEISURELY
@given(
    st.lists(
        st.tuples(st.sampled_from(["ab%", "%b", "%a_", "_%", "%ab%", "a%c%"]), st.booleans()), min_size=1, max_size=3
    )
)
def test_several_patterns_hold_together(conditions: list[tuple[str, bool]]) -> None:
    patterns = tuple(Pattern("like", text, negated=negated) for text, negated in conditions)
    one = case("patterned", "law", "text", None, domain=Domain(patterns=patterns, max_length=15))
    positive = {text for text, negated in conditions if not negated}
    negative = {text for text, negated in conditions if negated}
    if positive & negative:
        with pytest.raises(ImpossibleError):
            one.made()
        return
    try:
        made = one.made()
    except ImpossibleError:
        assert negative
        return
    from laws import allowed

    assert all(allowed(text, one.request) for text in made.build(keyed(one, made, np.arange(50))).to_list())


@given(
    st.lists(
        st.sampled_from([LOWER, DIGITS, characters("x"), characters((0x3B1, 0x3C9)), characters("ab-")]), max_size=20
    ),
    st.data(),
)
def test_shapes_number_their_texts(places: list[object], data: st.DataObject) -> None:
    shape = Shape(tuple(places))  # type: ignore[arg-type] - drawn from characters
    index = [data.draw(st.integers(0, span - 1)) for span in shape.spans]
    text = shape.build([np.array([at]) for at in index]).to_list()[0]
    assert shape.index(text) == tuple(index)
    assert np.prod([float(span) for span in shape.spans]) == pytest.approx(float(shape.size))
    assert all(span <= 2**62 for span in shape.spans)


@given(st.integers(-50, 50), st.integers(0, 60), st.sets(st.integers(-60, 120)))
def test_holes_leave_every_other_place_once(low: int, width: int, excluded: set[int]) -> None:
    number, place = skipping(low, low + width, excluded)
    left = [at for at in range(low, low + width + 1) if at not in excluded]
    assert number == len(left)
    assert place(np.arange(low, low + number)).tolist() == left
    assert [rank(at, excluded, low) for at in left] == list(range(low, low + number))


@given(st.lists(st.integers(1, 7), min_size=2, max_size=3))
def test_spread_draws_stay_one_to_one(spans: list[int]) -> None:
    grids = np.meshgrid(*[np.arange(span) for span in spans], indexing="ij")
    spread = unbiased({at: grid.ravel() for at, grid in enumerate(grids)}, spans)
    assert len(set(zip(*(part.tolist() for part in spread), strict=True))) == np.prod(spans)
    assert [int(part[0]) for part in spread] == [0] * len(spans)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("((a{1,1000}){1,1000}){1,1000}", "1000000000 characters"),
        ("(?:(?:(?:x*)*)*)*" * 20, "characters; the most is 10000"),
        (r"(a)\1", "back reference"),
        ("(?=a)a", "look-around"),
        ("(?<!a)b", "look-around"),
        ("(a)?(?(1)b|c)", "condition"),
        ("(", "no regular expression"),
        ("a" * 10_001, "10001 characters"),
        ("(" * 90 + "a" + ")" * 90 + "(" * 3_000 + ")" * 3_000, "nests more than"),
        ("|".join(["ab"] * 20_000), "more than the 50,000"),
        ("(" * 150 + "a" + ")" * 150, "nests more than"),
        ("[z-a]", "no regular expression"),
    ],
)
def test_what_cannot_be_built_is_refused_at_once(pattern: str, reason: str) -> None:
    with pytest.raises(InputError, match=re.escape(reason)):
        case("regex", "bad", "text", None, arguments={"pattern": pattern}).made()


@pytest.mark.parametrize(
    ("type_", "domain", "pattern"),
    [
        (Type(kind="text", length=3), Domain(), "[a-z]{4}"),
        (Type(kind="text"), Domain(letters="upper"), "[a-z]+"),
        (Type(kind="text"), Domain(patterns=(Pattern("like", "x%"),)), "[a-w]+"),
        (Type(kind="text"), Domain(patterns=(Pattern("regex", "a", negated=True),)), "a{1,3}"),
        (Type(kind="text"), Domain(barred=frozenset({"a", "b"})), "[ab]"),
        (Type(kind="text"), Domain(max_bytes=3), "é{2}"),
        (Type(kind="text"), Domain(trimmed=True), " "),
    ],
)
def test_an_expression_outside_the_domain_is_impossible(type_: Type, domain: Domain, pattern: str) -> None:
    with pytest.raises(ImpossibleError, match="c"):
        case("regex", "bad", type_, None, arguments={"pattern": pattern}, domain=domain).made()


def test_contradicting_patterns_are_impossible() -> None:
    patterns = (Pattern("like", "a%"), Pattern("like", "b%"))
    with pytest.raises(ImpossibleError, match=r"'a%' and like 'b%'"):
        case("patterned", "bad", "text", None, domain=Domain(patterns=patterns)).made()


def test_addresses_reach_nobody() -> None:
    one = case("patterned", "mail", "text", None, domain=Domain(patterns=(Pattern("like", "%@%.%"),)))
    made = one.made()
    assert all(text.endswith("@example.com") for text in made.build(keyed(one, made, np.arange(200))).to_list())


def test_a_distinct_expression_names_its_exact_capacity() -> None:
    assert (
        case("regex", "x", "text", None, arguments={"pattern": r"[A-Z]{3}-\d{4}"}, distinct=5).made().capacity
        == 175_760_000
    )
    assert (
        case("regex", "x", "text", None, arguments={"pattern": "[ab]{1,12}|c"}, distinct=5).made().capacity
        == 2**13 - 2 + 1
    )
    overlapping = case("regex", "x", "text", None, arguments={"pattern": "[ab]{12}|[bc]{12}"}, distinct=5).made()
    assert overlapping.capacity is not None
    assert 2**12 <= overlapping.capacity <= 2**13 - 1


def test_wide_values_vary_in_every_place() -> None:
    # A permutation numbers its first 2**62 places in the first draw alone.
    made = case("regex", "x", "text", None, arguments={"pattern": "[0-9a-f]{40}"}, distinct=5).made()
    from fixturegen.generator import Batch

    draws = {draw.name: np.zeros(50, dtype=np.int64) for draw in made.draws}
    draws["at"] = np.arange(50)
    texts = made.build(Batch(height=50, draws=draws)).to_list()
    assert len(set(texts)) == 50
    assert all(len({text[at] for text in texts}) > 1 for at in range(20, 40))


def test_thinning_keeps_the_ends() -> None:
    shapes = languages.repeated((Shape((LOWER,)),), 0, 9_000, 10_000)
    assert (shapes[0].width, shapes[-1].width) == (0, 9_000)


def test_like_reads_only_its_two_signs() -> None:
    assert regular.matcher(Pattern("like", "a.%"), None)("a.b\nc")
    assert not regular.matcher(Pattern("like", "a.%"), None)("axb")


def test_regex_wants_text() -> None:
    with pytest.raises(SchemaError, match="fills text, and c is integer"):
        case("regex", "bad", "integer", None, arguments={"pattern": "a"}).made()
