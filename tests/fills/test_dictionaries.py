"""Dictionaries: frames of text picked from lists hold the same values, as Categorical."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.fills import dictionaries
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.dictionaries import LEAST_ROWS, Dictionaries
from fixturegen.fills.engine import Engine
from fixturegen.hostility.making import engine_of, made_frames
from fixturegen.planning import Plan
from fixturegen.sources.yaml_file import parse_schema

SCHEMAS = sorted((Path(__file__).parents[2] / "schemas").glob("*.yaml"))
ID = {"type": "integer", "primary_key": True}
COLUMNS = {
    "id": ID,
    "status": {"choices": {"new": 2, "paid": 3, "shipped": 4}},
    "shipped_at": {"type": "date", "min": "2024-01-01", "max": "2025-01-01", "nulls": True},
    "kind": {"type": "varchar(9)", "choices": ["a", "b", "c"], "nulls": 0.3},
    "always": {"type": "text", "constant": "so"},
    "label": {"type": "text", "expression": "kind || '-' || status", "nulls": True},
    "code": {"type": "text", "regex": "[A-Z]{3}-[0-9]{9}"},
    "mood": {"type": "enum(glad, sad)"},
    "number": {"choices": [1, 2, 3]},
    "first_name": {"type": "varchar(60)"},
    "email": {"type": "varchar(120)", "unique": True},
    "country_code": {"type": "char(2)", "choices": {"DE": 5, "JP": 1}},
}


def plan(rows: int = 3_000) -> Plan:
    table = {
        "rows": rows,
        "columns": COLUMNS,
        "groups": {"who": {"person": {"first_name": "first_name", "email": "email", "country_code": "country_code"}}},
        "rules": ["(status = 'shipped') = (shipped_at IS NOT NULL)"],
    }
    return fg.plan(parse_schema(json.dumps({"version": 1, "tables": {"things": table}})))


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionaries, "LEAST_ROWS", 1)


def categorical(frame: pl.DataFrame) -> set[str]:
    return {name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Categorical)}


@pytest.mark.usefixtures("everywhere")
def test_text_picked_from_lists_is_categorical_and_nothing_else() -> None:
    made = plan()
    frame = Engine(made, Bulk(0), None, Dictionaries(made)).frame("things", 0, 3_000)
    assert categorical(frame) == {"status", "kind", "always", "first_name", "country_code"}


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_the_values_are_those_of_texts(path: Path) -> None:
    made = fg.plan(str(path), scale=0.2)
    plain = list(made_frames(made, 100))
    coded = list(made_frames(made, 100, dictionaries=True))
    assert [name for name, _ in coded] == [name for name, _ in plain]
    for (name, found), (_, expected) in zip(coded, plain, strict=True):
        assert found.cast({pl.Categorical: pl.String}).equals(expected), name


@pytest.mark.usefixtures("everywhere")
def test_all_chunks_have_the_same_dtypes() -> None:
    chunks = [frame.schema for _, frame in made_frames(plan(40), 7, dictionaries=True)]
    assert len(chunks) > 1
    assert all(schema == chunks[0] for schema in chunks)


@pytest.mark.usefixtures("everywhere")
def test_whoever_reads_a_column_gets_texts() -> None:
    made = plan()
    frame = Engine(made, Bulk(0), None, Dictionaries(made)).frame("things", 0, 3_000)
    texts = frame.cast({pl.Categorical: pl.String})
    known = texts.filter(pl.col("kind").is_not_null())
    assert known["label"].to_list() == [f"{kind}-{status}" for kind, status in known.select("kind", "status").rows()]
    assert ((texts["status"] == "shipped") == texts["shipped_at"].is_not_null()).all()
    assert known.height < texts.height


@pytest.mark.usefixtures("everywhere")
def test_pools_are_forgotten_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionaries, "_MOST_HELD", 1)
    made = plan()
    found = Engine(made, Bulk(0), None, Dictionaries(made)).frame("things", 0, 3_000)
    assert found.cast({pl.Categorical: pl.String}).equals(Engine(made, Bulk(0)).frame("things", 0, 3_000))


def test_small_tables_have_texts() -> None:
    assert not Dictionaries(plan(LEAST_ROWS - 1)).of("things")
    assert Dictionaries(plan(LEAST_ROWS)).of("things")


def test_hostile_rows_have_texts() -> None:
    made = fg.plan(
        parse_schema(json.dumps({"version": 1, "tables": {"t": {"rows": 5, "columns": {"id": ID}}}})), hostile=0.5
    )
    assert engine_of(made, dictionaries=True).dictionaries is None
