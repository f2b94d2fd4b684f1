"""Rows added to rows: keys go on, uniques hold against what is there, sums stay right."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

import fixturegen as fg

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus" / "sqlite"


@pytest.mark.parametrize("name", ["shop", "bank", "forum"])
def test_shipped_schemas_grow_in_a_database(name: str, tmp_path: Path) -> None:
    schema, url = fg.load(ROOT / "schemas" / f"{name}.yaml"), f"sqlite:///{tmp_path / 'grown.db'}"
    first = fg.seed(schema, url, create=True, scale=0.1)
    second = fg.seed(schema, url, existing="append", scale=0.2, seed=3)
    assert fg.verify(schema, url)
    frames = fg.generate(schema, scale=0.1)
    assert {table: loaded.rows for table, loaded in first.tables.items()} == {
        table: frame.height for table, frame in frames.items()
    }
    assert sum(loaded.rows for loaded in second.tables.values()) > 0


@pytest.mark.parametrize("name", ["hard", "chinook", "sakila"])
def test_databases_of_others_grow(name: str, tmp_path: Path) -> None:
    schema, url = fg.load(CORPUS / f"{name}.sql"), f"sqlite:///{tmp_path / 'grown.db'}"
    fg.seed(schema, url, create=True, rows=30)
    for rows in (20, 60):
        result = fg.seed(url, url, existing="append", rows=rows)
        assert all(loaded.rows == rows for loaded in result.tables.values())
    assert fg.verify(url, url)


def test_a_unique_that_is_used_up_is_refused_with_the_rows_that_exist(tmp_path: Path) -> None:
    path = tmp_path / "colours.yaml"
    path.write_text(
        "version: 1\ntables: {t: {rows: 2, columns: {c: {primary_key: true, choices: [red, green, blue]}}}}\n"
    )
    url = f"sqlite:///{tmp_path / 'colours.db'}"
    fg.seed(path, url, create=True)
    with pytest.raises(fg.FixturegenError, match="2 rows exist already"):
        fg.seed(path, url, existing="append")
    fg.seed(path, url, existing="append", rows={"t": 1})
    assert fg.verify(path, url)


def test_no_connection_stays_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'grown.db'}"
    fg.seed(ROOT / "schemas" / "shop.yaml", url, create=True, scale=0.01)
    still_open: list[object] = []

    def opens(driver: object, _: object) -> None:
        still_open.append(driver)

    def closes(driver: object, _: object) -> None:
        still_open.remove(driver)

    event.listen(Pool, "connect", opens)
    event.listen(Pool, "close", closes)
    try:
        fg.seed(ROOT / "schemas" / "shop.yaml", url, existing="append", scale=0.01, seed=3)
    finally:
        event.remove(Pool, "connect", opens)
        event.remove(Pool, "close", closes)
    assert still_open == []
