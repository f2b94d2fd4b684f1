"""What is gathered from plans is distributed as what Faker makes value by value."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from fixturegen.draws import bits, bounded, stream
from fixturegen.generator import Batch
from fixturegen.vocabularies.drawing import compiled
from fixturegen.vocabularies.providers import fresh
from fixturegen.vocabularies.vocabulary import vocabulary

LOCALES = ("en_US", "de_DE", "fr_FR", "ja_JP", "ar_SA")
METHODS = (
    "first_name", "first_name_female", "last_name", "name", "prefix", "city", "street_name", "street_address", "country",
    "building_number", "company", "company_suffix", "job", "sentence", "bban", "currency_code", "hex_color",
)  # fmt: skip
ROWS = 4_000


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
        assert found <= 1.5 * noise + 0.02, f"{face}: {found:.3f} where Faker differs from itself by {noise:.3f}"


@pytest.mark.parametrize("method", ["first_name", "street_address", "company"])
def test_plans_keep_fakers_distribution(method: str) -> None:
    compare("de_DE", method)


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("method", METHODS)
def test_plans_keep_fakers_distribution_everywhere(locale: str, method: str) -> None:
    if not vocabulary(locale, date(2026, 1, 1)).knows(method):
        pytest.skip(f"{locale} has no {method}")
    compare(locale, method)
