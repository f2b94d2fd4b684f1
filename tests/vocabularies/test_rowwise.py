from __future__ import annotations

import subprocess
import sys
from datetime import date

from fixturegen.vocabularies.rowwise import KeyedRandom, RowWise
from fixturegen.vocabularies.vocabulary import vocabulary


def test_a_key_gives_the_same_numbers_whatever_came_before() -> None:
    one, other = KeyedRandom(), KeyedRandom()
    one.at(5)
    first = [one.random(), one.randrange(10**9), one.getrandbits(130)]
    other.at(9)
    other.random()
    other.seed(1)
    other.at(5)
    assert [other.random(), other.randrange(10**9), other.getrandbits(130)] == first


def test_bits_and_shares_are_in_range_and_even() -> None:
    source = KeyedRandom()
    source.at(1)
    shares = [source.random() for _ in range(4_000)]
    assert 0 <= min(shares) < 0.01
    assert 0.99 < max(shares) < 1
    assert abs(sum(shares) / len(shares) - 0.5) < 0.02
    assert {source.getrandbits(3) for _ in range(200)} == set(range(8))


def test_bytes_follow_from_the_key() -> None:
    source = KeyedRandom()
    source.at(1)
    found = source.bytes(100_003)
    source.at(1)
    assert source.bytes(100_003) == found
    assert source.bytes(100_003) != found
    assert len(found) == 100_003
    assert len(set(found)) == 256
    assert source.bytes(0) == b""
    source.at(1)
    assert source.bytes(5) == found[:5]
    assert len(source.bytes()) == 2**20


def test_rows_do_not_depend_on_their_neighbours() -> None:
    words = vocabulary("en_US", date(2026, 1, 1))
    rows = RowWise(words, "password", {"length": 12})
    alone = RowWise(words, "password", {"length": 12}).value(77)
    assert [rows.value(key) for key in range(70, 80)][7] == alone
    assert rows.value(77, attempt=1) != alone


def test_the_registry_does_not_import_faker() -> None:
    code = (
        "import sys; from fixturegen.generator import generators; generators(); "
        "from fixturegen.generators.hints import hint; sys.exit('faker' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
