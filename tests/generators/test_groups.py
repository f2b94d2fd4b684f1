from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from fixturegen.domain import Domain
from fixturegen.draws import bits, bounded, permuted, stream
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Generator, Request, made
from fixturegen.generators.groups import ADDRESS_FIELDS, PERSON_FIELDS
from fixturegen.schema import Column, Kind, Type
from fixturegen.vocabularies.cities import COUNTRIES

ROWS = 3_000
LANDS = pl.Series(["DE", "FR", "GB", "JP", "US", "NL", "CA", None, "XX"] * (ROWS // 9 + 1))[:ROWS]


def asked(
    group: str,
    field: str,
    *,
    country: bool = False,
    distinct: int = 0,
    length: int | None = None,
    kind: Kind = "text",
    inputs: object = None,
    locale: str = "en_US",
    domain: Domain | None = None,
) -> Generator:
    wanted = {"country_code": "land"} if country else {}
    request = Request(
        table="people",
        column=Column(name=field, type=Type(kind=kind, length=length)),
        arguments={"field": field, "inputs": wanted if inputs is None else inputs},
        distinct=distinct,
        locale=locale,
        domain=domain or Domain(),
    )
    return made(group, request)


def values(generator: Generator, lands: pl.Series = LANDS) -> pl.Series:
    drawn = {
        draw.name: bounded(bits(stream(1, draw.name), np.arange(len(lands))), draw.low, draw.high)
        for draw in generator.draws
    }
    return generator.build(Batch(len(lands), drawn, columns={"land": lands}))


def record(group: str, fields: tuple[str, ...], *, country: bool = False) -> pl.DataFrame:
    return pl.DataFrame({field: values(asked(group, field, country=country)) for field in fields})


@pytest.mark.parametrize(("group", "fields"), [("person", PERSON_FIELDS), ("address", ADDRESS_FIELDS)])
def test_all_fields_declare_the_same_draws(group: str, fields: tuple[str, ...]) -> None:
    draws = {
        asked(group, field, country=country, distinct=distinct, length=30).draws
        for field in fields
        for country in (False, True)
        for distinct in (0, 500)
    }
    assert len(draws) == 1


@pytest.mark.parametrize("country", [False, True])
def test_a_person_agrees_with_itself(country: bool) -> None:
    people = record("person", PERSON_FIELDS, country=country)
    both = people.filter(pl.col("name") == pl.concat_str("first_name", pl.lit(" "), "last_name"))
    family_first = people.filter(pl.col("name") == pl.concat_str("last_name", pl.lit(" "), "first_name"))
    assert both.height + family_first.height >= people.height
    assert (people["email"] == people["username"] + "@example.com").all()
    plain = people.filter(pl.col("name").str.contains("^[A-Za-z ]+$"), ~pl.col("name").str.contains("(?i)kim"))
    expected = plain["first_name"].str.to_lowercase() + "." + plain["last_name"].str.to_lowercase()
    assert plain.height > 200
    assert (plain["username"] == expected.str.replace_all(" ", "")).all()


def test_gender_tells_the_pool() -> None:
    people = record("person", ("first_name", "gender"))
    for name, gender in (("Jennifer", "female"), ("Michael", "male")):
        found = people.filter(pl.col("first_name") == name)["gender"]
        assert len(found) > 0
        assert (found == gender).mean() > 0.5  # type: ignore[operator]  # a share


def test_names_follow_the_country() -> None:
    people = record("person", ("first_name", "last_name", "email"), country=True).with_columns(land=LANDS)
    japanese = people.filter(pl.col("land") == "JP")
    assert japanese["last_name"].str.contains(r"^[^a-zA-Z]+$").all()
    assert japanese["email"].str.contains(r"^[a-z]+\.[a-z]+@example\.com$").all()
    assert people.filter(pl.col("land") == "DE", pl.col("last_name") == "Müller")["email"].str.contains("mueller").all()


@pytest.mark.parametrize("length", [None, 40, 20, 13])
@pytest.mark.parametrize("field", ["email", "username"])
@pytest.mark.parametrize("country", [False, True])
def test_unique_handles(field: str, length: int | None, country: bool) -> None:
    generator = (
        asked("person", field, distinct=10, length=length, country=country)
        if not (country and length == 13 and field == "email")
        else asked("person", field, distinct=10, length=15, country=country)
    )
    assert generator.distinct
    assert generator.capacity == 8_192**2
    rows = 60_000
    order = permuted(5, np.arange(rows), generator.capacity)
    lands = pl.Series((["DE", "AT", "US", "GB", None, "XX"] * rows)[:rows])
    made_ = generator.build(Batch(rows, {"first": order // 8_192, "last": order % 8_192}, columns={"land": lands}))
    assert made_.n_unique() == rows
    assert length is None or made_.str.len_chars().max() <= max(length, 15)  # type: ignore[operator]  # a length


def test_namesakes_are_told_apart() -> None:
    """All draws of one name pair: the hardest case for uniqueness."""
    generator = asked("person", "email", distinct=10)
    first, last = (grid.ravel() for grid in np.meshgrid(np.arange(300), np.arange(300)))
    assert generator.build(Batch(90_000, {"first": first, "last": last})).n_unique() == 90_000


def test_cities_and_postcodes_belong_together() -> None:
    lands = LANDS.drop_nulls().filter(LANDS.drop_nulls() != "XX")
    city, code, region = (
        values(asked("address", field, country=True), lands) for field in ("city", "postcode", "region")
    )
    for land, town, post, area in zip(lands, city, code, region, strict=True):
        forms = [form for name, state, form in COUNTRIES[land].places if (name, state) == (town, area)]
        patterns = [re.escape(form).replace(r"\#", r"\d").replace("@", "[A-Z]") for form in forms]
        assert any(re.fullmatch(pattern, post) for pattern in patterns), (land, town, post)


def test_country_fields_agree() -> None:
    countries = record("address", ("country", "country_code"), country=True).with_columns(land=LANDS)
    assert set(countries.filter(pl.col("land") == "GB")["country"]) == {"United Kingdom"}
    assert (countries.filter(pl.col("land") == "DE")["country_code"] == "DE").all()
    assert (countries.filter(pl.col("land").is_null())["country_code"] == "US").all()


def test_streets_are_written_as_the_country_does() -> None:
    streets = record("address", ("street", "house_number", "street_name"), country=True).with_columns(land=LANDS)
    german = streets.filter(pl.col("land") == "DE")
    assert (german["street"] == german["street_name"] + " " + german["house_number"]).all()
    british = streets.filter(pl.col("land") == "GB")
    assert (british["street"] == british["house_number"] + " " + british["street_name"]).all()


@pytest.mark.parametrize("country", ["AT", "CH", "BR", "IN", "GR", "KR", "Mexico", "TUR"])
def test_other_countries_have_addresses_too(country: str) -> None:
    for field in ADDRESS_FIELDS:
        texts = values(asked("address", field, country=True), pl.Series([country] * 20))
        assert texts.str.len_chars().min() > 0, field  # type: ignore[operator]  # a length


def test_lengths_are_kept() -> None:
    for field, length in (("street", 14), ("city", 8), ("region", 10), ("name", 10), ("first_name", 5)):
        group = "person" if field in PERSON_FIELDS else "address"
        assert values(asked(group, field, length=length)).str.len_chars().max() <= length, field  # type: ignore[operator]  # a length


def test_errors() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'city'"):
        asked("address", "citi")
    with pytest.raises(SchemaError, match="cannot follow a city that is filled apart"):
        asked("address", "postcode", inputs={"city": "town"})
    with pytest.raises(SchemaError, match="no column of type integer holds"):
        asked("address", "postcode", kind="integer")
    with pytest.raises(ImpossibleError, match="email needs 13 characters"):
        asked("person", "email", distinct=9, length=10)
    with pytest.raises(SchemaError, match="unknown locale"):
        asked("person", "name", locale="xx_YY")
