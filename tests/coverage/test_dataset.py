"""Covering datasets: valid, loadable, and what they say they cover is covered."""

from __future__ import annotations

from datetime import date
from itertools import combinations, product
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import NullPool, create_engine

import fixturegen as fg
from fixturegen.coverage.dataset import CoveringDataset
from fixturegen.errors import InputError, SchemaError
from fixturegen.loading import seed_frames
from fixturegen.schema import Check, Choice, Column, Constant, PerParent, Reference, Schema, Table, Type, Unique

ROOT = Path(__file__).parents[2]
HARD = ROOT / "tests" / "corpus" / "sqlite" / "hard.sql"
CHINOOK = ROOT / "tests" / "corpus" / "sqlite" / "chinook.sql"
TEXT, INTEGER = Type(kind="text", length=12), Type(kind="integer")


def key(*names: str) -> Unique:
    return Unique(columns=names, name="key " + " ".join(names))


def chosen(name: str, *values: object, type_: Type = TEXT, nullable: bool = False) -> Column:
    return Column(name=name, type=type_, choices=tuple(map(Choice, values)), nullable=nullable)


def table(name: str, *columns: Column, **more: object) -> Table:
    return Table(name=name, columns=(Column(name="id", type=INTEGER), *columns), primary_key=key("id"), **more)  # type: ignore[arg-type]


def of(*tables: Table) -> Schema:
    return Schema(tables={one.name: one for one in tables})


def shown(schema: Schema, data: CoveringDataset) -> None:
    """It verifies, and SQLite takes it with every constraint on."""
    report = fg.verify(schema, data)
    assert report, report
    tables = [schema.tables[name] for name in data]
    engine = create_engine("sqlite://", poolclass=NullPool)
    loaded = seed_frames(engine, schema, tables, iter(data.items()), marker="x", create=True)
    assert {name: one.rows for name, one in loaded.tables.items()} == {name: one.height for name, one in data.items()}
    assert data.classes["table"].unique().is_in(list(data)).all()


def test_pairs_of_choices_and_booleans() -> None:
    schema = of(
        table("t", chosen("a", "x", "y", "z"), chosen("b", *"pqrs"), Column(name="c", type=Type(kind="boolean")))
    )
    data = fg.covering(schema)
    shown(schema, data)
    frame = data["t"]
    assert frame.height == 12
    assert set(frame.select("a", "b").rows()) == set(product("xyz", "pqrs"))
    assert set(frame.select("b", "c").rows()) == set(product("pqrs", (False, True)))
    assert not data.uncovered
    assert not data.impossible


def test_triples() -> None:
    columns = [chosen(name, "x", "y") for name in "abcd"]
    data = fg.covering(of(table("t", *columns)), 3)
    assert data["t"].height == 8
    for three in combinations("abcd", 3):
        assert set(data["t"].select(three).rows()) == set(product("xy", repeat=3))


def test_edges_nulls_and_lengths() -> None:
    number = Column(name="n", type=INTEGER, low=Constant(3), high=Constant(90), nullable=True)
    text = Column(name="s", type=TEXT)
    data = fg.covering(of(table("t", number, text)))
    pairs = set(data["t"].select("n", pl.col("s").str.len_chars().alias("s")).rows())
    assert {(n, s) for n in (3, 4, 89, 90, None) for s in (0, 12)} <= pairs
    middles = {n for n, _ in pairs if n not in {3, 4, 89, 90, None}}
    assert middles
    assert all(4 < n < 89 for n in middles)
    assert any(0 < s < 12 for _, s in pairs)
    assert data["t"].height == 18


def test_what_checks_rule_out_is_said_with_the_check_and_nothing_else_is() -> None:
    checks = (
        Check(sql="a <> 'x' OR b IS NULL", name="x has no b"),
        Check(sql="c >= b", name="c after b"),
    )
    b = Column(name="b", type=INTEGER, low=Constant(0), high=Constant(9), nullable=True)
    c = Column(name="c", type=INTEGER, low=Constant(0), high=Constant(9))
    schema = of(table("t", chosen("a", "x", "y"), b, c, checks=checks))
    data = fg.covering(schema)
    shown(schema, data)
    assert not data.uncovered
    said = {tuple(one.classes.values()) for one in data.impossible}
    assert {("x", "low (0)"), ("x", "high (9)"), ("high (9)", "low (0)")} <= said
    assert all("x has no b" in one.reason for one in data.impossible if one.classes.get("a") == "x")
    possible = {
        (a, b, c)
        for a in "xy"
        for b in (None, *range(10))
        for c in range(10)
        if (a != "x" or b is None) and (b is None or c >= b)
    }
    name = {0: "low (0)", 1: "above low", 8: "below high", 9: "high (9)", None: "NULL"}
    pairs = {(name.get(b, "middle"), name.get(c, "middle")) for _, b, c in possible}
    rows = {(name.get(b, "middle"), name.get(c, "middle")) for b, c in data["t"].select("b", "c").rows()}
    assert rows == pairs
    assert {pair for pair in said if pair[1] != pair[0] or pair[0] == "middle"} & pairs == set()


