"""Lorem ipsum of any length."""

from __future__ import annotations

from datetime import date

import pytest

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.vocabulary import vocabulary

AS_OF = date(2026, 1, 1)


@pytest.mark.parametrize("most", [5, 24, 25, 41, 90, 200, 900, 1_000, 2_000, 100_000])
@pytest.mark.parametrize("locale", ["en_US", "ja_JP"])
def test_texts_are_made_up_to_any_length(locale: str, most: int) -> None:
    plan = vocabulary(locale, AS_OF).plan("text", {"max_nb_chars": most})
    assert plans.longest(plan) <= most
    assert plans.combinations(plan) > 1


def test_longer_texts_are_longer() -> None:
    words = vocabulary("en_US", AS_OF)
    shortest = [plans.shortest(words.plan("text", {"max_nb_chars": most})) for most in (100, 400, 1_000)]
    assert shortest == sorted(shortest)
    assert shortest[-1] > 500


@pytest.mark.parametrize("words", [1, 2, 6])
def test_sentences_of_one_length_differ_in_their_words_alone(words: int) -> None:
    plan = vocabulary("en_US", AS_OF).plan("sentence", {"nb_words": words, "variable_nb_words": False})
    pool = vocabulary("en_US", AS_OF).plan("word")
    assert plans.combinations(plan) == plans.combinations(pool) ** words
