"""The mutation tool itself, and the marks that suites must reach."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from equivalence import fillable, invalid, meaning, normal_form
from operators import Mutant, mutants
from running import as_enforced, ddl, scored
from same_conditions import same_conditions

import fixturegen as fg
from fixturegen.schema import Schema

ROOT = Path(__file__).parents[2]
CORPUS = sorted((ROOT / "tests" / "corpus").glob("*/*.sql"))
SMALL = """
CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (id),
    age INTEGER CHECK (age >= 18),
    role TEXT NOT NULL CHECK (role IN ('a', 'b'))
);
"""


@pytest.fixture
def small(tmp_path: Path) -> Schema:
    path = tmp_path / "small.sql"
    path.write_text(SMALL)
    return fg.load(path)


def named(schema: Schema, text: str) -> Mutant:
    (found,) = [each for each in mutants(schema, "sqlite") if text in str(each)]
    return found


def test_every_operator_makes_its_mistakes(small: Schema) -> None:
    found = Counter(each.operator for each in mutants(small, "sqlite"))
    assert found["PKC-A"] == 4
    assert found["PKC-R"] == 2
    assert found["PKC-E"] == 4
    assert found["UC-R"] == 1
    assert found["UC-E"] == 1
    assert found["FKC-R"] == 1
    assert found["NNC-A"] == 1
    assert found["CC-R"] == 2
    assert found["CC-REL"] == 5
    assert found["CC-IN"] == 2


def test_a_mutant_differs_in_one_table_only(small: Schema) -> None:
    for mutant in mutants(small, "sqlite"):
        differing = [name for name, table in mutant.schema.tables.items() if table != small.tables[name]]
        assert differing == [mutant.table], str(mutant)


def test_what_a_key_implies_is_no_other_schema(small: Schema) -> None:
    same = named(small, "NNC-R people: NOT NULL of id")
    other = named(small, "NNC-R people: NOT NULL of role")
    assert meaning(same.schema, "people") == meaning(small, "people")
    assert meaning(other.schema, "people") != meaning(small, "people")
    assert invalid(named(small, "PKC-R teams: id removed").schema, "teams")


def test_conditions_that_agree_on_all_values_are_the_same(small: Schema) -> None:
    less = named(small, "gte became gt")
    assert not same_conditions(small.tables["people"], less.schema.tables["people"], small)
    assert same_conditions(small.tables["people"], small.tables["people"], small)


def test_a_list_of_folded_texts_says_how_long_they_are(tmp_path: Path) -> None:
    path = tmp_path / "folded.sql"
    path.write_text(
        "CREATE TABLE t (id integer PRIMARY KEY, a varchar(1) NOT NULL CHECK (upper(a) = ANY (ARRAY['F'::text, 'M'::text])));"
    )
    schema = fg.load(path, dialect="postgresql")
    table = schema.tables["t"]
    for about in ("lte became eq", "t_a_length removed"):
        assert same_conditions(table, named(schema, about).schema.tables["t"], schema)
    assert not same_conditions(table, named(schema, "lte became lt").schema.tables["t"], schema)


def loaded(tmp_path: Path, ddl_text: str) -> Schema:
    path = tmp_path / "made.sql"
    path.write_text(ddl_text)
    return as_enforced(fg.load(path))


def test_a_condition_that_others_imply_by_way_of_another_column_is_the_same(tmp_path: Path) -> None:
    text = "CREATE TABLE t (a NUMERIC NOT NULL CHECK (a > 0), b NUMERIC NOT NULL CHECK (b > 0), CHECK (a > b));"
    schema = loaded(tmp_path, text)
    table = schema.tables["t"]
    assert same_conditions(table, named(schema, "t_a_check removed").schema.tables["t"], schema)
    assert not same_conditions(table, named(schema, "t_b_check removed").schema.tables["t"], schema)
    assert not same_conditions(table, named(schema, "t_a_check: gt became eq").schema.tables["t"], schema)


def test_an_int_key_is_no_number_of_rows(tmp_path: Path) -> None:
    schema = loaded(tmp_path, "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY);")
    assert '"id" BIGINT,' in ddl(schema, "t")[0]
    assert '"id" INTEGER' in ddl(schema, "u")[0]
    added = named(schema, "NNC-A t: NOT NULL of id")
    assert meaning(added.schema, "t") != meaning(schema, "t")
    assert '"id" BIGINT NOT NULL,' in ddl(added.schema, "t")[0]


@pytest.mark.parametrize(
    ("about", "same"),
    [
        ("UC-A t: b alone", False),
        ("PKC-E t: a exchanged for b", False),
        ("NNC-R t: NOT NULL of a removed", False),
        ("NNC-A t: NOT NULL of c added", True),
        ("UC-A t: t_a_b_key: c added", True),
    ],
)
def test_studies_compare_uniques_and_not_null_only(tmp_path: Path, about: str, same: bool) -> None:
    text = "CREATE TABLE t (a INT NOT NULL PRIMARY KEY, b INT, c INT CHECK (c IS NOT NULL), UNIQUE (a, b));"
    schema = loaded(tmp_path, text)
    mutant = named(schema, about)
    assert (normal_form(mutant.schema, "t") == normal_form(schema, "t")) is same


def test_tables_that_wait_for_each_other_hold_nothing() -> None:
    schema = fg.load(ROOT / "tests" / "corpus" / "sqlite" / "sakila.sql")
    assert {"actor", "film"} <= fillable(schema)
    assert not {"store", "staff", "customer"} & fillable(schema)


def test_the_suite_of_a_small_schema_tells_every_mutant(small: Schema) -> None:
    score = scored("small", small)
    assert not score.wrong
    assert not [str(each) for each in score.survivors]
    assert score.killed.total() >= 29


def test_a_weaker_suite_does_not(small: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    import running

    whole = running.suite_of(small, dialect="sqlite")
    part = replace(whole, lines=tuple(line for line in whole.lines if line.kind not in {"check", "not_null"}))
    monkeypatch.setattr(running, "suite_of", lambda *given, **more: part)
    survivors = {each.operator for each in scored("small", small).survivors}
    assert {"CC-R", "CC-IN"} & survivors


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shop", "saas", "bank", "forum"])
def test_shipped_schemas_beat_the_published_marks(name: str) -> None:
    score = scored(name, fg.load(ROOT / "schemas" / f"{name}.yaml"))
    assert not score.wrong
    assert score.raw >= 0.956
    assert score.score >= 0.982, [str(each) for each in score.survivors]
    assert len(score.suite) < 1.2 * score.constraints
    assert score.suite.inserts < 4 * score.constraints


@pytest.mark.slow
@pytest.mark.parametrize("path", [each for each in CORPUS if each.stat().st_size < 60_000], ids=lambda path: f"{path.parent.name} {path.stem}")  # fmt: skip
def test_schemas_of_the_corpus_beat_the_published_mark(path: Path) -> None:
    score = scored(path.stem, fg.load(path))
    assert not score.wrong
    assert score.score >= 0.982, [str(each) for each in score.survivors]
