"""A small vocabulary of plain Latin words, in which unnamed text is written, and phrases made of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from fixturegen.draws import Integers, bits, bounded, stream

_TEXT = (
    "ab ad ante arcu at augue bis cito cum cura dare dies dis domus donec dum duo dux ego elit enim erat eros est et "
    "eu ex fames fauna felis ferro fides flora fons forma forte frons fuga gaudium genus gradus gratia gravis hac "
    "herba hic hora hortus humus ibi idem ignis imago in insula ira iter iuvo lacus lapis laurus lectus lente leo "
    "liber libero ligula limes linea locus longe ludus lumen luna lux magna malus manus mare massa mater mauris mensa "
    "mens metus mi mons mora mos multa murus nam navis nec nemo nihil nisi nix nomen non nota novem nox nulla nunc "
    "odio olim omnia opus ora orbis orci ordo os otium ovum panis pars pax pede pes petra pila piscis plena pons "
    "populus porta post primus pro pulvis puer quam quarta quasi quies quinta radix ramus regio res risus rivus rosa "
    "rota sal sapor saxum schola sed semper serum sic sidus silva sit sol solum somnus sonus spes stella sub summa "
    "sursum tabula tamen tectum tellus tempus tenuis terra tertia tibi timor tres tu turris tutor ubi ultra umbra una "
    "unda urbs usus ut uva valde vallis vela venus ver verbum vesper via vicus villa vinum vis vita vox vulpes"
)
WORDS: tuple[str, ...] = tuple(sorted(_TEXT.split(), key=lambda word: (len(word), word)))
"""The shortest first, then by letter."""
_MOST = 4_096
_MOST_LETTERS = 4_000_000
_USUAL = 40
_SHORTEST = 3
_FEW = 8
_TRIES = 6_000
_ROW = 16


@lru_cache(maxsize=256)
def phrases(low: int, high: int | None) -> tuple[str, ...]:
    """Return phrases of ``low`` to ``high`` characters (inclusive; None for no limit), the shortest first, each once.

    Up to 4,096, fewer where they are long. Where no limit asks for more, none is longer than 40 characters. Too few where
    the limits leave hardly any word: the caller then uses letters.

    >>> phrases(2, 4)[:3]
    ('ab', 'ad', 'an')
    """
    most = max(low, _USUAL) if high is None else min(high, max(low + 20, _USUAL))
    wanted = max(16, min(_MOST, _MOST_LETTERS // max(1, most)))
    found = dict.fromkeys(word for word in WORDS if low <= len(word) <= most)
    for target, picked in _picked(max(low, _SHORTEST), max(low, most, _SHORTEST)):
        if len(found) >= wanted:
            break
        phrase = _phrase(picked, target, low)
        if low <= len(phrase) <= most:
            found[phrase] = None
    return tuple(sorted(found, key=lambda phrase: (len(phrase), phrase)))


def few(found: tuple[str, ...]) -> bool:
    """Return whether so few phrases fit that letters serve better."""
    return len(found) < _FEW


def _picked(low: int, high: int) -> Iterator[tuple[int, list[int]]]:
    """Yield a length between two bounds and numbers of words, more of them than the longest phrase of that length needs."""
    share, words = _numbers()
    targets = (low + (share * (high - low + 1) >> 16)).tolist()
    rows = words.tolist()
    for at, target in enumerate(targets):
        yield (
            target,
            [number for row in range(-(-target // (3 * _ROW)) + 1) for number in rows[(at + 7 * row) % _TRIES]],
        )


@lru_cache(maxsize=1)
def _numbers() -> tuple[Integers, Integers]:
    """Return 16 keyed bits and a row of keyed word numbers for each phrase."""
    share = bounded(bits(stream(0, "phrase", "length"), np.arange(_TRIES)), 0, 2**16 - 1)
    words = bounded(bits(stream(0, "phrase", "words"), np.arange(_TRIES * _ROW)), 0, len(WORDS) - 1)
    return share, words.reshape(_TRIES, _ROW)


def _phrase(picked: list[int], target: int, low: int) -> str:
    """Join words up to a length; where that leaves fewer than ``low`` characters, the last word is cut."""
    parts: list[str] = []
    length = -1
    for at in picked:
        word = WORDS[at]
        if length + 1 + len(word) > target:
            text = " ".join(parts)
            return text if len(text) >= low else f"{text} {word}"[:target].strip()
        parts.append(word)
        length += 1 + len(word)
    return " ".join(parts)
