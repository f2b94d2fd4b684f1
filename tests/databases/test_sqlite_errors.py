"""What SQLite says of a refused row."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from fixturegen.databases import sqlite_errors


@pytest.mark.parametrize(
    ("row", "kind", "constraint"),
    [
        ("1, '{', 1", "type", "(a value for which an expression fails)"),
        ("1, '{}', -9223372036854775808", "type", "(a value for which an expression fails)"),
        ("1, '{}', NULL", "not null", "t.n"),
        ("'x', '{}', 1", "type", ""),
    ],
)
def test_rows_for_which_an_expression_fails_are_refused_as_others_are(row: str, kind: str, constraint: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, n INTEGER NOT NULL, kind TEXT AS (json_extract(body, '$.k')) STORED)"
        )
        connection.execute("CREATE INDEX size ON t (abs(n))")
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute(f"INSERT INTO t (id, body, n) VALUES ({row})")
    found = sqlite_errors.rejection(caught.value, "t", 7)
    assert found is not None
    assert (found.kind, found.constraint, found.row) == (kind, constraint, 7)


def test_an_error_about_no_row_is_no_rejection() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute("INSERT INTO absent VALUES (1)")
    assert sqlite_errors.rejection(caught.value, "absent", 1) is None
