"""Tables of people of one locale, addressed by draws of fixed ranges so that every field of a person reads the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.plans import Plan, Pool
from fixturegen.vocabularies.slugs import slug
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.uses import weight_table
from fixturegen.vocabularies.vocabulary import Vocabulary

PLACES = 8_192
"""Values of the draw of a first and of a last name: weights are kept to one in so many."""
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Names by draw.

    Attributes:
        texts: The names.
        slugs: Their forms in addresses: ASCII letters alone.
        marks: ``female`` or ``male`` for each name; empty where names tell no gender.
        place: Position of the name for every value of the draw.
        rank: Number of the draw's value among those with the same slug, from 0.
        alike: How many values have that slug.
    """

    texts: pl.Series
    slugs: pl.Series
    marks: pl.Series
    place: npt.NDArray[np.uint32]
    rank: Places
    alike: Places


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """First and last names of one locale, and whether the family name stands first."""

    first: Names
    last: Names
    family_first: bool


_FAMILY_FIRST = ("ja", "zh", "ko", "hu", "vi")


@lru_cache(maxsize=128)
def people(words: Vocabulary) -> People:
    """Return the people of a locale."""
    language = words.locale.split("_", maxsplit=1)[0]
    female, male = _pool(words, "first_name_female"), _pool(words, "first_name_male")
    marked = [(text, "female", share) for text, share in female] + [(text, "male", share) for text, share in male]
    last = [(text, "", share) for text, share in _pool(words, "last_name")]
    return People(_names(words, marked), _names(words, last), language in _FAMILY_FIRST)


def end_to_end(names: Sequence[Names]) -> Names:
    """Return the names of several locales as one: draws of the second begin at ``PLACES``, and so on."""
    if len(names) == 1:
        return names[0]
    starts = np.cumsum([0, *(len(each.texts) for each in names[:-1])]).astype(np.uint32)
    return Names(
        texts=pl.concat([each.texts for each in names], rechunk=True),
        slugs=pl.concat([each.slugs for each in names], rechunk=True),
        marks=pl.concat([each.marks for each in names], rechunk=True),
        place=np.concatenate([each.place + start for each, start in zip(names, starts, strict=True)]),
        rank=np.concatenate([each.rank for each in names]),
        alike=np.concatenate([each.alike for each in names]),
    )


def _pool(words: Vocabulary, method: str) -> list[tuple[str, float]]:
    """Return the entries of a name method; a name that is put together counts as its most frequent part."""
    for name in (method, method.rpartition("_")[0]):
        if words.knows(name):
            try:
                return plans.shares_of(_widest(words.plan(name)))[: PLACES // 2]
            except NotTraceableError:
                continue
    return [("Kim", 1.0)]


def _widest(plan: Plan) -> Pool:
    match plan:
        case Pool():
            return plan
        case plans.Joined():
            return max((_widest(part) for part in plan.parts), key=lambda pool: len(pool.values))
        case plans.Choice():
            return _widest(max(plans.weighted(plan), key=lambda option: option[1])[0])
        case _:
            return Pool(("Kim",))


def _names(words: Vocabulary, entries: list[tuple[str, str, float]]) -> Names:
    romanised = _romanised(words, entries)
    table = weight_table(tuple(share for _, _, share in entries), bits=PLACES.bit_length() - 1)
    place = table.astype(np.uint32)
    codes = {slug: number for number, slug in enumerate(dict.fromkeys(romanised))}
    rank, alike = _ranks(np.array([codes[slug] for slug in romanised])[place])
    return Names(
        texts=pl.Series([text for text, _, _ in entries]),
        slugs=pl.Series(romanised),
        marks=pl.Series([mark for _, mark, _ in entries]),
        place=place,
        rank=rank,
        alike=alike,
    )


def _romanised(words: Vocabulary, entries: list[tuple[str, str, float]]) -> list[str]:
    """Return letters for every name: the locale's own romanisation, else a transliteration, else ``user``."""
    own = _own_romanisation(words)
    folded = (slug(own.get(text, text), words.locale) for text, _, _ in entries)
    return [each if each.isalpha() else "".join(filter(str.isalpha, each)) or "user" for each in folded]


def _own_romanisation(words: Vocabulary) -> dict[str, str]:
    """Return how the locale itself spells names in Latin letters (ja_JP lists kanji, kana and romaji together)."""
    provider = words.faker.provider("faker.providers.person")
    found: dict[str, str] = {}
    for table in ("first_name_female_pairs", "first_name_male_pairs", "last_name_pairs"):
        for entry in getattr(provider, table, ()):
            found[str(entry[0])] = str(entry[-1])
    return found


def _ranks(codes: npt.NDArray[np.integer]) -> tuple[Places, Places]:
    """Return for each place its number among those of the same code, and how many those are."""
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - starts[codes[order]]
    return rank, counts[codes].astype(np.int64)