def parents_and_children(**more: object) -> Schema:
    parent = table("parents", chosen("kind", "a", "b", "c"))
    reference = Reference(columns=("parent_id",), table="parents", target=("id",), name="up")
    child = table(
        "children", Column(name="parent_id", type=INTEGER, nullable=True), chosen("color", "red", "blue"),
        references=(reference,), **more,
    )  # fmt: skip
    return of(parent, child)


def test_numbers_of_children_and_classes_of_parents() -> None:
    schema = parents_and_children()
    data = fg.covering(schema)
    shown(schema, data)
    counts = data["children"]["parent_id"].value_counts().rows()
    number = {parent: min(rows, 2) for parent, rows in counts}
    have = {(kind, number.get(at, 0)) for at, kind in data["parents"].select("id", "kind").rows()}
    assert have == set(product("abc", (0, 1, 2)))
    joined = data["children"].join(data["parents"], left_on="parent_id", right_on="id", how="left")
    assert set(joined.select("color", "kind").rows()) == set(product(("red", "blue"), ("a", "b", "c", None)))
    assert not data.uncovered


def test_counts_per_parent_bound_the_numbers_of_children() -> None:
    schema = parents_and_children(count=PerParent("up", 1, 3))
    data = fg.covering(schema)
    numbers = data["children"].drop_nulls("parent_id")["parent_id"].value_counts()["count"]
    assert set(numbers.to_list()) <= {1, 2, 3}
    assert "none" not in data.classes["class"]
    assert not data.uncovered


def test_a_unique_reference_has_no_several_children() -> None:
    schema = parents_and_children(uniques=(key("parent_id"),))
    data = fg.covering(schema)
    shown(schema, data)
    assert "several" not in data.classes["class"]
    assert not data.uncovered


def test_rows_with_a_null_that_children_would_refer_to_have_none() -> None:
    code = Column(name="code", type=TEXT, nullable=True)
    parent = table("parents", code, uniques=(key("code"),))
    reference = Reference(columns=("code",), table="parents", target=("code",), name="up")
    child = table("children", Column(name="code", type=TEXT, nullable=True), references=(reference,))
    schema = of(parent, child)
    data = fg.covering(schema)
    shown(schema, data)
    assert not data.uncovered
    assert {tuple(one.classes.values()) for one in data.impossible} == {("NULL", "one"), ("NULL", "several")}


def test_values_that_no_generator_makes_are_not_told_apart() -> None:
    text = Column(name="s", type=Type(kind="text"), nullable=True)
    rule = Check(sql="s IS NULL OR s LIKE '%alpha%' OR s LIKE '%beta%'", name="known")
    schema = of(table("t", text, chosen("a", "x", "y"), checks=(rule,)))
    data = fg.covering(schema)
    shown(schema, data)
    assert set(data["t"].select(pl.col("s").is_null(), "a").rows()) == set(product((False, True), "xy"))
    assert not data.uncovered


def test_a_child_that_starts_after_its_parent_has_parents_that_leave_it_room() -> None:
    day = Type(kind="date")
    low, high = Constant(date(2024, 1, 1)), Constant(date(2024, 12, 31))
    parent = table("parents", Column(name="since", type=day, low=low, high=high))
    reference = Reference(columns=("parent_id",), table="parents", target=("id",), name="up", role="parent")
    rule = Check(sql="at >= parents.since", name="after")
    child = table(
        "children", Column(name="parent_id", type=INTEGER), Column(name="at", type=day, low=low, high=high),
        references=(reference,), checks=(rule,),
    )  # fmt: skip
    schema = of(parent, child)
    data = fg.covering(schema)
    shown(schema, data)
    assert {date(2024, 1, 1), date(2024, 1, 2), date(2024, 12, 30), date(2024, 12, 31)} <= set(data["children"]["at"])
    assert not data.uncovered


