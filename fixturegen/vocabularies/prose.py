"""Lorem ipsum in the locale's words: sentences, paragraphs and texts as plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np

from fixturegen.draws import BLOCK, bits, few, stream
from fixturegen.vocabularies import plans
from fixturegen.vocabularies.narrowing import at_most
from fixturegen.vocabularies.plans import Plan, Pool, joined
from fixturegen.vocabularies.sampling import sampler
from fixturegen.vocabularies.tracing import NotTraceableError
from fixturegen.vocabularies.vocabulary import Vocabulary, native

ENDINGS = 512
"""Different continuations of a text's first sentence."""
MOST_PROSE = ENDINGS * 900
"""Characters of all continuations together: of long texts there are fewer."""
MOST_SENTENCES = 24
"""Of a continuation of at most 900 characters; longer ones are filled up."""
MOST_WORDS = 100

Below = Callable[[int], int]
"""Gives a random integer from 0 (inclusive) to its argument (exclusive)."""
Sampled = Callable[[Below], str]


def _lorem(words: Vocabulary) -> Any:
    return words.faker.provider("faker.providers.lorem")


def _pool(words: Vocabulary, ext_word_list: Sequence[str] | None = None) -> Pool:
    listed = _lorem(words).get_words_list(ext_word_list=ext_word_list)
    return plans.united((str(word), 1.0) for word in listed)


def _spread(number: int) -> Counter[int]:
    """Return how often Faker takes each number near ``number``: 60 to 140 percent of it, at least 1."""
    return Counter(max(1, number * percent // 100) for percent in range(60, 141))


@native("sentence")
def sentence(
    words: Vocabulary, nb_words: int = 6, *, variable_nb_words: bool = True, ext_word_list: Sequence[str] | None = None
) -> Plan:
    """Plan sentences of about ``nb_words`` words."""
    if nb_words <= 0:
        return plans.literal("")
    if nb_words > MOST_WORDS:
        message = f"more than {MOST_WORDS} words"
        raise NotTraceableError(message)
    counts = _spread(nb_words) if variable_nb_words else Counter({nb_words: 1})
    lorem, pool = _lorem(words), _pool(words, ext_word_list)
    connector, end = str(lorem.word_connector), str(lorem.sentence_punctuation)
    first = plans.mapped(pool, str.title)  # once: every sentence holds the same words
    rows = (joined(first, *(part for _ in range(count - 1) for part in (connector, pool)), end) for count in counts)
    return plans.chosen_of(rows, map(float, counts.values()))


@native("paragraph")
def paragraph(
    words: Vocabulary,
    nb_sentences: int = 3,
    *,
    variable_nb_sentences: bool = True,
    ext_word_list: Sequence[str] | None = None,
) -> Plan:
    """Plan paragraphs of about ``nb_sentences`` sentences."""
    if nb_sentences <= 0:
        return plans.literal("")
    if nb_sentences > MOST_WORDS // 6:
        message = "so many sentences"
        raise NotTraceableError(message)
    counts = _spread(nb_sentences) if variable_nb_sentences else Counter({nb_sentences: 1})
    one, connector = sentence(words, ext_word_list=ext_word_list), str(_lorem(words).word_connector)
    return plans.chosen_of((_row(one, connector, count) for count in counts), map(float, counts.values()))


def _row(plan: Plan, connector: str, count: int) -> Plan:
    return joined(plan, *(part for _ in range(count - 1) for part in (connector, plan)))


@native("text")
def text(words: Vocabulary, max_nb_chars: int = 200, ext_word_list: Sequence[str] | None = None) -> Plan:
    """Plan texts of at most ``max_nb_chars`` characters: a free first sentence and one of 512 continuations.

    Lengths are spread otherwise than Faker's, which drops the paragraph that passes the limit.
    """
    if max_nb_chars < 5:
        message = "max_nb_chars must be at least 5"
        raise NotTraceableError(message)
    first = sentence(words, 2 if max_nb_chars < 25 else 6, ext_word_list=ext_word_list)
    opening = at_most(first, min(max_nb_chars, 90)) or at_most(_pool(words, ext_word_list), max_nb_chars)
    if opening is None:
        message = "no word is that short"
        raise NotTraceableError(message)
    room = max_nb_chars - plans.longest(opening) - 1
    ending = _endings(words, first, room)
    return opening if ending is None else joined(opening, " ", ending)


def _endings(words: Vocabulary, one: Plan, room: int) -> Plan | None:
    """Return sentences that fill ``room`` characters, drawn from keyed bits: the same on every machine."""
    if room < plans.shortest(one):
        return None
    one_more, short, drawn = sampler(one), sampler(at_most(one, room) or one), _random(words.locale)

    def below(limit: int) -> int:
        return few.bounded(next(drawn), 0, limit - 1)

    def filled() -> str:
        return _filled(one_more, room, below) or short(below)

    number = min(ENDINGS if room > 40 else 64, max(1, MOST_PROSE // room))
    return Pool(tuple(dict.fromkeys(filled() for _ in range(number))))


def _random(locale: str) -> Iterator[int]:
    """Yield keyed bits of a locale's prose, as many as anybody wants."""
    key = stream(0, "prose", locale)
    for start in count(0, BLOCK):
        yield from bits(key, np.arange(start, start + BLOCK)).tolist()


def _filled(one: Sampled, room: int, below: Below) -> str:
    """Return sentences of at most ``room`` characters; nothing where the first one is longer."""
    parts: list[str] = []
    size = 0
    for _ in range(MOST_SENTENCES if room * ENDINGS <= MOST_PROSE else room):
        more = one(below)
        size += len(more) + bool(parts)
        if size > room:
            break
        parts.append(more)
    return " ".join(parts)


@native("slug")
def slug(words: Vocabulary, value: str | None = None) -> Plan:
    """Plan slugs of three words, or the slug of ``value``."""
    from fixturegen.vocabularies.slugs import slug as folded  # noqa: PLC0415 - the name is the method's here

    if value is not None:
        return plans.literal("-".join(filter(None, (folded(word, words.locale) for word in value.split()))))
    word = words.plan("word_slug")
    return joined(word, "-", word, "-", word)


@native("file_name")
def file_name(words: Vocabulary, category: str | None = None, extension: str | None = None) -> Plan:
    """Plan file names."""
    return joined(words.plan("word_slug"), ".", _extension(words, category, extension))


def _extension(words: Vocabulary, category: str | None, extension: str | None) -> Plan | str:
    if extension is not None:
        return extension
    return words.plan("file_extension", {"category": category} if category else {})


@native("file_path")
def file_path(
    words: Vocabulary, depth: int = 1, category: str | None = None, extension: str | None = None, **options: object
) -> Plan:
    """Plan absolute paths of files."""
    if any(value not in (None, True, "linux") for value in options.values()):
        message = "options"
        raise NotTraceableError(message)
    folders = [part for _ in range(depth) for part in ("/", words.plan("word_slug"))]
    return joined(*folders, "/", file_name(words, category, extension))
