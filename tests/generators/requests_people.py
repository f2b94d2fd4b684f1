"""Cases of the law kit: Faker's methods and coherent groups."""

from __future__ import annotations

import polars as pl
from laws import Case

from fixturegen.domain import ANY, Domain, Pattern
from fixturegen.generator import Request
from fixturegen.schema import Column, Kind, Type


def faker(
    method: str,
    simplest: object = None,
    *,
    type_: Type | Kind = "text",
    locale: str = "en_US",
    domain: Domain = ANY,
    distinct: int = 0,
    arguments: dict[str, object] | None = None,
    label: str = "",
) -> Case:
    request = Request(
        table="t",
        column=Column(name="c", type=type_ if isinstance(type_, Type) else Type(kind=type_)),
        domain=domain,
        distinct=distinct,
        locale=locale,
        arguments={"method": method, "arguments": arguments or {}},
    )
    return Case(
        generator="faker", label=f"faker: {method} {locale} {label}".strip(), request=request, simplest=simplest
    )


def group(
    name: str, field: str, simplest: object, *, country: bool = False, distinct: int = 0, length: int | None = None
) -> Case:
    request = Request(
        table="t",
        column=Column(name="c", type=Type(kind="text", length=length)),
        domain=ANY if length is None else Domain(max_length=length),
        distinct=distinct,
        arguments={"field": field, "inputs": {"country_code": "land"} if country else {}},
    )
    label = f"{name}: {field}{' by country' if country else ''}{' distinct' if distinct else ''} {length or ''}".strip()
    columns = {"land": pl.Series(["DE", "FR", "GB", "JP", "US", "Italy", None, "XX"])} if country else {}
    return Case(generator=name, label=label, request=request, simplest=simplest, columns=columns)


CASES = [
    faker("name", "Aaron Smith"),
    faker("name", distinct=1_000, label="distinct"),
    faker("name", domain=Domain(min_length=8, max_length=12, letters="upper"), label="short upper"),
    faker("name", locale="de_DE"),
    faker("name", locale="ja_JP", distinct=500, label="distinct"),
    faker("first_name", locale="fr_FR"),
    faker("email", "smith.aaron@example.com"),
    faker("email", distinct=5_000, label="distinct"),
    faker("email", domain=Domain(max_length=20), distinct=5_000, label="distinct of 20"),
    faker("email", domain=Domain(max_length=11), distinct=5_000, label="distinct of 11"),
    faker("email", domain=Domain(patterns=(Pattern("like", "%@%.org"),)), label="like org"),
    faker("job", distinct=10_000, label="distinct"),
    faker(
        "job",
        domain=Domain(patterns=(Pattern("regex", "^[A-M]"),), barred=frozenset({"Arboriculturist"})),
        label="regex",
    ),
    faker("phone_number", "201-555-0100"),
    faker("phone_number", locale="de_DE", distinct=9_000, label="distinct"),
    faker("street_address", domain=Domain(max_length=18), label="short"),
    faker("address", locale="de_DE"),
    faker("postcode", type_="integer"),
    faker("iban", "DE36000000000000000000", locale="de_DE", distinct=10, label="distinct"),
    faker("credit_card_number", distinct=100, label="distinct"),
    faker("isbn13"),
    faker("ean8", type_=Type(kind="integer", bits=32)),
    faker("uuid4", "00000000-0000-4000-8000-000000000000", distinct=10, label="distinct"),
    faker("ipv6", type_="ip"),
    faker("text", arguments={"max_nb_chars": 60}),
    faker("sentence", locale="ja_JP"),
    faker("user_agent"),
    faker("color"),
    faker("date_of_birth", type_="date", arguments={"minimum_age": 18, "maximum_age": 30}),
    faker("date_time_between", type_="datetime", arguments={"start_date": "-7d"}),
    faker("date", arguments={"pattern": "%d.%m.%Y"}),
    faker("pyint", type_="integer", domain=Domain(low=5, high=9), label="bounded"),
    faker("pydecimal", type_=Type(kind="decimal", precision=8, scale=2), arguments={"min_value": 1, "max_value": 9}),
    faker("boolean", type_="boolean"),
    faker("word", type_="json"),
    faker("simple_profile", type_="json"),
    faker("words", type_=Type(kind="array", element=Type(kind="text"))),
    faker("json", type_="json", arguments={"num_rows": 1}),
    faker("ssn", locale="sv_SE"),
    *(group("person", field, None) for field in ("first_name", "last_name", "name", "gender", "username")),
    group("person", "email", "april.smith@example.com"),
    group("person", "email", None, distinct=100),
    group("person", "email", None, distinct=100, length=18),
    group("person", "email", None, country=True, distinct=100),
    *(group("address", field, None) for field in ("street", "house_number", "region", "phone")),
    *(
        group("address", field, None, country=True)
        for field in ("street", "city", "postcode", "country", "country_code")
    ),
]
