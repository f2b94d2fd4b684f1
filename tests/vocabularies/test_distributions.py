"""What is gathered from plans is distributed as what Faker makes value by value."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fixturegen.draws import bits, bounded, stream
from fixturegen.generator import Batch
from fixturegen.vocabularies.drawing import compiled
from fixturegen.vocabularies.providers import fresh
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import vocabulary

LOCALES = ("en_US", "de_DE", "fr_FR", "ja_JP", "ar_SA", "es_ES", "it_IT", "pt_BR", "pl_PL", "zh_CN")
METHODS = (
    "address", "administrative_unit", "android_platform_token", "bban", "bs", "building_number", "catch_phrase", "century",
    "city", "city_prefix", "city_suffix", "color_name", "company", "company_suffix", "country", "country_code",
    "cryptocurrency_name", "currency_code", "currency_name", "doi", "ein", "emoji", "file_extension", "first_name",
    "first_name_female", "first_name_male", "hex_color", "http_method", "job", "language_name", "last_name",
    "last_name_female", "license_plate", "locale", "mime_type", "name", "name_female", "name_male", "postcode", "prefix",
    "prefix_female", "pricetag", "random_int", "random_letter", "rgb_color", "safe_color_name", "sentence", "ssn", "state",
    "street_address", "street_name", "street_suffix", "suffix", "swift", "timezone", "tld", "unix_device", "uri_path", "word",
)  # fmt: skip
ROWS = 4_000
SLACK = 0.035
"""Two samples of so many rows of one law differ by more in one of 100 cases (exp(-rows * slack**2))."""
ROOT = Path(__file__).parents[2]


def distance(left: list[object], right: list[object]) -> float:
    ours, theirs = Counter(left), Counter(right)
    return sum(abs(ours[key] / len(left) - theirs[key] / len(right)) for key in ours.keys() | theirs.keys()) / 2


def faker_values(locale: str, method: str, seed: int) -> list[str]:
    faker = fresh(locale)
    faker.random = random.Random(seed)
    return [str(getattr(faker, method)()) for _ in range(ROWS)]


def our_values(locale: str, method: str) -> list[str]:
    ready = compiled(vocabulary(locale, date(2026, 1, 1)).plan(method))
    drawn = {each.name: bounded(bits(stream(9, each.name), np.arange(ROWS)), 0, each.high) for each in ready.draws}
    return ready.build(Batch(ROWS, drawn)).to_list()


FACES: dict[str, Callable[[str], object]] = {
    "length": len,
    "first character": lambda text: text[:1],
    "words": lambda text: text.count(" "),
    "last character": lambda text: text[-1:],
}


def compare(locale: str, method: str) -> None:
    ours, one, other = our_values(locale, method), faker_values(locale, method, 1), faker_values(locale, method, 2)
    for face, read in FACES.items():
        noise = distance(list(map(read, one)), list(map(read, other)))
        found = distance(list(map(read, ours)), list(map(read, one)))
        assert found <= 1.5 * noise + SLACK, f"{face}: {found:.3f} where Faker differs from itself by {noise:.3f}"


@pytest.mark.parametrize("method", ["first_name", "street_address", "company"])
def test_plans_keep_fakers_distribution(method: str) -> None:
    compare("de_DE", method)


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("method", METHODS)
def test_plans_keep_fakers_distribution_everywhere(locale: str, method: str) -> None:
    if not planned(locale, method):
        pytest.skip(f"{locale} has no {method}, or has one that is called row by row")
    compare(locale, method)


def planned(locale: str, method: str) -> bool:
    words = vocabulary(locale, date(2026, 1, 1))
    try:
        words.plan(method)
    except NotTraceableError:
        return False
    return words.knows(method)


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_nearly_all_of_these_methods_are_planned(locale: str) -> None:
    known = [method for method in METHODS if vocabulary(locale, date(2026, 1, 1)).knows(method)]
    assert len(known) >= 50
    assert sum(planned(locale, method) for method in known) >= 45


def test_faker_is_not_even_imported_before_a_column_asks_for_it() -> None:
    told = run("fg.load('schemas/shop.yaml'); generators(); print('faker' in sys.modules)")
    assert told == "False"


def test_planning_names_alone_draws_no_tables_of_addresses() -> None:
    schema = "parse_schema('{version: 1, tables: {t: {rows: 3, columns: {name: {type: text, faker: name}}}}}')"
    told = run(f"fg.plan({schema}); print(addresses.cache_info().currsize, people.cache_info().currsize)")
    assert told == "0 0"


def run(code: str) -> str:
    imports = (
        "import sys, fixturegen as fg, fixturegen.verbs; from fixturegen.generator import generators;"
        "from fixturegen.sources.yaml_file import parse_schema;"
        "from fixturegen.vocabularies.addresses import addresses; from fixturegen.vocabularies.people import people;"
    )
    command = [sys.executable, "-c", imports + code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120).stdout.strip()
