"""DDL that cannot be read is refused with its place; files that are no text, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixturegen.errors import InputError, SchemaError
from fixturegen.schema import Dialect, Location, Schema
from fixturegen.sources.ddl import LARGEST_FILE, from_ddl, load_ddl


def read(text: str, dialect: Dialect | None = None) -> Schema:
    return from_ddl(text, dialect=dialect, where=Location("f.sql", 1))


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE TABLE t (a int FROBNICATE 5)", "f.sql:1 t.a: cannot read this as"),
        ("CREATE TABLE t (a int,, b int)", "nothing stands between two commas"),
        ("CREATE TABLE t (a int", "opens here and never closes"),
        ("CREATE TABLE t", "without its columns"),
        ("CREATE TABLE t (a int, a text)", "two columns 'a'"),
        ("CREATE TABLE t (a int);\nCREATE TABLE t (b int);", "f.sql:2 t: table 't' is made twice"),
        ("CREATE TABLE t (a int PRIMARY KEY)\nCREATE TABLE u (b int);", "semicolon before this statement is missing"),
        ("CREATE TABLE t (a int, PRIMARY KEY (b))", "names column 'b'"),
        ("CREATE TABLE orders (a int PRIMARY KEY, b int REFERENCES order_ (a))", "Did you mean 'orders'?"),
        ("CREATE TABLE t (a int);\nALTER TABLE u ADD CONSTRAINT c CHECK (a > 1)", "no table 'u'"),
        ("CREATE TABLE t (a int);\nALTER TABLE t RENAME TO u", "a change of names is not followed"),
        ("CREATE TABLE t (a int CHECK " + "(" * 5000 + ")" * 5000 + ")", "nested parentheses"),
    ],
    ids=lambda given: given[:30],
)
def test_what_cannot_be_read_is_said_with_its_place(dialect: Dialect, text: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read(text, dialect)
    assert message in str(caught.value)
    assert str(caught.value).startswith("f.sql:")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", None])
@pytest.mark.parametrize("text", ["", "   \n", "-- nothing", "SELECT 1;", "hello world", "CREATE TABLETS x;"])
def test_a_text_without_tables_is_refused(dialect: Dialect | None, text: str) -> None:
    with pytest.raises(InputError, match="no table"):
        read(text, dialect)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no text in UTF-8"),
        (b"CREATE TABLE t (a int);\n\0", "NUL"),
        (b"CREATE TABLE t (a int);\n-- caf\xe9", "x.sql:2: this is no text in UTF-8"),
    ],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.sql"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_ddl(path)
    assert message in str(caught.value)


def test_files_too_large_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(InputError, match="at most 64 MB"):
        load_ddl(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_and_line_ends_are_understood(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.sql"
    path.write_bytes("CREATE TABLE\r\nt (ü int);\r\n".encode(encoding))
    assert load_ddl(path).tables["t"].columns[0].name == "ü"
