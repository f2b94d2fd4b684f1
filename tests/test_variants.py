"""Schemas derived from schemas: what is changed is, and nothing else."""

from __future__ import annotations

import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.schema import Choice, Column, Path, Reference, Schema, Table, Type, Unique
from fixturegen.variants import with_fixed, with_rule, without

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


def test_a_rule_binds_every_row() -> None:
    ruled = with_rule(SCHEMA, "child", "id > 40", "late")
    assert min(fg.generate(ruled, rows=5)["child"]["id"]) > 40
    assert SCHEMA.tables["child"].checks == ()
    twice = with_rule(ruled, "child", "id < 60", "late")
    assert [check.name for check in twice.tables["child"].checks] == ["late", "late 2"]
    with pytest.raises(ImpossibleError):
        fg.generate(with_rule(ruled, "child", "id < 40", "early"), rows=1)


def test_a_column_is_fixed() -> None:
    fixed = with_fixed(SCHEMA, "child", {"up": None, 'odd "name': "x"})
    frame = fg.generate(fixed, rows=8)["child"]
    assert frame["up"].null_count() == 8
    assert frame['odd "name'].unique().to_list() == ["x"]
    assert fixed.tables["child"].columns[3].choices == (Choice("x"),)
    assert fixed.tables["parent"] is PARENT


def test_a_reference_goes_with_the_bounds_that_follow_it() -> None:
    bare = without(SCHEMA, "child", ["up"])
    assert bare.tables["child"].references == ()
    assert bare.tables["child"].columns[2].low is None
    assert fg.generate(bare, rows=3)["child"].height == 3


@pytest.mark.parametrize(
    "derive",
    [
        lambda: with_rule(SCHEMA, "chld", "1", "x"),
        lambda: with_fixed(SCHEMA, "chld", {}),
        lambda: without(SCHEMA, "chld", []),
        lambda: with_fixed(SCHEMA, "child", {"upp": 1}),
    ],
    ids=["rule", "fixed", "without", "column"],
)
def test_unknown_names_are_refused_with_the_nearest(derive: object) -> None:
    with pytest.raises(SchemaError, match="Did you mean"):
        derive()  # type: ignore[operator]
