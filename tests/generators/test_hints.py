from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import outcome

from fixturegen.domain import ANY
from fixturegen.errors import InputError
from fixturegen.generator import Request, made
from fixturegen.generators import hints
from fixturegen.generators.hints import hint
from fixturegen.schema import Column, Kind, Type

TEXT = Type(kind="text")


def method(table: str, column: str, length: int | None = None) -> object:
    found = hint(table, column, Type(kind="text", length=length))
    return None if found is None else found.arguments["method"]


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("customers", "first_name", "first_name"),
        ("customers", "FirstName", "first_name"),
        ("customers", "LASTNAME", "last_name"),
        ("customers", "billing_email", "email"),
        ("Customer", "EmailAddress", "email"),
        ("contacts", "e_mail", "email"),
        ("customers", "phone", "phone_number"),
        ("customers", "phone2", "phone_number"),
        ("customers", "mobileNumber", "phone_number"),
        ("users", "name", "name"),
        ("people", "name", "name"),
        ("staff", "name", "name"),
        ("sales.employees", "name", "name"),
        ("companies", "name", "company"),
        ("suppliers", "name", "company"),
        ("cities", "name", "city"),
        ("countries", "name", "country"),
        ("orders", "customer_name", "name"),
        ("orders", "company_name", "company"),
        ("customers", "shipping_address_line_1", "street_address"),
        ("customers", "address2", "secondary_address"),
        ("customers", "city", "city"),
        ("customers", "BillingPostalCode", "postcode"),
        ("customers", "zip", "postcode"),
        ("customers", "country_code", "country_code"),
        ("users", "username", "user_name"),
        ("users", "website_url", "url"),
        ("logs", "ip_address", "ipv4"),
        ("posts", "slug", "slug"),
        ("employees", "job_title", "job"),
        ("products", "description", "text"),
    ],
)
def test_names_suggest(table: str, column: str, expected: str) -> None:
    assert method(table, column) == expected


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tags", "name"), ("categories", "name"), ("products", "name"), ("tracks", "name"), ("genres", "Name"),
        ("orders", "status"), ("jobs", "state"), ("users", "is_email"), ("users", "email_verified"), ("t", "x"),
        ("t", ""), ("t", "velocity"), ("t", "capacity"), ("sessions", "token"), ("users", "email_count"), ("t", "1"),
        ("users", "password_hash"), ("t", "describe"), ("t", "emailed_at"),
    ],
)  # fmt: skip
def test_no_wrong_magic(table: str, column: str) -> None:
    assert hint(table, column, TEXT) is None


def test_other_types_get_no_text() -> None:
    kinds: list[Kind] = ["boolean", "bytes", "date", "uuid", "json", "enum", "array"]
    assert all(hint("users", "email", Type(kind=kind)) is None for kind in kinds)


def test_short_columns_get_what_fits() -> None:
    assert method("t", "country", 2) == "country_code"
    assert method("t", "country", 60) == "country"
    assert method("t", "country_code", 3) is None
    assert method("t", "email", 5) is None
    assert method("t", "city", 3) is None


@pytest.mark.parametrize(
    ("column", "type_", "expected"),
    [
        ("age", Type(kind="integer"), (18, 90)),
        ("unit_price", Type(kind="decimal", precision=10, scale=2), (1, 500)),
        ("latitude", Type(kind="decimal", precision=9, scale=6), (-90, 90)),
        ("quantity", Type(kind="integer", bits=16), (1, 20)),
        ("year", Type(kind="integer", bits=8), None),
        ("price", Type(kind="decimal", precision=3, scale=2), None),
        ("year", Type(kind="decimal", precision=10, scale=2), None),
        ("latitude", Type(kind="integer", bits=8, signed=False), None),
        ("flags", Type(kind="integer"), None),
    ],
)
def test_numbers_get_ranges(column: str, type_: Type, expected: tuple[int, int] | None) -> None:
    found = hint("t", column, type_)
    assert (None if found is None else (found.arguments["min"], found.arguments["max"])) == expected


EVERY_TEXT = sorted({name for name, wanted in hints._TEXT.items() if wanted})


@pytest.mark.parametrize("name", EVERY_TEXT)
def test_every_suggestion_can_be_made(name: str) -> None:
    """In the narrowest column that gets the hint, except where a type's limits are for the maker to refuse."""
    column = name.replace(" ", "_")
    found = hint("t", column, TEXT)
    assert found is not None
    wanted = str(found.arguments["method"])
    length = hints._ROOM.get(wanted, hints._DEFAULT_ROOM)
    for type_ in (TEXT, Type(kind="text", length=length)):
        request = Request(table="t", column=Column(name=column, type=type_), domain=ANY, arguments=found.arguments)
        made_of = outcome(partial(made, found.generator, request), InputError)
        if isinstance(made_of, str):
            assert type_.length is not None, made_of  # only a narrow column may be refused
        else:
            assert made_of.value.dtype is not None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_is_read(table: str, column: str) -> None:
    assert hint(table, column, TEXT) == hint(table, column, TEXT)
