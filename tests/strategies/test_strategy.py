"""What users ask of the strategies: sizes, fixed parts, single rows, errors, and Hypothesis' own means."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, find, given, reproduce_failure, settings
from hypothesis.database import InMemoryExampleDatabase

import fixturegen as fg
from fixturegen.sources.yaml_file import parse_schema

SHOP = str(Path(__file__).parents[2] / "schemas" / "shop.yaml")
FEW = settings(max_examples=15, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
SMALL = """
version: 1
tables:
  owners:
    columns:
      id: {type: integer, primary_key: true}
      name: {choices: [ann, bob]}
  pets:
    columns:
      id: {type: integer, primary_key: true}
      owner_id: {references: owners.id}
      born_on: {type: date, max: as_of, nulls: true}
      weight: {type: "decimal(6,2)", min: 0.1}
    unique: [[owner_id, weight]]
"""


def small() -> fg.Schema:
    return parse_schema(SMALL)


def least(strategy: Any, holds: Any, seed: int = 0) -> Any:
    """The least example; without the explain phase, which changes nothing."""
    phases = [Phase.generate, Phase.shrink]
    plain = settings(max_examples=500, database=None, deadline=None, phases=phases)
    return find(strategy, holds, settings=plain, random=random.Random(seed))


def test_sizes_are_kept() -> None:
    judged = small()

    @FEW
    @given(fg.datasets(small(), max_rows={"pets": 5}, min_rows={"pets": 3}))
    def each(data: dict[str, pl.DataFrame]) -> None:
        assert 3 <= data["pets"].height <= 5
        assert 1 <= data["owners"].height <= 8
        assert fg.verify(judged, data)

    each()


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"max_rows": -1}, "max_rows of owners is -1"),
        ({"max_rows": {"pet": 1}}, "Did you mean 'pets'"),
        ({"max_rows": 100_000}, "max_rows is 100,000, .* The largest size that fits is [1-9]"),
        ({"max_rows": 10**9}, "The largest size that fits is [1-9]"),
        ({"min_rows": 10**9}, "min_rows of owners is 1,000,000,000, .* room for 750 rows"),
        ({"max_rows": 2, "min_rows": 3}, "above its max_rows"),
        ({"min_rows": True}, "no whole number"),
        ({"where": {"pet": "1 = 1"}}, "Did you mean 'pets'"),
        ({"where": {"pets": {"colour": "red"}}}, "unknown column 'colour'"),
        ({"where": {"pets": {"weight": "heavy"}}}, "is no value of pets.weight"),
        ({"where": {"pets": {"weight": None}}}, "never NULL"),
        ({"where": {"pets": {"owner_id": 1}}}, "follows from other rows"),
        ({"where": {"pets": "weight < 0"}}, "pets"),
        ({"where": ["pets"]}, "no mapping by table"),
        ({"where": {"pets": "colour = 1"}}, "colour"),
        ({"where": {"pets": 7}}, "neither an SQL condition nor values"),
    ],
)
def test_wrong_input_is_named(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(fg.InputError, match=words):
        fg.datasets(small(), **keywords)


def test_the_largest_size_is_said_where_a_unique_leaves_no_more() -> None:
    schema = parse_schema("version: 1\ntables: {flags: {primary_key: [on], columns: {on: {type: boolean}}}}")
    with pytest.raises(fg.InputError, match=r"2"):
        fg.datasets(schema, min_rows=3)
    assert least(fg.datasets(schema, min_rows=2), lambda _: True)["flags"]["on"].to_list() == [False, True]


def test_rows_that_lack_parents_are_refused() -> None:
    schema = parse_schema(SMALL.replace("  owners:\n", "  owners:\n    rows: 0\n"))
    for refused in (lambda: fg.datasets(schema, min_rows={"pets": 1}), lambda: fg.rows(schema, "pets")):
        with pytest.raises(fg.InputError, match=r"owners.* only 0 can exist"):
            refused()
    assert least(fg.datasets(schema), lambda _: True)["pets"].height == 0


def test_fixed_parts_hold_in_every_row() -> None:
    judged = small()
    where = {"pets": {"born_on": dt.date(2001, 2, 3)}, "owners": "name = 'bob'"}

    @FEW
    @given(fg.datasets(small(), where=where, min_rows={"pets": 1}))
    def each(data: dict[str, pl.DataFrame]) -> None:
        assert set(data["pets"]["born_on"]) == {dt.date(2001, 2, 3)}
        assert set(data["owners"]["name"]) == {"bob"}
        assert fg.verify(judged, data)

    each()


def test_one_row_refers_to_its_neighbourhood() -> None:
    @FEW
    @given(fg.rows(small(), "pets", where={"born_on": None}))
    def each(row: dict[str, object]) -> None:
        assert list(row) == ["id", "owner_id", "born_on", "weight"]
        assert row["id"] == row["owner_id"] == 1
        assert row["born_on"] is None
        assert isinstance(row["weight"], Decimal)

    each()
    with pytest.raises(fg.InputError, match="Did you mean 'pets'"):
        fg.rows(small(), "pet")


def test_one_row_has_as_many_parents_as_its_references_want(tmp_path: Path) -> None:
    path = tmp_path / "pairs.sql"
    path.write_text(
        "CREATE TABLE nodes (id INTEGER PRIMARY KEY);"
        "CREATE TABLE edges (a INTEGER NOT NULL REFERENCES nodes (id), b INTEGER NOT NULL REFERENCES nodes (id), CHECK (a < b))"
    )

    @settings(max_examples=20, database=None, deadline=None)
    @given(fg.rows(path, "edges"))
    def each(row: dict[str, Any]) -> None:
        assert row == {"a": 1, "b": 2}

    each()


def test_texts_that_the_database_refuses_are_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "docs.sql"
    path.write_text("CREATE TABLE docs (id serial PRIMARY KEY, body jsonb NOT NULL);")
    held: set[str] = set()

    @settings(max_examples=300, database=None, deadline=None, derandomize=True)
    @given(fg.datasets(fg.load(path, dialect="postgresql")))
    def each(data: dict[str, pl.DataFrame]) -> None:
        held.update(data["docs"]["body"])

    each()
    assert any("\\u" in text for text in held), "escapes are drawn"
    assert not any("\\u0000" in text or text == '{"s": "\\ud800"}' for text in held)


def test_a_parent_that_a_row_refers_to_stays_and_others_go() -> None:
    found = least(fg.datasets(small()), lambda data: data["pets"]["owner_id"].n_unique() > 1)
    assert found["owners"]["name"].to_list() == ["ann", "ann"]
    assert found["pets"].rows() == [(1, 1, None, Decimal("0.10")), (2, 2, None, Decimal("0.10"))]


@pytest.mark.slow
def test_a_parent_without_rows_can_be_had() -> None:
    def lonely(data: dict[str, pl.DataFrame]) -> bool:
        return bool(data["pets"].height) and set(data["owners"]["id"]) > set(data["pets"]["owner_id"])

    found = least(fg.datasets(small()), lonely)
    assert (found["owners"].height, found["pets"].height) == (2, 1)


@pytest.mark.slow
def test_what_is_printed_makes_the_example_again() -> None:
    schema = small()
    found = least(fg.datasets(schema), lambda data: data["pets"]["born_on"].is_not_null().any())
    names = {"dataset": fg.dataset, "schema": schema, "datetime": dt, "Decimal": Decimal}
    again = eval(repr(found), names)  # what is printed is Python
    assert all(again[name].equals(frame) for name, frame in found.items())
    assert list(again) == list(found)
    assert all(again[name].schema == frame.schema for name, frame in found.items())


def test_a_dataset_by_hand_is_refused_where_it_names_what_is_not() -> None:
    with pytest.raises(fg.InputError, match="Did you mean 'pets'"):
        fg.dataset(small(), {"pet": []})
    with pytest.raises(fg.InputError, match="unknown column 'nome'"):
        fg.dataset(small(), {"owners": [{"nome": "ann"}]})
    with pytest.raises(fg.InputError, match=r"owners\.id is no integer"):
        fg.dataset(small(), {"owners": [{"id": "one"}]})


def failing(database: Any = None, **marks: Any) -> tuple[list[str], str]:
    """Run a test that fails for two pets of one owner; return the examples that it saw and what Hypothesis said."""
    seen: list[str] = []

    @settings(max_examples=200, database=database, deadline=None, derandomize=database is None, print_blob=True)
    @given(data=fg.datasets(small()))
    def two(data: dict[str, pl.DataFrame]) -> None:
        seen.append(repr(data))
        assert not data["pets"]["owner_id"].is_duplicated().any()

    test = two
    if "blob" in marks:
        test = reproduce_failure(*marks["blob"])(two)
    with pytest.raises(AssertionError) as caught:
        test()
    return seen, "\n".join(getattr(caught.value, "__notes__", []))


@pytest.mark.slow
def test_a_failure_prints_itself_and_is_reproduced() -> None:
    seen, said = failing()
    assert "data=dataset(schema, {" in said
    assert "'weight': Decimal('0.10')" in said
    blob = said.split("@reproduce_failure(")[1].split(")")[0]
    version, code = eval(f"({blob})")
    again, _ = failing(blob=(version, code))
    assert again[-1] in seen
    assert len(again) <= 3


@pytest.mark.slow
def test_the_example_database_brings_it_back_first() -> None:
    database = InMemoryExampleDatabase()
    seen, _ = failing(database)
    again, _ = failing(database)
    assert again[0] == seen[-1]


def test_hostile_texts_are_among_the_values_and_never_the_simplest() -> None:
    schema = parse_schema(
        "version: 1\ntables: {notes: {columns: {id: {type: integer, primary_key: true}, body: {type: text}}}}"
    )
    calm = settings(max_examples=2_000, database=None, deadline=None, derandomize=True)
    plain = find(fg.datasets(schema, min_rows=1), lambda data: True, settings=calm)
    assert plain["notes"]["body"].str.contains(r"^[ -~]*$").all()
    found = find(
        fg.datasets(schema), lambda data: data["notes"]["body"].str.contains("DROP TABLE").any(), settings=calm
    )
    assert found["notes"].height == 1
