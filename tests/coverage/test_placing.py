"""Rows whose parents are made for them: chains of tables that share keys, circles, parents that must agree."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg
from fixturegen.coverage.dataset import CoveringDataset
from fixturegen.schema import Schema

CHAIN = """
CREATE TABLE things (id integer PRIMARY KEY);
CREATE TABLE people (id integer PRIMARY KEY REFERENCES things, kind varchar(1) NOT NULL CHECK (kind IN ('a', 'b', 'c')),
  title varchar(4) CHECK (title IN ('x', 'y')));
CREATE TABLE workers (id integer PRIMARY KEY REFERENCES people, grade varchar(1) NOT NULL CHECK (grade IN ('p', 'q', 'r')),
  hired varchar(1) CHECK (hired IN ('s', 't')));
CREATE TABLE sellers (id integer PRIMARY KEY REFERENCES workers, area varchar(1) CHECK (area IN ('n', 'm')));
CREATE TABLE shops (id integer PRIMARY KEY REFERENCES things, seller_id integer REFERENCES sellers,
  size varchar(1) NOT NULL CHECK (size IN ('h', 'k')));
CREATE TABLE orders (id integer PRIMARY KEY, shop_id integer NOT NULL REFERENCES shops, person_id integer REFERENCES people,
  seller_id integer REFERENCES sellers, state varchar(1) NOT NULL CHECK (state IN ('f', 'g', 'h')));
"""

TREE = """
CREATE TABLE staff (id integer PRIMARY KEY, boss_id integer REFERENCES staff (id),
  rank varchar(1) NOT NULL CHECK (rank IN ('a', 'b', 'c')), phone varchar(3) CHECK (phone IN ('x', 'y')));
"""

CIRCLE = """
CREATE TABLE stores (id integer PRIMARY KEY, head_id integer REFERENCES clerks (id), kind varchar(1) CHECK (kind IN ('a', 'b')));
CREATE TABLE clerks (id integer PRIMARY KEY, store_id integer NOT NULL REFERENCES stores (id),
  kind varchar(1) CHECK (kind IN ('c', 'd')));
