from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.expressions.normal import Order
from fixturegen.lattice import lattice_of
from fixturegen.planning.bounds import Clash, Closure, closed, networks
from fixturegen.planning.classes import Runs
from fixturegen.schema import Type

LATTICES = {
    "a": lattice_of(Type(kind="integer")),
    "b": lattice_of(Type(kind="decimal", precision=5, scale=1)),
    "c": lattice_of(Type(kind="integer")),
    "d": lattice_of(Type(kind="decimal", precision=5, scale=1)),
}
KNOWN = {name: lattice for name, lattice in LATTICES.items() if lattice is not None}

orders = st.builds(
    Order,
    st.sampled_from("abcd"),
    st.sampled_from(["<", "<=", ">", ">=", "="]),
    st.sampled_from("abcd"),
    st.sampled_from([Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(1, 3), Fraction(-7, 10)]),
).filter(lambda order: order.left != order.right)


def met(order: Order, values: dict[str, Fraction]) -> bool:
    left, right = values[order.left], values[order.right] + order.offset
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right}[
        order.relation
    ]


def ranges(low: dict[str, int]) -> dict[str, Runs]:
    return {
        name: ((low[name] * int(1 / KNOWN[name].step), low[name] * int(1 / KNOWN[name].step) + 3),) for name in KNOWN
    }


@settings(deadline=None, max_examples=200)
@given(st.lists(orders, min_size=1, max_size=4), st.fixed_dictionaries({name: st.integers(0, 2) for name in KNOWN}))
def test_bounds_are_exactly_those_of_the_solutions(stated: list[Order], low: dict[str, int]) -> None:
    runs = ranges(low)
    names = sorted({name for order in stated for name in (order.left, order.right)})
    pools = [
        [position * KNOWN[name].step for position in range(runs[name][0][0], runs[name][0][1] + 1)] for name in names
    ]
    rows = [dict(zip(names, values, strict=True)) for values in product(*pools)]
    solutions = [row for row in rows if all(met(order, row) for order in stated)]
    for network in networks(stated):
        own = sorted({name for order in network for name in (order.left, order.right)})
        solved = [row for row in rows if all(met(order, row) for order in network)]
        result = closed(network, KNOWN, runs)
        if not solved:
            assert isinstance(result, Clash)
            assert not solutions
            continue
        assert isinstance(result, Closure)
        for name in own:
            found = {row[name] / KNOWN[name].step for row in solved}
            place = result.places[name].runs
            assert (place[0][0], place[-1][1]) == (min(found), max(found)), name


def test_a_clash_names_its_chain_in_order_of_height() -> None:
    runs: dict[str, Runs] = {"a": ((5, 9),), "c": ((0, 99),), "b": ((0, 50),)}
    result = closed([Order("a", "<", "c"), Order("c", "<", "b")], KNOWN, runs)
    assert isinstance(result, Clash)
    assert (result.circle, result.chain[0], result.chain[-1]) == (False, "a", "b")


def test_a_circle_says_by_how_much_it_misses() -> None:
    runs: dict[str, Runs] = {"a": ((0, 9),), "c": ((0, 9),)}
    result = closed([Order("a", ">", "c", Fraction(2)), Order("c", ">=", "a")], KNOWN, runs)
    assert isinstance(result, Clash)
    assert (result.circle, result.excess) == (True, 3)


def test_networks_hang_together() -> None:
    found = networks([Order("a", "<", "b"), Order("c", "<", "d"), Order("b", "<", "e")])
    assert [[order.left for order in network] for network in found] == [["a", "b"], ["c"]]
