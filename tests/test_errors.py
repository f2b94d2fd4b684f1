"""Messages say where, what was given, what exists and what to do; errors end programs with their exit code."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.errors import (
    FixturegenError,
    ImpossibleError,
    InputError,
    RefusedError,
    SchemaError,
    nearest,
    shortened,
)
from fixturegen.schema import Location


def test_a_message_has_all_its_parts_in_order() -> None:
    error = SchemaError(
        "unknown column 'totl'", where=Location("shop.yaml", 14, "orders.totl"), given="totl", exists=["total", "id"], hint="Fix it."
    )  # fmt: skip
    assert str(error) == (
        "shop.yaml:14 orders.totl: unknown column 'totl'. Exists: id, total. Did you mean 'total'? Fix it."
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InputError("no"), "no"),
        (InputError("no", where=""), "no"),
        (InputError("no", hint="Do it."), "no. Do it."),
        (InputError("Really?", hint="Do it."), "Really? Do it."),
        (InputError("no", where="a.yaml"), "a.yaml: no"),
        (InputError("no", given="zzz", exists=["abc"]), "no. Exists: abc."),
    ],
)
def test_parts_that_are_not_there_leave_no_trace(error: InputError, text: str) -> None:
    assert str(error) == text


def test_exit_codes_tell_wrong_input_from_refused_data() -> None:
    assert {kind: int(kind.exit_code) for kind in (InputError, SchemaError, ImpossibleError, RefusedError)} == {
        InputError: 2, SchemaError: 2, ImpossibleError: 2, RefusedError: 1,
    }  # fmt: skip
    assert all(issubclass(kind, FixturegenError) for kind in (InputError, RefusedError))


@given(st.text(), st.none() | st.text(), st.none() | st.text(), st.lists(st.text(), max_size=3), st.none() | st.text())
def test_errors_survive_the_way_between_processes(
    message: str, where: str | None, given_: str | None, exists: list[str], hint: str | None
) -> None:
    error = ImpossibleError(message, where=where, given=given_, exists=exists, hint=hint)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is ImpossibleError
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_the_nearest_name_is_one_that_exists(names: list[str]) -> None:
    for name in names:
        assert nearest(name, names) is not None
        assert nearest(name, names).lower() == name.lower()  # type: ignore[union-attr]
    assert nearest(None, names) is None
    assert nearest("anything", []) is None


def test_case_alone_is_no_distance() -> None:
    assert nearest("CUSTOMERS", ["orders", "Customers"]) == "Customers"


@given(st.lists(st.text("abc", min_size=1), max_size=40), st.integers(1, 30))
def test_long_lists_are_counted(names: list[str], limit: int) -> None:
    text = shortened(names, limit)
    if len(names) <= limit:
        assert text == ", ".join(names)
    else:
        assert text.endswith(f"and {len(names) - limit} more")
