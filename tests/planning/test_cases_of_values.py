"""Checks on single values: texts, patterns, lists, all different; and many of them at once."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from solving import HERE, MONEY, TEXT, refused, solved, variable

from fixturegen.domain import Domain, Pattern
from fixturegen.expressions.normal import (
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Order,
    Solved,
)
from fixturegen.planning.cases import Variable, components
from fixturegen.schema import Type


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


def test_many_columns_are_solved() -> None:
    variables = [variable(f"n{number}", nullable=number % 3 == 0) for number in range(200)]
    checks: dict[str, Formula] = {}
    for at in range(0, 200, 4):
        one, two, three = f"n{at}", f"n{at + 1}", f"n{at + 2}"
        checks[f"a{at}"] = AnyOf((Order(one, "<", two), Limit(three, ">", Fraction(7))))
        checks[f"b{at}"] = AnyOf((NullTest(one, null=True), Limit(two, ">", Fraction(0))))
    assert len(components(variables, checks, where=HERE)) == 50


def test_long_lists_are_solved() -> None:
    long = tuple(range(0, 30_000, 3))
    checks = {"in": Among("t", long), "or": AnyOf((Among("t", long[:5_000], negated=True), NullTest("u", null=False)))}
    component = solved([variable("t"), variable("u", nullable=True)], checks)
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
