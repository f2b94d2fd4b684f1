"""Which constraint an engine's answer is about."""

from __future__ import annotations

import pytest

from fixturegen.constraints.contract import Constraint
from fixturegen.databases.base import Rejection
from fixturegen.probing.matching import answers


def check(name: str) -> Constraint:
    return Constraint(name=name, kind="check", table="lines", columns=("tag",))


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        (
            "lines_tag_check",
            "tag_code_check of the type tag_code",
            True,
        ),  # a domain's, for which PostgreSQL made a name
        ("lines_tag_check", "tag_code_check1 of the type tag_code", True),
        ("tagged", "tagged of the type tag_code", True),
        ("tagged", "tag_code_check of the type tag_code", False),
        ("lines_tag_check", "other_check", False),
    ],
)
def test_checks_of_domains_bear_names_of_their_own(name: str, told: str, expected: bool) -> None:
    assert answers(check(name), "check", Rejection("lines", "check", told)) is expected


def test_mariadb_names_the_check_of_a_column_by_table_and_column() -> None:
    assert answers(check("tag"), "check", Rejection("lines", "check", "lines.tag"))
    assert not answers(check("tag"), "check", Rejection("lines", "check", "lines.code"))


def test_a_reference_of_full_match_answers_for_the_check_that_stands_for_it() -> None:
    assert answers(check("lines_twin_fkey_full"), "check", Rejection("lines", "reference", "lines_twin_fkey"))
    assert not answers(check("lines_twin_fkey_full"), "check", Rejection("lines", "reference", "lines_other_fkey"))
    assert not answers(check("tagged"), "check", Rejection("lines", "reference", "lines_twin_fkey"))
