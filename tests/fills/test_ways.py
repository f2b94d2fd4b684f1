"""Laws of what is drawn where a judged condition hardly ever passes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.draws import bits
from fixturegen.fills.bulk import Bulk, frames
from fixturegen.fills.engine import Engine
from fixturegen.fills.failing import shape_of
from fixturegen.fills.failures import UnfillableError
from fixturegen.fills.replacing import replaced
from fixturegen.fills.ways import drawn_ways, ways_of
from fixturegen.options import options_from
from fixturegen.planning import planned
from fixturegen.planning.plan import Cased
from fixturegen.schema import Check, Column, Dialect, Schema, Table, Type, Unique

TEXT = Type(kind="text")
JUDGES: tuple[Dialect, ...] = ("sqlite",)


def schema_with(sql: str, **types: Type) -> Schema:
    columns = [Column(name="id", type=Type(kind="integer")), *(Column(name=name, type=types[name]) for name in types)]
    check = Check(sql=sql, name="hard")
    table = Table(name="t", columns=tuple(columns), primary_key=Unique(columns=("id",), name="key"), checks=(check,))
    return Schema(tables={"t": table})


class Says:
    """A database that lets pass what a function does, and counts what it is asked about."""

    def __init__(self, passing: pl.Expr) -> None:
        self.passing = passing
        self.asked = 0

    def __call__(self, table: Table, sql: str, dialect: Dialect, rows: pl.DataFrame) -> pl.Series:
        assert (table.name, dialect) == ("t", "sqlite")
        assert "known_to_nobody" in sql
        self.asked += rows.height
        return rows.select(self.passing.alias("verdict")).to_series()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any))
def test_ways_are_drawn_by_their_shares(weights: list[int]) -> None:
    shares = tuple(weight / sum(weights) for weight in weights)
    drawn = drawn_ways(shares, bits(7, np.arange(4_000)))
    counts = np.bincount(drawn, minlength=len(weights)) / 4_000
    assert np.abs(counts - np.array(shares)).max() < 0.04
    assert all(count == 0 for count, weight in zip(counts, weights, strict=True) if weight == 0)


@given(st.lists(st.lists(st.integers(0, 9)), min_size=1, max_size=6), st.data())
def test_replaced_changes_those_places_alone(values: list[list[int]], data: st.DataObject) -> None:
    at = data.draw(st.lists(st.integers(0, len(values) - 1), unique=True))
    series = pl.Series("a", values, dtype=pl.List(pl.Int64))
    changed = replaced(series, np.array(at, dtype=np.int64), pl.Series([[99]] * len(at), dtype=pl.List(pl.Int64)))
    assert changed.name == "a"
    assert changed.to_list() == [[99] if place in at else value for place, value in enumerate(values)]


@pytest.mark.parametrize("chunk_rows", [1, 7, 1_000])
def test_rare_values_are_found_and_no_chunk_changes_them(chunk_rows: int) -> None:
    """About one candidate in three thousand passes: rows take what a trial found."""
    made = planned(schema_with("known_to_nobody(a)", a=TEXT), options_from(rows=40), judges=JUDGES)
    passing = pl.col("a").str.contains("^19[78][0-9]-0[1-2]-0[1-9]$")
    found = pl.concat(frame for _, frame in frames(made, chunk_rows, Says(passing)))
    assert found.select(passing.all()).item()
    assert found.equals(pl.concat(frame for _, frame in frames(made, 13, Says(passing))))


def test_cases_that_leave_a_column_fewer_ways_draw_among_those() -> None:
    schema = schema_with("known_to_nobody(a) AND length(a) IN (2, 4)", a=TEXT)
    made = planned(schema, options_from(rows=40), judges=JUDGES)
    step = made.tables["t"].steps["a"]
    assert isinstance(step, Cased)
    assert len({ways_of(step, domain) for domain in step.guesses}) > 1
    passing = pl.col("a").str.contains("^[a-c]+$")
    found = pl.concat(frame for _, frame in frames(made, 7, Says(passing)))
    assert found.select(passing.all()).item()
    assert set(found["a"].str.len_chars()) == {2, 4}


def test_what_passes_anyway_is_asked_about_once() -> None:
    made = planned(schema_with("known_to_nobody(a)", a=TEXT), options_from(rows=500), judges=JUDGES)
    oracle = Says(pl.col("a").is_not_null())
    list(frames(made, 500, oracle))
    assert oracle.asked == 500


def test_unknown_is_not_false() -> None:
    made = planned(schema_with("known_to_nobody(a)", a=TEXT), options_from(rows=5), judges=JUDGES)
    oracle = Says(pl.when(pl.col("a").is_null()).then(statement=False))
    assert Engine(made, Bulk(0), oracle).frame("t", 0, 5).height == 5


def test_what_nothing_passes_is_told_by_its_shape() -> None:
    schema = schema_with("known_to_nobody(a, n)", a=TEXT, n=Type(kind="integer"))
    made = planned(schema, options_from(rows=5), judges=JUDGES)
    with pytest.raises(UnfillableError, match=r"n above 0, a of \d+ characters and breaks hard") as caught:
        list(frames(made, 5, Says(pl.col("a").is_null())))
    assert (caught.value.table, caught.value.checks) == ("t", ("hard",))
    values = Engine(made, Bulk(0), Says(pl.col("a").is_not_null())).frame("t", 0, 5)["a"].to_list()
    assert not any(value in str(caught.value) for value in values)


def test_shapes_hold_no_value() -> None:
    row = {
        "text": pl.Series(["secret"]), "number": pl.Series([-41]), "zero": pl.Series([0]), "flag": pl.Series([True]),
        "bytes": pl.Series([b"xyz"]), "list": pl.Series([[7, 8]]), "none": pl.Series([None]),
    }  # fmt: skip
    told = "text of 6 characters, number below 0, zero 0, flag given, bytes of 3 bytes, list of 2 elements, none NULL"
    assert shape_of(row, 0) == told
