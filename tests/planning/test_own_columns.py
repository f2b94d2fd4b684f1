"""References to the same table that share a column with the key they lead to: a row and its parent have one tenant."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

import fixturegen as fg
from fixturegen.schema import Schema
from fixturegen.sources.yaml_file import parse_schema

TEXT = """
version: 1
tables:
  staff:
    primary_key: [tenant, no]
    columns:
      tenant: {{type: {tenant}}}
      no: {{type: integer}}
      boss: {{type: integer, nulls: {nulls}}}
      mentor: {{type: integer, nulls: 0.5}}
    references:
      - {{columns: [tenant, boss], to: "staff(tenant, no)"}}
      - {{columns: [tenant, mentor], to: "staff(tenant, no)"}}
    {rules}
"""


def schema(tenant: str, nulls: str = "0.3", rules: str = "") -> Schema:
    return parse_schema(TEXT.format(tenant=tenant, nulls=nulls, rules=rules))


@pytest.mark.parametrize("nulls", ["0.3", "false"])
def test_parents_are_earlier_rows_of_the_same_tenant(nulls: str) -> None:
    read = schema("text, choices: [a, b, c]", nulls)
    staff = fg.generate(read, rows=60)["staff"]
    assert fg.verify(read, {"staff": staff})
    assert set(staff["tenant"]) == {"a", "b", "c"}
    others = staff.drop_nulls("boss").filter(staff.drop_nulls("boss")["boss"] != staff.drop_nulls("boss")["no"])
    assert others.height > 30
    assert (staff["boss"].null_count() == 0) is (nulls == "false")


def test_a_rule_on_the_rest_of_the_reference_is_kept() -> None:
    read = schema("integer, choices: [1, 2]", rules='rules: ["boss <> no"]')
    staff = fg.generate(read, rows=40)["staff"]
    assert fg.verify(read, {"staff": staff})
    assert (staff["boss"] != staff["no"]).sum() > 10


@pytest.mark.parametrize("tree", ["", "CHECK (tree BETWEEN 1 AND 3)"])
def test_a_first_row_refers_to_itself_where_a_check_wants_a_parent(tree: str, tmp_path: Path) -> None:
    path = tmp_path / "nodes.sql"
    path.write_text(
        f"CREATE TABLE nodes (id INTEGER PRIMARY KEY, tree INTEGER NOT NULL {tree}, parent INTEGER, depth INTEGER NOT NULL,"
        " UNIQUE (tree, id), FOREIGN KEY (tree, parent) REFERENCES nodes (tree, id),"
        " CHECK ((parent IS NULL) = (depth = 0)))"
    )
    read = fg.load(path)
    for rows in (1, 3, 100):
        nodes = fg.generate(read, rows=rows)["nodes"]
        assert fg.verify(read, {"nodes": nodes})
    assert 0 < nodes["parent"].null_count() < 100
    strangers = nodes.filter(nodes["parent"] != nodes["id"])
    assert (strangers.height > 10) is bool(tree)


def test_one_row_is_made_with_a_boss_of_its_tenant() -> None:
    made = fg.make(schema("integer"), "staff", boss={"no": 7})["staff"]
    assert made["tenant"].n_unique() == 1
    assert made["boss"].to_list() == [None, 7]


def test_pairs_are_covered_and_negatives_found() -> None:
    read = schema("integer, choices: [1, 2]")
    assert fg.verify(read, fg.covering(read))
    ways = {one.way for one in fg.negatives(read) if one.constraint == "staff.staff_tenant_boss_fkey" and one.breaks}
    assert ways == {"no parent has this tenant", "no parent has this boss"}


@pytest.mark.postgresql
def test_a_database_without_a_table_of_tenants_is_filled(postgresql_url: URL) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text(
            "CREATE TABLE staff (tenant int NOT NULL CHECK (tenant IN (1, 2)), no int NOT NULL, boss int NOT NULL,"
            " PRIMARY KEY (tenant, no), FOREIGN KEY (tenant, boss) REFERENCES staff (tenant, no))"
        ))  # fmt: skip
    loaded = fg.seed(engine, engine, rows=50)
    assert not loaded.rejected
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM staff WHERE boss <> no")).scalar_one() > 20
    engine.dispose()
