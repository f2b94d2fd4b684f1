"""Arguments of Faker methods that cost too much, or that would reach Faker's own machinery, are refused before any call."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fixturegen.errors import SchemaError
from fixturegen.vocabularies import providers
from fixturegen.vocabularies.argument_limits import MOST, check_limits

KNOWN = ("first_name", "random_int")


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("sentence", {"nb_words": MOST + 1}, "nb_words of sentence is at most 10,000"),
        ("texts", {"nb_texts": 1_000, "max_nb_chars": 1_000}, "more than 100,000 parts"),
        ("binary", {"length": 2**24 + 1}, "length of binary"),
        ("bothify", {"text": "#" * (MOST + 1)}, "at most 10,000 characters"),
        ("pystr_format", {"string_format": "{{seed_instance}}"}, "unknown Faker method 'seed_instance'"),
        ("pystr_format", {"string_format": "{{  __class__ }}"}, "unknown Faker method '__class__'"),
        ("pystr_format", {"string_format": "{{frist_name}}"}, "Did you mean 'first_name'?"),
        ("json", {"data_columns": [["a", "pystr", {"max_chars": 10**9}]]}, "max_chars of json"),
        ("json", {"data_columns": {"a": ["{{provider}}"]}}, "unknown Faker method 'provider'"),
    ],
)
def test_bombs_and_machinery_are_refused(method: str, arguments: Mapping[str, object], words: str) -> None:
    with pytest.raises(SchemaError) as raised:
        check_limits(method, arguments, KNOWN, "s.yaml:3 t.c")
    assert str(raised.value).startswith("s.yaml:3 t.c: faker: ")
    assert words in str(raised.value)


def test_what_is_within_reason_passes() -> None:
    check_limits("sentence", {"nb_words": MOST}, KNOWN)
    check_limits("pystr", {"min_chars": MOST, "max_chars": MOST}, KNOWN)
    check_limits("pystr_format", {"string_format": "??{{first_name}}-{{ random_int }}##"}, KNOWN)
    check_limits("random_int", {"max": 10**12}, KNOWN)


@pytest.mark.parametrize("name", ["seed_instance", "add_provider", "get_providers", "__class__", "format"])
def test_a_generators_own_machinery_is_out_of_reach(name: str) -> None:
    faker = providers.fresh("en_US")
    with pytest.raises(AttributeError, match="no data method"):
        faker.parse(f"{{{{{name}}}}}")
    assert faker.parse("{{first_name}}")
