"""A row with a value in every column that may hold one is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.breaking.records import Record


def filled(path: Path, ddl: str) -> list[Record]:
    path.write_text(ddl)
    return [record for record in fg.negatives(fg.load(path)) if record.id.endswith("/values")]


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE TABLE t (a INT NOT NULL, b VARCHAR(20), c DECIMAL(5, 2));",
        "CREATE TABLE t (a VARCHAR(20));",
        "CREATE TABLE p (id INT NOT NULL PRIMARY KEY); CREATE TABLE t (a INT REFERENCES p (id), b VARCHAR(20));",
    ],
)
def test_the_row_has_no_null(tmp_path: Path, ddl: str) -> None:
    (record,) = [each for each in filled(tmp_path / "made.sql", ddl) if each.table == "t"]
    assert record.expect == "accept"
    assert None not in record.row.values()


def test_a_check_may_want_a_null(tmp_path: Path) -> None:
    (record,) = filled(tmp_path / "made.sql", "CREATE TABLE t (a INT, b INT, CHECK ((a IS NULL) <> (b IS NULL)));")
    assert sorted(value is None for value in record.row.values()) == [False, True]
