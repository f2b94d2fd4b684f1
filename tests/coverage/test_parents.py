"""Kinds of parents: how many are looked at where a check reads many of a parent's columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

import fixturegen as fg
from fixturegen.coverage.matching import Matching
from fixturegen.coverage.parents import Asked
from fixturegen.schema import Check, Choice, Column, Reference, Schema, Table, Type, Unique

WIDTH = 5
KEY = Unique(columns=("id",))
WIDE = tuple(f"k{at}" for at in range(WIDTH))
ID = Column(name="id", type=Type(kind="integer"), nullable=False)


def listed(name: str, values: str) -> Column:
    return Column(name=name, type=Type(kind="text"), nullable=False, choices=tuple(map(Choice, values)))


def referring(table: str) -> Reference:
    return Reference(name=table, columns=(f"{table}_id",), table=table, target=("id",))


def schema_of(check: str, *more: Table) -> Schema:
    """A table of columns of four values each, all read at once by a check of its children; and other parents of those."""
    wide = Table(name="p", columns=(ID, *(listed(name, "abcd") for name in WIDE)), primary_key=KEY)
    parents = {table.name: table for table in (wide, *more)}
    child = Table(
        name="t",
        columns=(ID, *(replace(ID, name=f"{name}_id") for name in parents), listed("s", "xy")),
        primary_key=KEY,
        references=tuple(referring(name) for name in parents),
        checks=(Check(name="wide", sql=check, dialect="postgresql"),),
    )
    return Schema(tables={**parents, "t": child}, dialect="postgresql")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was asked whether it suits a row."""
    found: list[object] = []
    real = Matching.suits

    def suits(self: Matching, row: Asked, reference: Reference, parent: Asked) -> bool:
        found.append(parent)
        return real(self, row, reference, parent)

    monkeypatch.setattr(Matching, "suits", suits)
    return found


def test_classes_that_suit_no_row_are_given_up_at_the_first(asked: list[object]) -> None:
    every = " AND ".join(f"p.{name} = 'd'" for name in WIDE)
    schema = schema_of(f"s <> 'x' OR ({every})")
    data = fg.covering(schema, table="t")
    assert len(asked) < 4**WIDTH  # fewer than there are kinds of parents
    assert fg.verify(schema, data)
    assert data.uncovered == ()
    parents = {number: held for number, *held in data["p"].rows()}
    assert all(parents[row["p_id"]] == ["d"] * WIDTH for row in data["t"].rows(named=True) if row["s"] == "x")


def test_why_another_parent_is_refused_is_told_without_all_kinds_of_the_first(asked: list[object]) -> None:
    never = Check(name="never", sql="u <> 'z' OR w <> '1'", dialect="postgresql")
    other = Table(name="q", columns=(ID, listed("u", "zy"), listed("w", "12")), primary_key=KEY, checks=(never,))
    some = " OR ".join(f"p.{name} <> 'a'" for name in WIDE)
    data = fg.covering(schema_of(f"(s <> 'y' OR {some}) AND (s <> 'x' OR q.w = '1')", other), table="t")
    assert len(asked) < 4**WIDTH
    assert any(str(one).startswith("t: s = x, q_id.u = z: ") for one in data.impossible)
    assert data.uncovered == ()
