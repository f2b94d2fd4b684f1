"""Single values are spelled as the loaders spell columns, for every kind and dialect."""

from __future__ import annotations

import polars as pl
import pytest

from fixturegen.databases.literals import literals
from fixturegen.databases.sqlite_storage import stored
from fixturegen.schema import Dialect, Table
from pytest_fixturegen.scalars import bound, spelled


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_literals_of_every_kind(every_kind: tuple[Table, pl.DataFrame], dialect: Dialect) -> None:
    table, frame = every_kind
    for column in table.columns:
        spell = spelled(column, dialect)
        # A float has many spellings; the others have the loaders' own.
        read = float if column.type.kind == "float" else str
        expected = [
            text if text == "NULL" else read(text) for text in literals(frame[column.name], column.type, dialect)
        ]
        found = [spell(value) for value in frame[column.name].to_list()]
        assert [text if text == "NULL" else read(text) for text in found] == expected, column.name


@pytest.mark.parametrize("declared", ["", "TEXT", "DECIMAL(10,2)", "CHAR(32)", "BLOB"])
def test_values_bound_of_every_kind(every_kind: tuple[Table, pl.DataFrame], declared: str) -> None:
    table, frame = every_kind
    for column in table.columns:
        bind = bound(column, declared)
        expected = stored(frame[column.name], column, declared).to_list()
        assert [bind(value) for value in frame[column.name].to_list()] == expected, column.name


def test_texts_that_need_more_than_doubled_quotes(every_kind: tuple[Table, pl.DataFrame]) -> None:
    table, _ = every_kind
    name = next(column for column in table.columns if column.name == "name")
    for dialect in ("postgresql", "mysql"):
        for text in ("a\\b", "a\rb", "a\nb", "'", "\\'", "%s", "a;--"):
            series = pl.Series([text])
            assert spelled(name, dialect)(text) == literals(series, name.type, dialect)[0]  # type: ignore[arg-type] # the names are dialects
