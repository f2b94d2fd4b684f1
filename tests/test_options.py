"""Options: what is no count, scale or seed is refused before anything is planned."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fixturegen.errors import InputError
from fixturegen.options import MOST_ROWS, options_from


def test_a_number_is_a_wish_and_a_mapping_demands() -> None:
    wish, demand = options_from(rows=5), options_from(rows={"orders": 7, "items": 0})
    assert (wish.rows, dict(wish.demanded)) == (5, {})
    assert (demand.rows, dict(demand.demanded)) == (None, {"orders": 7, "items": 0})
    assert options_from().rows is None


def test_everything_given_is_kept() -> None:
    options = options_from(
        scale=2, seed=-3, as_of=date(2030, 1, 1), only=("a",), exclude=("b",), accept_unverified=True
    )  # fmt: skip
    assert (options.scale, options.seed, options.as_of) == (2.0, -3, date(2030, 1, 1))
    assert (options.only, options.exclude, options.accept_unverified) == (("a",), ("b",), True)


@pytest.mark.parametrize("rows", [-1, 1.5, "7", True, MOST_ROWS + 1, {"t": -1}, {"t": "3"}, {"t": None}, {"t": 10**30}])
def test_counts_that_are_none_are_refused(rows: Any) -> None:
    with pytest.raises(InputError, match=r"rows.* is .*no whole number"):
        options_from(rows=rows)


@pytest.mark.parametrize("scale", [-0.1, float("nan"), float("inf"), "2", True, 10**13])
def test_scales_that_are_none_are_refused(scale: Any) -> None:
    with pytest.raises(InputError, match="scale"):
        options_from(scale=scale)


@pytest.mark.parametrize("seed", [1.0, "0", None, True])
def test_seeds_that_are_none_are_refused(seed: Any) -> None:
    with pytest.raises(InputError, match="seed"):
        options_from(seed=seed)


def test_a_refusal_names_the_table() -> None:
    with pytest.raises(InputError, match="rows of orders is -1"):
        options_from(rows={"orders": -1})
