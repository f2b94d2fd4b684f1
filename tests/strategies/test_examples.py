"""Examples in Hypothesis' hands: given by hand, explained, and printed as Python that makes them again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

SMALL = """
version: 1
tables:
  owners:
    columns:
      id: {type: integer, primary_key: true}
      name: {choices: ["ann", "o'bob"]}
  pets:
    columns:
      id: {type: integer, primary_key: true}
      owner_id: {references: owners.id}
      born_on: {type: date, min: 2001-02-03, max: as_of, nulls: true}
      weight: {type: "decimal(6,2)", min: 0.1}
"""
SCHEMA = parse_schema(SMALL)
BY_HAND = {"owners": [{"id": 3, "name": "ann"}], "pets": [{"id": 7, "owner_id": 3, "weight": Decimal("2.50")}]}
CALM = settings(max_examples=200, database=None, deadline=None, derandomize=True)


def notes(test: Any) -> str:
    """Run a test that fails; return what Hypothesis says of it."""
    with pytest.raises(AssertionError) as caught:
        test()
    return "\n".join(getattr(caught.value, "__notes__", []))


def test_an_example_by_hand_comes_first() -> None:
    seen: list[dict[str, pl.DataFrame]] = []

    @settings(CALM, max_examples=3, phases=[Phase.explicit, Phase.generate])
    @example(data=fg.dataset(SCHEMA, BY_HAND))
    @given(data=fg.datasets(SCHEMA))
    def each(data: dict[str, pl.DataFrame]) -> None:
        seen.append(data)

    each()
    assert len(seen) > 1
    assert seen[0]["pets"].rows() == [(7, 3, None, Decimal("2.50"))]
    assert all(frame.schema == seen[1][name].schema for name, frame in seen[0].items())


def test_a_failing_example_by_hand_prints_itself() -> None:
    @settings(CALM, phases=[Phase.explicit])
    @example(data=fg.dataset(SCHEMA, BY_HAND))
    @given(data=fg.datasets(SCHEMA))
    def none(data: dict[str, pl.DataFrame]) -> None:
        assert not data["pets"].height

    assert "'weight': Decimal('2.50')" in notes(none)


def born(data: dict[str, pl.DataFrame]) -> bool:
    """Whether a pet of the second owner was born on some day."""
    return bool((data["pets"]["born_on"].is_not_null() & (data["pets"]["owner_id"] > 1)).any())


def test_what_a_failure_prints_runs_and_makes_the_failing_example_again() -> None:
    seen: list[dict[str, pl.DataFrame]] = []

    @settings(CALM, phases=[Phase.generate, Phase.shrink])
    @given(data=fg.datasets(SCHEMA))
    def failing(data: dict[str, pl.DataFrame]) -> None:
        seen.append(data)
        assert not born(data)

    said = notes(failing)
    call = said[said.index("failing(") : said.index("\n)") + 2]
    assert len(call.splitlines()) < 16
    again: list[dict[str, pl.DataFrame]] = []
    names = {"failing": lambda **arguments: again.append(arguments["data"]), "dataset": fg.dataset, "schema": SCHEMA}
    exec(call, names | {"datetime": dt, "Decimal": Decimal})  # what is printed is Python
    [made] = again
    assert born(made)
    assert all(made[name].equals(frame) for name, frame in seen[-1].items())


@pytest.mark.parametrize("matters", [True, False])
def test_the_explain_phase_tells_whether_the_data_matters(*, matters: bool) -> None:
    @settings(CALM)
    @given(data=fg.datasets(SCHEMA), number=st.integers(0, 1_000))
    def failing(data: dict[str, pl.DataFrame], number: int) -> None:
        assert not (data["pets"].height if matters else number > 9)

    words = "or any other generated value"
    lines = notes(failing).splitlines()
    [told] = [line for line in lines if words in line]
    assert ("number=" in told) is matters
