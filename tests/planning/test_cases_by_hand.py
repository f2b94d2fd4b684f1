"""Checks as people write them, and what must become of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from fixturegen.domain import Domain, Pattern
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Solved,
)
from fixturegen.lattice import measure
from fixturegen.planning.cases import Case, Component, Reach, Variable, components
from fixturegen.schema import Location, Type

HERE = Location("shop.yaml", 14, "orders")
INTEGER, TEXT = Type(kind="integer"), Type(kind="text")
DATE, INSTANT = Type(kind="date"), Type(kind="datetime")
MONEY = Type(kind="decimal", precision=8, scale=2)
DAY = Fraction(86_400)


def variable(name: str, type_: Type = INTEGER, **more: object) -> Variable:
    return Variable(name=name, type=type_, **more)  # type: ignore[arg-type] # as the caller says


def solved(variables: Sequence[Variable], checks: Mapping[str, Formula]) -> Component:
    (component,) = components(variables, checks, where=HERE)
    return component


def refused(variables: Sequence[Variable], checks: Mapping[str, Formula]) -> str:
    with pytest.raises(ImpossibleError) as caught:
        components(variables, checks, where=HERE)
    return str(caught.value)


def by_label(component: Component) -> dict[str, Case]:
    return {case.label: case for case in component.cases}


STATUS = variable("status", TEXT, domain=Domain(values=("new", "paid", "shipped"), weights=(6, 3, 1)))
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


def test_what_is_given_joins_nothing_but_bounds() -> None:
    parent = variable("customers.signup_at", INSTANT, nullable=True, given="wholly")
    checks = {"a": Order("a", ">=", parent.name), "b": Order("b", ">", parent.name, DAY)}
    found = components([variable("a", INSTANT), variable("b", INSTANT), parent], checks, where=HERE)
    assert [component.columns for component in found] == [("a",), ("b",)]
    assert [component.reads for component in found] == [(parent.name,)] * 2
    assert found[0].cases[0].columns["a"].at_least == (Reach(parent.name),)
    assert found[1].cases[0].columns["b"].at_least == (Reach(parent.name, DAY + 1),)
    assert not any(case.judged or case.guards for component in found for case in component.cases)


def test_a_given_bound_reaches_through_the_columns_between() -> None:
    parent = variable("p", given="wholly", domain=Domain(low=0, high=50))
    limits = Domain(low=0, high=60)
    checks = {"a": Order("a", ">", "p"), "b": Order("b", ">", "a")}
    component = solved([variable("a", domain=limits), variable("b", domain=limits), parent], checks)
    assert component.columns == ("b", "a")
    (case,) = component.cases
    assert case.columns["b"].at_least == (Reach("p", Fraction(2)),)
    assert (case.columns["b"].domain.low, case.columns["a"].domain.high) == (2, 59)


def test_a_given_value_that_never_fits_is_impossible_and_one_that_may_is_not() -> None:
    column = variable("a", domain=Domain(low=0, high=10))
    above = {"c": Order("a", ">", "p")}
    assert "cannot hold" in refused([column, variable("p", given="wholly", domain=Domain(low=10, high=99))], above)
    assert solved([column, variable("p", given="wholly", domain=Domain(low=9, high=99))], above)


def test_conditions_on_given_columns_select_rows() -> None:
    tier = variable("customers.tier", TEXT, given="wholly")
    rule = AnyOf((Among("status", ("shipped",), negated=True), Among("customers.tier", ("gold",))))
    component = solved([STATUS, tier], {"r": rule})
    guarded = {case.columns["status"].domain.values: case.guards for case in component.cases}
    assert guarded == {("shipped",): (Among("customers.tier", ("gold",)),), ("new", "paid"): ()}


def test_a_relation_between_given_values_is_judged() -> None:
    manager = variable("manager_id", nullable=True, given="value")
    component = solved([manager, variable("id", given="value")], {"c": Order("manager_id", "<>", "id")})
    (case,) = component.cases
    assert (component.columns, case.judged) == (("manager_id",), ("c",))
    assert case.columns["manager_id"].nulls == 0.25


def test_total_follows_what_it_is_made_of() -> None:
    total = Solved("total", "=", "quantity * price", ("quantity", "price"), "sqlite")
    names = [variable("total", MONEY), variable("quantity"), variable("price", MONEY)]
    checks = {"t": total, "q": Limit("quantity", ">", Fraction(0)), "paid": Order("paid", "<=", "total")}
    component = solved([*names, variable("paid", MONEY)], checks)
    assert component.columns[-2:] == ("total", "paid")
    (case,) = component.cases
    assert case.columns["total"].solved == (total,)
    assert case.columns["paid"].at_most == (Reach("total"),)
    assert case.judged == ()


def test_bounds_of_a_computed_column_are_judged() -> None:
    total = Solved("total", "=", "quantity * 2", ("quantity",), "sqlite")
    checks = {"t": total, "most": Limit("total", "<=", Fraction(100))}
    (case,) = solved([variable("total"), variable("quantity")], checks).cases
    assert "most" in case.judged


def test_expressions_in_a_circle_are_judged() -> None:
    checks = {"x": Solved("a", "=", "b + 1", ("b",), "sqlite"), "y": Solved("b", "=", "a - 1", ("a",), "sqlite")}
    (case,) = solved([variable("a"), variable("b")], checks).cases
    assert case.judged == ("y",)
    assert case.columns["a"].solved == (checks["x"],)
    assert case.columns["b"].solved == ()


def test_what_nobody_solves_is_drawn_again_only_where_it_counts() -> None:
    opaque = Opaque("json_valid(data)", ("data",), "sqlite", evaluable=False)
    rule = AnyOf((Among("status", ("shipped",), negated=True), opaque))
    component = solved([STATUS, variable("data", TEXT)], {"r": rule})
    redraw = {case.columns["status"].domain.values: (case.redraw, case.judged) for case in component.cases}
    assert redraw == {("shipped",): ((opaque,), ("r",)), ("new", "paid"): ((), ())}


def test_conditions_on_a_text_meet_in_one_domain() -> None:
    pattern = Pattern("like", "A%")
    checks = {
        "p": Match("code", pattern), "l": Length("code", 2, 5), "u": Folded("code", "upper"),
        "n": Among("code", ("AB", "AC"), negated=True),
    }  # fmt: skip
    (case,) = solved([variable("code", Type(kind="text", length=4))], checks).cases
    domain = case.columns["code"].domain
    assert (domain.patterns, domain.min_length, domain.max_length) == ((pattern,), 2, 4)
    assert (domain.letters, domain.barred) == ("upper", {"AB", "AC"})


def test_values_are_tested_against_patterns_and_lengths() -> None:
    checks = {
        "in": Among("code", ("AB", "abc", "AXXX", "B")), "like": Match("code", Pattern("like", "a%", insensitive=True)),
        "short": Length("code", 0, 3), "upper": Folded("code", "upper"),
    }  # fmt: skip
    (case,) = solved([variable("code", TEXT)], checks).cases
    assert case.columns["code"].domain.values == ("AB",)


def test_lists_on_a_lattice() -> None:
    kept, left = Among("price", (Decimal("2.50"), Decimal("1.255"), Decimal("0.5"))), Among("n", (3, 5), negated=True)
    variables = [variable("price", MONEY), variable("n", domain=Domain(low=1, high=9))]
    first, second = components(variables, {"a": kept, "b": left}, where=HERE)
    assert first.cases[0].columns["price"].domain.values == (Decimal("0.50"), Decimal("2.50"))
    assert second.cases[0].columns["n"].domain == Domain(low=1, high=9, excluded=frozenset((3, 5)))


def test_texts_that_are_equal_or_differ() -> None:
    variables = [variable(name, TEXT) for name in "abc"]
    component = solved(variables, {"same": Order("a", "=", "b"), "other": Order("b", "<>", "c")})
    (case,) = component.cases
    assert case.columns["b"].solved == (Solved("b", "=", '"a"', ("a",), "postgresql"),)
    assert case.columns["c"].differs == ("b",)
    contradicting = {"same": Order("a", "=", "b"), "other": Order("a", "<>", "b")}
    assert "cannot hold" in refused(variables, contradicting)


def test_texts_in_order_are_judged() -> None:
    (case,) = solved([variable("a", TEXT), variable("b", TEXT)], {"c": Order("a", "<", "b")}).cases
    assert case.judged == ("c",)


def test_a_broken_pattern_is_judged() -> None:
    (case,) = solved([variable("a", TEXT)], {"c": Match("a", Pattern("regex", "(["))}).cases
    assert case.judged == ("c",)


def test_all_different_in_a_small_range() -> None:
    def different(count: int, high: int) -> tuple[list[Variable], dict[str, Formula]]:
        names = [f"n{number}" for number in range(count)]
        checks = {f"{one}{two}": Order(one, "<>", two) for one in names for two in names if one < two}
        return [variable(name, domain=Domain(low=1, high=high)) for name in names], checks

    for case in solved(*different(4, 4)).cases:
        lows = [narrowing.domain.low for narrowing in case.columns.values()]
        assert lows == [1, 1, 1, 1] or sorted(lows) == [1, 2, 3, 4]
    assert "contradict" in refused(*different(4, 3))


def test_every_part_of_every_disjunction_occurs_where_all_combinations_are_too_many() -> None:
    names = [f"n{number:02}" for number in range(14)]
    checks = {
        f"c{at:02}": AnyOf((Order(names[at], "<", names[at + 1]), Order(names[at], ">", names[at + 2])))
        for at in range(12)
    }
    component = solved([variable(name) for name in names], checks)
    assert not any(case.judged for case in component.cases)
    labels = [case.label for case in component.cases]
    for check in checks.values():
        for part in check.parts:
            assert isinstance(part, Order)
            assert any(f"{part.left} {part.relation} {part.right}" in label for label in labels), part


def test_many_columns_are_solved_soon() -> None:
    variables = [variable(f"n{number}", nullable=number % 3 == 0) for number in range(200)]
    checks: dict[str, Formula] = {}
    for at in range(0, 200, 4):
        one, two, three = f"n{at}", f"n{at + 1}", f"n{at + 2}"
        checks[f"a{at}"] = AnyOf((Order(one, "<", two), Limit(three, ">", Fraction(7))))
        checks[f"b{at}"] = AnyOf((NullTest(one, null=True), Limit(two, ">", Fraction(0))))
    start = time.perf_counter()
    assert len(components(variables, checks, where=HERE)) == 50
    assert time.perf_counter() - start < 2


def test_long_lists_are_solved_soon() -> None:
    long = tuple(range(0, 30_000, 3))
    checks = {"in": Among("t", long), "or": AnyOf((Among("t", long[:5_000], negated=True), NullTest("u", null=False)))}
    start = time.perf_counter()
    component = solved([variable("t"), variable("u", nullable=True)], checks)
    assert time.perf_counter() - start < 2
    assert sorted(len(case.columns["t"].domain.values or ()) for case in component.cases) == [5_000, 5_000]


SCRIPT = """
from fixturegen.domain import Domain
from fixturegen.expressions.normal import *
from fixturegen.planning.cases import Variable, components
from fixturegen.schema import Location, Type
text = Type(kind="text")
names = [Variable(name=n, type=text, nullable=True) for n in ("alpha", "beta", "gamma")]
checks = {
    "x": AnyOf((Among("alpha", ("q", "w", "e")), Among("beta", ("r", "t"), True))),
    "y": AnyOf((Order("alpha", "<>", "gamma"), NullTest("beta", False))),
    "z": Among("gamma", ("u", "i", "o"), True),
}
for component in components(names, checks, where=Location()):
    print(component.columns, component.reads, component.checks)
    for case in component.cases:
        shown = [(n, v.null, v.nulls, v.domain.values, sorted(v.domain.barred), v.differs) for n, v in case.columns.items()]
        print(case.label, case.weight, shown)
"""


def test_the_hash_seed_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    exec(SCRIPT, {})  # the script above, in this process
    assert capsys.readouterr().out == done.stdout != ""


def test_a_column_that_may_be_null_carries_no_bound_for_others() -> None:
    names = [variable("a", DATE), variable("b", DATE, nullable=True), variable("c", DATE)]
    checks = {"ab": Order("a", "<=", "b"), "bc": Order("b", "<=", "c"), "ac": Order("a", "<=", "c")}
    (case,) = solved(names, checks).cases
    assert case.columns["c"].at_least == (Reach("a"), Reach("b"))
    (case,) = solved([replace(each, nullable=False) for each in names], checks).cases
    assert case.columns["c"].at_least == (Reach("b"),)
