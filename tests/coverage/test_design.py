"""Which parents a design chooses by their classes, and which it leaves to be drawn."""

from __future__ import annotations

from pathlib import Path

import fixturegen as fg

SUBTYPES = """
CREATE TABLE things (id integer PRIMARY KEY, kind varchar(5) NOT NULL CHECK (kind IN ('a', 'b')), UNIQUE (id, kind));
CREATE TABLE ships (id integer PRIMARY KEY, kind varchar(5) NOT NULL CHECK (kind = 'a'),
  FOREIGN KEY (id, kind) REFERENCES things (id, kind));
CREATE TABLE first (id integer PRIMARY KEY, thing_id integer NOT NULL REFERENCES things (id) CHECK (thing_id IN (1, 2)));
"""


def test_parents_that_a_check_of_the_reference_decides_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "subtypes.sql"
    path.write_text(SUBTYPES)
    schema = fg.load(path)
    made = fg.covering(schema)
    assert all(frame.height for frame in made.values())
    assert fg.verify(schema, made)
