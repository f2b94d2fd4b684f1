"""What reads which columns: names in literals are no columns, and that a column may be NULL is asked of it alone."""

from __future__ import annotations

import pytest

from fixturegen.schema import Check, Column, Schema, Table, Type
from fixturegen.suites.locality import Locality

COLUMNS = tuple(Column(name=name, type=Type(kind="text")) for name in ("id", "state", "note"))


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("state IN ('id', 'it''s a note')", {"state"}),
        ("state <> 'x' OR note IS NULL", {"state", "note"}),
        ("state <> 'a\\' OR id = '", {"state", "id"}),
    ],
)
def test_names_in_literals_are_not_read(sql: str, read: set[str]) -> None:
    table = Table(name="t", columns=COLUMNS, checks=(Check(sql=sql, name="t_check", dialect="mysql"),))
    assert Locality(Schema(tables={"t": table}), table).reads("t.t_check") == read


def test_a_column_that_may_be_null_is_read_alone() -> None:
    table = Table(name="t", columns=COLUMNS)
    assert Locality(Schema(tables={"t": table}), table).reads("t.t_note_nullable") == {"note"}
