from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import faker as rival
import numpy as np
import polars as pl
import pytest
from faker.config import AVAILABLE_LOCALES
from refusals import outcome

from fixturegen.domain import Domain, Pattern
from fixturegen.draws import bits, bounded, permuted, stream
from fixturegen.errors import ImpossibleError, InputError, SchemaError
from fixturegen.generator import Batch, Builder, Generator, One, Request, made
from fixturegen.schema import Column, Kind, Location, Type

ROWS = 20_000


def request(
    method: object,
    kind: Kind = "text",
    *,
    length: int | None = None,
    locale: str = "en_US",
    domain: Domain | None = None,
    distinct: int = 0,
    as_of: date = date(2026, 1, 1),
    **arguments: object,
) -> Request:
    return Request(
        table="people",
        column=Column(name="c", type=Type(kind=kind, length=length)),
        arguments={"method": method, "arguments": arguments},
        locale=locale,
        domain=domain or Domain(),
        distinct=distinct,
        as_of=as_of,
        where=Location("shop.yaml", 7, "people.c"),
    )


def values(generator: Generator, rows: int = ROWS) -> pl.Series:
    drawn = {
        draw.name: bounded(bits(stream(1, draw.name), np.arange(rows)), draw.low, draw.high) for draw in generator.draws
    }
    return generator.build(Batch(rows, drawn))


def enumerated(generator: Generator, rows: int) -> pl.Series:
    """Build rows of a permutation of all draws, as unique columns are filled."""
    assert generator.capacity is not None
    left = permuted(3, np.arange(min(rows, generator.capacity)), min(generator.capacity, 2**62))
    drawn = {}
    for draw in generator.draws:
        drawn[draw.name] = left % draw.span + draw.low
        left = left // draw.span
    return generator.build(Batch(len(left), drawn))


@pytest.mark.parametrize(
    "method",
    ["__class__", "seed_instance", "add_provider", "format", "parse", "random", "provider", "get_formatter", "unique",
     "optional", "_to_ascii", "seed", "providers", "locales", "generator", "", "email; import os", "set_formatter"],
)  # fmt: skip
def test_only_data_methods_exist(method: str) -> None:
    with pytest.raises(SchemaError, match=r"^shop.yaml:7 people.c: unknown Faker method"):
        made("faker", request(method))


def test_messages_help() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'email'"):
        made("faker", request("emial"))
    with pytest.raises(SchemaError, match="Did you mean 'de_DE'"):
        made("faker", request("email", locale="de_DX"))
    with pytest.raises(SchemaError, match=r"no argument 'saef'.*Did you mean 'safe'"):
        made("faker", request("email", saef=True))
    with pytest.raises(SchemaError, match="'safe' of email is a boolean"):
        made("faker", request("email", safe="yes"))
    with pytest.raises(SchemaError, match="needs the name of a method"):
        made("faker", request(7))
    with pytest.raises(SchemaError, match="not 'soon'"):
        made("faker", request("date_between", "date", start_date="soon"))
    with pytest.raises(SchemaError, match="fr_FR has it"):
        made("faker", request("department_name"))


@pytest.mark.parametrize(
    ("method", "kind"), [("profile", "integer"), ("name", "date"), ("words", "text"), ("date_of_birth", "boolean")]
)
def test_values_of_another_type_are_refused(method: str, kind: Kind) -> None:
    with pytest.raises(SchemaError, match=f"which no column of type {kind} holds"):
        made("faker", request(method, kind))


def test_locale_spellings() -> None:
    assert values(made("faker", request("name", locale="de-de"))).equals(
        values(made("faker", request("name", locale="de_DE")))
    )


def test_borrowed_providers_are_named() -> None:
    assert "ar_SA has no address: taken from en_US" in made("faker", request("city", locale="ar_SA")).remark
    assert "taken from" not in made("faker", request("city", locale="de_DE")).remark


@pytest.mark.parametrize(
    "locale", ["en_US", "de_DE", "fr_FR", "ja_JP", "ar_SA", "ru_RU", "pt_BR", "zh_CN", "el_GR", "sv_SE"]
)
def test_nothing_reaches_anybody(locale: str) -> None:
    for method in ("email", "free_email", "company_email", "safe_email", "ascii_email"):
        hosts = values(made("faker", request(method, locale=locale)), 2_000).str.split("@").list.last()
        assert hosts.str.contains(r"(^|\.)example\.(com|org|net)$").all(), method
    assert values(made("faker", request("url", locale=locale)), 500).str.contains(r"example\.(com|org|net)/$").all()
    assert values(made("faker", request("email", locale=locale)), 500).str.contains(r"^[a-z0-9.]+@").all()


