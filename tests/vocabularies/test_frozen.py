"""A Faker generator follows from its own random numbers: neither the clock nor the chance of the computer changes a value."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date

import pytest

from fixturegen.vocabularies import frozen, providers
from fixturegen.vocabularies.rowwise import RowWise
from fixturegen.vocabularies.vocabulary import vocabulary

AS_OF = date(2026, 1, 1)
BY_CHANCE = {
    "en_US": ("binary", "passport_full", "passport_gender"),
    "es_ES": ("cif", "nie", "nif", "nuss"),
    "es_CA": ("nie",),
    "es_MX": ("curp", "elector_code", "rfc"),
    "el_GR": ("tin", "vat_id"),
    "sv_SE": ("org_id", "vat_id"),
    "th_TH": ("ssn", "vat_id"),
    "uk_UA": ("diplomatic_license_plate", "license_plate", "plate_letter_prefix", "plate_region_code", "ssn"),
}
"""Methods whose code takes numbers of Python's own ``random``, or bytes of the system."""
CASES = [(locale, method) for locale, methods in BY_CHANCE.items() for method in methods]
PROGRAM = """
from datetime import date
from fixturegen.vocabularies import plans
from fixturegen.vocabularies.vocabulary import vocabulary
plan = vocabulary("it_IT", date(2026, 1, 1)).plan("city")
print([text for text, _ in plans.shares_of(plan)][:50])
"""


@pytest.mark.parametrize(("locale", "method"), CASES)
def test_a_key_gives_one_value(locale: str, method: str) -> None:
    words = vocabulary(locale, AS_OF)
    arguments = {"length": 30} if method == "binary" else {}
    one, other = RowWise(words, method, arguments), RowWise(words, method, arguments)
    values = [one.value(key) for key in range(12)]
    assert [other.value(key) for key in range(12)] == values
    assert len(set(map(str, values))) > 1


@pytest.mark.parametrize(("locale", "method"), CASES)
def test_the_chance_of_everybody_is_left_alone(locale: str, method: str) -> None:
    faker = frozen.frozen(providers.fresh(locale), AS_OF)
    faker.random = random.Random(3)
    before = random.getstate()
    getattr(faker, method)()
    assert random.getstate() == before


def test_lists_made_of_sets_stand_in_one_order() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100
