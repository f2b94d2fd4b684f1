"""A small vocabulary of plain Latin words, in which unnamed text is written, and phrases made of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fixturegen.draws import bits, bounded, stream

WORDS: tuple[str, ...] = tuple(
    sorted(
        [
            "ab",
            "ad",
            "ante",
            "arcu",
            "at",
            "augue",
            "bis",
            "cito",
            "cum",
            "cura",
            "dare",
            "dies",
            "dis",
            "domus",
            "donec",
            "dum",
            "duo",
            "dux",
            "ego",
            "elit",
            "enim",
            "erat",
            "eros",
            "est",
            "et",
            "eu",
            "ex",
            "fames",
            "fauna",
            "felis",
            "ferro",
            "fides",
            "flora",
            "fons",
            "forma",
            "forte",
            "frons",
            "fuga",
            "gaudium",
            "genus",
            "gradus",
            "gratia",
            "gravis",
            "hac",
            "herba",
            "hic",
            "hora",
            "hortus",
            "humus",
            "ibi",
            "idem",
            "ignis",
            "imago",
            "in",
            "insula",
            "ira",
            "iter",
            "iuvo",
            "lacus",
            "lapis",
            "laurus",
            "lectus",
            "lente",
            "leo",
            "liber",
            "libero",
            "ligula",
            "limes",
            "linea",
            "locus",
            "longe",
            "ludus",
            "lumen",
            "luna",
            "lux",
            "magna",
            "malus",
            "manus",
            "mare",
            "massa",
            "mater",
            "mauris",
            "mensa",
            "mens",
            "metus",
            "mi",
            "mons",
            "mora",
            "mos",
            "multa",
            "murus",
            "nam",
            "navis",
            "nec",
            "nemo",
            "nihil",
            "nisi",
            "nix",
            "nomen",
            "non",
            "nota",
            "novem",
            "nox",
            "nulla",
            "nunc",
            "odio",
            "olim",
            "omnia",
            "opus",
            "ora",
            "orbis",
            "orci",
            "ordo",
            "os",
            "otium",
            "ovum",
            "panis",
            "pars",
            "pax",
            "pede",
            "pes",
            "petra",
            "pila",
            "piscis",
            "plena",
            "pons",
            "populus",
            "porta",
            "post",
            "primus",
            "pro",
            "pulvis",
            "puer",
            "quam",
            "quarta",
            "quasi",
            "quies",
            "quinta",
            "radix",
            "ramus",
            "regio",
            "res",
            "risus",
            "rivus",
            "rosa",
            "rota",
            "sal",
            "sapor",
            "saxum",
            "schola",
            "sed",
            "semper",
            "serum",
            "sic",
            "sidus",
            "silva",
            "sit",
            "sol",
            "solum",
            "somnus",
            "sonus",
            "spes",
            "stella",
            "sub",
            "summa",
            "sursum",
            "tabula",
            "tamen",
            "tectum",
            "tellus",
            "tempus",
            "tenuis",
            "terra",
            "tertia",
            "tibi",
            "timor",
            "tres",
            "tu",
            "turris",
            "tutor",
            "ubi",
            "ultra",
            "umbra",
            "una",
            "unda",
            "urbs",
            "usus",
            "ut",
            "uva",
            "valde",
            "vallis",
            "vela",
            "venus",
            "ver",
            "verbum",
            "vesper",
            "via",
            "vicus",
            "villa",
            "vinum",
            "vis",
            "vita",
            "vox",
            "vulpes",
        ],
        key=lambda word: (len(word), word),
    )
)
"""The shortest first, then by letter."""
_MOST = 4_096
_MOST_LETTERS = 4_000_000
_USUAL = 40
_FEW = 8


@lru_cache(maxsize=256)
def phrases(low: int, high: int | None) -> tuple[str, ...]:
    """Return phrases of ``low`` to ``high`` characters (inclusive; None for no limit), the shortest first, each once.

    Up to 4,096, fewer where they are long. Where no limit asks for more, none is longer than 40 characters. Too few where
    the limits leave hardly any word: the caller then uses letters.

    >>> phrases(2, 4)[:3]
    ('ab', 'ad', 'at')
    """
    most = max(low, _USUAL) if high is None else min(high, max(low + 20, _USUAL))
    wanted = max(16, min(_MOST, _MOST_LETTERS // max(1, most)))
    found = dict.fromkeys(word for word in WORDS if low <= len(word) <= most)
    for number in range(4 * wanted):
        if len(found) >= wanted:
            break
        phrase = _phrase(number, low, most)
        if low <= len(phrase) <= most:
            found[phrase] = None
    return tuple(sorted(found, key=lambda phrase: (len(phrase), phrase)))


def few(found: tuple[str, ...]) -> bool:
    """Return whether so few phrases fit that letters serve better."""
    return len(found) < _FEW


def _phrase(number: int, low: int, most: int) -> str:
    """Return one phrase: keyed words up to a keyed length, cut at the last letter that fits."""
    key = stream(0, "phrase", str(number))
    target = int(bounded(bits(key, np.arange(1)), max(low, 3), max(low, 3, most))[0])
    count = target // 3 + 2
    picked = bounded(bits(key, np.arange(1, count + 1)), 0, len(WORDS) - 1)
    text = ""
    for at in picked.tolist():
        longer = f"{text} {WORDS[at]}" if text else WORDS[at]
        if len(longer) > target:
            return text if len(text) >= low else longer[:target].rstrip()
        text = longer
    return text
