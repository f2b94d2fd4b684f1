"""Tables derived from tables: what is changed is, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.schema import Choice, Column, Path, Reference, Schema, Table, Type, Unique
from fixturegen.variants import dated, fixed, ruled, unreferenced

KEY = Column(name="id", type=Type(kind="integer"))
PARENT = Table(
    name="parent", columns=(KEY, Column(name="born", type=Type(kind="date"))), primary_key=Unique(columns=("id",))
)
CHILD = Table(
    name="child",
    columns=(
        KEY,
        Column(name="up", type=Type(kind="integer"), nullable=True),
        Column(name="born", type=Type(kind="date"), low=Path(("up",), "born")),
        Column(name='odd "name', type=Type(kind="text"), nullable=True),
    ),
    primary_key=Unique(columns=("id",)),
    references=(Reference(columns=("up",), table="parent", target=("id",), name="up"),),
)
SCHEMA = Schema(tables={"parent": PARENT, "child": CHILD})


def with_child(child: Table) -> Schema:
    return replace(SCHEMA, tables={**SCHEMA.tables, "child": child})


def test_a_rule_binds_every_row() -> None:
    late = ruled(CHILD, "id > 40", "late", "sqlite")
    assert min(fg.generate(with_child(late), rows=5)["child"]["id"]) > 40
    assert CHILD.checks == ()
    twice = ruled(late, "id < 60", "late", "sqlite")
    assert [check.name for check in twice.checks] == ["late", "late 2"]
    with pytest.raises(ImpossibleError):
        fg.generate(with_child(ruled(late, "id < 40", "early", "sqlite")), rows=1)


def test_a_column_is_fixed() -> None:
    child = fixed(CHILD, {"up": None, 'odd "name': "x"}, "sqlite")
    frame = fg.generate(with_child(child), rows=8)["child"]
    assert frame["up"].null_count() == 8
    assert frame['odd "name'].unique().to_list() == ["x"]
    assert child.columns[3].choices == (Choice("x"),)


def test_a_reference_goes_with_the_bounds_that_follow_it() -> None:
    bare = unreferenced(CHILD, frozenset({"up"}))
    assert bare.references == ()
    assert bare.columns[2].low is None
    assert fg.generate(with_child(bare), rows=3)["child"].height == 3


def test_another_clock_or_the_same() -> None:
    assert dated(SCHEMA, None) is SCHEMA
    assert dated(SCHEMA, date(2030, 1, 1)).as_of == date(2030, 1, 1)


def test_a_list_is_fixed_as_what_sets_can_hold() -> None:
    table = Table(name="t", columns=(Column(name="tags", type=Type(kind="array", element=Type(kind="text"))),))
    assert fixed(table, {"tags": ["a", "b"]}, "postgresql").columns[0].choices[0].value == ("a", "b")
