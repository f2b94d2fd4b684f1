"""CHECKs as a database is told them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.databases.create import create_statements

RULE = """
version: 1
tables:
  order:
    columns:
      id: {type: integer, primary_key: true}
      to: {type: date, nulls: true}
      done: {type: boolean}
    rules:
      - (to IS NULL) = (done = FALSE)
"""


def test_rules_over_columns_named_by_words_of_sql_are_quoted(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text(RULE)
    database = sqlite3.connect(":memory:")
    for statement in create_statements(fg.load(str(tmp_path / "words.yaml")), "sqlite"):
        database.execute(statement)
    database.execute("INSERT INTO \"order\" VALUES (1, '2025-01-01', 1)")
    with pytest.raises(sqlite3.IntegrityError):
        database.execute('INSERT INTO "order" VALUES (2, NULL, 1)')
    database.close()
