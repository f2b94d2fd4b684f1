"""Checks as people write them, and what must become of them: cases and their shares, bounds, contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from solving import DATE, DAY, HERE, INSTANT, MONEY, STATUS, TEXT, by_label, refused, solved, variable

from fixturegen.domain import Domain
from fixturegen.errors import SchemaError
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Formula,
    Limit,
    NullTest,
    Order,
)
from fixturegen.lattice import measure
from fixturegen.planning.cases import Reach, Variable, components

PLACED = variable("placed_at", INSTANT)
SHIPPED = variable("shipped_at", INSTANT, nullable=True, nulls=0.5)
ORDERED = AnyOf((NullTest("shipped_at", null=True), Order("shipped_at", ">=", "placed_at")))
DATED = AnyOf((Among("status", ("shipped",), negated=True), NullTest("shipped_at", null=False)))


def test_a_shipped_order_has_a_date_not_before_it_was_placed_and_shares_stay() -> None:
    component = solved([STATUS, PLACED, SHIPPED], {"ordered": ORDERED, "dated": DATED})
    assert component.checks == ("dated", "ordered")
    assert component.columns.index("placed_at") < component.columns.index("shipped_at")
    cases = by_label(component)
    shipped, rest = cases["shipped_at given, status = shipped"], cases["status in (new, paid)"]
    assert (shipped.weight, rest.weight) == (0.1, 0.9)
    assert shipped.columns["status"].domain == Domain(values=("shipped",), weights=(1,))
    assert (shipped.columns["shipped_at"].null, shipped.columns["shipped_at"].nulls) == (False, 0.0)
    assert rest.columns["status"].domain == Domain(values=("new", "paid"), weights=(6, 3))
    assert rest.columns["shipped_at"].nulls == 0.5
    for case in cases.values():
        assert case.columns["shipped_at"].at_least == (Reach("placed_at"),)
        assert case.columns["placed_at"].domain == Domain()


def test_shares_of_null_that_the_rules_leave_no_choice_about_give_way() -> None:
    never = replace(SHIPPED, nulls=0.0)
    forbidden = {"open": NullTest("shipped_at", null=True)}
    assert solved([never], forbidden).cases[0].columns["shipped_at"].null
    always = replace(SHIPPED, nulls=1.0)
    needed = {"given": NullTest("shipped_at", null=False)}
    narrowing = solved([always], needed).cases[0].columns["shipped_at"]
    assert (narrowing.null, narrowing.nulls) == (False, 0.0)


def test_a_nullable_column_in_a_comparison_is_null_in_its_share() -> None:
    component = solved([PLACED, replace(SHIPPED, nulls=None)], {"c": Order("shipped_at", ">", "placed_at")})
    assert [case.columns["shipped_at"].nulls for case in component.cases] == [0.25]


def exactly(names: Sequence[str], given: Sequence[str]) -> Formula:
    return AllOf(tuple(NullTest(name, null=name not in given) for name in names))


def test_exactly_one_of_three_is_given_each_as_often() -> None:
    names = ("a", "b", "c")
    rule = AnyOf(tuple(exactly(names, [name]) for name in names))
    component = solved([variable(name, nullable=True) for name in names], {"one": rule})
    assert [case.weight for case in component.cases] == pytest.approx([1 / 3] * 3)
    given = [[name for name in names if not case.columns[name].null] for case in component.cases]
    assert sorted(given) == [["a"], ["b"], ["c"]]


def test_both_or_none() -> None:
    rule = AnyOf((exactly("ab", "ab"), exactly("ab", "")))
    component = solved([variable("a", nullable=True), variable("b", nullable=True)], {"pair": rule})
    assert sorted((case.columns["a"].null, case.columns["b"].null, case.weight) for case in component.cases) == [
        (False, False, 0.5),
        (True, True, 0.5),
    ]


def kinds() -> tuple[list[Variable], list[str]]:
    names = [f"c{number}" for number in range(12)]
    kind = variable("kind", TEXT, domain=Domain(values=tuple("abcde"), weights=(1, 2, 3, 4, 10)))
    return [kind, *(variable(name, nullable=True) for name in names)], names


def test_a_kind_that_implies_columns_is_one_case_a_kind() -> None:
    variables, names = kinds()
    checks = {
        f"r{kind}": AnyOf((Among("kind", (kind,), negated=True), exactly(names[at::5], names[at::5])))
        for at, kind in enumerate("abcde")
    }
    component = solved(variables, checks)
    weights = {case.columns["kind"].domain.values: case.weight for case in component.cases}
    assert weights == {("a",): 0.05, ("b",): 0.1, ("c",): 0.15, ("d",): 0.2, ("e",): 0.5}
    (of_a,) = [case for case in component.cases if case.columns["kind"].domain.values == ("a",)]
    assert {name: case for name, case in of_a.columns.items() if name != "kind" and case.nulls == 0}.keys() == {
        "c0",
        "c5",
        "c10",
    }


def test_a_kind_that_decides_columns_wholly() -> None:
    variables, names = kinds()
    parts = tuple(AllOf((Among("kind", (kind,)), exactly(names, names[at::5]))) for at, kind in enumerate("abcde"))
    component = solved(variables, {"kinds": AnyOf(parts)})
    assert len(component.cases) == 5
    assert sum(case.weight for case in component.cases) == pytest.approx(1)
    for case in component.cases:
        (kind,) = case.columns["kind"].domain.values or ()
        given = names["abcde".index(str(kind)) :: 5]
        assert [name for name in names if not case.columns[name].null] == given


def test_a_discount_is_drawn_below_its_price() -> None:
    price = variable("price", MONEY, domain=Domain(low=100, high=5_000))
    discount = variable("discount", MONEY, domain=Domain(low=0))
    component = solved([discount, price], {"c": Order("discount", "<=", "price")})
    (case,) = component.cases
    assert component.columns == ("price", "discount")
    assert case.columns["discount"].at_most == (Reach("price"),)
    assert (case.columns["discount"].domain.low, case.columns["discount"].domain.high) == (0, 5_000)
    assert case.columns["price"].domain == price.domain


def test_a_chain_of_dates_leaves_room_for_all_that_follow() -> None:
    names = ["a", "b", "c", "d", "e"]
    bounds = Domain(low=100, high=109)
    checks = {f"{one}{two}": Order(one, "<", two) for one, two in pairwise(names)}
    component = solved([variable(name, DATE, domain=bounds) for name in names], checks)
    assert component.columns == tuple(names)
    (case,) = component.cases
    ranges = [(case.columns[name].domain.low, case.columns[name].domain.high) for name in names]
    assert ranges == [(100, 105), (101, 106), (102, 107), (103, 108), (104, 109)]
    assert case.columns["c"].at_least == (Reach("b", DAY),)


def test_dates_and_instants_round_inward() -> None:
    start, end = variable("start", INSTANT, domain=Domain(low=1, high=3 * 86_400 - 1)), variable("end", DATE)
    component = solved([start, end, variable("last", INSTANT, domain=Domain(high=4 * 86_400 + 5))], {
        "a": Order("start", "<=", "end"), "b": Order("end", "<", "last"),
    })  # fmt: skip
    assert component.columns[0] == "end"
    (case,) = component.cases
    assert (case.columns["end"].domain.low, case.columns["end"].domain.high) == (1, 4)
    assert case.columns["last"].at_least == (Reach("end", Fraction(1)),)
    assert case.columns["start"].at_most == (Reach("end"),)


def test_contradictions_name_the_smallest_set_of_checks_and_the_arithmetic() -> None:
    checks = {
        "least": Limit("quantity", ">=", Fraction(10)),
        "most": Limit("quantity", "<", Fraction(5)),
        "positive": Limit("quantity", ">", Fraction(0)),
    }
    message = refused([variable("quantity")], checks)
    assert message == (
        "shop.yaml:14 orders: checks least, most contradict each other: quantity has no value left: "
        "quantity >= 10 and quantity <= 4"
    )


def test_a_circle_of_orders_is_said_with_its_height() -> None:
    checks = {
        "ab": Order("a", "<", "b"), "bc": Order("b", "<=", "c"), "ca": Order("c", "<=", "a", DAY),
        "ba": Order("b", ">", "a", DAY), "far": Limit("a", ">", Fraction(0)),
    }  # fmt: skip
    message = refused([variable(name, DATE) for name in "abc"], checks)
    assert "checks ba, bc, ca contradict each other" in message
    assert "1 days above itself" in message


def test_a_chain_without_room_is_said_with_its_bounds() -> None:
    bound = measure(date(2024, 5, 1))
    checks = {
        "order": Order("a", "<", "b"), "late": Limit("a", ">=", bound), "early": Limit("b", "<=", bound),
    }  # fmt: skip
    message = refused([variable(name, DATE) for name in "ab"], checks)
    assert "checks early, late, order contradict" in message
    assert "a >= 2024-05-01" in message
    assert "b <= 2024-05-01" in message


def test_least_over_greatest_is_refused_without_any_check() -> None:
    message = refused([variable("quantity", domain=Domain(low=9, high=1))], {})
    assert "shop.yaml:14 orders.quantity" in message
    assert "least value is over its greatest" in message


def test_null_where_it_may_not_be_is_said() -> None:
    assert "a cannot be NULL" in refused([variable("a")], {"n": NullTest("a", null=True)})


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(SchemaError, match=r"'quantty'.*Did you mean 'quantity'"):
        components([variable("quantity")], {"c": Limit("quantty", ">", Fraction(0))}, where=HERE)


def test_columns_without_a_check_belong_to_no_component_and_apart_stays_apart() -> None:
    variables = [variable(name) for name in "abcde"]
    found = components(variables, {"x": Order("a", "<", "b"), "y": Limit("c", ">", Fraction(0))}, where=HERE)
    assert [component.columns for component in found] == [("b", "a"), ("c",)]


def test_a_column_that_may_be_null_carries_no_bound_for_others() -> None:
    names = [variable("a", DATE), variable("b", DATE, nullable=True), variable("c", DATE)]
    checks = {"ab": Order("a", "<=", "b"), "bc": Order("b", "<=", "c"), "ac": Order("a", "<=", "c")}
    (case,) = solved(names, checks).cases
    assert case.columns["c"].at_least == (Reach("a"), Reach("b"))
    (case,) = solved([replace(each, nullable=False) for each in names], checks).cases
    assert case.columns["c"].at_least == (Reach("b"),)
