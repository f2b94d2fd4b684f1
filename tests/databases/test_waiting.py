from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.databases.waiting import circles, held_until, inserted_into, rearranged

NAMES = list("abcdefgh")
GRAPHS = st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7), max_size=3), max_size=8)


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        ("BEGIN INSERT INTO log VALUES (1); END", {"log"}),
        ('insert\n  into\t"Audit"."Log ""x""" (a) values (1)', {'log "x"'}),
        ("INSERT IGNORE INTO `shop`.`log` SET a = 1", {"log"}),
        ("INSERT OR REPLACE INTO [my log] SELECT 1", {"my log"}),
        ("MERGE INTO ONLY totals USING x ON true", {"totals"}),
        ("REPLACE INTO totals VALUES (1); INSERT INTO log VALUES (2)", {"totals", "log"}),
        ("UPDATE totals SET a = 1; DELETE FROM log; SELECT reinsert INTO x", set()),
        ("", set()),
    ],
)
def test_the_tables_that_a_trigger_inserts_into(body: str, tables: set[str]) -> None:
    assert inserted_into(body) == tables


def graph_of(numbers: dict[int, set[int]]) -> dict[str, list[str]]:
    return {NAMES[node]: [NAMES[other] for other in sorted(others)] for node, others in numbers.items()}


@given(parents=GRAPHS, writers=GRAPHS)
def test_all_frames_come_and_nobody_before_a_parent(parents: dict[int, set[int]], writers: dict[int, set[int]]) -> None:
    """Parents come first in the order of loading, so they do in the other order, and each table stays in one piece."""
    earlier = {node: {other for other in others if other < node} for node, others in parents.items()}
    above, written = graph_of(earlier), graph_of(writers)
    until = held_until(NAMES, above, written)
    frames = [(name, pl.DataFrame({"n": [number]})) for name in NAMES for number in range(2)]
    order = [name for name, _ in rearranged(frames, NAMES, until)]
    assert sorted(order) == sorted(name for name, _ in frames)
    assert all(order[at] == order[at + 1] for at in range(0, len(order), 2))
    for name in NAMES:
        for parent in above.get(name, ()):
            assert order.index(parent) < order.index(name)
        if name not in until:
            assert all(
                order.index(name) < order.index(other) for other in NAMES[NAMES.index(name) + 1 :] if other not in until
            )


@given(writers=GRAPHS)
def test_without_references_every_writer_comes_first(writers: dict[int, set[int]]) -> None:
    written = graph_of({node: {other for other in others if other > node} for node, others in writers.items()})
    until = held_until(NAMES, {}, written)
    assert all(NAMES.index(until[name]) >= NAMES.index(writer) for name, others in written.items() for writer in others)


def test_a_table_that_its_writer_refers_to_cannot_wait() -> None:
    assert held_until(["totals", "orders"], {"orders": ["totals"]}, {"totals": ["orders"]}) == {}


@given(GRAPHS)
def test_circles_are_what_reaches_itself(numbers: dict[int, set[int]]) -> None:
    edges = {node: [other for other in numbers.get(node, ()) if other in numbers] for node in numbers}
    groups = circles(edges)
    assert sorted(node for group in groups for node in group) == sorted(edges)
    place = {node: at for at, group in enumerate(groups) for node in group}
    assert all(place[other] <= place[node] for node, others in edges.items() for other in others)
    for node in edges:
        for other in edges:
            together = node == other or (leads(edges, node, other) and leads(edges, other, node))
            assert (place[node] == place[other]) == together


def leads(edges: dict[int, list[int]], start: int, end: int) -> bool:
    seen: set[int] = set()
    ahead = [start]
    while ahead:
        for other in edges[ahead.pop()]:
            if other not in seen:
                seen.add(other)
                ahead.append(other)
    return end in seen
