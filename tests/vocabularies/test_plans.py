"""Laws of plans, on plans of every shape."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.domain import Domain
from fixturegen.generator import Batch
from fixturegen.vocabularies import narrowing, plans
from fixturegen.vocabularies.commerce import TEST_CARDS
from fixturegen.vocabularies.distinct import distinct_part
from fixturegen.vocabularies.drawing import compiled
from fixturegen.vocabularies.matching import matches
from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed, chosen_of, joined
from fixturegen.vocabularies.seals import SEALS
from fixturegen.vocabularies.slugs import slug
from fixturegen.vocabularies.uses import weight_table

WORDS = st.text("ab. ", max_size=3)
POOLS = st.builds(
    lambda values, weighted: Pool(tuple(values), tuple(float(i + 1) for i in range(len(values))) if weighted else ()),
    st.lists(WORDS, min_size=1, max_size=4),
    st.booleans(),
)
NUMERALS = st.builds(
    lambda low, size, width: Numeral(low, low + size, width), st.integers(0, 12), st.integers(0, 5), st.integers(0, 3)
)
PLANS: st.SearchStrategy[Plan] = st.recursive(
    st.one_of(POOLS, NUMERALS),
    lambda inner: st.one_of(
        st.builds(lambda parts: joined(*parts), st.lists(inner, min_size=1, max_size=3)),
        st.builds(chosen_of, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


def texts(plan: Plan) -> list[str]:
    """Enumerate a plan by its meaning, apart from the code that compiles it."""
    match plan:
        case Pool():
            return list(plan.values)
        case Numeral():
            return [f"{number:0{plan.width}d}" for number in range(plan.low, plan.high + 1)]
        case Joined():
            return ["".join(each) for each in product(*map(texts, plan.parts))]
        case Choice():
            return [text for option in plan.options for text in texts(option)]
        case Sealed():
            raise AssertionError


def built(plan: Plan, limit: int = 3_000) -> list[str]:
    ready = compiled(plan)
    spans = [range(draw.low, draw.high + 1) for draw in ready.draws]
    if np.prod([len(span) for span in spans], dtype=float) <= limit:
        rows = list(product(*spans))
    else:
        ways = [[span[int(at * (len(span) - 1) / 40)] for at in range(41)] for span in spans]
        rows = [tuple(way[(row * (number + 1)) % 41] for number, way in enumerate(ways)) for row in range(300)]
    draws = {draw.name: np.array([row[at] for row in rows], dtype=np.int64) for at, draw in enumerate(ready.draws)}
    return ready.build(Batch(len(rows), draws)).to_list()


@given(PLANS)
@settings(deadline=None, max_examples=60)
def test_compiled_plans_make_what_the_plan_says(plan: Plan) -> None:
    assert set(built(plan)) <= set(texts(plan))


def test_a_pool_of_one_value_says_nothing_about_weights() -> None:
    certain, open_ = Pool(("a",), (1.0,)), Pool(("x", "y"))
    assert plans.condensed(joined(certain, open_)) == Pool(("ax", "ay"))
    assert plans.condensed(joined(open_, certain)) == Pool(("xa", "ya"))


def test_what_occurs_several_times_is_held_once() -> None:
    words = Pool(tuple(f"word{number}" for number in range(plans.WIDEST_PRODUCT)))
    sentence = joined(words, " ", words, " ", words, " ", words, ".")
    small = plans.condensed(chosen_of([joined("A ", sentence), joined(sentence, " ", sentence)]))
    assert isinstance(small, Choice)
    pools = [part for option in small.options if isinstance(option, Joined) for part in option.parts]
    spaced = [pool for pool in pools if isinstance(pool, Pool) and pool.values[1] == "word1 "]
    assert len(spaced) == 8
    assert len({id(pool) for pool in spaced}) == 1


@given(PLANS)
@settings(deadline=None, max_examples=60)
def test_lengths_are_known(plan: Plan) -> None:
    lengths = [len(text) for text in texts(plan)]
    assert (plans.shortest(plan), plans.longest(plan)) == (min(lengths), max(lengths))


@given(PLANS, st.integers(0, 9), st.integers(0, 5))
@settings(deadline=None)
def test_narrowed_plans_fit_and_stay_inside(plan: Plan, most: int, least: int) -> None:
    domain = Domain(max_length=most, min_length=min(least, most), trimmed=True, barred=frozenset({"a", "ab", ""}))
    left = narrowing.narrowed(plan, domain)
    accepts = narrowing.acceptance(domain)
    if left is not None:
        assert set(texts(left)) <= set(texts(plan))
        assert all(accepts(text) for text in texts(left))


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(0, 4))
def test_pools_lose_only_what_does_not_fit(values: list[str], most: int) -> None:
    left = narrowing.narrowed(Pool(tuple(values)), Domain(max_length=most))
    assert set(() if left is None else texts(left)) == {value for value in values if len(value) <= most}


@given(PLANS, st.integers(1, 10**7))
@settings(deadline=None)
def test_distinct_parts_are_distinct(plan: Plan, demand: int) -> None:
    part = distinct_part(plan, demand)
    made = texts(part)
    assert len(set(made)) == len(made) == plans.combinations(part)
    assert set(made) <= set(texts(plan)) or any(isinstance(each, Numeral) for each in _leaves(plan))


def _leaves(plan: Plan) -> list[Plan]:
    match plan:
        case Joined():
            return [leaf for part in plan.parts for leaf in _leaves(part)]
        case Choice():
            return [leaf for option in plan.options for leaf in _leaves(option)]
        case _:
            return [plan]


@given(PLANS)
@settings(deadline=None, max_examples=60)
def test_matching_agrees_with_enumeration(plan: Plan) -> None:
    own = set(texts(plan))
    assert all(matches(plan, text) for text in own)
    assert all(matches(plan, text + "z") is False for text in own)


@given(st.lists(st.floats(0.001, 1_000), min_size=1, max_size=60))
def test_weight_tables_keep_weights(weights: list[float]) -> None:
    table = weight_table(tuple(weights))
    counts = np.bincount(table, minlength=len(weights))
    assert len(table) == 65_536
    assert counts.min() >= 1
    for weight, count in zip(weights, counts, strict=True):
        assert abs(count / 65_536 - weight / sum(weights)) <= (len(weights) + 1) / 65_536


@pytest.mark.parametrize(
    ("seal", "text"),
    [
        ("luhn", "79927398713"), ("luhn", "4111111111111111"), ("gs1", "4006381333931"), ("gs1", "73513537"),
        ("gs1", "978-3-16-148410-0"), ("isbn10", "0-306-40615-2"), ("isbn10", "0-8044-2957-X"),
        ("iban", "DE89370400440532013000"), ("iban", "GB82WEST12345698765432"), ("iban", "FR1420041010050500013M02606"),
    ],
)  # fmt: skip
def test_published_check_digits(seal: str, text: str) -> None:
    opened = SEALS[seal].opened(text)
    assert opened is not None
    wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
    assert SEALS[seal].opened(wrong) is None


def test_test_cards_are_valid() -> None:
    for numbers in TEST_CARDS.values():
        assert all(SEALS["luhn"].opened(number) for number in numbers)


@given(st.text(max_size=12), st.sampled_from(["en_US", "de_DE", "da_DK", "ja_JP"]))
def test_slugs_are_plain(text: str, locale: str) -> None:
    folded = slug(text, locale)
    assert all(each in "abcdefghijklmnopqrstuvwxyz0123456789" for each in folded)
    assert slug(folded, locale) == folded