def test_phone_numbers_are_fictional() -> None:
    assert values(made("faker", request("phone_number"))).str.contains(r"\)?-?555-01\d\d").all()
    german = values(made("faker", request("phone_number", locale="de_DE")))
    assert german.str.contains(r"(30 23125|40 66969|69 90009|221 4710|89 99998)\d{3}$").all()
    assert values(made("faker", request("phone_number", locale="pt_BR"))).str.starts_with("+999 ").all()


def test_profiles_are_safe_too() -> None:
    profiles = values(made("faker", request("profile", "json")), 60)
    mails = profiles.str.json_path_match("$.mail")
    assert mails.str.contains(r"@example\.(com|org|net)$").all()


def test_unique_emails() -> None:
    generator = made("faker", request("email", distinct=1_000))
    assert generator.distinct
    assert enumerated(generator, 100_000).n_unique() == 100_000


def test_unique_demand_beyond_the_names_is_met() -> None:
    generator = made("faker", request("email", distinct=50_000_000))
    assert generator.capacity is not None
    assert generator.capacity >= 50_000_000
    assert enumerated(generator, 100_000).n_unique() == 100_000


def test_closed_vocabularies_are_honest() -> None:
    generator = made("faker", request("job", distinct=5_000))
    jobs = set(rival.Factory.create("en_US").provider("faker.providers.job").jobs)
    assert generator.capacity == len(jobs)
    assert set(enumerated(generator, 5_000)) == jobs


def test_growing_demands_keep_values() -> None:
    for method in ("email", "name", "company", "phone_number", "user_name"):
        few, more = (made("faker", request(method, distinct=rows)) for rows in (900, 60_000))
        assert values(few, 200).equals(values(more, 200)), method


@pytest.mark.parametrize("length", [9, 12, 16, 24, 40])
def test_lengths_are_kept(length: int) -> None:
    emails = values(made("faker", request("email", length=length, distinct=100)), 5_000)
    assert emails.str.len_chars().max() <= length  # type: ignore[operator]  # a length
    assert emails.str.contains(r"^[a-z0-9.]+@(a\.test|example\.(com|org|net))$").all()


def test_no_room_is_an_error_with_numbers() -> None:
    with pytest.raises(ImpossibleError, match=r"15 to \d+ characters, at most 3 fit"):
        made("faker", request("email", length=3))


def test_limits_narrow_pools() -> None:
    domain = Domain(patterns=(Pattern("regex", "^[A-C]"),), max_length=10, barred=frozenset({"Austria", "Chad"}))
    countries = values(made("faker", request("country", domain=domain)))
    known = set(rival.Factory.create("en_US").provider("faker.providers.address").countries)
    assert set(countries) == {name for name in known if name[0] in "ABC" and len(name) <= 10} - {"Austria", "Chad"}


def test_dates_follow_as_of() -> None:
    past = values(made("faker", request("past_date", "date", as_of=date(2001, 3, 1))))
    assert (past.min(), past.max()) == (date(2001, 1, 30), date(2001, 2, 28))
    births = values(
        made("faker", request("date_of_birth", "date", minimum_age=18, maximum_age=18, as_of=date(2020, 2, 29)))
    )
    assert (births.min(), births.max()) == (date(2001, 3, 1), date(2002, 2, 28))
    assert (
        values(
            made("faker", request("date_between", "date", start_date="2020-01-01", end_date="2020-01-03"))
        ).n_unique()
        == 3
    )


@pytest.mark.parametrize(
    ("method", "type_", "arguments", "allowed"),
    [
        ("port_number", Type(kind="integer"), {"is_system": True}, range(1_024)),
        ("port_number", Type(kind="integer"), {"is_user": True}, range(1_024, 49_152)),
        ("port_number", Type(kind="integer"), {"is_dynamic": True}, range(49_152, 65_536)),
        ("pyint", Type(kind="integer"), {"min_value": -5, "max_value": 21, "step": 5}, range(-5, 21, 5)),
        ("random_int", Type(kind="text"), {"min": 1, "max": 30, "step": 7}, [str(each) for each in range(1, 31, 7)]),
        ("pyint", Type(kind="integer", bits=8), {"min_value": -128, "max_value": 127}, range(-128, 128)),
        (
            "pyfloat",
            Type(kind="float"),
            {"min_value": 0.25, "max_value": 2, "right_digits": 1},
            [each / 10 for each in range(3, 21)],
        ),
        (
            "pydecimal",
            Type(kind="decimal", precision=9, scale=4),
            {"min_value": -1, "max_value": 1, "right_digits": 1},
            [Decimal(each) / 10 for each in range(-10, 11)],
        ),
    ],
)
def test_ranges_are_those_that_arguments_say(
    method: str, type_: Type, arguments: dict[str, object], allowed: Sequence[object]
) -> None:
    asked = replace(request(method, **arguments), column=Column(name="c", type=type_))
    assert set(values(made("faker", asked))) <= set(allowed)
    assert len(set(values(made("faker", asked)))) > min(len(allowed), 5_000) * 0.9


