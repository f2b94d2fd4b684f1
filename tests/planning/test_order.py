"""Orders: columns after what they need, parents before children, circles broken where they may be."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.errors import ImpossibleError
from fixturegen.planning.order import column_order, load_order
from fixturegen.schema import Column, Reference, Schema, Table, Type


def tables(references: dict[str, list[tuple[str, bool, bool]]]) -> Schema:
    """Tables whose references are given as (target, nullable, deferrable)."""
    made = {}
    for name, targets in references.items():
        columns = tuple(Column(name=f"{to}_id", type=Type(kind="integer"), nullable=nulls) for to, nulls, _ in targets)
        links = tuple(
            Reference(columns=(f"{to}_id",), table=to, target=("id",), name=f"{name}_{to}", deferrable=deferrable)
            for to, _, deferrable in targets
        )
        made[name] = Table(name=name, columns=columns, references=links)
    return Schema(tables=made)


def order(references: dict[str, list[tuple[str, bool, bool]]]) -> tuple[list[str], set[str]]:
    schema = tables(references)
    names, postponed = load_order(schema, schema.tables)
    return list(names), {one.name for ones in postponed.values() for one in ones}


def test_parents_come_before_children() -> None:
    references = {"c": [("b", False, False)], "a": [], "b": [("a", False, False)]}
    assert order(references) == (["a", "b", "c"], set())


@pytest.mark.parametrize("weak", ["a", "b", "c"])
def test_a_nullable_reference_gives_way_first(weak: str) -> None:
    circle = {"a": "b", "b": "c", "c": "a"}
    references = {name: [(to, name == weak, True)] for name, to in circle.items()}
    assert order(references)[1] == {f"{weak}_{circle[weak]}"}


def test_a_deferrable_reference_gives_way_before_a_strict_one() -> None:
    references = {"a": [("b", False, False)], "b": [("a", False, True)]}
    assert order(references)[1] == {"b_a"}
    assert len(order({"a": [("b", False, False)], "b": [("a", False, False)]})[1]) == 1


def test_references_to_self_wait_for_nothing() -> None:
    assert order({"a": [("a", False, False)]}) == (["a"], set())


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans(), st.booleans()), max_size=12))
def test_every_table_stands_once_and_only_postponed_references_point_forward(
    links: list[tuple[int, int, bool, bool]],
) -> None:
    unique = {(one, other): (nulls, deferrable) for one, other, nulls, deferrable in links}
    references = {
        f"t{number}": [(f"t{other}", *rest) for (one, other), rest in unique.items() if one == number]
        for number in range(6)
    }
    names, postponed = order(references)
    assert sorted(names) == sorted(references)
    place = {name: at for at, name in enumerate(names)}
    forward = {f"{name}_{to}" for name, ones in references.items() for to, _, _ in ones if place[to] > place[name]}
    assert postponed == forward


def test_columns_come_after_what_they_need() -> None:
    needs = {
        ("t", name): {("t", other) for other in others}
        for name, others in {"a": "bc", "b": "c", "c": "", "d": "a"}.items()
    }
    for names in permutations(needs):
        found = list(column_order({name: needs[name] for name in names}, {}))
        assert found == list(column_order(needs, {}))
        assert all(found.index(other) < found.index(name) for name, others in needs.items() for other in others)


def test_a_circle_is_followed_in_the_message() -> None:
    needs = {("a", "x"): {("b", "y")}, ("b", "y"): {("c", "z")}, ("c", "z"): {("a", "x")}}
    with pytest.raises(ImpossibleError) as caught:
        column_order(needs, {"a": "s.yaml:1", "b": "s.yaml:2", "c": "s.yaml:3"})
    for name in ("a.x", "b.y", "c.z"):
        assert name in str(caught.value)
