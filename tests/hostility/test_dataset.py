"""Datasets in which every class occurs: within the bound that is stated, labelled, and valid."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from schemas_at_hand import SHIPPED, SQLITE, every_kind_schema, loaded, of

import fixturegen as fg
from fixturegen.domain import ANY
from fixturegen.hostility.catalogue import AGAIN, NULL, class_named, classes_of
from fixturegen.hostility.dataset import HostileDataset
from fixturegen.hostility.preparing import HIGHEST, LOWEST
from fixturegen.hostility.tracks import ALL_OPTIONAL
from fixturegen.schema import Check, Column, Fill, Reference, Schema, Table, Type, Unique
from fixturegen.schema import Path as ColumnPath

OWN = {AGAIN, NULL, LOWEST, HIGHEST, ALL_OPTIONAL}


def equal(value: Any, other: Any) -> bool:
    if isinstance(value, float) and isinstance(other, float):
        return (math.isnan(value) and math.isnan(other)) or (
            value == other and math.copysign(1, value) == math.copysign(1, other)
        )
    if isinstance(value, datetime) and isinstance(other, datetime):
        return value.timestamp() == other.timestamp() if value.tzinfo and other.tzinfo else value == other
    return bool(value == other)


def assert_labels_tell_the_truth(schema: Schema, made: HostileDataset) -> None:
    domains = {name: table.domains for name, table in fg.plan(schema, rows=50).tables.items()}
    for table, column, name, row, left_out in made.labels.iter_rows():
        assert (row is None) == (left_out is not None)
        if row is None or column is None or name in OWN:
            continue
        held = next(one for one in schema.tables[table].columns if one.name == column)
        values = class_named(name).values(held, domains[table].get(column, ANY))
        value = made[table][column].to_list()[row]
        assert any(equal(value, other) for other in values), (table, column, name, value)


def assert_every_class_occurs_or_is_left_out(schema: Schema, made: HostileDataset) -> None:
    domains = {name: table.domains for name, table in fg.plan(schema, rows=50).tables.items()}
    told = {(table, column, name) for table, column, name, _, _ in made.labels.iter_rows()}
    for name, frame in made.items():
        for column in schema.tables[name].columns:
            referring = any(column.name in one.columns for one in schema.tables[name].references)
            made_elsewhere = referring or column.aggregate or column.ordinal or column.generated
            if column.name in frame.columns and not made_elsewhere:
                known = {each.name for each in classes_of(column, domains[name][column.name])}
                assert {one for one in known if (name, column.name, one) not in told} == set(), column.name


def assert_within_bound(made: HostileDataset) -> None:
    first = (
        made.labels.filter(pl.col("row").is_not_null()).group_by("table", "column", "class").agg(pl.col("row").min())
    )
    for table, column, name, row in first.iter_rows():
        assert row < made.bound[table], (table, column, name)


def shown(schema: Schema, made: HostileDataset) -> None:
    assert fg.verify(schema, made).violations == ()
    assert_labels_tell_the_truth(schema, made)
    assert_every_class_occurs_or_is_left_out(schema, made)
    assert_within_bound(made)


def test_a_column_of_every_kind(every_kind: tuple[Table, pl.DataFrame]) -> None:
    schema = every_kind_schema(every_kind[0])
    made = fg.hostile(schema)
    shown(schema, made)
    assert made["every kind"].height == 200
    assert made.bound["every kind"] < 200
    out = made.labels.filter(pl.col("left_out").is_not_null())
    # Nothing constrains these columns but their types: what is missing, no frame holds, or no limit makes.
    reasons = set(out["left_out"].to_list())
    assert not any("room" in reason or "checks" in reason for reason in reasons), reasons


@pytest.mark.slow
@pytest.mark.parametrize("path", [*SHIPPED, SQLITE[1]], ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 7])
def test_schemas(path: Path, seed: int) -> None:
    schema = loaded(path)
    shown(schema, fg.hostile(schema, seed=seed))


def test_the_same_seed_gives_the_same_rows() -> None:
    schema = of(Column(name="word", type=Type(kind="text")), Column(name="day", type=Type(kind="date"), nullable=True))
    first, second = fg.hostile(schema, seed=3), fg.hostile(schema, seed=3)
    assert all(first[name].equals(second[name]) for name in first)
    assert first.labels.equals(second.labels)


def test_checks_of_several_columns_hold_around_a_hostile_value() -> None:
    day = Type(kind="date")
    schema = of(
        Column(name="first", type=day),
        Column(name="last", type=day, nullable=True),
        checks=(Check(sql="last >= first", name="order"),),
    )
    made = fg.hostile(schema)
    shown(schema, made)
    occurring = made.labels.filter(pl.col("row").is_not_null())
    first, last = (set(occurring.filter(pl.col("column") == name)["class"]) for name in ("first", "last"))
    assert {"year 1", "year 9999", "leap day"} <= first & last
    assert LOWEST in last
    lows = occurring.filter(pl.col("class") == LOWEST)["row"].to_list()
    assert all(made["t"]["first"][row] == made["t"]["last"][row] for row in lows)


def test_a_child_stands_on_its_parents_bound() -> None:
    moment = Type(kind="datetime")
    parents = Table(
        name="p",
        columns=(Column(name="id", type=Type(kind="integer")), Column(name="at", type=moment)),
        primary_key=Unique(columns=("id",)),
    )
    children = Table(
        name="c",
        columns=(
            Column(name="id", type=Type(kind="integer")),
            Column(name="p_id", type=Type(kind="integer")),
            Column(name="at", type=moment, low=ColumnPath(("c_p",), "at")),
        ),
        primary_key=Unique(columns=("id",)),
        references=(Reference(columns=("p_id",), table="p", target=("id",), name="c_p"),),
    )
    schema = Schema(tables={"p": parents, "c": children})
    made = fg.hostile(schema)
    shown(schema, made)
    rows = made.labels.filter(pl.col("table") == "c", pl.col("class") == LOWEST)["row"].to_list()
    assert rows
    joined = made["c"].join(made["p"], left_on="p_id", right_on="id", how="left", maintain_order="left")
    # The next whole second, where the parent's moment has a fraction.
    assert all(timedelta(0) <= joined["at"][row] - joined["at_right"][row] < timedelta(seconds=1) for row in rows)


def test_uniques_hold_each_value_once() -> None:
    text = Type(kind="text", length=40)
    schema = of(
        Column(name="code", type=text),
        Column(name="few", type=Type(kind="integer", bits=8, signed=False)),
        Column(name="other", type=Type(kind="boolean")),
        uniques=(Unique(columns=("code",), name="c"), Unique(columns=("few", "other"), name="f")),
    )
    made = fg.hostile(schema)
    shown(schema, made)
    assert made["t"]["code"].n_unique() == made["t"].height
    assert {"empty", "SQL", "astral"} <= set(
        made.labels.filter(pl.col("column") == "code", pl.col("row") >= 0)["class"]
    )


def test_a_schema_and_how_its_rows_hang_together() -> None:
    schema = loaded(SQLITE[0])
    made = fg.hostile(schema)
    shown(schema, made)
    found = made.labels.filter(pl.col("column").is_null(), pl.col("row").is_not_null())
    classes = set(found["class"].to_list())
    assert {"no orders.tenant_id, user_id", "one orders.tenant_id, user_id", "most orders.tenant_id, user_id"} & classes
    assert ALL_OPTIONAL in classes


def test_the_deepest_chain_of_a_table_that_refers_to_itself() -> None:
    schema = of(
        Column(name="boss_id", type=Type(kind="integer"), nullable=True),
        references=(Reference(columns=("boss_id",), table="t", target=("id",), name="boss"),),
    )
    made = fg.hostile(schema, rows=100)
    shown(schema, made)
    above = dict(made["t"].select("id", "boss_id").iter_rows())
    deepest = made.labels.filter(pl.col("class").str.starts_with("deepest"))["row"][0]
    key, depth = made["t"]["id"][deepest], 0
    while (key := above[key]) is not None:
        depth += 1
    assert depth >= 5


def test_totals_fit_whatever_their_children_hold(tmp_path: Path) -> None:
    path = tmp_path / "totals.yaml"
    path.write_text(
        "version: 1\ntables:\n"
        "  orders: {columns: {id: {type: integer, primary_key: true}, total: {sum: items.amount, type: 'decimal(8,2)'}}}\n"
        "  items:\n    rows: 0..9 per orders\n    columns:\n"
        "      id: {type: integer, primary_key: true}\n      order_id: {references: orders.id}\n"
        "      amount: {type: 'decimal(10,2)'}\n"
    )
    schema = fg.load(path)
    made = fg.hostile(schema)
    assert fg.verify(schema, made).violations == ()
    out = made.labels.filter(pl.col("column") == "amount", pl.col("left_out") == "a total over it would not fit")
    assert "greatest decimal" in out["class"].to_list()


def test_fewer_rows_than_the_classes_need_are_said() -> None:
    made = fg.hostile(of(Column(name="a", type=Type(kind="text"))), rows=10)
    assert made["t"].height == 10
    assert made.labels["left_out"].drop_nulls().str.contains("rows, the table has 10").any()


def test_a_fill_is_left_and_a_constraint_is_not() -> None:
    schema = of(
        Column(name="email", type=Type(kind="text", length=60), fill=Fill("faker", {"method": "email"})),
        Column(name="code", type=Type(kind="text"), nullable=False),
        checks=(Check(sql="length(code) = 3", name="three"), Check(sql="code <> '007'", name="no_bond")),
    )
    made = fg.hostile(schema)
    shown(schema, made)
    assert set(made["t"]["code"].str.len_chars().to_list()) == {3}
    assert "007" not in made["t"]["code"].to_list()
    assert '"a@b c"@example.com' in made["t"]["email"].to_list()


@pytest.mark.parametrize(
    ("type_", "classes"),
    [
        (Type(kind="integer", bits=16), {"least integer": -32768, "greatest integer": 32767}),
        (Type(kind="integer", bits=64, signed=False), {"greatest integer": 2**64 - 1}),
        (Type(kind="decimal", precision=38, scale=10), {"greatest decimal": Decimal("9" * 28 + "." + "9" * 10)}),
        (Type(kind="text", length=3), {"most characters": "xxx", "most bytes": "😀😀😀"}),
        (Type(kind="float", bits=32), {"greatest float": 3.4028234663852886e38}),
    ],
)
def test_edges_are_those_of_the_columns_own_type(type_: Type, classes: dict[str, object]) -> None:
    made = fg.hostile(of(Column(name="a", type=type_)))
    for name, value in classes.items():
        row = made.labels.filter(pl.col("class") == name, pl.col("column") == "a")["row"][0]
        assert made["t"]["a"].to_list()[row] == value


def test_half_of_a_reference_may_be_null_and_its_other_column_may_not() -> None:
    names, integer = ("a", "b"), Type(kind="integer")
    pairs = Table(
        name="pairs",
        columns=tuple(Column(name=name, type=integer) for name in names),
        primary_key=Unique(columns=names),
    )
    columns = (Column(name="a", type=integer), Column(name="b", type=integer, nullable=True))
    reference = Reference(columns=names, table="pairs", target=names, name="uses_fkey")
    uses = Table(name="uses", columns=columns, references=(reference,))
    schema = Schema(tables={"pairs": pairs, "uses": uses})
    made = fg.hostile(schema)
    assert fg.verify(schema, made)
    assert made["uses"]["a"].null_count() == 0
    assert made["uses"]["b"].null_count() > 0
    assert_within_bound(made)


@pytest.mark.parametrize("high", ["b", "b - 3"])
def test_a_key_from_which_bounds_are_computed_stays_where_they_can_be(high: str) -> None:
    """A key that is numbered and read by a rule: the greatest integer has none above it."""
    columns = tuple(Column(name=name, type=Type(kind="integer")) for name in "ab")
    key, check = Unique(columns=("a", "b")), Check(name="rising", sql=f"a < {high}")
    schema = Schema(tables={"t": Table(name="t", columns=columns, primary_key=key, checks=(check,))})
    assert fg.verify(schema, fg.generate(schema, rows=60, hostile=1.0)).violations == ()
    made = fg.hostile(schema)
    shown(schema, made)
    occurring = made.labels.filter((pl.col("column") == "a") & pl.col("row").is_not_null())["class"].to_list()
    assert {"zero", "2^31 - 1", "2^53 + 1"} <= set(occurring)
    assert "greatest integer" not in occurring