"""

KEYS = """
CREATE TABLE a (id integer PRIMARY KEY);
CREATE TABLE b (id integer PRIMARY KEY);
CREATE TABLE ab (a_id integer REFERENCES a, b_id integer REFERENCES b, PRIMARY KEY (a_id, b_id));
CREATE TABLE one (flag boolean NOT NULL);
"""


def loaded(tmp_path: Path, ddl: str) -> Schema:
    path = tmp_path / "schema.sql"
    path.write_text(ddl)
    return fg.load(path)


def covered(schema: Schema, strength: int = 2) -> CoveringDataset:
    data = fg.covering(schema, strength)
    report = fg.verify(schema, data)
    assert report, report
    assert [str(one) for one in data.uncovered] == []
    return data


def children(data: CoveringDataset, child: str, column: str, parent: str) -> list[str]:
    numbers = Counter(data[child][column].drop_nulls().to_list())
    return [("none", "one", "several")[min(numbers[at], 2)] for at in data[parent]["id"].to_list()]


def test_tables_that_share_keys_over_several_steps_are_covered(tmp_path: Path) -> None:
    data = covered(loaded(tmp_path, CHAIN))
    assert not data.impossible
    workers = data["workers"].join(data["people"], on="id")
    assert set(workers.select("grade", "kind").rows()) == set(product("pqr", "abc"))
    assert set(workers.select("hired", "title").rows()) == set(product(("s", "t", None), ("x", "y", None)))
    orders = data["orders"].join(data["sellers"], left_on="seller_id", right_on="id")
    assert set(orders.select("state", "area").rows()) == set(product("fgh", ("n", "m", None)))
    orders = data["orders"].join(data["people"], left_on="person_id", right_on="id")
    assert set(orders.select("state", "kind").rows()) == set(product("fgh", "abc"))


def test_parents_and_children_in_the_same_table(tmp_path: Path) -> None:
    staff = covered(loaded(tmp_path, TREE))
    frame = staff["staff"]
    numbers = children(staff, "staff", "boss_id", "staff")
    assert set(zip(frame["rank"], numbers, strict=True)) == set(product("abc", ("none", "one", "several")))
    assert set(zip(frame["boss_id"].is_null(), numbers, strict=True)) == set(
        product((False, True), ("none", "one", "several"))
    )
    bosses = frame.join(frame, left_on="boss_id", right_on="id", suffix=" of boss")
    assert set(bosses.select("phone", "rank of boss").rows()) == set(product(("x", "y", None), "abc"))
    place = {at: number for number, at in enumerate(frame["id"])}
    assert all(place[boss] < number for number, boss in enumerate(frame["boss_id"]) if boss is not None)


def test_references_that_close_a_circle_are_drawn(tmp_path: Path) -> None:
    data = covered(loaded(tmp_path, CIRCLE))
    assert all(frame.height for frame in data.values())
    clerks = data["clerks"].join(data["stores"], left_on="store_id", right_on="id", suffix=" of store")
    assert clerks.height == data["clerks"].height


def test_tables_of_keys_alone_have_children_of_every_number(tmp_path: Path) -> None:
    data = covered(loaded(tmp_path, KEYS))
    for column, parent in (("a_id", "a"), ("b_id", "b")):
        assert set(children(data, "ab", column, parent)) == {"none", "one", "several"}
    assert set(data["one"]["flag"]) == {False, True}


@pytest.mark.parametrize("strength", [1, 3])
def test_other_strengths(tmp_path: Path, strength: int) -> None:
    data = covered(loaded(tmp_path, TREE), strength)
    frame = data["staff"]
    three = frame.select("rank", "phone", pl.col("boss_id").is_null()).rows()
    if strength == 3:
        assert set(three) == set(product("abc", ("x", "y", None), (False, True)))
    else:
        assert {one for row in three for one in row} == {*"abcxy", None, False, True}


def test_few_children_are_there_for_their_parents_alone(tmp_path: Path) -> None:
    """A parent of every kind has several children, and not every parent has."""
    names = [f"c{number}" for number in range(4)]
    columns = ", ".join(f"{name} varchar(1) NOT NULL CHECK ({name} IN ('a', 'b', 'c', 'd'))" for name in names)
    ddl = f"CREATE TABLE p (id integer PRIMARY KEY, {columns}); CREATE TABLE q (id integer PRIMARY KEY, p_id integer NOT NULL REFERENCES p);"
    data = covered(loaded(tmp_path, ddl))
    numbers = children(data, "q", "p_id", "p")
    assert len(numbers) < 24
    assert numbers.count("several") <= 8
    for name in names:
        assert set(zip(data["p"][name], numbers, strict=True)) == set(product("abcd", ("none", "one", "several")))


JOINED = """
CREATE TABLE a (id integer PRIMARY KEY, x varchar(1) NOT NULL CHECK (x IN ('1', '2')));
CREATE TABLE b (id integer PRIMARY KEY, y varchar(1) NOT NULL CHECK (y IN ('1', '2')));
CREATE TABLE c (id integer PRIMARY KEY, z varchar(1) NOT NULL CHECK (z IN ('1', '2')));
CREATE TABLE j (a integer REFERENCES a, b integer REFERENCES b, c integer REFERENCES c,
  w varchar(1) NOT NULL CHECK (w IN ('p', 'q', 'r')), PRIMARY KEY (a, b, c));
CREATE TABLE jj (id integer PRIMARY KEY, a integer, b integer, c integer,
  FOREIGN KEY (a, b, c) REFERENCES j (a, b, c), UNIQUE (a, b));
"""


def test_rows_whose_children_stand_in_each_others_way_have_parents_of_their_own(tmp_path: Path) -> None:
    data = covered(loaded(tmp_path, JOINED), 3)
    rows = data["j"].join(data["jj"].drop_nulls(), on=["a", "b", "c"]).join(data["a"], left_on="a", right_on="id")
    assert set(rows.select("w", "x").rows()) == set(product("pqr", "12"))
