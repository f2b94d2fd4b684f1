"""Neighbourhoods in schemas that are odd: arcs, circles, self references, orders of keys, reserved words; and random ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from neighbourhoods import inserted, required, violations
from random_schemas import schemas

import fixturegen as fg
from fixturegen.errors import FixturegenError, ImpossibleError, InputError
from fixturegen.making import Maker
from fixturegen.schema import Schema

DDL = """
CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE b (id INTEGER PRIMARY KEY);
CREATE TABLE arc (
    id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id), b_id INTEGER REFERENCES b (id),
    CHECK ((a_id IS NULL) <> (b_id IS NULL))
);
CREATE TABLE pair (
    a1_id INTEGER NOT NULL REFERENCES a (id), a2_id INTEGER NOT NULL REFERENCES a (id),
    PRIMARY KEY (a1_id, a2_id), CHECK (a1_id <> a2_id)
);
CREATE TABLE rising (x_id INTEGER NOT NULL REFERENCES a (id), y_id INTEGER NOT NULL REFERENCES a (id), CHECK (x_id < y_id));
CREATE TABLE falling (x_id INTEGER NOT NULL REFERENCES a (id), y_id INTEGER NOT NULL REFERENCES a (id), CHECK (x_id > y_id));
CREATE TABLE node (id INTEGER PRIMARY KEY, up INTEGER NOT NULL REFERENCES node (id));
CREATE TABLE doctor (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss_id INTEGER REFERENCES doctor (id));
CREATE TABLE member (
    org INTEGER NOT NULL, id INTEGER NOT NULL, boss_id INTEGER NOT NULL, PRIMARY KEY (org, id),
    CONSTRAINT boss FOREIGN KEY (org, boss_id) REFERENCES member (org, id)
);
CREATE TABLE strict (
    id INTEGER PRIMARY KEY, boss_id INTEGER REFERENCES strict (id), CONSTRAINT other_boss CHECK (boss_id <> id)
);
CREATE TABLE chick (id INTEGER PRIMARY KEY, egg_id INTEGER NOT NULL REFERENCES egg (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE egg (id INTEGER PRIMARY KEY, chick_id INTEGER NOT NULL REFERENCES chick (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "select" ("from" INTEGER PRIMARY KEY, "grün 😀" TEXT NOT NULL, "where" INTEGER REFERENCES "select" ("from"));
CREATE TABLE keyless (x INTEGER NOT NULL);
CREATE TABLE single (a_id INTEGER NOT NULL UNIQUE REFERENCES a (id));
CREATE TABLE area (
    w INTEGER NOT NULL CHECK (w > 0), h INTEGER NOT NULL, area INTEGER GENERATED ALWAYS AS (w * h) STORED, CHECK (area < 1000)
);
CREATE TABLE itself (id INTEGER PRIMARY KEY REFERENCES itself (id), n INTEGER NOT NULL);
CREATE TABLE p (id INTEGER PRIMARY KEY, code CHAR(2) NOT NULL, UNIQUE (code, id));
CREATE TABLE q (id INTEGER PRIMARY KEY, code CHAR(2) NOT NULL, UNIQUE (code, id));
CREATE TABLE pq (
    id INTEGER PRIMARY KEY, code CHAR(2) NOT NULL, p_id INTEGER NOT NULL, q_id INTEGER NOT NULL,
    FOREIGN KEY (code, p_id) REFERENCES p (code, id), FOREIGN KEY (code, q_id) REFERENCES q (code, id)
);
CREATE TABLE flag (id SMALLINT PRIMARY KEY, up BOOLEAN NOT NULL UNIQUE);
"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    path = tmp_path_factory.mktemp("odd") / "odd.sql"
    path.write_text(DDL, encoding="utf-8")
    return fg.load(path, dialect="sqlite")


@pytest.mark.parametrize(
    ("table", "rows", "asked", "expected"),
    [
        ("arc", 1, {}, {"a": 1, "arc": 1}),
        ("arc", 1, {"b": {}}, {"b": 1, "arc": 1}),
        ("arc", 1, {"a": None}, {"b": 1, "arc": 1}),
        ("arc", 5, {}, {"a": 1, "arc": 5}),
        ("pair", 1, {}, {"a": 2, "pair": 1}),
        ("pair", 3, {}, {"a": 4, "pair": 3}),
        ("pair", 1, {"a1": {"name": "x"}, "a2": {"name": "x"}}, {"a": 2, "pair": 1}),
        ("rising", 1, {}, {"a": 2, "rising": 1}),
        ("falling", 1, {}, {"a": 2, "falling": 1}),
        ("node", 1, {}, {"node": 1}),
        ("node", 1, {"up": {"up": {}}}, {"node": 3}),
        ("node", 1, {"id": 3, "up": 3}, {"node": 1}),
        ("doctor", 1, {"id": 3, "boss_id": 3}, {"doctor": 1}),
        ("doctor", 1, {"id": 3, "name": "x", "boss": {"id": 3, "name": "x"}}, {"doctor": 1}),
        ("doctor", 1, {"id": 3, "boss_id": 4}, {"doctor": 2}),
        ("member", 2, {}, {"member": 2}),
        ("member", 1, {"id": 3, "boss_id": 3}, {"member": 1}),
        ("member", 1, {"org": 1, "id": 3, "boss_id": 3}, {"member": 1}),
        ("member", 1, {"org": 1, "id": 3, "boss_id": 4}, {"member": 2}),
        ("member", 1, {"org": 1}, {"member": 1}),
        ("chick", 1, {}, {"chick": 1, "egg": 1}),
        ("egg", 2, {}, {"egg": 2, "chick": 1}),
        ("select", 1, {"where": {}}, {"select": 2}),
        ("select", 1, {"grün 😀": "ü", "from": 3}, {"select": 1}),
        ("keyless", 3, {}, {"keyless": 3}),
        ("single", 3, {}, {"single": 3, "a": 3}),
        ("area", 1, {"w": 10}, {"area": 1}),
        ("pq", 4, {"code": "DE"}, {"p": 1, "q": 1, "pq": 4}),
        ("pq", 1, {"p": {"code": "DE"}}, {"p": 1, "q": 1, "pq": 1}),
        ("flag", 2, {}, {"flag": 2}),
        ("itself", 3, {"n": 4}, {"itself": 3}),
        ("itself", 1, {"id": 5}, {"itself": 1}),
        ("a", 1, {"pair.a1_id": 2}, {"a": 3, "pair": 2}),
    ],
    ids=str,
)
def test_it_is_made(schema: Schema, table: str, rows: int, asked: dict[str, Any], expected: dict[str, int]) -> None:
    made = Maker(schema).made(table, asked, rows=rows)
    assert violations(schema, made) == []
    assert {name: len(held) for name, held in made.rows.items()} == expected
    inserted(schema, [made])


@pytest.mark.parametrize(
    ("table", "rows", "asked", "named"),
    [
        ("arc", 1, {"a": None, "b": None}, "arc_a_id_b_id_check"),
        ("arc", 1, {"a": {}, "b": {}}, "arc_a_id_b_id_check"),
        ("pair", 1, {"a1_id": 1, "a2_id": 1}, "pair_a1_id_a2_id_check"),
        ("rising", 1, {"x_id": 5, "y_id": 4}, "rising_x_id_y_id_check"),
        ("area", 1, {"w": 10, "h": 200}, "area_area_check"),
        ("area", 1, {"area": 50}, "computed by the database"),
        ("pq", 1, {"p": {"code": "DE"}, "q": {"code": "FR"}}, "p and q of pq share code"),
        ("flag", 3, {}, "only 2 can exist"),
        ("a", 1, {"single": 2}, "a_id is unique"),
        ("doctor", 1, {"id": 3, "boss": {"id": 3, "name": "x"}}, "its own boss, of which name is asked apart"),
        ("strict", 1, {"id": 3, "boss_id": 3}, "other_boss"),
    ],
    ids=str,
)
def test_it_cannot_be(schema: Schema, table: str, rows: int, asked: dict[str, Any], named: str) -> None:
    with pytest.raises(ImpossibleError, match=named):
        Maker(schema).made(table, asked, rows=rows)


def test_an_ambiguous_name_is_refused_with_all_that_it_may_mean(schema: Schema) -> None:
    with pytest.raises(InputError, match=r"pair\.a1_id, pair\.a2_id"):
        fg.make(schema, "a", pair=1)


def random(examples: int, folder: Path) -> None:
    path = folder / "random.yaml"
    made_alone = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(schemas())
    def holds(content: dict[str, Any]) -> None:
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        try:
            fg.plan(path)
        except FixturegenError:
            return
        schema = fg.load(path)
        maker = Maker(schema)
        several = [maker.made(name, {}) for name in schema.tables]
        for name, made in zip(schema.tables, several, strict=True):
            assert violations(schema, made) == []
            assert {table: len(rows) for table, rows in made.rows.items()} == dict.fromkeys(required(schema, name), 1)
            inserted(schema, [made])
        made_alone.extend(several)

    holds()
    assert len(made_alone) > examples


def test_random_schemas(tmp_path: Path) -> None:
    random(12, tmp_path)


@pytest.mark.slow
def test_more_random_schemas(tmp_path: Path) -> None:
    random(150, tmp_path)


@pytest.mark.parametrize(
    "check", ["tags IS NULL OR label = 'x'", "cardinality(tags) > 0", "array_length(tags, 1) BETWEEN 1 AND 3"]
)
def test_lists_are_taken_in_columns_that_checks_read(check: str, tmp_path: Path) -> None:
    path = tmp_path / "lists.sql"
    path.write_text(f"CREATE TABLE t (id serial PRIMARY KEY, label text NOT NULL, tags text[], CHECK ({check}));")
    made = fg.make(fg.load(path, dialect="postgresql"), "t", tags=["a", "b"], accept_unverified=True)["t"]
    assert made["tags"].to_list() == [["a", "b"]]
    assert made["label"].item() == "x" or "label" not in check


def test_rows_that_must_refer_to_each_other_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "workers.sql"
    path.write_text("""
    CREATE TABLE worker (
        org INTEGER NOT NULL, id INTEGER NOT NULL, boss_id INTEGER NOT NULL, PRIMARY KEY (org, id),
        FOREIGN KEY (org, boss_id) REFERENCES worker (org, id), CHECK (boss_id <> id)
    )
    """)
    with pytest.raises(InputError, match=r"worker: a row of worker needs another one above it.*fg\.generate"):
        fg.make(str(path), "worker")
    assert len(fg.generate(str(path), rows=2)["worker"]) == 2
