"""Draws taken when they are read, and for few rows alone: always the same values."""

from __future__ import annotations

import numpy as np
import pytest

from fixturegen.draws import Integers, drawn
from fixturegen.fills.lazy import LazyDraws, digits
from fixturegen.generator import Batch, Draw

ROWS = 100
KEYS = np.arange(ROWS, dtype=np.uint64)
DRAWS = (Draw("a", 0, 9), Draw("b", -5, 10**12))


@pytest.mark.parametrize("few", [np.array([3, 99, 0]), np.arange(50)])
def test_draws_of_some_rows_are_those_of_all(few: Integers) -> None:
    asked: list[tuple[str, int]] = []

    def take(draw: Draw, rows: Integers | None) -> Integers:
        keys = KEYS if rows is None else KEYS[rows]
        asked.append((draw.name, len(keys)))
        return drawn(7, keys, draw.low, draw.high)

    batch = Batch(ROWS, LazyDraws(DRAWS, take))
    whole = {draw.name: drawn(7, KEYS, draw.low, draw.high) for draw in DRAWS}
    assert batch.drawn("a", few).tolist() == whole["a"][few].tolist()
    assert asked == [("a", len(few) if len(few) == 3 else ROWS)]
    assert batch.draws["b"].tolist() == whole["b"].tolist()
    assert batch.drawn("b", few).tolist() == whole["b"][few].tolist()
    assert len(asked) == 2, "what was read whole is not drawn again"
    assert Batch(ROWS, whole).drawn("a", few).tolist() == whole["a"][few].tolist()


def test_digits_of_some_rows_are_those_of_all() -> None:
    place, some = np.arange(0, 10**12, 10**10), np.array([1, 98, 5])
    drawn_ = digits(place, DRAWS, 3)
    alone = digits(place, DRAWS, 3)
    for draw in DRAWS:
        assert alone.picked(draw.name, some).tolist() == drawn_[draw.name][some].tolist()
