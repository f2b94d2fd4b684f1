"""Widths of rows: those of types, unless values are far longer."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.dtypes import bytes_a_value
from fixturegen.fills.bulk import frames
from fixturegen.fills.widths import row_bytes
from fixturegen.planning.plan import TablePlan
from fixturegen.sources.yaml_file import parse_schema

SCHEMAS = sorted((Path(__file__).parents[2] / "schemas").glob("*.yaml"))
ID = {"type": "integer", "primary_key": True}


def planned(columns: dict[str, object], seed: int = 0, **table: object) -> TablePlan:
    text = json.dumps({"version": 1, "tables": {"t": {"rows": 400, "columns": {"id": ID, **columns}, **table}}})
    return fg.plan(parse_schema(text), seed=seed).tables["t"]


def by_types(table: TablePlan) -> int:
    return sum(bytes_a_value(column.type) for column in table.table.columns)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_usual_tables_are_as_wide_as_their_types_say(path: Path) -> None:
    for table in fg.plan(str(path)).tables.values():
        assert row_bytes(table) == by_types(table)


LONG: dict[str, dict[str, object]] = {
    "regex": {"type": "text", "regex": "[a-z]{3000}"},
    "faker": {"type": "text", "faker": {"text": {"max_nb_chars": 3000}}},
    "bytes": {"type": "blob", "faker": {"binary": {"length": 50_000}}},
    "values": {"type": "text", "choices": ["a" * 4_000, "b" * 2_000]},
}


@pytest.mark.parametrize("name", LONG)
def test_long_values_count_as_they_are(name: str) -> None:
    table = planned({name: LONG[name]})
    made = pl.concat(frame for _, frame in frames(fg.plan(_schema({name: LONG[name]}))))[name]
    lengths = made.bin.size() if made.dtype == pl.Binary else made.str.len_bytes()
    assert 0.5 < row_bytes(table) / float(str(lengths.mean())) < 2


def _schema(columns: dict[str, object]) -> object:
    return parse_schema(json.dumps({"version": 1, "tables": {"t": {"rows": 400, "columns": {"id": ID, **columns}}}}))


def test_columns_of_a_check_count_as_their_longest() -> None:
    columns = {
        "kind": {"type": "text", "choices": ["x", "y" * 5_000]},
        "number": {"type": "integer", "min": 0, "max": 9},
    }
    table = planned(columns, rules=["(kind = 'x') = (number < 5)"])
    assert row_bytes(table) >= 5_000


def test_what_is_made_of_others_is_as_wide_as_they() -> None:
    table = planned({"a": LONG["regex"], "b": {"type": "text", "template": "{a} and {a}"}})
    assert row_bytes(table) >= 6_000


def test_arrays_count_their_elements() -> None:
    assert row_bytes(planned({"a": {"type": "text[]", "constant": ["q" * 900] * 4}})) >= 3_600


def test_nothing_is_made_of_a_table_without_rows(tmp_path: Path) -> None:
    columns = {"id": ID, "never": {"type": "text", "expression": "NULL"}}
    schema = parse_schema(json.dumps({"version": 1, "tables": {"t": {"rows": 0, "columns": columns}}}))
    table = fg.plan(schema).tables["t"]
    assert row_bytes(table) == by_types(table)
    assert fg.export(schema, tmp_path / "out").tables["t"].rows == 0


def test_the_seed_changes_nothing() -> None:
    assert row_bytes(planned(LONG, seed=1)) == row_bytes(planned(LONG, seed=2))


def test_short_texts_are_not_even_made(monkeypatch: pytest.MonkeyPatch) -> None:
    table = planned({"a": {"type": "varchar(200)"}, "b": {"type": "integer"}})
    monkeypatch.setattr("fixturegen.fills.widths._made", None)
    assert row_bytes(table) == by_types(table)
