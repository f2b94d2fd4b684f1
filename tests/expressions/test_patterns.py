from __future__ import annotations

import re
import sqlite3

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.expressions.patterns import (
    PatternError,
    glob_regex,
    like_regex,
    python_regex,
    rust_regex,
    similar_regex,
)

LETTERS = st.text("ab%_*?[]^-!.+(\n", max_size=6)


@given(pattern=LETTERS, text=LETTERS)
@settings(max_examples=200, deadline=None)
def test_like_and_glob_match_as_in_sqlite(pattern: str, text: str) -> None:
    connection = sqlite3.connect(":memory:")
    liked, globbed = connection.execute(
        "SELECT ? LIKE ? ESCAPE '!', ? GLOB ?", (text, pattern, text, pattern)
    ).fetchone()
    connection.close()
    if not re.search(r"(?<!!)(!!)*!$", pattern):
        regex = like_regex(pattern, "!")
        assert (re.search(regex, text, re.DOTALL) is not None) == bool(liked)
        rust = rust_regex(regex)
        assert rust is not None
        assert pl.Series([text]).str.contains(rust).item() == bool(liked)
    try:
        regex = glob_regex(pattern)
    except PatternError:
        return
    try:
        found = re.search(regex, text, re.DOTALL)
    except re.error:
        return
    assert (found is not None) == bool(globbed)


@pytest.mark.parametrize(
    ("sql", "python"),
    [
        ("^[[:alpha:]]+$", "^[a-zA-Z]+$"),
        ("[]a]", r"[\]a]"),
        ("[^]a]", r"[^\]a]"),
        (r"\mab\M", r"(?<!\w)(?=\w)ab(?<=\w)(?!\w)"),
        (r"\ya\y", r"\ba\b"),
        ("***=a.b", r"a\.b"),
        ("(?i)abc", "(?i)abc"),
        ("(?:a|b)", "(?:a|b)"),
    ],
)
def test_postgresql_syntax_becomes_python_syntax(sql: str, python: str) -> None:
    assert python_regex(sql, "postgresql") == python


@pytest.mark.parametrize("sql", ["[a", "(a", "a{5,2}", "[[:nope:]]", "[[.a.]]", "(?x)a", "a" * 5_000, "*"])
def test_what_is_no_pattern_is_refused(sql: str) -> None:
    with pytest.raises(PatternError):
        python_regex(sql, "postgresql")


def test_similar_to_has_its_own_metacharacters() -> None:
    regex = similar_regex("a.b|c_%", "\\")
    assert [text for text in ("a.b", "axb", "cx", "c", "cxyz") if re.search(regex, text)] == ["a.b", "cx", "cxyz"]


@pytest.mark.parametrize("regex", ["(?=a)b", r"(a)\1", "((a{1,1000}){1,1000}){1,1000}"])
def test_what_rust_cannot_do_is_none(regex: str) -> None:
    assert rust_regex(regex) is None
