"""Every example of every schema satisfies every constraint, as frames and in a real SQLite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_schemas import schemas
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

import fixturegen as fg
from fixturegen.loading import seed_frames
from fixturegen.sources.yaml_file import parse_schema

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "schemas" / f"{name}.yaml" for name in ("shop", "saas", "bank", "forum")]
SQLITE = [ROOT / "tests" / "corpus" / "sqlite" / f"{name}.sql" for name in ("hard", "chinook", "sakila")]
OTHERS = sorted((ROOT / "tests" / "corpus").glob("[mp]*/*.sql"))


def judge(schema: fg.Schema, made: dict[str, pl.DataFrame], *, unverified: bool = False) -> None:
    """Ask the constraints, and SQLite with foreign keys on."""
    report = fg.verify(schema, made)
    assert report.violations == ()
    assert unverified or report.unverified == ()
    assert set(made) == set(schema.tables)
    if unverified:
        return
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        tables = [schema.tables[name] for name in made]
        seed_frames(engine, schema, tables, iter(made.items()), marker="x", create=True)
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    finally:
        engine.dispose()


def run(schema: fg.Schema, examples: int, *, unverified: bool = False) -> int:
    """Judge so many examples; return the rows of all. Health checks are those of every user."""
    rows = [0]

    @settings(max_examples=examples, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
    @given(fg.datasets(schema, accept_unverified=unverified))
    def each(made: dict[str, pl.DataFrame]) -> None:
        rows[0] += sum(frame.height for frame in made.values())
        assert all(frame.height <= 8 for frame in made.values())
        judge(schema, made, unverified=unverified)

    each()
    return rows[0]


@pytest.mark.parametrize("path", [SHIPPED[0], SQLITE[0]], ids=lambda path: path.stem)
def test_examples_hold(path: Path) -> None:
    assert run(fg.load(str(path)), 12) > 12


@pytest.mark.slow
@pytest.mark.parametrize("path", [*SHIPPED, *SQLITE], ids=lambda path: path.stem)
def test_examples_hold_at_length(path: Path) -> None:
    assert run(fg.load(str(path)), 150) > 300


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.stem}-{path.stem}")
def test_examples_of_other_databases_hold(path: Path) -> None:
    assert run(fg.load(str(path)), 30, unverified=True) > 30


COUNTED = """
version: 1
tables:
  transfers:
    columns: {id: {type: integer, primary_key: true}}
  entries:
    rows: 2..3 per transfers
    primary_key: [transfer_id, side]
    columns: {transfer_id: {references: transfers.id}, side: {ordinal: transfers}}
  notes:
    rows: 1..2 per entries
    columns: {id: {type: integer, primary_key: true}, transfer_id: {}, side: {}}
    references: [{columns: [transfer_id, side], to: "entries(transfer_id, side)"}]
"""


def test_counts_per_parent_hold_and_so_do_the_sizes() -> None:
    schema = parse_schema(COUNTED)
    heights: set[int] = set()

    @settings(max_examples=40, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
    @given(fg.datasets(schema, min_rows={"transfers": 1}))
    def each(made: dict[str, pl.DataFrame]) -> None:
        assert all(frame.height <= 8 for frame in made.values())
        entries = made["entries"].group_by("transfer_id").len()["len"]
        notes = made["notes"].group_by("transfer_id", "side").len()["len"]
        assert len(entries) == made["transfers"].height >= 1
        assert len(notes) == made["entries"].height
        assert entries.is_between(2, 3).all()
        assert notes.is_between(1, 2).all()
        heights.add(made["notes"].height)
        judge(schema, made)

    each()
    assert len(heights) > 4


SUBTYPES = """
version: 1
tables:
  things:
    columns: {id: {type: integer, primary_key: true}, kind: {type: text, choices: [a, b]}}
    unique: [[id, kind]]
  ships:
    primary_key: [id]
    columns: {id: {}, kind: {}}
    rules: ["kind = 'a'"]
    references: [{columns: [id, kind], to: "things(id, kind)"}]
  first:
    columns: {id: {type: integer, primary_key: true}, thing_id: {references: things.id}}
    rules: ["thing_id IN (1, 2)"]
"""


def test_only_parents_that_the_checks_of_a_reference_allow_are_chosen() -> None:
    schema = parse_schema(SUBTYPES)
    held = set()

    @settings(max_examples=60, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
    @given(fg.datasets(schema))
    def each(made: dict[str, pl.DataFrame]) -> None:
        held.update(name for name, frame in made.items() if frame.height)
        judge(schema, made)

    each()
    assert held == {"things", "ships", "first"}


def examine(data: dict[str, Any], draw: st.DataObject, where: Path) -> None:
    """Judge an example of a schema; a schema that says what no row can be is refused as it is everywhere."""
    path = where / "schema.yaml"
    path.write_text(json.dumps(data))
    schema = fg.load(str(path))
    try:
        strategy = fg.datasets(schema)
    except fg.InputError:
        with pytest.raises(fg.InputError):
            fg.generate(schema)
        return
    judge(schema, draw.draw(strategy))


UNUSUAL = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(data=schemas(most_tables=3, most_rows=6), draw=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=UNUSUAL)
def test_examples_of_random_schemas_hold(data: dict[str, Any], draw: st.DataObject, tmp_path: Path) -> None:
    examine(data, draw, tmp_path)


@pytest.mark.slow
@given(data=schemas(), draw=st.data())
@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=UNUSUAL)
def test_examples_of_random_schemas_hold_at_length(data: dict[str, Any], draw: st.DataObject, tmp_path: Path) -> None:
    examine(data, draw, tmp_path)
