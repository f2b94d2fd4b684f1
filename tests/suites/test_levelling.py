"""Rows that stand side by side anyway get the same values, unless one of them is there for its own."""

from __future__ import annotations

import pytest

from fixturegen.breaking.records import Insert, Record
from fixturegen.schema import Check, Column, Schema, Table, Type, Unique
from fixturegen.suites.levelling import levelled
from fixturegen.suites.locality import Locality
from fixturegen.suites.merging import single
from fixturegen.suites.placing import Draft

COLUMNS = (Column(name="id", type=Type(kind="integer"), nullable=False), Column(name="a", type=Type(kind="integer")))
TABLE = Table(name="t", columns=COLUMNS, primary_key=Unique(columns=("id",), name="t_pkey"))


def locality(table: Table = TABLE) -> Locality:
    return Locality(Schema(tables={"t": table}), table)


def insert(number: int, value: int | None) -> Insert:
    return Insert(table="t", rows=({"id": number, "a": value},))


def record(name: str, kind: str, *rows: Insert, expect: str = "accept") -> Record:
    *before, last = rows
    made: Record = Record(id=f"t.{name}/x", constraint=f"t.{name}", kind=kind, table="t", way="x", expect=expect,  # type: ignore[arg-type] # one of two
                          before=tuple(before), last=last, row=last.rows[0])  # fmt: skip
    return made


def values(draft: Draft) -> list[object]:
    return [(single(slot.step) or {})["a"] for slot in draft.all_slots]


def test_two_rows_get_the_same_value() -> None:
    draft = Draft(record("t_pkey", "primary_key", insert(1, None), insert(2, None)))
    assert levelled([draft], {"a"}, {"id": 1, "a": 7}, locality()) == {"a"}
    assert values(draft) == [7, 7]


def test_a_row_that_is_refused_keeps_apart() -> None:
    draft = Draft(record("t_pkey", "primary_key", insert(1, None), insert(2, None), insert(1, 7), expect="reject"))
    assert levelled([draft], {"a"}, {"id": 1, "a": 7}, locality()) == {"a"}
    first, second, last = values(draft)
    assert first == second
    assert first is not None
    assert (first, last) != (7, 7)


@pytest.mark.parametrize("spare", [True, False])
def test_what_a_row_tests_is_tested_elsewhere_or_stays(spare: bool) -> None:
    draft = Draft(record("t_pkey", "primary_key", insert(1, None), insert(2, None)))
    tested = record("t_a_nullable", "nullable", insert(1, None))
    draft.slots[0].records.append(tested)
    other = Draft(record("t_pkey", "primary_key", insert(5, None if spare else 3), insert(6, 4)))
    done = levelled([draft, other], {"a"}, {"id": 1, "a": 7}, locality())
    assert done == {"a"}
    if spare:
        assert values(draft) == [7, 7]
        assert other.slots[0].records == [tested]
    else:
        assert values(draft) == [None, None]
        assert values(other) == [3, 3]


def test_what_a_check_reads_stays() -> None:
    checked = Table(
        name="t",
        columns=COLUMNS,
        primary_key=TABLE.primary_key,
        checks=(Check(sql="a > id", name="t_check", dialect="sqlite"),),
    )
    draft = Draft(record("t_pkey", "primary_key", insert(1, None), insert(2, None)))
    assert levelled([draft], {"a"}, {"id": 1, "a": 7}, locality(checked)) == frozenset()
    assert values(draft) == [None, None]
