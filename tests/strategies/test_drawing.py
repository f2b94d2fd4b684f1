"""Rows drawn by Hypothesis' own choices are those of public strategies; what sums read is shared and taken over."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import Phase, find, settings

import fixturegen as fg
from fixturegen.planning.plan import Plan
from fixturegen.strategies import drawing
from fixturegen.strategies.layouts import Layout, Summand
from fixturegen.strategies.shapes import take_over
from fixturegen.strategies.weighing import Weight, in_turn, least_pieces, share, topped_up

SHOP = "schemas/shop.yaml"
PLAIN = settings(max_examples=400, database=None, deadline=None, phases=[Phase.generate, Phase.shrink])


def least() -> Any:
    holds = lambda data: data["orders"]["customer_id"].is_duplicated().any()  # noqa: E731
    return find(fg.datasets(SHOP), holds, settings=PLAIN, random=random.Random(3))


def test_the_choices_of_this_hypothesis_are_known() -> None:
    assert drawing.choices_are_known()


@pytest.mark.slow
def test_without_them_public_strategies_find_the_same_least_database(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = least()
    monkeypatch.setattr(drawing, "choices_are_known", lambda: False)
    assert repr(least()) == repr(direct)


def test_a_strategy_prints_what_made_it() -> None:
    assert repr(fg.datasets(SHOP)) == "datasets('schemas/shop.yaml')"
    assert repr(fg.rows(SHOP, "orders")) == "rows('schemas/shop.yaml', 'orders')"


def test_lists_have_half_of_their_rows_in_the_mean() -> None:
    for least_rows, most in ((0, 8), (2, 8), (0, 3)):
        chance = drawing.going_on(least_rows, most)
        mean = least_rows + sum(chance**count for count in range(1, most - least_rows + 1))
        assert mean == pytest.approx(min(max(2 * least_rows, least_rows + 5), (least_rows + most) / 2), abs=0.01)


def test_numbers_of_the_most_values_are_drawn_first() -> None:
    layout = Layout()
    few, flag, many = layout.number(0, 8), layout.byte(), layout.number(0, 50_000)
    assert layout.numbers == [(0, 50_000), (0, 8)]
    assert [layout.order()[digit] for digit in (flag, many, few)] == [0, 1, 2]


def test_rows_left_take_over_what_others_had_as_far_as_they_can() -> None:
    pieces = [Summand("n", 0, 8, 1)]
    assert take_over([[0], [2], [8]], 1, pieces) == [[4], [8]]
    assert take_over([[8], [8]], 1, pieces) == [[8]]
    assert take_over([[8], [8]], 2, pieces) == []


def test_a_number_that_is_least_in_all_rows_is_not_taken_over() -> None:
    pieces, price = Summand("n", 0, 8, 1), Summand("n", 1, 9_000, 0)
    assert take_over([[0, 500], [0, 500]], 1, [pieces, price]) == [[0, 1_001]]
    assert take_over([[0, 500], [1, 500]], 1, [pieces, price]) == [[3, 1_001]]


def test_one_child_fewer_makes_all_children_together_no_less() -> None:
    for digit in range(2_000, 40_000, 777):
        wholes = [children * share(digit, 50_000, children) for children in range(8, 0, -1)]
        assert wholes == sorted(wholes)
    assert [share(50_000 + digit, 50_000, 7) for digit in (1, 50_000)] == [1, 50_000]


def test_a_parent_stands_right_before_the_children_that_read_it() -> None:
    plan = Plan.__new__(Plan)
    object.__setattr__(plan, "tables", dict.fromkeys(["products", "customers", "orders", "items"]))
    assert in_turn(plan, {("products", "price"): Weight("items")}) == ["customers", "orders", "products", "items"]


def test_children_take_the_pieces_without_which_a_price_would_be_too_high() -> None:
    pieces = Summand("n", 0, 8, 1)
    for digit in range(0, 4_500, 77):
        for rows in ([[0]], [[4]], [[0], [0]], [[2], [8], [0]]):
            held = topped_up(rows, pieces, least_pieces(digit, 500, len(rows), 9))
            assert held == sum(one + 1 for [one] in rows)
            assert all(0 <= one <= 8 for [one] in rows)
            # Nothing goes round: each piece is as dear as all of them together leave it.
            assert share(digit, 500, len(rows), held, 9) == digit * 8 // (held * (7 + len(rows)))
