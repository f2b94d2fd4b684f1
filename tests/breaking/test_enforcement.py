"""When a database decides on a constraint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixturegen.breaking.enforcement import Enforcement, Judge
from fixturegen.constraints.base import constraints
from fixturegen.schema import Check, Column, Dialect, Reference, Schema, Table, Type, Unique

OWN, MADE = Type(kind="integer", native="integer"), Type(kind="integer")


def schema_of(type_: Type) -> Schema:
    """A reference of two columns, deferred, and the check that stands for its MATCH FULL."""
    a, b = (Column(name=name, type=type_, nullable=False) for name in "ab")
    parent = Table(name="p", columns=(a, b), primary_key=Unique(columns=("a", "b")))
    reference = Reference(name="t_p", columns=("a", "b"), table="p", target=("a", "b"), deferrable=True, deferred=True)
    full = Check(name="t_p_full", sql="(a IS NULL) = (b IS NULL)", dialect="postgresql")
    columns = tuple(replace(column, nullable=True) for column in (a, b))
    child = Table(name="t", columns=columns, references=(reference,), checks=(full,))
    return Schema(tables={"p": parent, "t": child}, dialect="postgresql")


@pytest.mark.parametrize("type_", [OWN, MADE])
def test_clauses_of_sqlite_count_in_tables_as_they_were_declared_and_as_they_are_made(type_: Type) -> None:
    options = {"on_conflict": [["unique", ["a"], "IGNORE"], ["not null", ["b"], "REPLACE"]]}
    columns = (Column(name="a", type=type_), Column(name="b", type=type_, default="7"))
    key = Unique(columns=("a",), name="k")
    schema = Schema(tables={"t": Table(name="t", columns=columns, uniques=(key,), options=options)})
    enforcement = Enforcement(schema, "sqlite")
    found = {str(each): enforcement.answered(each) for each in constraints(schema, "t")}
    outcomes = {name: taken.outcome for name, taken in found.items() if taken is not None}
    assert outcomes == {"t.k": "passed over", "t.t_b_not_null": "filled"}
    assert not any(Enforcement(schema, "postgresql").answered(each) for each in constraints(schema, "t"))


@pytest.mark.parametrize(
    ("type_", "dialect", "expected"),
    [
        (OWN, "postgresql", "commit"),
        (OWN, "sqlite", "statement"),
        (OWN, "mysql", "statement"),
        (MADE, "postgresql", "statement"),
    ],
)
def test_what_match_full_adds_waits_only_where_the_reference_itself_says_it(
    type_: Type, dialect: Dialect, expected: Judge
) -> None:
    schema = schema_of(type_)
    (full,) = [each for each in constraints(schema, "t") if each.kind == "check"]
    assert Enforcement(schema, dialect).judge(full) == expected