def tenants(*, since: bool) -> Schema:
    """Members have duties by a reference that shares the tenant with the one to the duties."""
    day, first, last = Type(kind="date"), Constant(date(2024, 1, 1)), Constant(date(2024, 12, 31))
    start = (Column(name="since", type=day, low=first, high=last),) if since else ()
    started = (Check(sql="since >= tenants.since", name="not before"),) if since else ()

    def owned(name: str) -> Table:
        up = Reference(columns=("tenant_id",), table="tenants", target=("id",), name="tenants", role="parent")
        return table(
            name, Column(name="tenant_id", type=INTEGER), *start, references=(up,), checks=started,
            uniques=(key("tenant_id", "id"),),
        )  # fmt: skip

    names = ("tenant_id", "member_id", "duty_id")
    shared = Table(
        name="assignments",
        columns=tuple(Column(name=name, type=INTEGER) for name in names),
        primary_key=key(*names),
        references=tuple(
            Reference(columns=("tenant_id", own), table=there, target=("tenant_id", "id"), name=there)
            for own, there in (("member_id", "members"), ("duty_id", "duties"))
        ),
    )
    return of(table("tenants", chosen("plan", "a", "b"), *start), owned("members"), owned("duties"), shared)


@pytest.mark.parametrize("since", [False, True])
def test_references_that_share_a_tenant_are_covered(*, since: bool) -> None:
    schema = tenants(since=since)
    data = fg.covering(schema)
    shown(schema, data)
    assert [str(one) for one in data.uncovered] == []


def test_a_table_that_holds_few_rows_says_what_is_left_out() -> None:
    flag = Column(name="flag", type=Type(kind="boolean"))
    schema = of(Table(name="t", columns=(flag, chosen("a", *"wxyz")), primary_key=key("flag")))
    data = fg.covering(schema, 1)
    shown(schema, data)
    assert data["t"].height == 2
    assert not data.uncovered
    assert set(data["t"]["a"]) | {one.classes["a"] for one in data.impossible} == set("wxyz")
    assert all(one.crowded and "2 rows at most" in one.reason for one in data.impossible)


def test_one_table_takes_what_it_needs_of_others() -> None:
    data = fg.covering(parents_and_children(), table="children")
    assert list(data) == ["parents", "children"]
    assert data.classes["table"].unique().to_list() == ["children"]
    assert not data.uncovered


def test_names_that_need_quotes_and_the_name_of_our_own_column() -> None:
    schema = of(
        table('or"der', chosen("select", "a", "b"), chosen("covering row", "c", "d"), chosen("größe", "e", "f"))
    )
    data = fg.covering(schema)
    shown(schema, data)
    assert data['or"der'].columns == ["id", "select", "covering row", "größe"]
    assert data['or"der'].height == 4


def test_tables_without_classes_have_a_row() -> None:
    assert fg.covering(of(table("t")))["t"].height == 1


@pytest.mark.parametrize("strength", [0, 7, True, "2", 2.0])
def test_strengths_out_of_range_are_refused(strength: object) -> None:
    with pytest.raises(InputError, match="strength"):
        fg.covering(parents_and_children(), strength)  # type: ignore[arg-type]


def test_unknown_tables_are_refused_with_the_nearest() -> None:
    with pytest.raises(SchemaError, match="children"):
        fg.covering(parents_and_children(), table="childern")


def test_the_same_seed_gives_the_same_rows() -> None:
    one, two, other = (fg.covering(fg.load(HARD), seed=seed) for seed in (3, 3, 4))
    assert all(one[name].equals(two[name]) for name in one)
    assert not all(one[name].equals(other[name]) for name in one)


@pytest.mark.parametrize(("path", "most"), [(ROOT / "schemas" / "bank.yaml", 130), (HARD, 80)], ids=["bank", "hard"])
def test_schemas_are_covered(path: Path, most: int) -> None:
    schema = fg.load(path)
    data = fg.covering(schema)
    shown(schema, data)
    assert not data.uncovered
    assert (data.classes["rows"] > 0).all()
    assert sum(frame.height for frame in data.values()) <= most


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "most"), [(ROOT / "schemas" / "shop.yaml", 160), (ROOT / "schemas" / "forum.yaml", 120), (CHINOOK, 340), (ROOT / "schemas" / "saas.yaml", 220)],
    ids=["shop", "forum", "chinook", "saas"],
)  # fmt: skip
def test_larger_schemas_are_covered(path: Path, most: int) -> None:
    test_schemas_are_covered(path, most)
