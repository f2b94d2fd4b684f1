"""Rows made one at a time, as plain values, are the rows of the whole: every kind of column, link and bound."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fixturegen as fg
from fixturegen.access.access import ONE_BY_ONE, Access, opened
from fixturegen.access.bounds import OneWindow
from fixturegen.access.source import AloneRanges
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.options import Options
from fixturegen.schema import PerParent
from fixturegen.sources.yaml_file import parse_schema

KINDS = parse_schema("""
version: 1
as_of: 2026-01-01
tables:
  places:
    rows: 70
    columns:
      id: {type: uuid, primary_key: true}
      code: {type: text, regex: "[A-Z]{2}-[0-9]{3}", unique: true}
      country: {type: text, choices: {DE: 2, FR: 1, JP: 1}, nulls: 0.2}
      opened: {type: date, min: 2020-01-01, max: as_of}
      at: {type: time, nulls: 0.3}
      wait: {type: interval, min: PT1M, max: PT9H}
      share: {type: float, min: 0, max: 1}
      narrow: {type: float, distribution: {normal: {mean: 3, sd: 2}}}
      level: {type: smallint, min: -5, max: 5}
      moment: {type: "timestamp with time zone", min: 2024-01-01, max: as_of}
      label: {type: text, template: "{code}-{level}"}
      first_name: {type: varchar(30)}
      email: {type: varchar(60), unique: true}
      done: {type: boolean, nulls: 0.5}
      tally: {type: integer, count: visits}
      worth: {type: "decimal(14,3)", sum: visits.cost * 2 - visits.size}
    groups:
      who: {person: {first_name: first_name, email: email, country: country}}
    rules:
      - level <> 0 AND level <> 1
  trees:
    rows: 90
    columns:
      id: {type: integer, primary_key: true}
      parent_id: {references: trees.id, nulls: 0.2}
      place_id: {references: places.id, nulls: 0.3}
      again_id: {references: places.id, skew: 1.0, childless: 0.4}
      seen: {type: date, min: place_id.opened, max: as_of}
      depth: {type: integer, min: -3, max: 40, nulls: 0.2}
      width: {type: integer}
      kind: {choices: {a: 3, b: 1}}
    references: []
    rules:
      - width > depth
      - (kind = 'a') = (depth IS NOT NULL)
      - id <> parent_id
  visits:
    rows: 0..4 per places
    primary_key: [place_id, number]
    columns:
      place_id: {references: places.id}
      number: {ordinal: places}
      tree_id: {references: trees.id, skew: 0.5}
      cost: {type: "decimal(8,2)", min: -9, max: 99, nulls: 0.2}
      size: {type: integer, min: 0, max: 9}
      due: {type: datetime, min: places.moment}
      again: {type: "decimal(12,1)", expression: "CASE WHEN size > 4 THEN cost * 1.25 ELSE -size END", nulls: true}
      depth: {type: integer, expression: trees.depth, nulls: true}
  picks:
    # Rows whose two numbers are equal are drawn again, which takes the engine.
    rows: 60
    columns:
      id: {type: integer, primary_key: true}
      one: {type: integer, min: 1, max: 3}
      other: {type: integer, min: 1, max: 3}
      text: {choices: {x: 1, y: 1}}
    rules:
      - one + other <> 4
      - text = 'x' OR one * other < 9
  remarks:
    rows: 0..3 per visits
    columns:
      place_id: {type: uuid}
      number: {type: bigint}
      said: {type: text, faker: sentence, nulls: 0.2}
      weight: {type: integer, distribution: {poisson: {mean: 4}}}
    references: [{columns: [place_id, number], to: "visits(place_id, number)"}]
""")


@cache
def whole() -> dict[str, pl.DataFrame]:
    return dict(fg.generate(KINDS))


def keys_of(table: str) -> list[object]:
    """The keys of a table's rows, in their order."""
    parents = {"visits": "places", "remarks": "visits"}
    frame = whole()[table]
    if table not in parents:
        return list(range(frame.height))
    columns = {"visits": ["place_id"], "remarks": ["place_id", "number"]}[table]
    target = {"visits": ["id"], "remarks": ["place_id", "number"]}[table]
    known = dict(zip(whole()[parents[table]].select(target).rows(), keys_of(parents[table]), strict=True))
    keys, seen = [], dict[object, int]()
    for row in frame.select(columns).rows():
        keys.append((known[row], seen.setdefault(row, 0)))
        seen[row] += 1
    return keys


