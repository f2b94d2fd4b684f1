"""Parents and children that a CHECK ties: only parents that it allows are chosen, and parents hold what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

import fixturegen as fg

Made = Callable[[str, int], Mapping[str, pl.DataFrame]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(text: str, rows: int) -> Mapping[str, pl.DataFrame]:
        path = tmp_path / "schema.sql"
        path.write_text(text)
        return fg.generate(fg.load(path, dialect="postgresql"), rows=rows)

    return make


def test_a_check_on_a_reference_leaves_the_parents_that_meet_it(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (id integer PRIMARY KEY, name text);
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer NOT NULL REFERENCES p, CHECK (p_id BETWEEN 3 AND 5));
        """,
        200,
    )
    assert set(frames["c"]["p_id"]) == {3, 4, 5}
    assert frames["p"].height == frames["c"].height == 200


def test_a_reference_that_may_be_null_is_never_at_a_parent_that_its_check_forbids(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (id integer PRIMARY KEY, name text);
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer REFERENCES p CHECK (p_id > 1000));
        """,
        20,
    )
    assert frames["c"]["p_id"].null_count() == 20


SUBTYPES = """
    CREATE TABLE p (id integer PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('x', 'y', 'z')), UNIQUE (id, kind));
    CREATE TABLE x (id integer PRIMARY KEY, kind text NOT NULL CHECK (kind = 'x'),
                    FOREIGN KEY (id, kind) REFERENCES p (id, kind));
    CREATE TABLE z (id integer PRIMARY KEY, p_id integer NOT NULL, kind text NOT NULL CHECK (kind = 'z'),
                    FOREIGN KEY (p_id, kind) REFERENCES p (id, kind));
    CREATE TABLE y (id integer NOT NULL, kind text NOT NULL DEFAULT 'y' CHECK (kind = 'y'),
                    FOREIGN KEY (id, kind) REFERENCES p (id, kind));
    """


@pytest.mark.parametrize("rows", [3, 60])
def test_every_subtype_finds_parents_of_its_kind(made: Made, rows: int) -> None:
    frames = made(SUBTYPES, rows)
    kinds = dict(frames["p"].iter_rows())
    alike = (frames["p"]["kind"] == "x").sum()  # one row of x for each parent of its kind
    for name, wished in (("x", alike), ("y", rows), ("z", rows)):
        child = frames[name]
        assert child.height == wished
        assert set(child["kind"]) == {name}
        assert all(kinds[row.get("p_id", row["id"])] == name for row in child.iter_rows(named=True))
    assert frames["x"]["id"].n_unique() == alike >= rows // 6


def test_texts_that_children_ask_for_are_held_by_the_first_parents(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE code (code varchar(9) PRIMARY KEY);
        CREATE TABLE c (id integer PRIMARY KEY, code varchar(9) NOT NULL REFERENCES code CHECK (code IN ('red', 'blue')));
        """,
        50,
    )
    assert frames["code"]["code"].head(2).to_list() == ["red", "blue"]
    assert frames["code"]["code"].n_unique() == 50
    assert set(frames["c"]["code"]) == {"red", "blue"}


def test_numbers_that_no_sequence_reaches_are_held_by_the_first_parents(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (id integer PRIMARY KEY);
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer NOT NULL REFERENCES p, CHECK (p_id IN (700, 800)));
        """,
        20,
    )
    assert set(frames["c"]["p_id"]) == {700, 800}
    assert frames["p"]["id"].n_unique() == 20


def test_a_table_whose_checks_no_parent_can_meet_is_left_empty_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text(
        """
        CREATE TABLE p (id integer PRIMARY KEY CHECK (id < 100));
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer NOT NULL REFERENCES p, CHECK (p_id > 20));
        """
    )
    schema = fg.load(path, dialect="postgresql")
    assert fg.generate(schema, rows=50)["c"]["p_id"].min() > 20  # type: ignore[operator] # whole numbers
    frames = fg.generate(schema, rows=10)
    assert frames["c"].height == 0
    assert frames["p"].height == 10


def test_an_earlier_row_is_chosen_that_the_check_allows(made: Made) -> None:
    frames = made("CREATE TABLE t (id integer PRIMARY KEY, up integer REFERENCES t, CHECK (up <= 3 OR up IS NULL))", 60)
    assert set(frames["t"]["up"].drop_nulls()) <= {1, 2, 3}


def test_columns_that_children_ask_for_together_meet_in_a_row(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (id integer, a boolean NOT NULL, b boolean NOT NULL, PRIMARY KEY (id, a, b));
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer NOT NULL, a boolean NOT NULL, b boolean NOT NULL,
                        FOREIGN KEY (p_id, a, b) REFERENCES p (id, a, b), CHECK (a = true), CHECK (b = false));
        """,
        20,
    )
    assert frames["c"].height == 20
    assert frames["p"].group_by("a", "b").len().height > 2


def test_few_parents_hold_what_is_asked_for_first(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (id integer PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b', 'c')), UNIQUE (id, kind));
        CREATE TABLE c (id integer PRIMARY KEY, p_id integer NOT NULL, kind text NOT NULL CHECK (kind = 'c'),
                        FOREIGN KEY (p_id, kind) REFERENCES p (id, kind));
        """,
        1,
    )
    assert frames["p"]["kind"].to_list() == ["c"]
    assert frames["c"].height == 1


def test_every_value_of_a_unique_parent_may_be_asked_for(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (code smallint PRIMARY KEY CHECK (code BETWEEN 1 AND 10));
        CREATE TABLE c (id integer PRIMARY KEY, code smallint NOT NULL REFERENCES p CHECK (code IN (5)));
        """,
        10,
    )
    assert sorted(frames["p"]["code"]) == list(range(1, 11))
    assert set(frames["c"]["code"]) == {5}


def test_a_check_between_a_key_and_a_reference_chooses_the_parents(made: Made) -> None:
    frames = made(
        """
        CREATE TABLE p (k integer, flag boolean NOT NULL, UNIQUE (k, flag));
        CREATE TABLE c (id integer PRIMARY KEY, k integer NOT NULL, flag boolean NOT NULL,
                        FOREIGN KEY (k, flag) REFERENCES p (k, flag), CHECK (flag = true OR id < 0));
        """,
        12,
    )
    assert frames["c"].height == 12
    assert frames["c"].filter(~pl.col("flag") & (pl.col("id") >= 0)).is_empty()
