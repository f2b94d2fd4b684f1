"""Covering arrays, judged by counting."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.covering_arrays import Constraint, covering_array, forbidding
from fixturegen.covering_arrays.constraints import CHECKED
from fixturegen.errors import InputError

QUICK = 3_000_000


def met(rows: np.ndarray, strength: int) -> set[tuple[tuple[int, int], ...]]:
    """Every tuple that some row holds."""
    groups = list(combinations(range(rows.shape[1]), strength))
    return {tuple((factor, row[factor]) for factor in group) for row in rows.tolist() for group in groups}


def wanted(levels: list[int], strength: int, rows: list[tuple[int, ...]]) -> set[tuple[tuple[int, int], ...]]:
    """Every tuple that some of all allowed rows holds."""
    return met(np.array(rows, dtype=np.int64).reshape(-1, len(levels)), strength)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(levels=st.lists(st.integers(1, 5), min_size=1, max_size=7), strength=st.integers(1, 3), seed=st.integers(0, 9))
def test_every_tuple_occurs(levels: list[int], strength: int, seed: int) -> None:
    array = covering_array(levels, strength, seed=seed, effort=300_000)
    size = min(strength, len(levels))
    whole = sum(int(np.prod([levels[one] for one in group])) for group in combinations(range(len(levels)), size))
    assert len(met(array.rows, size)) == whole
    assert all(0 <= value < level for row in array.rows.tolist() for value, level in zip(row, levels, strict=True))
    assert not array.impossible
    assert not array.undecided
    assert array.least <= len(array.rows)


@st.composite
def constrained(draw: st.DrawFn) -> tuple[list[int], list[dict[int, int]]]:
    levels = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    factors = st.integers(0, len(levels) - 1)
    forbidden = []
    for _ in range(draw(st.integers(1, 8))):
        chosen = draw(st.lists(factors, min_size=1, max_size=3, unique=True))
        forbidden.append({factor: draw(st.integers(0, levels[factor] - 1)) for factor in chosen})
    return levels, forbidden


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=constrained(), strength=st.integers(1, 3))
def test_constraints_hold_and_what_they_rule_out_is_said(
    case: tuple[list[int], list[dict[int, int]]], strength: int
) -> None:
    levels, forbidden = case
    allowed = [
        row
        for row in product(*map(range, levels))
        if not any(all(row[factor] == value for factor, value in each.items()) for each in forbidden)
    ]
    size = min(strength, len(levels))
    array = covering_array(levels, strength, constraints=forbidding(forbidden), effort=300_000)
    rows = {tuple(row) for row in array.rows.tolist()}
    assert rows <= set(allowed)
    assert met(array.rows, size) == wanted(levels, size, allowed)
    every = wanted(levels, size, list(product(*map(range, levels))))
    assert set(array.impossible) == every - wanted(levels, size, allowed)
    assert not array.undecided


def test_a_predicate_on_partial_values_rules() -> None:
    def rising(values: tuple[int | None, ...]) -> bool:
        chosen = [value for value in values if value is not None]
        return chosen == sorted(chosen)

    array = covering_array([4, 4, 4, 2], constraints=[Constraint((0, 1, 2), rising)], effort=QUICK)
    assert all(row[0] <= row[1] <= row[2] for row in array.rows.tolist())
    assert ((0, 3), (2, 2)) in array.impossible
    assert len(array.impossible) == 3 * 6
    assert met(array.rows, 2) >= {((0, 1), (2, 3)), ((1, 3), (3, 0))}


def test_what_cannot_be_decided_is_said() -> None:
    """Eight pigeons in seven holes: no search finds a row or an end."""

    def apart(values: tuple[int | None, ...]) -> bool:
        chosen = [value for value in values if value is not None]
        return len(chosen) == len(set(chosen))

    array = covering_array([7] * 8, 1, constraints=[Constraint(tuple(range(8)), apart)])
    assert len(array.rows) == 0
    assert len(array.impossible) + len(array.undecided) == 56
    assert array.undecided


def test_contradictions_leave_no_row() -> None:
    array = covering_array([2, 2, 2], constraints=forbidding([{0: 0}, {0: 1}]))
    assert array.rows.shape == (0, 3)
    assert len(array.impossible) == 12


def test_the_same_seed_gives_the_same_rows() -> None:
    levels = [5, 4, 4, 3, 3, 2, 2]
    one, two = (covering_array(levels, seed=3, effort=QUICK).rows for _ in range(2))
    assert (one == two).all()
    other = covering_array(levels, seed=4, effort=QUICK).rows
    assert one.shape != other.shape or (one != other).any()


@pytest.mark.parametrize(
    ("levels", "most"),
    [
        ([3] * 4, 9),
        pytest.param([3] * 13, 15, marks=pytest.mark.slow),
        ([2] * 100, 10),
        pytest.param([10] * 20, 180, marks=pytest.mark.slow),
        pytest.param([4] * 15 + [3] * 17 + [2] * 29, 29, marks=pytest.mark.slow),
        ([5] * 6, 25),
        ([7] * 8, 49),
        pytest.param([6] * 5, 47, marks=pytest.mark.slow),
    ],
)
def test_sizes_known_to_be_possible_are_reached(levels: list[int], most: int) -> None:
    array = covering_array(levels, effort=40_000_000)
    assert len(array.rows) <= most
    assert len(met(array.rows, 2)) == sum(one * other for one, other in combinations(levels, 2))


@pytest.mark.slow
def test_a_size_that_takes_a_search_is_reached() -> None:
    levels = [4] + [3] * 39 + [2] * 35
    array = covering_array(levels)
    assert len(array.rows) <= 21
    assert len(met(array.rows, 2)) == sum(one * other for one, other in combinations(levels, 2))


@pytest.mark.parametrize(("levels", "most"), [([2] * 4, 8), ([3] * 4, 27), ([4] * 5, 64)])
def test_triples(levels: list[int], most: int) -> None:
    array = covering_array(levels, 3, effort=20_000_000)
    assert len(array.rows) <= most
    assert len(met(array.rows, 3)) == sum(int(np.prod(each)) for each in combinations(levels, 3))


def test_waived_tuples_need_no_rows() -> None:
    array = covering_array([4, 5, 2], waived=lambda meeting: [factor for factor, _ in meeting] == [0, 1])
    assert len(array.rows) == 10
    assert met(array.rows[:, [0, 2]], 2) == set(product([(0, one) for one in range(4)], [(1, 0), (1, 1)]))
    assert not array.undecided
    assert not array.impossible


def test_without_effort_rows_are_still_complete() -> None:
    array = covering_array([4, 3, 3, 2, 2, 2], 2, effort=0)
    assert len(met(array.rows, 2)) == sum(one * other for one, other in combinations([4, 3, 3, 2, 2, 2], 2))


def test_no_factors_need_no_rows() -> None:
    assert covering_array([]).rows.shape == (0, 0)


@pytest.mark.parametrize(("levels", "strength"), [([2, 0], 2), ([2, 2], 0), ([50] * 200, 3)])
def test_wrong_input_is_refused(levels: list[int], strength: int) -> None:
    with pytest.raises(InputError):
        covering_array(levels, strength)


def test_asking_constraints_is_part_of_the_effort() -> None:
    """What it takes to look for fewer rows is bounded also where nearly all of it is asking the constraints."""

    def asked(effort: int) -> int:
        calls = 0

        def allows(values: tuple[int | None, ...]) -> bool:
            nonlocal calls
            calls += 1
            return all(one is None or one != other for one, other in pairwise(values))

        covering_array([3] * 24, constraints=[Constraint(tuple(range(24)), allows)], effort=effort)
        return calls

    effort = 1_000_000
    assert asked(effort) - asked(0) < 2 * effort // CHECKED
