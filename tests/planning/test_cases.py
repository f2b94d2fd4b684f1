"""Laws of solving, judged by brute force over small domains; no part of the solver is used to judge it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Formula,
    Limit,
    NullTest,
    Order,
    columns_of,
)
from fixturegen.lattice import lattice_of, measure
from fixturegen.planning.cases import Case, Component, Narrowing, Variable, components
from fixturegen.schema import Location, Type

HERE = Location("shop.yaml", 14, "orders")
INTEGER = Type(kind="integer")
TENTHS = Type(kind="decimal", precision=6, scale=1)
TEXT = Type(kind="text")
Row = dict[str, object]


# The judges ------------------------------------------------------------------------------------------------------------


def holds(formula: Formula, row: Mapping[str, object]) -> bool:
    match formula:
        case AllOf(parts=parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, row) for part in parts)
        case NullTest(column=column, null=null):
            return (row[column] is None) == null
        case Among(column=column, values=values, negated=negated):
            return row[column] is None or (row[column] in values) != negated
        case Limit(column=column, relation=relation, measure=bound):
            return row[column] is None or compared(measure(row[column]), relation, bound)
        case Order():
            return ordered(formula, row[formula.left], row[formula.right])
    raise AssertionError(formula)


def ordered(order: Order, left: object, right: object) -> bool:
    if left is None or right is None:
        return True
    if isinstance(left, str):
        return (left == right) == (order.relation == "=")
    return compared(measure(left), order.relation, measure(right) + order.offset)


def compared(left: Fraction, relation: str, right: Fraction) -> bool:
    return {
        "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right,
        "<>": left != right,
    }[relation]  # fmt: skip


def values_of(variable: Variable, domain: Domain) -> list[object]:
    """Every value of a small domain."""
    lattice = lattice_of(variable.type)
    if domain.values is not None:
        return list(domain.values)
    assert lattice is not None
    low = lattice.low if domain.low is None else domain.low
    high = lattice.high if domain.high is None else domain.high
    positions = [position for position in range(low, high + 1) if position not in domain.excluded]
    return lattice.decode(np.array(positions, dtype=np.int64)).to_list() if positions else []


def assignments(variables: Sequence[Variable]) -> Iterator[Row]:
    pools = [[*values_of(each, each.domain), *([None] if each.nullable else [])] for each in variables]
    for combination in product(*pools):
        yield {each.name: value for each, value in zip(variables, combination, strict=True)}


def drawn(component: Component, case: Case, by_name: Mapping[str, Variable]) -> Iterator[Row]:
    """Every row that drawing a case column by column can give; fails where a column runs dry."""

    def deeper(row: Row, names: Sequence[str]) -> Iterator[Row]:
        if not names:
            yield dict(row)
            return
        name = names[0]
        left = allowed(by_name[name], case.columns[name], row)
        assert left, f"{name} runs dry in {case.label} after {row}"
        for value in left:
            yield from deeper({**row, name: value}, names[1:])

    return deeper({}, component.columns)


def allowed(variable: Variable, narrowing: Narrowing, row: Row) -> list[object]:
    if narrowing.null or narrowing.nulls == 1:
        return [None]
    left = [value for value in values_of(variable, narrowing.domain) if fits(variable, narrowing, row, value)]
    assert left, f"{variable.name} has no value after {row}"
    return [*left, *([None] if narrowing.nulls > 0 else [])]


def fits(variable: Variable, narrowing: Narrowing, row: Row, value: object) -> bool:
    lattice = lattice_of(variable.type)
    for reach in narrowing.at_least:
        if row[reach.column] is not None:
            assert lattice is not None
            assert not reach.strict
            if lattice.position(value) < ceil((measure(row[reach.column]) + reach.offset) / lattice.step):
                return False
    for reach in narrowing.at_most:
        if row[reach.column] is not None:
            assert lattice is not None
            if lattice.position(value) > floor((measure(row[reach.column]) + reach.offset) / lattice.step):
                return False
    for solved in narrowing.solved:
        assert (solved.relation, solved.expression) == ("=", f'"{solved.reads[0]}"')
        if row[solved.reads[0]] not in {None, value}:
            return False
    return all(row[other] is None or row[other] != value for other in narrowing.differs)


# Random components -----------------------------------------------------------------------------------------------------


@st.composite
def variables_of(draw: st.DrawFn) -> list[Variable]:
    kinds = draw(st.lists(st.sampled_from(["integer", "tenths", "holes", "choice", "text"]), min_size=2, max_size=4))
    return [draw(variable_of(f"c{number}", kind)) for number, kind in enumerate(kinds)]


@st.composite
def variable_of(draw: st.DrawFn, name: str, kind: str) -> Variable:
    nullable = draw(st.booleans())
    nulls = draw(st.sampled_from([None, 0.25, 0.5])) if nullable else None
    low = draw(st.integers(0, 3))
    high = low + draw(st.integers(0, 3))
    picked = sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=3)))
    weights = tuple(draw(st.lists(st.integers(1, 5), min_size=len(picked), max_size=len(picked))))
    match kind:
        case "integer":
            type_, domain = INTEGER, Domain(low=low, high=high)
        case "tenths":
            type_, domain = TENTHS, Domain(low=10 * low - 2, high=10 * low + 2)
        case "holes":
            type_, domain = INTEGER, Domain(low=0, high=6, excluded=frozenset(range(7)) - set(picked))
        case "choice":
            type_, domain = INTEGER, Domain(values=tuple(picked), weights=weights)
        case _:
            type_, domain = TEXT, Domain(values=tuple("abcdefg"[at] for at in picked), weights=weights)
    return Variable(name=name, type=type_, domain=domain, nullable=nullable, nulls=nulls)


def atom_of(variables: Sequence[Variable]) -> st.SearchStrategy[Formula]:
    numbers = [each.name for each in variables if each.type.kind != "text"]
    texts = [each.name for each in variables if each.type.kind == "text"]
    names = [each.name for each in variables]
    relations = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
    options: list[st.SearchStrategy[Formula]] = [st.builds(NullTest, st.sampled_from(names), st.booleans())]
    if numbers:
        measures = st.integers(-1, 7).map(Fraction)
        few = st.lists(st.integers(0, 6), min_size=1, max_size=2, unique=True).map(tuple)
        sides = st.sampled_from(["<", "<=", ">", ">="])
        options.append(st.builds(Limit, st.sampled_from(numbers), sides, measures))
        options.append(st.builds(Among, st.sampled_from(numbers), few, st.booleans()))
        offsets = st.sampled_from([Fraction(0), Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(1, 3)])
        options += [
            st.builds(Order, st.sampled_from(numbers), relations, st.sampled_from(numbers), offsets) for _ in range(3)
        ]
    if texts:
        few_texts = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=2, unique=True).map(tuple)
        options.append(st.builds(Among, st.sampled_from(texts), few_texts, st.booleans()))
        same = st.sampled_from(["=", "<>"])
        options.append(st.builds(Order, st.sampled_from(texts), same, st.sampled_from(texts)))
    return st.one_of(options)


def formula_of(variables: Sequence[Variable]) -> st.SearchStrategy[Formula]:
    atom = atom_of(variables)
    both = st.lists(atom, min_size=1, max_size=2).map(
        lambda parts: parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    )
    either = st.lists(both, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    return st.one_of(atom, either, either)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Variable], dict[str, Formula]]:
    variables = draw(variables_of())
    formulas = draw(st.lists(formula_of(variables), min_size=1, max_size=4))
    return variables, {f"k{number}": formula for number, formula in enumerate(formulas)}


relaxed = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def valid_rows(variables: Sequence[Variable], checks: Mapping[str, Formula]) -> list[Row]:
    used = {column for formula in checks.values() for column in columns_of(formula)}
    mentioned = [each for each in variables if each.name in used]
    return [row for row in assignments(mentioned) if all(holds(formula, row) for formula in checks.values())]


@relaxed
@given(tables())
def test_what_is_drawn_is_valid_and_never_runs_dry_and_impossible_means_impossible(
    table: tuple[list[Variable], dict[str, Formula]],
) -> None:
    variables, checks = table
    valid = valid_rows(variables, checks)
    if not valid:
        with pytest.raises(ImpossibleError):
            components(variables, checks, where=HERE)
        return
    by_name = {each.name: each for each in variables}
    for component in components(variables, checks, where=HERE):
        assert sum(case.weight for case in component.cases) == pytest.approx(1)
        found = [row for case in component.cases for row in drawn(component, case, by_name)]
        for row in found:
            for name in component.checks:
                assert holds(checks[name], row), (name, row)
        for name in component.checks:
            formula = checks[name]
            for part in formula.parts if isinstance(formula, AnyOf) else ():
                if any(holds(part, row) for row in valid):
                    assert any(holds(part, row) for row in found), (name, part)
        assert not any(case.judged or case.redraw or case.guards for case in component.cases)


@relaxed
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_columns_and_checks_changes_nothing(
    table: tuple[list[Variable], dict[str, Formula]], shuffle: object
) -> None:
    variables, checks = table
    turned, other = list(variables), list(checks.items())
    shuffle.shuffle(turned)  # type: ignore[attr-defined] # a random.Random
    shuffle.shuffle(other)  # type: ignore[attr-defined] # the same

    def outcome(some: Sequence[Variable], rules: Mapping[str, Formula]) -> object:
        try:
            return components(some, rules, where=HERE)
        except ImpossibleError as error:
            return str(error)

    assert outcome(variables, checks) == outcome(turned, dict(other))


# With given columns ------------------------------------------------------------------------------------------------------


@st.composite
def tables_with_given(draw: st.DrawFn) -> tuple[list[Variable], dict[str, Formula]]:
    variables, checks = draw(tables())
    ways = st.sampled_from(["no", "no", "value", "wholly"])
    given_ways = [draw(ways) for _ in variables]
    return [replace(each, given=way) for each, way in zip(variables, given_ways, strict=True)], checks


@relaxed
@given(tables_with_given())
def test_rows_of_open_cases_that_pass_the_judged_checks_break_none(
    table: tuple[list[Variable], dict[str, Formula]],
) -> None:
    variables, checks = table
    by_name = {each.name: each for each in variables}
    valid = valid_rows(variables, checks)
    try:
        found = components(variables, checks, where=HERE)
    except ImpossibleError:
        assert not valid
        return
    for component in found:
        own = valid_rows(variables, {name: checks[name] for name in component.checks})
        assert sum(case.weight for case in component.cases) == pytest.approx(1)
        for start in starts(component, by_name):
            open_cases = [case for case in component.cases if all(holds(guard, start) for guard in case.guards)]
            if any(all(row[name] == value for name, value in start.items()) for row in own):
                assert open_cases, start
            for case in open_cases:
                for row in drawn_from(component, case, by_name, start):
                    broken = {name for name in component.checks if not holds(checks[name], row)}
                    assert not broken or broken & set(case.judged), (row, case)


def starts(component: Component, by_name: Mapping[str, Variable]) -> Iterator[Row]:
    """Every choice of the given columns; where only nullness is drawn, of the values."""
    pools = []
    for name in component.reads:
        each = by_name[name]
        own = [None] if each.nullable and each.given == "wholly" else []
        pools.append([*values_of(each, each.domain), *own])
    for combination in product(*pools):
        yield dict(zip(component.reads, combination, strict=True))


def drawn_from(component: Component, case: Case, by_name: Mapping[str, Variable], start: Row) -> Iterator[Row]:
    """Every row drawn beside given values; nothing where they leave a column nothing."""
    rows: list[Row] = [dict(start)]
    for name in component.columns:
        rows = [{**row, name: value} for row in rows for value in choices_of(by_name[name], case.columns[name], row)]
    yield from rows


def choices_of(variable: Variable, narrowing: Narrowing, row: Row) -> list[object]:
    if narrowing.null:
        return [None]
    nothing = [None] if narrowing.nulls > 0 else []
    if variable.given == "value":
        return [row[variable.name], *nothing]
    return [value for value in values_of(variable, narrowing.domain) if fits(variable, narrowing, row, value)] + nothing


# Shares ------------------------------------------------------------------------------------------------------------------


@st.composite
def tables_with_shares(draw: st.DrawFn) -> tuple[list[Variable], dict[str, Formula]]:
    """One column with declared shares beside others without."""
    weighed = draw(variable_of("z", "text"))
    declared = draw(st.booleans())
    if declared:
        weighed = replace(weighed, nullable=False, nulls=None)
    else:
        weighed = replace(draw(variable_of("z", "integer")), nullable=True, nulls=draw(st.sampled_from([0.125, 0.5])))
    others = [
        replace(draw(variable_of(f"c{number}", "integer")), nulls=None) for number in range(draw(st.integers(1, 2)))
    ]
    atom = atom_of([weighed, *others]).filter(lambda each: not isinstance(each, Order))
    either = st.lists(atom, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    formulas = draw(st.lists(either, min_size=1, max_size=3))
    return [weighed, *others], {f"k{number}": formula for number, formula in enumerate(formulas)}


@relaxed
@given(tables_with_shares())
def test_declared_shares_stay_among_what_is_possible(table: tuple[list[Variable], dict[str, Formula]]) -> None:
    variables, checks = table
    weighed = variables[0]
    valid = valid_rows(variables, checks)
    if not valid or "z" not in valid[0]:
        return
    (component,) = (each for each in components(variables, checks, where=HERE) if "z" in each.columns)
    own = valid_rows(variables, {name: checks[name] for name in component.checks})
    possible = {row["z"] for row in own}
    shares = (
        {None: weighed.nulls, "given": 1 - (weighed.nulls or 0)}
        if weighed.nullable
        else dict(zip(weighed.domain.values or (), weighed.domain.weights, strict=True))
    )
    met = {value if value is None or not weighed.nullable else "given" for value in possible}
    whole = sum(share for value, share in shares.items() if value in met)
    for value in met:
        happening = sum(case.weight * portion(case.columns["z"], value) for case in component.cases)
        assert happening == pytest.approx(shares[value] / whole)


def portion(narrowing: Narrowing, value: object) -> float:
    """The share of a value (None: of NULL; ``given``: of the rest) within a case."""
    null = 1.0 if narrowing.null else narrowing.nulls
    if value in {None, "given"}:
        return null if value is None else 1 - null
    weights = dict(zip(narrowing.domain.values or (), narrowing.domain.weights, strict=True))
    return weights.get(value, 0) / sum(weights.values())
