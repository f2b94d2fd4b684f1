"""Fields, and the arrays that algebra makes of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fixturegen.covering_arrays.constructions import FREE, binomial, doubled, orthogonal, projected, starts
from fixturegen.covering_arrays.fields import field, field_sizes, prime_power


@pytest.mark.parametrize("size", field_sizes(2, 17))
def test_fields_obey_their_laws(size: int) -> None:
    one = field(size)
    numbers = np.arange(size)
    assert (one.plus == one.plus.T).all()
    assert (one.times == one.times.T).all()
    assert (one.plus[0] == numbers).all()
    assert (one.times[1] == numbers).all()
    left, middle, right = np.meshgrid(numbers, numbers, numbers, indexing="ij")
    assert (one.times[left, one.plus[middle, right]] == one.plus[one.times[left, middle], one.times[left, right]]).all()
    assert (one.times[one.times[left, middle], right] == one.times[left, one.times[middle, right]]).all()
    assert (one.plus[one.plus[left, middle], right] == one.plus[left, one.plus[middle, right]]).all()


def test_there_is_no_field_of_six() -> None:
    assert prime_power(6) is None
    with pytest.raises(ValueError, match="no field of 6"):
        field(6)


def covers(array: np.ndarray, level: int, strength: int) -> bool:
    for group in combinations(range(array.shape[1]), strength):
        found = {tuple(row) for row in array[:, list(group)].tolist() if FREE not in row}
        if len(found) != level**strength:
            return False
    return True


@pytest.mark.parametrize(("size", "strength"), [(2, 1), (2, 2), (3, 2), (4, 2), (9, 2), (3, 3), (4, 3), (5, 3), (3, 4)])
def test_orthogonal(size: int, strength: int) -> None:
    array = orthogonal(size, strength)
    assert array.shape == (size**strength, size + 1)
    assert covers(array, size, strength)


@pytest.mark.parametrize(("size", "fewer"), [(4, 1), (5, 1), (5, 2), (7, 3), (8, 1), (11, 1), (13, 3)])
def test_projected(size: int, fewer: int) -> None:
    array = projected(size, fewer)
    assert array.shape == (size**2 - fewer, size + 1 + fewer)
    assert covers(array, size - fewer, 2)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7])
def test_doubled(size: int) -> None:
    array = doubled(size)
    assert array.shape == (2 * size**2 - size, size**2 + size + 1)
    assert covers(array, size, 2)


@pytest.mark.parametrize("columns", [2, 3, 4, 10, 11, 35, 126, 127])
def test_binomial(columns: int) -> None:
    assert covers(binomial(columns), 2, 2)


def test_no_start_is_beyond_reach() -> None:
    assert all(array.size < 3_000_000 for array in starts(40, 50, 3))
