"""The engine as a whole, judged by SQLite: what it makes is accepted, what it refuses is impossible, and nothing crashes."""

from __future__ import annotations

import json
import sqlite3
from itertools import product
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from random_schemas import schemas

import fixturegen as fg
from fixturegen.errors import ImpossibleError
from fixturegen.sources.yaml_file import parse_schema

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def made(data: dict[str, Any]) -> dict[str, pl.DataFrame] | None:
    """The rows of a schema, or None where it is refused."""
    schema = parse_schema(json.dumps(data))
    try:
        return fg.generate(schema)
    except ImpossibleError as error:
        event(f"refused: {error.message.split(':')[0][:40]}")
        return None


def judge(data: dict[str, Any]) -> None:
    """Make rows, in one piece and in chunks, and let verification and SQLite judge them."""
    whole = made(data)
    if whole is None:
        return
    schema = parse_schema(json.dumps(data))
    parts: dict[str, list[pl.DataFrame]] = {}
    for name, frame in fg.stream(schema, chunk_rows=3):
        parts.setdefault(name, []).append(frame)
    for name, frame in whole.items():
        assert pl.concat(parts[name]).equals(frame), name
    report = fg.verify(schema, whole)
    assert report.violations == ()
    assert report.unverified == ()
    _load(schema, whole)


def _load(schema: fg.Schema, whole: dict[str, pl.DataFrame]) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    try:
        fg.seed(schema, engine, create=True)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            for name, frame in whole.items():
                count = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar()
                assert count == frame.height
        assert fg.verify(schema, engine).violations == ()
    finally:
        engine.dispose()


@given(schemas(most_tables=4))
@QUICK
def test_what_is_made_is_accepted(data: dict[str, Any]) -> None:
    judge(data)


@pytest.mark.slow
@given(schemas())
@SLOW
def test_what_is_made_is_accepted_at_length(data: dict[str, Any]) -> None:
    judge(data)


# ---- what is refused is impossible

DOMAINS: dict[str, tuple[dict[str, Any], list[object]]] = {
    "flag": ({"type": "boolean"}, [0, 1]),
    "size": ({"type": "integer", "min": 0, "max": 2}, [0, 1, 2]),
    "grade": ({"type": "text", "choices": {"a": 2, "b": 1}}, ["a", "b"]),
}
ATOMS = {
    "flag": ["flag = TRUE", "flag <> TRUE", "flag IS NULL", "flag IS NOT NULL"],
    "size": ["size > 0", "size <> 1", "size IN (0, 2)", "size IS NULL", "size < 1", "size BETWEEN 1 AND 2"],
    "grade": ["grade = 'a'", "grade <> 'a'", "grade IS NOT NULL", "grade LIKE 'b%'"],
    "p_id": ["p_id IS NULL", "p_id IS NOT NULL"],
}


@st.composite
def tiny(draw: st.DrawFn) -> dict[str, Any]:
    """One table of few columns with few values, whose rows can all be enumerated."""
    columns: dict[str, Any] = {"id": {"type": "integer", "primary_key": True}}
    for name in draw(st.lists(st.sampled_from(sorted(DOMAINS)), min_size=1, max_size=3, unique=True)):
        columns[name] = dict(DOMAINS[name][0])
    if draw(st.booleans()):
        columns["p_id"] = {"references": "p.id"}
    for name, column in columns.items():
        if name != "id" and draw(st.booleans()):
            column["nulls"] = draw(st.sampled_from([True, 0.5]))
    names = [name for name in columns if name != "id"]
    atoms = st.sampled_from(
        [text for name in names for text in ATOMS[name] if "NULL" not in text or "nulls" in columns[name]] or ["id > 0"]
    )
    rules = st.one_of(
        atoms, st.builds("{} OR {}".format, atoms, atoms), st.builds("NOT ({} AND {})".format, atoms, atoms)
    )
    keys = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    unique = st.one_of(keys, st.builds(lambda key, where: {"columns": key, "where": where}, keys, atoms))
    table = {
        "rows": draw(st.integers(1, 6)),
        "columns": columns,
        "rules": draw(st.lists(rules, max_size=2)),
        "unique": draw(st.lists(unique, max_size=2, unique_by=json.dumps)),
    }
    parents = {"rows": draw(st.integers(0, 3)), "columns": {"id": {"type": "integer", "primary_key": True}}}
    return {"version": 1, "tables": {"p": parents, "t": table}}


