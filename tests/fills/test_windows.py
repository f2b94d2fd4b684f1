"""Windows: the index-th position that is left, for any bounds, taken positions and lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.fills.windows import UNBOUNDED, Window

SMALL = st.integers(-8, 8)


@given(SMALL, SMALL, st.lists(SMALL, max_size=5, unique=True))
def test_places_are_those_left_in_order(low: int, high: int, taken: list[int]) -> None:
    columns = [np.array([one]) for one in sorted(taken)]
    left = [at for at in range(low, high + 1) if at not in taken]
    window = Window(np.array([low]), np.array([high]), columns)
    assert max(int(window.spans()[0]), 0) == len(left)
    assert [int(window.place(np.array([index]))[0]) for index in range(len(left))] == left


@given(st.lists(st.tuples(SMALL, st.integers(0, 6), SMALL, SMALL), min_size=1, max_size=6))
def test_every_row_has_its_own_bounds(rows: list[tuple[int, int, int, int]]) -> None:
    low = np.array([row[0] for row in rows])
    high = low + np.array([row[1] for row in rows])
    taken = np.sort(np.array([[row[2], row[3] if row[3] != row[2] else -UNBOUNDED] for row in rows]).T, axis=0)
    window = Window(low, high, list(taken))
    spans = window.spans()
    last = window.place(np.maximum(spans - 1, 0))
    for at, (start, width, one, other) in enumerate(rows):
        left = [place for place in range(start, start + width + 1) if place not in {one, other}]
        assert spans[at] == len(left)
        if left:
            assert last[at] == left[-1]


@given(SMALL, SMALL, st.lists(SMALL, max_size=4, unique=True), st.lists(SMALL, min_size=1, max_size=8, unique=True))
def test_lists_leave_only_their_positions(low: int, high: int, taken: list[int], listed: list[int]) -> None:
    columns = [np.array([one]) for one in sorted(taken)]
    window = Window(np.array([low]), np.array([high]), columns, np.array(sorted(listed))).indexed()
    left = [at for at in sorted(listed) if low <= at <= high and at not in taken]
    assert max(int(window.spans()[0]), 0) == len(left)
    assert [int(window.place(np.array([index]))[0]) for index in range(len(left))] == left
