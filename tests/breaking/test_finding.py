"""Negative records: what there is for each kind of constraint."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from court import ids, judged

import fixturegen as fg
from fixturegen.breaking.records import Insert, Record
from fixturegen.breaking.values import wide
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Column, Constant, Reference, Schema, Table, Type, Unique

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
INTEGER, TEXT = Type(kind="integer"), Type(kind="text")


# ---- proven apart, by the constraints' own check faces


def frames(schema: Schema, record: Record) -> dict[str, pl.DataFrame]:
    """All rows of a record, in dtypes that hold values beyond the limits of types."""
    held = record.dataset
    return {
        name: pl.DataFrame(
            [
                pl.Series(c.name, [row[c.name] for row in held.get(name, [])], dtype=polars_dtype(wide(c.type)))
                for c in table.columns
            ]
        )
        for name, table in schema.tables.items()
    }


@pytest.mark.parametrize("path", [ROOT / "schemas" / "shop.yaml", CORPUS / "sqlite" / "hard.sql"], ids=lambda p: p.stem)
def test_verify_finds_that_constraint_violated_and_no_other(path: Path) -> None:
    schema = fg.load(path)
    over_rows = {"aggregate", "ordinal"}
    checked = 0
    for record in list(fg.negatives(schema))[::9]:
        if record.kind in {"type", "enum"} or record.row.get("is_active") == 2:
            continue  # no frame holds such values
        found = {
            str(each.constraint)
            for each in fg.verify(schema, frames(schema, record)).violations
            if each.constraint.kind not in over_rows
        }
        assert found == ({record.constraint} if record.breaks and record.kind not in over_rows else set()), record.id
        checked += 1
    assert checked > 10


def test_totals_of_earlier_rows_are_right() -> None:
    schema = fg.load(ROOT / "schemas" / "shop.yaml")
    (record,) = [each for each in fg.negatives(schema, table="order_items") if each.id.endswith("quantity_min/at")]
    held = record.dataset
    assert record.row["quantity"] == 1
    assert [row["total"] for row in held["orders"]] == [record.row["unit_price"]]
    assert fg.verify(schema, frames(schema, record))


# ---- what there is


def test_a_verdict_for_every_kind_of_shop() -> None:
    found = fg.negatives(ROOT / "schemas" / "shop.yaml")
    assert {
        "orders_status_choices/none of them", "orders_shipped_at_min/below", "orders_customer_id_fkey/dangling",
        "orders_pkey/duplicate", "orders_ordered_at_not_null/null",
        "orders_status_shipped_at_check/shipped_at IS NULL: true (false)",
    } <= ids(found, "orders", "reject")  # fmt: skip
    assert {
        "orders_shipped_at_min/at", "orders_shipped_at_nullable/null", "orders_pkey/other id",
        "orders_customer_id_fkey/match", "orders_status_choices/is shipped",
    } <= ids(found, "orders", "accept")  # fmt: skip
    by_verify = {record.id: record for record in found if record.judge == "verify" and record.breaks}
    assert {"orders.orders_total_sum/other", "orders.orders_ordered_at_min/below"} <= by_verify.keys()
    assert all(record.expect == "accept" for record in by_verify.values())


def test_ids_tell_records_apart_and_stay() -> None:
    first, again = (fg.negatives(ROOT / "schemas" / "saas.yaml", seed=5) for _ in range(2))
    assert [record.id for record in first] == [record.id for record in again]
    assert len({record.id for record in first}) == len(first)
    assert list(first) == list(again)


def test_a_duplicate_repeats_the_key_and_nothing_else_a_near_miss_all_but_one_column() -> None:
    found = fg.negatives(CORPUS / "sqlite" / "hard.sql", table="order_items")
    by_id = {
        record.id.partition("/")[2]: record for record in found if record.constraint == "order_items.order_items_pkey"
    }
    (first,) = by_id["duplicate"].before[-1].rows if isinstance(by_id["duplicate"].before[-1], Insert) else ()
    assert {name for name in first if first[name] == by_id["duplicate"].row[name]} == {"order_id", "line_no"}
    near = by_id["other line_no"]
    (first,) = near.before[-1].rows if isinstance(near.before[-1], Insert) else ()
    assert {name for name in first if first[name] != near.row[name]} == {"line_no"}


def test_both_sides_of_a_boundary_are_one_step_apart() -> None:
    found = fg.negatives(CORPUS / "sqlite" / "hard.sql", table="order_items")
    values = {record.id.partition("/")[2]: record.row["qty"] for record in found if "qty_check" in record.id}
    assert values["qty >= 1: below"] == 0
    assert values["qty >= 1: equal"] == 1
    assert values["qty <= 99: equal"] == 99
    assert values["qty <= 99: above"] == 100


def test_what_cannot_be_broken_alone_is_said() -> None:
    users = Table(
        name="users",
        columns=(Column(name="id", type=INTEGER), Column(name="email", type=TEXT)),
        primary_key=Unique(columns=("id",)),
        uniques=(Unique(columns=("id", "email"), name="both"),),
    )
    found = fg.negatives(Schema(tables={"users": users}))
    (said,) = [each for each in found.unbreakable if each.way == "id, email twice"]
    assert said.reason == "every row that breaks it breaks users_pkey as well"


def test_tables_in_a_circle_that_nothing_opens_are_said() -> None:
    def table(name: str, other: str) -> Table:
        reference = Reference(columns=("other",), table=other, target=("id",), name=f"{name}_fkey")
        columns = (Column(name="id", type=INTEGER), Column(name="other", type=INTEGER))
        return Table(name=name, columns=columns, primary_key=Unique(columns=("id",)), references=(reference,))

    found = fg.negatives(Schema(tables={"a": table("a", "b"), "b": table("b", "a")}))
    assert {record.id for record in found} == {
        "a.a_other_not_null/null", "a.a_fkey/dangling", "b.b_other_not_null/null", "b.b_fkey/dangling",
    }  # fmt: skip
    (said,) = [each for each in found.unbreakable if each.way == "id twice" and each.table == "a"]
    assert "circle" in said.reason


def test_bounds_beyond_all_values_leave_no_record_but_a_reason() -> None:
    column = Column(name="n", type=Type(kind="integer", bits=16), low=Constant(-(2**15)))
    found = fg.negatives(Schema(tables={"t": Table(name="t", columns=(column,))}))
    assert "t.t_n_min/below" not in {record.id for record in found}
    assert any(each.constraint == "t.t_n_min" for each in found.unbreakable)


def test_each_of_the_few_values_of_a_type_is_taken_once(tmp_path: Path) -> None:
    ddl = tmp_path / "few.sql"
    ddl.write_text(
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'so-so');"
        "CREATE TABLE t (id integer PRIMARY KEY, on_air boolean NOT NULL, m mood NOT NULL,"
        " sex text NOT NULL CHECK (upper(sex) = ANY (ARRAY['F'::text, 'M'::text])));"
    )
    found = fg.negatives(fg.load(ddl, dialect="postgresql"))
    assert {
        "t_on_air_type/is True", "t_on_air_type/is False", "t_m_enum/is glad", "t_m_enum/is sad", "t_m_enum/is so-so",
        "t_sex_check/'F'", "t_sex_check/'M'",
    } <= ids(found, "t", "accept")  # fmt: skip
    assert "t_sex_check/none of them" in ids(found, "t", "reject")


def test_keys_of_computed_columns_and_lengths_of_bytes_are_broken(tmp_path: Path) -> None:
    ddl = tmp_path / "made.sql"
    ddl.write_text(
        "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER NOT NULL, label TEXT AS (b || '-' || a) STORED UNIQUE,"
        " seal BLOB CHECK (length(seal) <= 4), PRIMARY KEY (a, b));"
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, twice INTEGER AS (a * 2) UNIQUE);"
    )
    found = judged(ddl, "sqlite")
    assert "t_seal_check/above" in ids(found, "t", "reject")
    assert {"t_pkey/other a", "t_pkey/other b"} <= ids(found, "t", "accept")
    assert "u_twice_key/duplicate" in ids(found, "u", "reject")
    assert "u_twice_key/other a" in ids(found, "u", "accept")


def test_keys_computed_from_what_is_computed_are_broken(tmp_path: Path) -> None:
    ddl = tmp_path / "twice.sql"
    ddl.write_text(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, n INTEGER NOT NULL, low TEXT AS (lower(a)),"
        " bare TEXT AS (trim(low)), both TEXT AS (bare || '-' || n) UNIQUE);"
        "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT NOT NULL, n INTEGER NOT NULL, low TEXT AS (lower(a)));"
        "CREATE UNIQUE INDEX late ON u (n) WHERE low > 'm';"
    )
    found = judged(ddl, "sqlite")
    assert "t_both_key/duplicate" in ids(found, "t", "reject")
    assert {"t_both_key/other a", "t_both_key/other n"} <= ids(found, "t", "accept")
    assert "late/duplicate" in ids(found, "u", "reject")
    assert "late/other n" in ids(found, "u", "accept")


def test_moments_that_end_soon_break_what_the_clock_decides(tmp_path: Path) -> None:
    ddl = tmp_path / "moments.sql"
    ddl.write_text(
        "CREATE TABLE t (id INT PRIMARY KEY, born TIMESTAMP NOT NULL CHECK (born <= CURRENT_TIMESTAMP),"
        " due TIMESTAMP NULL CHECK (due >= CURRENT_TIMESTAMP), made DATETIME NOT NULL CHECK (made <= now()));"
    )
    found = fg.negatives(fg.load(ddl, dialect="mysql"), as_of=date(2026, 6, 15))
    rows = {record.constraint.split("_")[1]: record.row for record in found if record.breaks and record.kind == "check"}
    years = {name: row[name].year for name, row in rows.items()}  # type: ignore[attr-defined] # a datetime
    assert (years["born"], years["made"]) == (2036, 2226)
    assert years["due"] <= 2016


# ---- input


def test_wrong_input_is_refused() -> None:
    schema = Schema(tables={"users": Table(name="users", columns=(Column(name="id", type=INTEGER),))})
    with pytest.raises(InputError, match="unknown dialect 'oracle'"):
        fg.negatives(schema, dialect="oracle")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match=r"unknown table 'user'.*Did you mean 'users'"):
        fg.negatives(schema, table="user")
    with pytest.raises(InputError, match="seed is 'x'"):
        fg.negatives(schema, seed="x")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="as_of is 'x'"):
        fg.negatives(schema, as_of="x")  # type: ignore[arg-type]


def test_nothing_comes_of_nothing() -> None:
    assert len(fg.negatives(Schema(tables={}))) == 0
    assert len(fg.negatives(Schema(tables={"t": Table(name="t", columns=())}))) == 0