def possible(data: dict[str, Any]) -> bool:
    """Whether SQLite takes so many rows of some values: every set of allowed rows is tried."""
    table, parents = data["tables"]["t"], data["tables"]["p"]["rows"]
    names = [name for name in table["columns"] if name != "id"]
    pools = [
        (list(range(1, parents + 1)) if name == "p_id" else DOMAINS[name][1])
        + ([None] if "nulls" in table["columns"][name] else [])
        for name in names
    ]
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE t (id INTEGER, {', '.join(names)})")
    insert = f"INSERT INTO t VALUES (1, {', '.join('?' * len(names))})"
    connection.executemany(insert, list(product(*pools)))
    conditions = " AND ".join(f"coalesce(({rule}), TRUE)" for rule in table["rules"]) or "TRUE"
    keys = ", ".join(_key_sql(unique) for unique in table["unique"]) or "NULL"
    rows = connection.execute(f"SELECT {keys} FROM t WHERE {conditions}").fetchall()
    connection.close()
    return _fits(rows, table["rows"])


def _key_sql(unique: Any) -> str:
    """The values of a key as JSON, NULL where the row is free."""
    columns = unique["columns"] if isinstance(unique, dict) else unique
    bound = [f"{name} IS NOT NULL" for name in columns]
    bound += [f"({unique['where']})"] if isinstance(unique, dict) else []
    return f"CASE WHEN {' AND '.join(bound)} THEN json_array({', '.join(columns)}) END"


def _fits(rows: list[tuple[str | None, ...]], wanted: int) -> bool:
    if any(all(key is None for key in row) for row in rows):
        return True
    kinds = sorted(set(rows), key=repr)

    def search(at: int, left: int, taken: frozenset[tuple[int, str]]) -> bool:
        if left == 0:
            return True
        if len(kinds) - at < left:
            return False
        own = {(number, key) for number, key in enumerate(kinds[at]) if key is not None}
        return (not own & taken and search(at + 1, left - 1, taken | own)) or search(at + 1, left, taken)

    return search(0, wanted, frozenset())


def check_tiny(data: dict[str, Any]) -> None:
    judge(data)
    if made(data) is None:
        assert not possible(data)


@given(tiny())
@settings(QUICK, max_examples=60)
def test_what_is_refused_is_impossible(data: dict[str, Any]) -> None:
    check_tiny(data)


@pytest.mark.slow
@given(tiny())
@settings(SLOW, max_examples=150)
def test_what_is_refused_is_impossible_at_length(data: dict[str, Any]) -> None:
    check_tiny(data)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        ({"rows": 3, "columns": {"flag": {"type": "boolean"}}, "rules": [], "unique": [["flag"]]}, False),
        ({"rows": 2, "columns": {"flag": {"type": "boolean"}}, "rules": [], "unique": [["flag"]]}, True),
        ({"rows": 9, "columns": {"flag": {"type": "boolean", "nulls": True}}, "rules": [], "unique": [["flag"]]}, True),
        ({"rows": 1, "columns": {"flag": {"type": "boolean"}}, "rules": ["flag <> flag"], "unique": []}, False),
    ],
)
def test_the_enumeration_knows_what_is_possible(data: dict[str, Any], *, verdict: bool) -> None:
    assert possible({"tables": {"p": {"rows": 0}, "t": data}}) is verdict
