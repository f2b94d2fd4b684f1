"""Uniques kept by drawing again: kept at every width and density, without moving earlier rows, refused in seconds."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.fills import settling
from fixturegen.schema import Location, Schema
from fixturegen.sources.ddl import from_ddl
from fixturegen.sources.yaml_file import parse_schema

ID = {"type": "integer", "primary_key": True}
COLUMNS: dict[str, Any] = {
    "a": {"type": "integer", "min": 1, "max": 9},
    "b": {"type": "varchar(20)", "choices": {"Ab": 1, "aB": 1, "c": 3, "d": 5}},
    "c": {"type": "date", "min": "2025-01-01", "max": "2025-01-06", "nulls": 0.3},
    "p_id": {"references": "p.id"},
    "q_id": {"references": "p.id", "nulls": 0.4, "skew": 1.0},
    "flag": {"type": "boolean"},
}


def table(rows: int, unique: list[Any], rules: list[str] | None = None, seed: int = 0) -> pl.DataFrame:
    tables = {
        "p": {"rows": 12, "columns": {"id": ID}},
        "t": {"rows": rows, "columns": {"id": ID, **COLUMNS}, "unique": unique, "rules": rules or []},
    }
    schema = parse_schema(json.dumps({"version": 1, "tables": tables}))
    dataset = fg.generate(schema, seed=seed)
    assert fg.verify(schema, dataset).violations == ()
    return dataset["t"]


def repeated(frame: pl.DataFrame, *keys: str) -> int:
    """Rows that share a whole key with another one; a NULL frees a row."""
    whole = frame.select(keys).drop_nulls()
    return whole.height - whole.unique().height


UNIQUES: dict[str, tuple[int, list[Any]]] = {
    "values": (30, [["a", "b"]]),
    "all values": (36, [["a", "b"]]),
    "a reference and a value": (100, [["p_id", "a"]]),
    "all of them": (108, [["p_id", "a"]]),
    "nullable": (200, [["p_id", "c"]]),
    "two references": (150, [["p_id", "q_id"]]),
    "two keys": (20, [["a", "b"], ["a", "p_id"]]),
    "three keys": (12, [["a", "p_id"], ["b", "q_id"], ["p_id", "flag"]]),
}


@pytest.mark.parametrize(("rows", "unique"), UNIQUES.values(), ids=UNIQUES)
def test_uniques_are_kept(rows: int, unique: list[Any]) -> None:
    for seed in range(3):
        frame = table(rows, unique, seed=seed)
        assert frame.height == rows
        assert [repeated(frame, *keys) for keys in unique] == [0] * len(unique)


@pytest.mark.parametrize(("rows", "unique"), UNIQUES.values(), ids=UNIQUES)
def test_rows_that_follow_move_no_earlier_row(rows: int, unique: list[Any]) -> None:
    whole = table(rows, unique)
    for fewer in (1, rows // 3, rows - 1):
        assert table(fewer, unique).equals(whole.head(fewer)), fewer


def test_partial_uniques_bind_where_their_condition_holds() -> None:
    unique = [{"columns": ["p_id"], "where": "flag"}]
    frame = table(60, unique)
    assert repeated(frame.filter("flag"), "p_id") == 0
    assert repeated(frame.filter(~pl.col("flag")), "p_id") > 0
    assert frame["flag"].any()


def test_partial_uniques_may_depend_on_other_columns() -> None:
    frame = table(60, [{"columns": ["p_id", "b"], "where": "a > 4 AND c IS NOT NULL"}])
    bound = frame.filter((pl.col("a") > 4) & pl.col("c").is_not_null())
    assert repeated(bound, "p_id", "b") == 0
    assert bound.height > 5


def test_expressions_are_unique_by_their_value() -> None:
    frame = table(20, [{"expressions": ["lower(b)", "a"]}])
    assert repeated(frame.with_columns(pl.col("b").str.to_lowercase()), "b", "a") == 0


def test_the_last_free_place_is_found() -> None:
    for seed in range(4):
        frame = table(108, [["p_id", "a"]], seed=seed)
        assert frame.group_by("p_id").len()["len"].to_list() == [9] * 12


@pytest.mark.parametrize(
    ("rows", "unique", "rules"),
    [
        (109, [["p_id", "a"]], []),
        (37, [["a", "b"]], []),
        (13, [{"columns": ["p_id"], "where": "a > 0"}], []),
        (5, [{"columns": ["flag"], "where": "a BETWEEN 1 AND 9"}], ["a = 3"]),
        (28, [["a", "b"], ["a", "flag"]], []),
    ],
)
def test_one_row_too_many_is_refused_in_seconds(rows: int, unique: list[Any], rules: list[str]) -> None:
    with pytest.raises(ImpossibleError, match=r"t: .*(can exist|no place)"):
        table(rows, unique, rules)


def boxes() -> Schema:
    ddl = "CREATE TABLE boxes (id INT PRIMARY KEY, w INT NOT NULL UNIQUE, h INT NOT NULL UNIQUE, CHECK (w * h <= 100))"
    return from_ddl(ddl, dialect="postgresql", where=Location("f.sql", 1))


def test_a_check_over_two_unique_columns_leaves_room_for_all_rows() -> None:
    schema = boxes()
    made = fg.generate(schema, rows=200)
    assert made["boxes"].height == 200
    assert fg.verify(schema, made)
    assert fg.generate(schema, rows=120)["boxes"].equals(made["boxes"][:120])


def test_attempts_are_looked_at_many_at_once_with_what_they_give_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    codes = settling._codes

    def counted(*arguments: Any) -> Any:
        looks.append(1)
        return codes(*arguments)

    monkeypatch.setattr(settling, "_codes", counted)
    unique = [["p_id", "flag"], ["a", "p_id"]]
    ahead, number = table(24, unique), len(looks)
    looks.clear()
    monkeypatch.setattr(settling, "FEWEST_AHEAD", 10**9)
    assert table(24, unique).equals(ahead)
    assert number * 2 < len(looks)
