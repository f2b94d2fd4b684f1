"""Few rows take other ways than many: they are the same rows."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fixturegen as fg
from fixturegen.access.access import asked
from fixturegen.access.source import AloneRanges
from fixturegen.access.tickets import drafted
from fixturegen.draws.few import FEW
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.fills.tickets import parents_by_ticket
from fixturegen.sources.yaml_file import parse_schema

NAMES = ("bank", "forum", "saas", "shop")


@cache
def shipped(name: str) -> fg.Schema:
    with as_file(files("fixturegen.schemas") / f"{name}.yaml") as path:
        return fg.load(path)


@cache
def whole(name: str) -> dict[str, pl.DataFrame]:
    return dict(fg.generate(shipped(name)))


@cache
def served(name: str, table: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The columns that are computed alone, and the numbers of all rows."""
    ranges = AloneRanges(asked(shipped(name)), table)
    columns = tuple(each for each in whole(name)[table].columns if ranges.serves((each,)))
    return columns, np.concatenate([*ranges._numbers(0, ranges.units), np.empty(0, dtype=np.int64)])


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_few_rows_are_those_of_the_whole(name: str, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from([each for each in whole(name) if served(name, each)[0]]))
    columns, numbers = served(name, table)
    at = data.draw(st.lists(st.integers(0, len(numbers) - 1), min_size=1, max_size=2 * FEW))
    access = asked(shipped(name))
    expected = whole(name)[table].select(columns)[at]
    assert access.frame(table, columns, numbers[at]).equals(expected)
    assert access.frame(table, columns, numbers[at[:1]]).equals(expected.head(1))


@given(
    st.integers(0, 2**64 - 1),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
    st.integers(65, 100_000) | st.integers(65, 2**40),
    st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    st.sampled_from([0.0, 0.15, 0.9]),
)
@settings(deadline=None)
def test_tickets_of_few_rows(number: int, keys: list[int], count: int, skew: float, childless: float) -> None:
    draft = drafted(number, count, skew, childless)
    assert draft is not None
    many = parents_by_ticket(number, np.array(keys * (FEW + 1), dtype=np.uint64), count, skew, childless)
    assert [draft.parent(key) for key in keys] == many[: len(keys)].tolist()


TOTALS = parse_schema("""
version: 1
tables:
  bills:
    rows: 60
    columns:
      id: {type: integer, primary_key: true}
      pieces: {type: integer, sum: lines.pieces}
      due: {type: "decimal(12,3)", sum: lines.pieces * lines.price}
      share: {type: float, sum: lines.share}
      lines: {type: integer, count: lines}
  lines:
    rows: 0..3 per bills
    columns:
      bill_id: {references: bills.id}
      pieces: {type: integer, min: -3, max: 9, nulls: 0.3}
      price: {type: "decimal(8,2)", min: 0, max: 99}
      share: {type: float, min: 0, max: 1}
""")


def test_totals_of_one_row_whatever_is_summed() -> None:
    bills = fg.generate(TOTALS)["bills"]
    alone = [fg.rows_at(TOTALS, "bills", [at]) for at in range(bills.height)]
    assert pl.concat(alone).equals(bills)


def test_a_total_that_its_column_cannot_hold_is_said_for_one_row_too() -> None:
    text = """
    version: 1
    tables:
      bills:
        rows: 5
        columns: {id: {type: integer, primary_key: true}, due: {type: "decimal(3,2)", sum: lines.price}}
      lines:
        rows: 5..5 per bills
        columns: {bill_id: {references: bills.id}, price: {type: "decimal(8,2)", min: 50, max: 99}}
    """
    with pytest.raises(ImpossibleError, match="a sum over lines is more than"):
        fg.rows_at(parse_schema(text), "bills", [0])


def test_keywords_of_the_call_before_are_known_again_only_where_they_are_the_same() -> None:
    schema = shipped("shop")
    first = asked(schema, rows={"orders": 10}, seed=1)
    assert asked(schema, rows={"orders": 10}, seed=1) is first
    assert asked(schema, rows={"orders": 11}, seed=1) is not first
    assert asked(shipped("bank"), seed=1) is not first
    assert asked(schema, rows={"orders": 10}, seed=1) is first
    with pytest.raises(InputError, match="seed"):
        asked(schema, rows={"orders": 10}, seed=True)
    tables = iter(["orders"])
    only = asked(schema, only=tables)
    assert asked(schema, only=tables) is not only
