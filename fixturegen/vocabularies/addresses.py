"""Tables of addresses of one country, addressed by draws of fixed ranges so that every field of an address reads the same draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count

import numpy as np
import polars as pl

from fixturegen.draws import BLOCK, bits, few, stream
from fixturegen.vocabularies import plans
from fixturegen.vocabularies.cities import COUNTRIES
from fixturegen.vocabularies.phones import fictional
from fixturegen.vocabularies.plans import Plan
from fixturegen.vocabularies.sampling import sampler
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import Vocabulary

STREETS, PHONES, OTHER_PLACES = 1_024, 1_024, 256
HOUSES = 199
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters that end British postcodes, without those easily misread."""


@dataclass(frozen=True, slots=True, eq=False)
class Addresses:
    """Addresses of one country.

    Attributes:
        code: ISO 3166-1 alpha-2.
        name: English name of the country.
        cities: City of every place.
        regions: Region of every place.
        forms: Form of every place's postcode (``#`` a digit, ``@`` a letter).
        streets: Street names.
        number_first: Whether the house number stands before the street.
        phones: Fictional telephone numbers.
    """

    code: str
    name: str
    cities: pl.Series
    regions: pl.Series
    forms: tuple[str, ...]
    streets: pl.Series
    number_first: bool
    phones: pl.Series


@lru_cache(maxsize=128)
def addresses(words: Vocabulary, code: str) -> Addresses:
    """Return the addresses of a country, in the words of one of its locales."""
    below = _keyed(words.locale)
    country = COUNTRIES.get(code)
    places = country.places if country is not None else _imagined(words, below)
    street, phone = sampler(_street_plan(words)), sampler(fictional(code))
    streets = [street(below) for _ in range(STREETS)]
    phones = [phone(below) for _ in range(PHONES)]
    return Addresses(
        code=code,
        name=country.name if country is not None else _country_name(words, code),
        cities=pl.Series([city for city, _, _ in places]),
        regions=pl.Series([region for _, region, _ in places]),
        forms=tuple(form for _, _, form in places),
        streets=pl.Series(list(dict.fromkeys(streets))),
        number_first=country is not None and country.number_first,
        phones=pl.Series(list(dict.fromkeys(phones))),
    )


def _keyed(locale: str) -> Callable[[int], int]:
    """Return random integers below a limit from bits keyed by the locale: the same tables on every machine."""
    drawn = _endless(stream(0, "addresses", locale)).__next__
    narrow = few.NARROW  # few.bounded for spans from 0, which so many calls cannot afford to call
    return lambda limit: (drawn() >> 32) * limit >> 32 if limit <= narrow else drawn() * limit >> 64


def _endless(stream_: int) -> Iterator[int]:
    blocks = (bits(stream_, np.arange(start, start + BLOCK)).tolist() for start in count(0, BLOCK))
    return chain.from_iterable(blocks)


def _imagined(words: Vocabulary, below: Callable[[int], int]) -> tuple[tuple[str, str, str], ...]:
    """Return Faker's cities with regions and postcodes of the country's form, which do not belong together otherwise."""
    city, region, postcode = (sampler(_first_plan(words, *names)) for names in _METHODS)
    return tuple((city(below), region(below), postcode(below)) for _ in range(OTHER_PLACES))


_METHODS = (
    ("city", "city_name"),
    ("administrative_unit", "state", "province", "region", "city"),
    ("postcode", "postalcode", "zipcode"),
)


def _first_plan(words: Vocabulary, *names: str) -> Plan:
    for name in names:
        if words.knows(name):
            try:
                return words.plan(name)
            except NotTraceableError:
                continue
    return plans.literal("1000")


def _street_plan(words: Vocabulary) -> Plan:
    names = ("town", "street_name") if words.locale == "ja_JP" else ("street_name", "street_address")
    return _first_plan(words, *names)


def _country_name(words: Vocabulary, code: str) -> str:
    from faker.providers.date_time import Provider  # noqa: PLC0415 - importing Faker costs up to a second

    names = {country.alpha_2_code: country.name for country in Provider.countries}
    return str(names.get(code, words.locale))


def country_of(value: str) -> str | None:
    """Return the ISO 3166-1 code that a country's code (2 letters) or English name stands for, or None.

    >>> country_of("de"), country_of("United Kingdom"), country_of("UK"), country_of("nowhere")
    ('DE', 'GB', 'GB', None)
    """
    return _codes().get(value.strip().lower())


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    from faker.providers.date_time import Provider  # noqa: PLC0415 - importing Faker costs up to a second

    known = {"uk": "GB", "usa": "US", "united states of america": "US", "great britain": "GB"}
    for country in Provider.countries:
        known[country.alpha_2_code.lower()] = country.alpha_2_code
        known[country.alpha_3_code.lower()] = country.alpha_2_code
        known[country.name.lower()] = country.alpha_2_code
    for curated in COUNTRIES.values():
        known[curated.code.lower()] = known[curated.name.lower()] = curated.code
    return known


@lru_cache(maxsize=512)
def locale_of(code: str, fallback: str) -> str:
    """Return the locale of a country: the curated one, else Faker's first for it, else ``fallback``.

    >>> locale_of("AT", "en_US"), locale_of("XX", "en_US")
    ('de_AT', 'en_US')
    """
    from fixturegen.vocabularies.providers import locales  # noqa: PLC0415 - only where a country is met

    if code in COUNTRIES:
        return COUNTRIES[code].locale
    preferred = {"CH": "de_CH", "BE": "nl_BE", "IN": "en_IN", "PH": "en_PH", "LU": "de_LU", "CN": "zh_CN"}
    own = [name for name in locales() if re.fullmatch(rf"[a-z]{{2,3}}_{code}", name)]
    return preferred.get(code, own[0] if own else fallback)
