"""Rows counted per parent where there is room for fewer than the parents drew."""

from __future__ import annotations

import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.schema import Schema
from fixturegen.sources.yaml_file import parse_schema

TEXT = """
version: 1
tables:
  parents: {{{parents} columns: {{id: {{type: integer, primary_key: true}}}}}}
  children:
    rows: {count} per parents
    columns:
      id: {{type: integer, primary_key: true}}
      parent_id: {{references: parents.id}}
      kind: {{type: text, choices: [a, b, c, d, e]}}
    unique: [[kind]]
"""


def schema(count: str, parents: str = "") -> Schema:
    return parse_schema(TEXT.format(count=count, parents=parents))


def test_a_range_that_admits_fewer_rows_is_limited() -> None:
    made = fg.generate(schema("0..3", "rows: 50,"))
    assert made["parents"].height == 50
    assert sorted(made["children"]["kind"]) == ["a", "b", "c", "d", "e"]
    assert made["children"]["parent_id"].is_in(made["parents"]["id"].to_list()).all()
    assert made["children"]["parent_id"].value_counts()["count"].max() <= 3


def test_parents_that_must_have_more_rows_than_there_can_be_are_fewer() -> None:
    made = fg.generate(schema("2..3"), rows=50)
    assert made["parents"].height == 2
    assert made["children"].height in {4, 5}
    assert sorted(made["children"]["parent_id"].value_counts()["count"]) in ([2, 2], [2, 3])


def test_parents_that_are_demanded_are_refused_with_the_arithmetic() -> None:
    message = r"parents: 3 rows are demanded, but only 2 can exist: each must have 2 of children, of which 5 can exist"
    with pytest.raises(ImpossibleError, match=message):
        fg.generate(schema("2..3", "rows: 3,"))


def test_what_was_drawn_stays_where_there_is_room() -> None:
    few = fg.generate(schema("0..1", "rows: 4,"))["children"]
    drawn = [row["parent_id"] for row in few.to_dicts()]
    limited = fg.generate(schema("0..1", "rows: 400,"))["children"]["parent_id"].to_list()
    assert len(limited) == 5
    assert limited[: len(drawn)] == drawn


def test_a_row_alone_is_refused_where_others_come_first() -> None:
    with pytest.raises(fg.InputError, match="limited in all"):
        fg.rows_at(schema("0..3", "rows: 50,"), "children", [(0, 0)])
    assert fg.scan(schema("0..3", "rows: 50,"), "children").collect().height == 5
