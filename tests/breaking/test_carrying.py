"""Parents made up for keys that no row at hand has: what stands in columns that refer elsewhere can be tested to its limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from court import court

import fixturegen as fg
from fixturegen.breaking.carrying import Carrier
from fixturegen.breaking.placing import Parents
from fixturegen.breaking.pool import pool_of
from fixturegen.breaking.records import Record
from fixturegen.schema import Schema

DDL = """
CREATE TABLE groups (code VARCHAR(9) PRIMARY KEY, number BIGINT NOT NULL UNIQUE, CHECK (code <> 'none'));
CREATE TABLE runs (code VARCHAR(9) NOT NULL REFERENCES groups (code), run VARCHAR(7) NOT NULL, PRIMARY KEY (code, run));
CREATE TABLE notes (code VARCHAR(9) NOT NULL, run VARCHAR(7) NOT NULL, PRIMARY KEY (code, run),
    FOREIGN KEY (code, run) REFERENCES runs (code, run));
CREATE TABLE marks (id INTEGER PRIMARY KEY, code VARCHAR(5) REFERENCES groups (code),
    number INTEGER NOT NULL REFERENCES groups (number));
"""


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    path = tmp_path / "carried.sql"
    path.write_text(DDL)
    return fg.load(path, dialect="postgresql")


def of(schema: Schema, table: str) -> dict[str, Record]:
    return {record.id.partition(".")[2]: record for record in fg.negatives(schema, dialect="sqlite", table=table)}


def test_texts_that_refer_elsewhere_reach_their_length(schema: Schema) -> None:
    found = of(schema, "notes")
    assert len(str(found["notes_code_length/longest"].row["code"])) == 9
    assert len(str(found["notes_run_length/longest"].row["run"])) == 7
    parents = found["notes_code_length/longest"].dataset
    assert [row["code"] for row in parents["groups"]] == [row["code"] for row in parents["runs"]]


def test_numbers_and_texts_narrower_than_what_they_refer_to_are_refused_beyond(schema: Schema) -> None:
    found = of(schema, "marks")
    assert found["marks_code_length/longer"].expect == "reject"
    assert len(str(found["marks_code_length/longer"].row["code"])) == 6
    assert found["marks_number_precision/beyond greatest"].row["number"] == 2**31
    assert found["marks_number_precision/beyond greatest"].dataset["groups"][0]["number"] == 2**31


def test_keys_of_nothing_but_one_reference_are_told_column_by_column(schema: Schema) -> None:
    found = of(schema, "notes")
    assert {"notes_pkey/duplicate", "notes_pkey/other code", "notes_pkey/other run"} <= found.keys()
    first, last = found["notes_pkey/other run"].dataset["notes"]
    assert first["code"] == last["code"]
    assert first["run"] != last["run"]


def test_databases_judge_them_so(schema: Schema) -> None:
    held = court(schema, "sqlite")
    records = [*fg.negatives(schema, dialect="sqlite")]
    assert not [str(each) for each in held.mistakes(records)]
    held.close()


def test_what_is_made_up_is_valid_or_is_not_made(schema: Schema) -> None:
    carrier = Carrier(Parents(pool_of(schema, ["groups"], 0), "sqlite"))
    assert carrier.carried("groups", 0, {"code": "none"}) is None
    assert carrier.carried("groups", 0, {"code": "x" * 10}) is None
    assert carrier.carried("groups", 0, {"code": 3}) is None
    place = carrier.carried("groups", 0, {"code": "fits"})
    assert place is not None
    assert carrier.parents.row(place)["code"] == "fits"
    assert carrier.carried("groups", 0, {"code": "fits"}) == place


def test_rows_that_others_decide_about_are_not_made_up() -> None:
    schema = fg.load(Path(__file__).parents[2] / "schemas" / "shop.yaml")
    carrier = Carrier(Parents(pool_of(schema, ["orders"], 0), "sqlite"))
    assert carrier.is_fixed("orders")  # a sum over its items, and bounds by its customer
    assert not carrier.is_fixed("customers")