@pytest.mark.parametrize("table", KINDS.tables)
def test_every_row_alone_is_the_row_of_the_whole(table: str) -> None:
    expected, keys = whole()[table], keys_of(table)
    assert expected.height > 20
    alone = [fg.rows_at(KINDS, table, [key]) for key in keys]
    assert pl.concat(alone).equals(expected)
    assert all(frame.schema == expected.schema for frame in alone)


def test_rows_made_one_by_one_keep_their_order() -> None:
    picked = [17, 3, 17, 60, 2, 88, 41, 5, 9][:ONE_BY_ONE]
    assert fg.rows_at(KINDS, "trees", picked).equals(whole()["trees"][picked])
    assert fg.rows_at(KINDS, "trees", picked, columns=["seen", "id"]).equals(
        whole()["trees"][picked].select("seen", "id")
    )


def test_every_column_of_these_kinds_is_plain() -> None:
    tables = opened(KINDS, Options()).alone
    left = {f"{name}.{each}" for name in KINDS.tables for each in whole()[name].columns
            if tables.table(name).filler(each) is None}  # fmt: skip
    assert left <= {"picks.one", "picks.other", "picks.text"}


def test_a_sum_that_no_column_can_hold_and_a_null_are_refused_alone_too() -> None:
    text = """
    version: 1
    tables:
      t:
        rows: 5
        columns:
          id: {type: integer, primary_key: true}
          some: {type: integer, min: 5, max: 9, nulls: 0.5}
          much: {type: smallint, expression: id * 40000}
          most: {type: integer, expression: some}
    """
    schema = parse_schema(text)
    with pytest.raises(ImpossibleError, match="does not fit much"):
        fg.rows_at(schema, "t", [3], columns=["much"])
    absent = fg.rows_at(schema, "t", range(5), columns=["some"])["some"].is_null().arg_true()
    with pytest.raises(ImpossibleError, match="NULL in some row"):
        fg.rows_at(schema, "t", [absent[0]], columns=["most"])


def test_a_row_that_breaks_a_check_is_left_to_the_engine() -> None:
    access = Access(KINDS, Options(counted=False), KINDS)
    component = access.alone.table("trees").component(0)
    assert component is not None
    component.judges = ((lambda _: False,),) * len(component.judges)
    columns = tuple(whole()["trees"].columns)
    alone = [access.frame("trees", columns, np.array([at])) for at in range(90)]
    assert pl.concat(alone).equals(whole()["trees"])


def test_what_is_read_of_a_parent_is_refused_alone_wherever_its_choice_is_refused() -> None:
    schema = parse_schema("""
    version: 1
    tables:
      users:
        rows: 40
        columns: {id: {type: integer, primary_key: true}, name: {type: varchar(40), faker: first_name}}
      items:
        rows: 200
        columns:
          id: {type: integer, primary_key: true}
          user_id: {references: users.id, nulls: 0.5}
          n: {type: integer, min: 1, max: 30}
          m: {type: integer, min: n, max: 40}
          label: {type: varchar(80), template: "x-{users.name}", nulls: true}
        unique: [[user_id, m]]
    """)
    absent = fg.generate(schema)["items"]["user_id"].is_null()
    for number in (absent.arg_true()[0], absent.arg_min()):
        with pytest.raises(InputError, match=r"items.label: .*takes a pass"):
            fg.rows_at(schema, "items", [number], columns=["label"])


def test_places_between_taken_ones() -> None:
    window = OneWindow(0, 6, (-4, 0, 3, 9))
    assert [window.place(index) for index in range(window.span())] == [1, 2, 4, 5, 6]


CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*/*.sql"))


@pytest.mark.slow
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_rows_of_real_schemas_alone_are_those_made_together(path: Path) -> None:
    access = opened(fg.load(path), Options())
    compared = 0
    for table, plan in access.plan.tables.items():
        if isinstance(plan.count, PerParent):
            continue
        numbers, ranges = np.arange(min(plan.total, 12), dtype=np.int64), AloneRanges(access, table)
        for name in access.dtypes(table):
            if len(numbers) and ranges.serves((name,)) and access.alone.table(table).filler(name) is not None:
                together = access.engine.rows(table, numbers).column(name)
                alone = [access.frame(table, (name,), numbers[at : at + 1])[name] for at in range(len(numbers))]
                assert pl.concat(alone).equals(together), f"{table}.{name}"
                compared += 1
    assert compared > 20
