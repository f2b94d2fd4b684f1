"""What is said never to meet: contradictions of checks, alone, together, and through parents."""

from __future__ import annotations

from pathlib import Path

import fixturegen as fg
from fixturegen.coverage.dataset import CoveringDataset
from fixturegen.schema import Schema

THROUGH_PARENT = """
CREATE TABLE things (id integer PRIMARY KEY, kind varchar(1) NOT NULL CHECK (kind IN ('a', 'b')),
  size varchar(1) NOT NULL CHECK (size IN ('s', 'm', 'l')), CHECK (kind <> 'a' OR size = 's'));
CREATE TABLE parts (id integer PRIMARY KEY, thing_id integer NOT NULL REFERENCES things (id),
  color varchar(1) NOT NULL CHECK (color IN ('r', 'g')));
"""

CHAINED = """
CREATE TABLE t (id integer PRIMARY KEY,
  a varchar(1) NOT NULL CHECK (a IN ('x', 'y')), b varchar(1) NOT NULL CHECK (b IN ('x', 'y')),
  c varchar(1) NOT NULL CHECK (c IN ('x', 'y')), CHECK (a <> 'x' OR b = 'x'), CHECK (b <> 'x' OR c = 'x'));
"""

FULL = """
CREATE TABLE settings (id integer PRIMARY KEY CHECK (id = 1), mode varchar(1) NOT NULL CHECK (mode IN ('a', 'b')),
  level varchar(1) NOT NULL CHECK (level IN ('x', 'y', 'z')));
"""


def covered(tmp_path: Path, ddl: str) -> tuple[Schema, CoveringDataset]:
    path = tmp_path / "schema.sql"
    path.write_text(ddl)
    schema = fg.load(path)
    data = fg.covering(schema)
    assert fg.verify(schema, data)
    assert [str(one) for one in data.uncovered] == []
    return schema, data


def test_classes_that_a_parent_cannot_have_together(tmp_path: Path) -> None:
    _, data = covered(tmp_path, THROUGH_PARENT)
    assert {(one.table, *one.classes.values()) for one in data.impossible} == {
        ("things", "a", "m"),
        ("things", "a", "l"),
    }
    assert set(data["things"].select("kind", "size").rows()) == {("a", "s"), ("b", "s"), ("b", "m"), ("b", "l")}


def test_checks_that_contradict_only_together(tmp_path: Path) -> None:
    _, data = covered(tmp_path, CHAINED)
    said = {tuple(sorted(one.classes.items())) for one in data.impossible}
    assert said == {
        (("a", "x"), ("b", "y")),
        (("a", "x"), ("c", "y")),
        (("b", "x"), ("c", "y")),
    }
    assert not any(one.crowded for one in data.impossible)


def test_a_parent_whose_checks_a_child_narrows(tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(
        """
version: 1
tables:
  plans:
    columns:
      id: {type: integer, primary_key: true}
      name: {choices: {free: 1, paid: 1}}
      seats: {choices: [1, 9]}
    rules:
      - small: name <> 'free' OR seats = 1
  users:
    columns:
      id: {type: integer, primary_key: true}
      plan_id: {references: plans.id}
      role: {choices: {guest: 1, admin: 1}}
    rules:
      - admins: role <> 'admin' OR plans.seats = 9
"""
    )
    schema = fg.load(path)
    data = fg.covering(schema)
    assert fg.verify(schema, data)
    assert not data.uncovered
    users = data["users"].join(data["plans"], left_on="plan_id", right_on="id")
    assert set(users.select("role", "name").rows()) == {("guest", "free"), ("guest", "paid"), ("admin", "paid")}
    said = {tuple(one.classes.values()): one.reason for one in data.impossible if one.table == "users"}
    assert set(said) == {("admin", "free"), ("admin", "1")}
    assert "plans" in said["admin", "free"]
    assert "small" in said["admin", "free"] or "admins" in said["admin", "free"]


def test_a_table_of_one_row_says_which_classes_it_has_no_room_for(tmp_path: Path) -> None:
    _, data = covered(tmp_path, FULL)
    assert data["settings"].height == 1
    have = data["settings"].select("mode", "level").row(0)
    said = {(one.classes["mode"], one.classes["level"]) for one in data.impossible}
    assert said == {(mode, level) for mode in "ab" for level in "xyz"} - {have}
    assert all(one.crowded and "1 rows at most" in one.reason for one in data.impossible)


SUBTYPES = """
CREATE TABLE vehicles (id integer PRIMARY KEY, kind varchar(4) NOT NULL CHECK (kind IN ('car', 'bike', 'van')), UNIQUE (id, kind));
CREATE TABLE cars (id integer PRIMARY KEY, kind varchar(4) NOT NULL CHECK (kind = 'car'),
  doors integer NOT NULL CHECK (doors BETWEEN 2 AND 5), FOREIGN KEY (id, kind) REFERENCES vehicles (id, kind));
CREATE TABLE bikes (id integer PRIMARY KEY, kind varchar(4) NOT NULL CHECK (kind = 'bike'), bell boolean,
  FOREIGN KEY (id, kind) REFERENCES vehicles (id, kind));
"""


def test_subtypes_share_keys_with_rows_of_their_kind(tmp_path: Path) -> None:
    _, data = covered(tmp_path, SUBTYPES)
    assert set(data["cars"]["doors"]) == {2, 3, 4, 5}
    assert set(data["bikes"]["bell"]) == {None, False, True}
    assert set(data["vehicles"]["kind"]) == {"car", "bike", "van"}
    said = {tuple(one.classes.values()): one.reason for one in data.impossible}
    assert set(said) == {("bike", "one"), ("van", "one"), ("car", "one"), ("one", "one")}
    assert "rule out such parents" in said["van", "one"]
    assert "rule out such parents" in said["one", "one"]


FEW_CHILDREN = """
CREATE TABLE modes (id integer PRIMARY KEY, loud varchar(1) NOT NULL CHECK (loud IN ('y', 'n')));
CREATE TABLE setting (id integer PRIMARY KEY CHECK (id = 1), mode_id integer REFERENCES modes (id));
"""


def test_children_in_a_table_of_one_row_are_children_of_others(tmp_path: Path) -> None:
    _, data = covered(tmp_path, FEW_CHILDREN)
    left = [one for one in data.impossible if one.table == "modes"]
    assert left
    for one in left:
        assert one.classes["setting by mode_id"] in {"one", "several"}
        assert one.crowded
        assert "setting holds 1 rows at most" in one.reason
