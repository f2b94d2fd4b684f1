"""Searching never takes longer than the text is long, and finds what Python's matcher finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.domain import Pattern
from fixturegen.expressions.searching import explodes, matcher, searcher

EXPLODING = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a|a?)+$",
    r"(.*)*b$",
    r"([a-z]+ ?)+$",
    r"^(.+)+!$",
    r"a*a*a*a*a*a*b",
    r"(\w{1,9})*$",
]
TEXTS = st.text(alphabet="ab! \n", max_size=12)


@pytest.mark.parametrize("regex", EXPLODING)
def test_what_explodes_is_searched_in_no_time(regex: str) -> None:
    assert explodes(regex)
    searcher(regex)("a" * 3_000 + "!?")


@pytest.mark.parametrize(
    "regex", [r"^\w+@\w+\.(com|org)$", r"[A-Z]{2}\d{4,8}", r"^(ab)+$", r"a.*b.*c", r"(a|b)c{2,900}"]
)
def test_what_is_harmless_is_left_to_python(regex: str) -> None:
    assert not explodes(regex)


@pytest.mark.parametrize("regex", EXPLODING)
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("insensitive", [False, True])
def test_it_finds_what_python_finds(regex: str, whole: bool, insensitive: bool) -> None:
    compiled = re.compile(regex, re.IGNORECASE if insensitive else re.NOFLAG)
    found = searcher(regex, insensitive=insensitive, whole=whole)

    @settings(derandomize=True, database=None, deadline=None)
    @given(TEXTS.map(str.swapcase) if insensitive else TEXTS)
    def agree(text: str) -> None:
        if not text.endswith("\n"):  # where a dollar means the end of the text everywhere
            assert found(text) == bool(compiled.fullmatch(text) if whole else compiled.search(text))

    agree()


def test_patterns_of_both_kinds_and_their_opposites() -> None:
    for negated in (False, True):
        like = matcher(Pattern("like", "a%_.", insensitive=True, negated=negated))
        assert [like(text) for text in ("Ab\n.", "ab.c", "a.")] == [not negated, negated, negated]
        regex = matcher(Pattern("regex", "(A.)+.$", insensitive=True, negated=negated))
        assert [regex(text) for text in ("xa\nb", "ba\n", "a")] == [not negated, negated, negated]
