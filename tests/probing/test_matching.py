"""Which constraint an engine's answer is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixturegen.constraints.contract import Constraint
from fixturegen.databases.base import Rejection
from fixturegen.probing.matching import answers
from fixturegen.schema import Check


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
    assert answers(check("tag_2"), "check", Rejection("lines", "check", "lines.tag"), {"tag", "tag_2"})
    assert not answers(check("tag_2"), "check", Rejection("lines", "check", "tag"), {"tag", "tag_2"})


def test_a_reference_of_full_match_answers_for_the_check_that_stands_for_it() -> None:
    assert answers(check("lines_twin_fkey_full"), "check", Rejection("lines", "reference", "lines_twin_fkey"))
    assert not answers(check("lines_twin_fkey_full"), "check", Rejection("lines", "reference", "lines_other_fkey"))
    assert not answers(check("tagged"), "check", Rejection("lines", "reference", "lines_twin_fkey"))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("lines_check1", True),
        ("CONSTRAINT_3", True),
        ("lines.tag", True),
        ("orders_check1", False),
        ("lines_code_key", False),
    ],
)
def test_names_that_a_database_makes_answer_for_constraints_without_one(told: str, *, expected: bool) -> None:
    assert answers(check("lines_tag_check_2"), "check", Rejection("lines", "check", told)) is expected
    assert not answers(check("tagged"), "check", Rejection("lines", "check", told)) or told == "lines.tag"


def test_a_name_of_the_schema_s_own_is_that_constraint_and_no_other() -> None:
    said = Rejection("lines", "check", "lines_check1")
    assert not answers(check("lines_tag_check"), "check", said, {"lines_tag_check", "lines_check1"})


@pytest.mark.parametrize(
    ("sql", "told"),
    [("k <> 'AA'", "k <> 'AA'"), ('"a b" > 5', "a b"), ("[a b] IN (1, 2)", "a b"), ('"a""b" > 5', 'a"b')],
)
def test_sqlite_calls_a_check_by_its_text_or_by_the_name_it_begins_with(sql: str, told: str) -> None:
    held = replace(check("lines_tag_check"), subject=Check(sql=sql, dialect="sqlite"))
    assert answers(held, "check", Rejection("lines", "check", told), {"lines_tag_check"})
    assert not answers(held, "check", Rejection("lines", "check", "n > 5"), {"lines_tag_check"})


def test_names_of_columns_may_hold_points_and_commas() -> None:
    key = Constraint(name="odd", kind="unique", table="a.t", columns=("x.y", "u, v"))
    for told in ("a.t.x.y, a.t.u, v", "t.u, v, t.x.y", "x.y, u, v"):
        assert answers(key, "unique", Rejection("a.t", "unique", told))
    for told in ("a.t.x.y", "y, v", "a.t.x.y, a.t.u"):
        assert not answers(key, "unique", Rejection("a.t", "unique", told))
    empty = Constraint(name="odd", kind="not_null", table="t", columns=("x.y",))
    assert answers(empty, "not_null", Rejection("t", "not null", "t.x.y"))
    assert not answers(empty, "not_null", Rejection("t", "not null", "t.y"))
