"""Tracks and spreads: which row takes which class, from its number alone."""

from __future__ import annotations

import numpy as np
import pytest

from fixturegen.hostility.allowed import Candidate
from fixturegen.hostility.tracks import ALL_NULL, NOT_HOSTILE, NULL_ROWS, Spread, Target, Track


def track(count: int, parity: int = 0, once: bool = False) -> Track:
    targets = tuple(Target("a", Candidate(str(at), at)) for at in range(count))
    return Track(columns=("a",), targets=targets, parity=parity, once=frozenset({"a"} if once else ()))


@pytest.mark.parametrize("count", [1, 2, 7, 85, 300, 700])
@pytest.mark.parametrize("parity", [0, 1])
def test_every_target_has_its_turn_within_the_bound(count: int, parity: int) -> None:
    one = track(count, parity)
    turns = one.turns(np.arange(one.hostile_rows))
    assert set(turns.tolist()) - {NOT_HOSTILE, ALL_NULL} == set(range(count))
    assert one.hostile_rows <= 2 * count + 2 + 2 * count // (NULL_ROWS - 1)


@pytest.mark.parametrize("count", [1, 85, 700])
@pytest.mark.parametrize("parity", [0, 1])
def test_the_number_of_a_target_is_that_of_its_first_row(count: int, parity: int) -> None:
    one = track(count, parity)
    turns = one.turns(np.arange(4 * count + 8)).tolist()
    assert [one.number_of(at) for at in range(count)] == [turns.index(at) for at in range(count)]


def test_distinct_columns_take_each_target_once() -> None:
    turns = track(5, once=True).turns(np.arange(10_000))
    assert sorted(turns[turns >= 0].tolist()) == [0, 1, 2, 3, 4]


def test_placed_targets_go_first() -> None:
    placed = Track(columns=("a",), targets=track(3).targets, placed=(-1, 2, 2, 0))
    assert placed.turns(np.arange(5)).tolist()[:4] == [ALL_NULL, 2, 2, 0]


@pytest.mark.parametrize("share", [1.0, 0.5, 0.3, 0.01, 1e-6, 1e-9])
def test_hostile_rows_are_numbered_without_gaps(share: float) -> None:
    spread = Spread.of(share)
    rows = np.arange(min(int(30 / share), 4_000_000), dtype=np.int64)
    numbers = spread.numbers(rows)
    found = rows[numbers >= 0]
    assert numbers[numbers >= 0].tolist() == list(range(len(found)))
    assert [spread.row(number) for number in range(len(found))] == found.tolist()
    assert abs(len(found) - len(rows) * max(share, 2**-20)) <= 2


def test_rows_hold_as_many_hostile_ones_as_was_said() -> None:
    spread = Spread.of(0.07)
    numbers = spread.numbers(np.arange(spread.rows(50)))
    assert (numbers >= 0).sum() == 50
    assert numbers[-1] == 49


def test_nothing_is_hostile_without_a_share() -> None:
    assert (Spread.of(0.0).numbers(np.arange(1_000)) == -1).all()