def test_steps_keep_bounds_and_holes_of_the_column() -> None:
    domain = Domain(low=3, high=20, excluded=frozenset({6, 10}))
    generator = made("faker", request("pyint", "integer", domain=domain, min_value=1, max_value=50, step=3, distinct=4))
    assert generator.capacity == 5
    assert set(enumerated(generator, 100)) == {4, 7, 13, 16, 19}
    assert isinstance(generator.build, Builder)
    alone = [generator.build.one(One(lambda _, at=at: at, lambda _: None, 0)) for at in range(5)]  # type: ignore[misc]  # the default binds the loop's name
    assert alone == [4, 7, 13, 16, 19]


@pytest.mark.parametrize(("method", "name"), [("boolean", "chance_of_getting_true"), ("pybool", "truth_probability")])
def test_booleans_have_their_chance(method: str, name: str) -> None:
    for percent in (0, 10, 90, 100):
        true = values(made("faker", request(method, "boolean", **{name: percent}))).mean()
        assert true == pytest.approx(percent / 100, abs=0.01)
    written = values(made("faker", request(method, **{name: 10})))
    assert written.eq("true").mean() == pytest.approx(0.1, abs=0.01)
    with pytest.raises(SchemaError, match=f"{name} is from 0 to 100, not 101"):
        made("faker", request(method, "boolean", **{name: 101}))


def test_moments_are_written_as_asked() -> None:
    texts = values(made("faker", request("iso8601", sep=" ", timespec="minutes")), 300)
    assert texts.str.contains(r"^\d{4}-\d\d-\d\d \d\d:\d\d$").all()
    fine = values(made("faker", request("iso8601", timespec="milliseconds")), 30)
    assert fine.str.contains(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$").all()
    years = values(made("faker", request("date_time_ad", "datetime"))).dt.year()
    assert years.mean() == pytest.approx(1013, abs=30)


def test_elements_may_have_weights() -> None:
    elements = values(made("faker", request("random_element", elements={"a": 9, "b": 1})))
    assert elements.eq("a").mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(("locale", "longest"), [("en_US", 1_000), ("zh_CN", 1_000), ("en_US", 5_000)])
def test_texts_are_as_long_as_asked(locale: str, longest: int) -> None:
    lengths = values(made("faker", request("text", locale=locale, max_nb_chars=longest)), 500).str.len_chars()
    assert longest * 0.8 < lengths.mean() < lengths.max() <= longest  # type: ignore[operator]  # lengths


def test_the_clock_stands_still_row_by_row() -> None:
    old, new = (
        values(made("faker", request("ssn", locale="sv_SE", as_of=date(year, 6, 1))), 50) for year in (1990, 2026)
    )
    assert not old.equals(new)
    years = old.str.slice(0, 2).cast(pl.Int32)
    assert years.max() <= 90  # type: ignore[operator]  # an integer
    spans = values(made("faker", request("time_delta", "interval", end_datetime="+30h", as_of=date(1990, 6, 1))), 50)
    assert timedelta() <= spans.min() < spans.max() <= timedelta(hours=30)  # type: ignore[operator]  # spans


def test_row_by_row_is_pure_and_named() -> None:
    generator = made("faker", request("color"))
    assert generator.remark.startswith("row by row")
    once, again = values(generator, 30), values(made("faker", request("color")), 60)
    assert once.equals(again[:30])


def test_what_has_few_texts_is_named() -> None:
    generator = made("faker", request("chrome"))
    assert generator.remark == f"one of {values(generator).n_unique()} texts made beforehand"
    assert made("faker", request("country")).remark == "compiled"


def test_no_global_state_is_touched() -> None:
    rival.Faker.seed(5)
    before = rival.Factory.create("en_US").random.getstate()
    values(made("faker", request("name", locale="it_IT")), 10)
    values(made("faker", request("color", locale="it_IT")), 10)
    assert rival.Factory.create("en_US").random.getstate() == before


@pytest.mark.slow
@pytest.mark.parametrize("locale", sorted(AVAILABLE_LOCALES))
def test_every_locale_fills_the_common_columns(locale: str) -> None:
    for method in (
        "name",
        "email",
        "phone_number",
        "city",
        "street_address",
        "company",
        "job",
        "text",
        "user_name",
        "iban",
    ):
        made_of = outcome(partial(made, "faker", request(method, locale=locale)), InputError)
        if isinstance(made_of, str):
            assert "unknown Faker method" in made_of  # some locales lack a method, and say so
        else:
            assert values(made_of.value, 20).null_count() == 0
