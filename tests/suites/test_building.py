"""Records reduced to a suite: nothing is lost, nothing is said twice, and every line does what it says in SQLite."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from shop_records import CUSTOMER, FIRST, ORDER, RECORDS, SCHEMA, insert, record

from fixturegen.breaking.records import Insert, Outcome, Record
from fixturegen.databases.create import create_statements
from fixturegen.schema import Column, Reference, Schema, Table, Unique
from fixturegen.suites import Line
from fixturegen.suites.building import reduced, written_suite
from fixturegen.suites.writing import ndjson


def lines(records: list[Record], schema: Schema = SCHEMA) -> tuple[Line, ...]:
    return written_suite(schema, "sqlite", reduced(schema, records)).lines


def outcome(line: Line, schema: Schema = SCHEMA) -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    for statement in create_statements(schema, "sqlite"):
        connection.execute(statement)
    for statement in line.statements[:-1]:
        connection.execute(statement)
    try:
        connection.execute(line.statements[-1])
    except sqlite3.IntegrityError:
        return "reject"
    finally:
        connection.close()
    return "accept"


def test_every_line_does_what_it_says() -> None:
    made = lines(RECORDS)
    assert [outcome(line) for line in made] == [line.expect for line in made]


def test_every_record_is_tested_once() -> None:
    made = reduced(SCHEMA, RECORDS)
    tested = Counter(each.record.id for each in made)
    tested.update(cover.record.id for each in made for cover in each.covers)
    assert tested == Counter(each.id for each in RECORDS)


def test_rows_that_are_taken_ride_on_other_lines() -> None:
    made = reduced(SCHEMA, RECORDS)
    assert len(made) < len(RECORDS)
    assert sum(len(each.steps) for each in made) < sum(len(each.steps) for each in RECORDS)
    for each in made:
        for cover in each.covers:
            wanted, got = cover.record, each.steps[cover.step]
            assert isinstance(got, Insert)
            told = {name for name, value in got.rows[0].items() if value == wanted.row[name]}
            column = wanted.constraint.rpartition(".")[2]
            about = [name for name in wanted.row if name in column]
            assert about
            # A row that differs from its twin in a key may differ by any value.
            assert wanted.kind == "unique" or told.issuperset(about[-1:]), wanted.id


def test_rows_that_are_taken_share_their_parents_in_one_line() -> None:
    loose = [each for each in RECORDS if each.expect == "accept"]
    made = reduced(SCHEMA, loose)
    assert [each.record.expect for each in made] == ["accept"] * len(made)
    assert len(made) <= 2  # what the database numbers stands by itself
    steps = [repr(step) for each in made for step in each.steps]
    assert len(steps) == len(set(steps))
    assert [outcome(line) for line in lines(loose)] == ["accept"] * len(made)


def test_a_twin_in_a_key_and_a_key_at_its_limit_are_one_row() -> None:
    made = reduced(SCHEMA, [each for each in RECORDS if each.table == "customers"])
    (at,) = [(case, cover.step) for case in made for cover in case.covers if cover.record.id.endswith("key/other")]
    rows = [dict(step.rows[0]) for step in at[0].steps if isinstance(step, Insert)]
    assert rows[at[1]]["email"] == "aaaaaaaa@example.com"


def test_boundaries_of_one_check_are_never_merged() -> None:
    made = reduced(SCHEMA, RECORDS)
    totals = {
        str(row["total"])
        for each in made
        for step in each.steps
        if isinstance(step, Insert)
        for row in step.rows
        if step.table == "orders" and row["total"] is not None
    }
    assert {"0.99", "1.00", "1.01"} <= totals


def test_a_number_that_the_database_gives_is_never_beside_others() -> None:
    numbered = [each for each in lines(RECORDS) if "(NULL, " in "".join(each.statements)]
    assert [len(each.statements) for each in numbered] == [1]


@pytest.mark.parametrize(
    ("become", "alone"), [("given", False), ("numbered", False), ("passed over", True), ("filled", True)]
)
def test_a_row_that_does_not_stand_there_afterwards_has_a_line_of_its_own(become: Outcome, *, alone: bool) -> None:
    ridden, _, _ = taken = [
        each for each in RECORDS if each.constraint.startswith("orders.") and each.expect == "accept"
    ][1:]
    refused = next(each for each in RECORDS if each.id == "orders.orders_pkey/again")
    made = reduced(SCHEMA, [replace(ridden, outcome=become), *taken[1:], refused])
    assert (ridden.id in {case.record.id for case in made}) == alone


def test_a_row_that_something_dangles_beside_does_not_take_the_missing_key() -> None:
    person = Table(
        name="people",
        columns=(
            SCHEMA.tables["customers"].columns[0],
            Column(name="boss", type=SCHEMA.tables["orders"].columns[1].type, nullable=True),
            SCHEMA.tables["customers"].columns[2],
        ),
        primary_key=Unique(columns=("id",)),
        references=(Reference(columns=("boss",), table="people", target=("id",), name="people_boss_fkey"),),
    )
    base = {"id": 1, "boss": None, "note": "x"}
    records = [
        record("people.people_boss_fkey/none", "reference", "reject", insert("people", base, boss=2)),
        record("people.people_note_nullable/null", "nullable", "accept", insert("people", base, note=None)),
    ]
    schema = Schema(tables={"people": person})
    made = lines(records, schema)
    assert [outcome(line, schema) for line in made] == [line.expect for line in made]


def test_lines_have_the_form_that_is_promised() -> None:
    texts = ndjson(lines(RECORDS)).splitlines()
    assert len({json.loads(text)["id"] for text in texts}) == len(texts)
    for text in texts:
        told = json.loads(text)
        assert list(told) == ["id", "constraint", "kind", "table", "expect", "at", "statements"]
        assert told["expect"] in {"accept", "reject"}
        assert told["at"] == "statement"
        assert all(statement.startswith("INSERT INTO ") for statement in told["statements"])


def test_the_same_statements_are_said_once() -> None:
    twin = replace(RECORDS[1], id="customers.customers_email_not_null/again")
    made = reduced(SCHEMA, [RECORDS[1], twin])
    assert [each.record.id for each in made] == [RECORDS[1].id]
    assert [cover.record.id for cover in made[0].covers] == [twin.id]


def test_what_only_verification_judges_has_no_line() -> None:
    assert not reduced(SCHEMA, [replace(RECORDS[0], judge="verify")])


def test_what_the_commit_decides_stays_as_it_is() -> None:
    late = record(
        "orders.orders_customer_id_fkey/late", "reference", "accept", FIRST, insert("orders", ORDER), at="commit"
    )
    (made,) = reduced(SCHEMA, [late])
    assert made.steps == (insert("orders", ORDER), FIRST)


@pytest.mark.parametrize("missing", ["orders", "customers"])
def test_only_the_tables_asked_for_have_lines(missing: str) -> None:
    kept = [name for name in SCHEMA.tables if name != missing]
    assert {each.record.table for each in reduced(SCHEMA, RECORDS, kept)} == set(kept)


def test_reduction_does_not_depend_on_the_order_of_columns() -> None:
    turned = [replace(each, last=Insert(table=each.last.table, rows=tuple(dict(reversed(row.items())) for row in each.last.rows)))
              for each in RECORDS if isinstance(each.last, Insert)]  # fmt: skip
    sizes = [sum(len(each.steps) for each in reduced(SCHEMA, records)) for records in (RECORDS, turned)]
    assert sizes[0] == sizes[1]
    assert CUSTOMER["id"] == 1
