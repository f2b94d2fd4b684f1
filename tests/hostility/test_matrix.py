"""The matrix of what databases do with hostile values, asked of the live ones."""

from __future__ import annotations

import pytest
from sqlalchemy import URL

from fixturegen.hostility.catalogue import CLASSES, class_named
from fixturegen.hostility.live import Observation, observed, same
from fixturegen.hostility.matrix import DIALECTS, OTHERS, verdict
from fixturegen.hostility.samples import sample, sampled
from fixturegen.hostility.storable import Keeper, unkept
from fixturegen.schema import Type


def assert_green(found: list[Observation]) -> None:
    assert len(found) == len(sampled()) > 200
    assert [one for one in found if not one.as_known] == []
    for one in found:
        held = sample(class_named(one.name))
        assert held is not None
        reason = unkept(*held, Keeper(one.dialect))
        assert (reason == "") == (one.seen.word == "accepts"), (one, reason)


def test_sqlite_does_what_the_matrix_says() -> None:
    assert_green(observed("sqlite://"))


@pytest.mark.postgresql
def test_postgresql_does_what_the_matrix_says(postgresql_url: URL) -> None:
    assert_green(observed(postgresql_url.render_as_string(hide_password=False)))


@pytest.mark.mariadb
def test_mariadb_does_what_the_matrix_says(mariadb_url: URL) -> None:
    assert_green(observed(mariadb_url.render_as_string(hide_password=False)))


def test_names_are_unique_and_exceptions_are_of_classes() -> None:
    names = [each.name for each in CLASSES]
    assert len(set(names)) == len(names)
    assert {name for name, _ in OTHERS} <= set(names)
    assert all(dialect in DIALECTS and one.why for (_, dialect), one in OTHERS.items())
    assert verdict("empty", "sqlite").word == "accepts"


def test_every_class_has_a_sample_or_says_why_no_frame_holds_it() -> None:
    asked = {each.name for each, _, _ in sampled()}
    out = {each.name for each in CLASSES} - asked
    assert {name for name in out if not class_named(name).unheld} == {
        # Bounds of a column, and weights of a list: the samples have none.
        "least date", "greatest date", "least moment", "greatest moment",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sent", "back", "equal"),
    [
        ("float", 0.0, -0.0, False),
        ("float", float("nan"), float("nan"), True),
        ("json", '{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ("json", '{"a": 1, "a": 2}', '{"a": 2}', False),
        ("json", '{"n": 1e400}', '{"n": 1' + "0" * 400 + "}", True),
        ("text", "a ", "a", False),
        ("text", "007", 7, False),
        ("text", "", None, False),
    ],
)
def test_sameness(kind: str, sent: object, back: object, equal: bool) -> None:
    assert same(Type(kind=kind), sent, back) == equal  # type: ignore[arg-type] # one of the kinds


def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    from fixturegen.errors import RefusedError

    with pytest.raises(RefusedError) as caught:
        observed("postgresql://nobody:verysecret@127.0.0.1:1/x")
    assert "cannot be reached" in str(caught.value)
    assert "verysecret" not in str(caught.value)
