"""Whatever is asked of a row of whatever schema: it is so and every constraint holds, or the reason is said."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neighbourhoods import corpus, shipped, violations
from refusals import outcome

import fixturegen as fg
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.making import Maker
from fixturegen.making.wishes import role_of
from fixturegen.schema import Schema

FAST = ("sqlite/hard",)
SLOW = ("shop", "bank", "forum", "saas", "sqlite/chinook", "sqlite/sakila", "mariadb/sakila", "postgresql/northwind")


@cache
def maker(name: str) -> Maker:
    return Maker(corpus(name) if "/" in name else shipped(name))


@cache
def data(name: str) -> Mapping[str, pl.DataFrame]:
    """Valid rows, whose values are asked for: most of them are possible."""
    schema = maker(name).schema
    return fg.generate(schema, rows=None if "/" not in name else 12)


@st.composite
def overrides(draw: st.DrawFn, name: str, table: str, depth: int = 2) -> dict[str, Any]:
    schema, frame = maker(name).schema, data(name)[table]
    out: dict[str, Any] = {}
    for _ in range(draw(st.integers(0, 3))):
        match draw(st.sampled_from(["value", "value", "value", "parent", "children"])):
            case "value" if frame.height:
                column = draw(st.sampled_from(frame.columns))
                value = frame[draw(st.integers(0, frame.height - 1)), column]
                out[column] = value.to_list() if isinstance(value, pl.Series) else value
            case "parent" if schema.tables[table].references and depth:
                reference = draw(st.sampled_from(schema.tables[table].references))
                out[role_of(reference)] = draw(st.none() | overrides(name, reference.table, depth - 1))
            case "children" if depth:
                out |= draw(children(name, table, depth))
    return out


@st.composite
def children(draw: st.DrawFn, name: str, table: str, depth: int) -> dict[str, Any]:
    schema = maker(name).schema
    led = [(one.name, each) for one in schema.tables.values() for each in one.references if each.table == table]
    if not led:
        return {}
    child, reference = draw(st.sampled_from(led))
    one = overrides(name, child, depth - 1)
    asked = draw(st.integers(1, 3) | one | st.lists(one, min_size=1, max_size=2))
    return {f"{child}.{', '.join(reference.columns[:1])}": asked}


def judge(name: str, examples: int) -> None:
    schema: Schema = maker(name).schema
    done = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def holds(drawing: st.DataObject) -> None:
        table = drawing.draw(st.sampled_from(sorted(schema.tables)))
        asked = drawing.draw(overrides(name, table))
        rows = drawing.draw(st.sampled_from([1, 1, 2, 3]))
        found = outcome(lambda: maker(name).made(table, asked, rows=rows), ImpossibleError, InputError)
        if isinstance(found, str):
            return
        made = found.value
        assert violations(schema, made) == []
        assert len(made.wanted) == rows
        for row in made.wanted:
            assert {key: row[key] for key in asked if key in row and not isinstance(asked[key], dict)} == {
                key: value for key, value in asked.items() if key in row and not isinstance(value, dict)
            }
        done.append(table)

    holds()
    assert len(done) > examples // 3, "most of what is asked is possible"


@pytest.mark.parametrize("name", FAST)
def test_it_is_so_or_the_reason_is_said(name: str) -> None:
    judge(name, 25)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAST, *SLOW])
def test_it_is_so_or_the_reason_is_said_for_more(name: str) -> None:
    judge(name, 60)
