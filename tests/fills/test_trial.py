"""What is tried before rows are made, and what is left to them."""

from __future__ import annotations

import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.fills import trial
from fixturegen.sources.yaml_file import parse_schema

UNREACHED = parse_schema("""
version: 1
tables:
  users:
    rows: 50
    columns:
      id: {type: integer, primary_key: true}
      kind: {type: varchar(30), choices: [x, y]}
    unique: [[id, kind]]
  items:
    rows: 10
    columns:
      id: {type: integer, primary_key: true}
      user_id: {type: integer, nulls: false}
      kind: {type: varchar(30), nulls: false}
    references: [{columns: [user_id, kind], to: "users(id, kind)"}]
    rules: ["kind IN ('a', 'b')"]
""")
REFUSAL = "no row of users has values that the checks on user_id, kind allow"


def test_that_no_parent_is_allowed_is_known_before_rows_are_made() -> None:
    with pytest.raises(ImpossibleError, match=f"10 rows are demanded, but only 0 can exist: {REFUSAL}"):
        fg.plan(UNREACHED)


def test_many_parents_are_not_read_beforehand_and_the_rows_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST_ROWS", 49)
    assert fg.plan(UNREACHED).tables["items"].total == 10
    with pytest.raises(ImpossibleError, match=f"items: {REFUSAL}"):
        fg.generate(UNREACHED)
