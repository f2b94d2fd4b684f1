"""Documents with members of certain texts at certain keys."""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl
import pytest

from fixturegen.domain import Domain, Pattern
from fixturegen.errors import ImpossibleError
from fixturegen.fills.bulk import Bulk
from fixturegen.generator import Batch, Request
from fixturegen.generators.members import membered
from fixturegen.schema import Column, Type

PATTERN = r"[a-z]{3}\"[0-9]{4}"


def request(domain: Domain = Domain(), kind: str = "json") -> Request:  # noqa: B008 (frozen)
    return Request(table="t", column=Column(name="a", type=Type(kind=kind)), domain=domain)  # type: ignore[arg-type] # a kind


def texts(paths: list[list[str]], others: list[object], asked: Request, pattern: str = PATTERN) -> list[str]:
    generator = membered(asked, paths, pattern, others)
    keys = np.arange(300, dtype=np.uint64)
    draws = {draw.name: Bulk(0).draw(("t",), draw, keys) for draw in generator.draws}
    built = generator.build(Batch(height=300, draws=draws))
    assert built.dtype == pl.String()
    return [str(text) for text in built]


def test_a_single_path_holds_texts_that_match_and_are_many() -> None:
    found = [json.loads(text)["owner"]["name"] for text in texts([["owner", "name"]], [1], request())]
    assert all(re.fullmatch(PATTERN, name) for name in found)
    assert len(set(found)) > 290


def test_documents_have_one_path_or_all_and_all_holds_other_members_too() -> None:
    found = [json.loads(text) for text in texts([["a"], ["b"]], [7, None], request())]
    assert {tuple(sorted(each)) for each in found} == {("a",), ("b",), ("a", "b")}
    members = [each["a"] for each in found if len(each) == 2]
    assert 7 in members
    assert None in members
    assert any(isinstance(member, str) for member in members)


def test_lengths_are_kept_and_other_conditions_refused() -> None:
    asked = request(Domain(max_length=64), kind="text")
    assert max(map(len, texts([["a"], ["b"]], ["long"], asked))) <= 64
    with pytest.raises(ImpossibleError):
        membered(request(Domain(max_length=12), kind="text"), [["a"]], PATTERN, [1])
    with pytest.raises(ImpossibleError):
        membered(request(Domain(patterns=(Pattern("like", "x%"),)), kind="text"), [["a"]], PATTERN, [1])


@pytest.mark.parametrize("pattern", ["^é+$", "^[^ -~]+$", r"^[\t\n]+$", "^😀+$", '^["a]+$', "^.+$"])
def test_documents_keep_their_length_whatever_json_makes_of_a_character(pattern: str) -> None:
    asked = request(Domain(max_length=90))
    found = texts([["a"], ["b"]], [1], asked, pattern)
    assert max(map(len, found)) <= 90
    members = [member for text in found for member in json.loads(text).values() if member != 1]
    assert all(re.fullmatch(pattern, member) for member in members)
    assert max(map(len, members)) > 1
