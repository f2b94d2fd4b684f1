"""Text of a column of which nothing is known but its limits: words, letters where words do not fit, codes where all differ."""

from __future__ import annotations

import polars as pl

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.generator import Batch, Draw, Generator, Request, gathered, generator
from fixturegen.generators import numbered, words
from fixturegen.generators.characters import DIGITS, LOWER, UPPER, Characters, characters
from fixturegen.generators.holes import skipping
from fixturegen.generators.patterned import constructed, longest_text
from fixturegen.generators.shapes import FARTHEST, Shape

LONGEST = 2**20
"""Most characters that a length condition can ask for."""
_CODE = 12
"""Below so many characters a distinct text is a code alone."""
_DIGITS = 7
_SIGNS = characters("!#$%&()*+,-./:;<=>?@[]^_{|}~")
_WHOLE_LENGTH = 8
"""A fixed width up to this is filled to its end, as codes are."""


@generator("texts")
def texts(request: Request) -> Generator:
    """Return plain text within the limits of type and domain.

    Without ``distinct``: words and phrases up to about 40 characters (one of at most 4,096), or letters where hardly a word
    fits. With it: a word and a base-36 number (``luna 00k3x9f``), or a base-36 code alone up to 11 characters; signs are used
    only where letters and digits do not suffice. All are ASCII in one case, so collations do not make two equal.

    Shrinks to the shortest word, the code of zeros or the letter ``a``.

    Raises:
        ImpossibleError: If no text is within the limits.
    """
    low, high = limits(request)
    if request.distinct:
        return _distinct(request, low, high)
    found = words.phrases(low, high) if high is None or high > 2 else ()
    if words.few(found) or (request.column.type.fixed and (high or 0) <= _WHOLE_LENGTH):
        return _letters(request, low, high)
    domain = request.domain
    # The phrases are as long as they may be: only what else limits a text can leave one out.
    limited = bool(domain.patterns or domain.barred or domain.values is not None or domain.max_bytes is not None)
    try:
        pool = pl.Series([_cased(text, domain) for text in found])
        return numbered.pooled(request, "texts", pool, needs_check=limited)
    except ImpossibleError:
        if not request.domain.patterns:
            raise
        return constructed(request, "texts")


def limits(request: Request) -> tuple[int, int | None]:
    """Return the fewest and most characters of a text, at least 1 where an empty one can be avoided.

    Raises:
        ImpossibleError: If the fewest are more than the most, or more than a million.
    """
    high = longest_text(request)
    low = request.domain.min_length
    if low > LONGEST or (high is not None and low > high):
        most = LONGEST if high is None else min(high, LONGEST)
        message = f"{request.column.name} must have at least {low} characters and can have at most {most}"
        raise ImpossibleError(message, where=request.where)
    return (low if high == 0 else max(low, 1)), high


def _cased(text: str, domain: Domain) -> str:
    return text.upper() if domain.letters == "upper" else text


def _letters(request: Request, low: int, high: int | None) -> Generator:
    width = low if high is None else min(high, max(low, _WHOLE_LENGTH))
    letters = UPPER if request.domain.letters == "upper" else LOWER
    return constructed(request, "texts", among=(Shape((letters,) * width),))


def _distinct(request: Request, low: int, high: int | None) -> Generator:
    if any(pattern.negated for pattern in request.domain.patterns):
        return constructed(request, "texts")
    alphabet = _alphabet(request.domain)
    if high is not None and high < _CODE:
        enough = Shape((alphabet,) * high).size >= request.distinct + len(request.domain.barred)
        return numbered.texts(request, "texts", (Shape(((alphabet if enough else alphabet | _SIGNS),) * high),))
    return _worded(request, low, high, alphabet)


def _alphabet(domain: Domain) -> Characters:
    return DIGITS | (UPPER if domain.letters == "upper" else LOWER)


def _worded(request: Request, low: int, high: int | None, alphabet: Characters) -> Generator:
    """Number texts by word and code: all have the same code width, so each text is cut in one way only."""
    code = Shape((alphabet,) * _DIGITS)
    room = (None if high is None else high - _DIGITS - 1, max(1, low - _DIGITS - 1))
    found = words.phrases(room[1], room[0] if room[0] is None else max(room[0], room[1]))
    heads = [f"{_cased(text, request.domain)} " for text in found if room[0] is None or len(text) <= room[0]]
    total = min(len(heads) * code.size, FARTHEST)
    barred = {number for value in request.domain.barred if (number := _place(str(value), heads, code)) is not None}
    left, place = skipping(0, total - 1, barred)
    pool = pl.Series(heads, dtype=pl.String)

    def build(batch: Batch) -> pl.Series:
        number = place(batch.draws["at"])
        head = gathered(pool, number % len(heads))
        return head + code.build([number // len(heads)])

    return Generator(name="texts", dtype=pl.String(), draws=(Draw("at", 0, left - 1),), build=build, distinct=True)


def _place(text: str, heads: list[str], code: Shape) -> int | None:
    head, tail = text[:-_DIGITS], code.index(text[-_DIGITS:])
    return tail[0] * len(heads) + heads.index(head) if tail is not None and head in heads else None
