"""Checks on what is given or computed: bounds and conditions that reach a case from outside, formulas, opaque texts."""

from __future__ import annotations

from fractions import Fraction

from solving import DAY, HERE, INSTANT, MONEY, STATUS, TEXT, refused, solved, variable

from fixturegen.domain import Domain
from fixturegen.expressions.normal import (
    Among,
    AnyOf,
    Limit,
    Opaque,
    Order,
    Solved,
)
from fixturegen.planning.cases import Reach, components


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
