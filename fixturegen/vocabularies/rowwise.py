"""The last resort: a Faker method called for every row, on a generator of random numbers keyed by the row's draw alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fixturegen.draws import bits, mixed
from fixturegen.vocabularies import frozen, providers
from fixturegen.vocabularies.sampling import sampler
from fixturegen.vocabularies.vocabulary import Vocabulary

MOST_ATTEMPTS = 100
SAFE = (
    "phone_number", "msisdn", "email", "safe_email", "ascii_email", "free_email", "company_email", "domain_name",
    "free_email_domain", "domain_word", "hostname", "url", "uri", "ipv4", "ipv4_public", "ipv6", "mac_address",
    "user_name", "credit_card_number",
)  # fmt: skip
"""Methods that composite ones (``profile``, ...) call and that must reach nobody there either."""
_GOLDEN, _MASK = 0x9E3779B97F4A7C15, 2**64 - 1


class KeyedRandom(random.Random):
    """Random numbers that follow from a key: splitmix64 over a counter (Steele, Lea, Flood 2014)."""

    def __init__(self) -> None:
        self._state = 0
        super().__init__(0)

    def at(self, key: int) -> None:
        """Start the sequence of ``key``."""
        self._state = key & _MASK

    def seed(self, *_: object, **__: object) -> None:
        """Do nothing: the key alone decides."""

    def _next(self) -> int:
        self._state = (self._state + _GOLDEN) & _MASK
        word = self._state
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        word = (word ^ (word >> 27)) * 0x94D049BB133111EB & _MASK
        return word ^ (word >> 31)

    def random(self) -> float:
        """Return 53 bits as a number from 0 (inclusive) to 1 (exclusive)."""
        return (self._next() >> 11) * 2.0**-53

    def bytes(self, length: int = 2**20) -> bytes:
        """Return so many bytes."""
        words = bits(self._next(), np.arange(-(-length // 8)))
        return words.astype("<u8").tobytes()[:length]

    def getrandbits(self, k: int, /) -> int:
        """Return ``k`` bits."""
        value = 0
        for _ in range(-(-k // 64)):
            value = value << 64 | self._next()
        return value >> (-k % 64)


class RowWise:
    """A method of one locale called by key.

    Args:
        words: The locale.
        name: The method.
        arguments: Its arguments.
    """

    def __init__(self, words: Vocabulary, name: str, arguments: Mapping[str, object]) -> None:
        self._random = KeyedRandom()
        faker = frozen.frozen(providers.fresh(words.locale), words.as_of)
        faker.random = self._random
        faker.set_formatter("binary", self._random.bytes)  # Faker's own are the system's
        _make_safe(faker, words, self._random, name)
        self._call: Callable[[], object] = lambda: getattr(faker, name)(**arguments)

    def value(self, key: int, attempt: int = 0) -> object:
        """Return the method's value for a key."""
        whole = mixed(np.array([(key + attempt * _GOLDEN) & _MASK], dtype=np.uint64))
        self._random.at(int(whole[0]))
        return self._call()


def _make_safe(faker: Any, words: Vocabulary, source: KeyedRandom, name: str) -> None:
    for each in SAFE:
        if each == name or not words.knows(each):
            continue
        one = sampler(words.plan(each))

        def safe(*_: object, _one: Any = one, **__: object) -> str:
            return str(_one(source.randrange))

        faker.set_formatter(each, safe)
        for provider in faker.get_providers():
            if hasattr(provider, each):
                setattr(provider, each, safe)
