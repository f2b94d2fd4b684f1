"""Checks on one column: what they leave of it, NULL included."""

from __future__ import annotations

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

ROWS = """
version: 1
tables:
  t:
    rows: 200
    columns:
      id: {type: integer, primary_key: true}
      a: {type: boolean, nulls: true}
      b: {type: integer, min: 1, max: 9, nulls: 0}
    rules: [%s]
"""


def test_a_column_asked_never_to_be_null_that_a_check_keeps_from_it_is_null_in_no_case() -> None:
    schema = parse_schema(ROWS % '"b IS NOT NULL", "(a IS NOT NULL) OR ((a IS NULL) = (b IS NULL))"')
    made = fg.generate(schema)
    assert made["t"]["b"].null_count() == 0
    assert fg.verify(schema, made)


def test_a_column_asked_never_to_be_null_may_be_where_another_check_needs_it() -> None:
    schema = parse_schema(ROWS % '"b > 5", "(a IS NOT NULL) OR (b IS NULL)"')
    made = fg.generate(schema)
    assert made["t"]["b"].null_count() > 0
    assert fg.verify(schema, made)
