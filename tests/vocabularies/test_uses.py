"""Look-up tables of weights take as few bytes as their choices need."""

from __future__ import annotations

import numpy as np
import pytest

from fixturegen.vocabularies.plans import Pool
from fixturegen.vocabularies.uses import use_of, weight_table


@pytest.mark.parametrize(("choices", "size"), [(2, 1), (256, 1), (257, 2), (20_000, 2)])
def test_tables_are_narrow_and_say_the_same(choices: int, size: int) -> None:
    weights = tuple(float(1 + number % 5) for number in range(choices))
    table = use_of(Pool(tuple(map(str, range(choices))), weights)).table
    assert table is not None
    assert table.itemsize == size
    assert np.array_equal(table, weight_table(weights))


def test_equal_shares_need_no_table() -> None:
    assert use_of(Pool(("a", "b"))).table is None
