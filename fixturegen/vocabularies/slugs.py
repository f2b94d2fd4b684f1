"""Texts folded to what addresses on the internet allow."""

from __future__ import annotations

import re
from functools import lru_cache

_OUTSIDE = re.compile(r"[^a-z0-9]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NORDIC = str.maketrans({"å": "aa", "ø": "oe", "æ": "ae", "ä": "ae", "ö": "oe"})
_FOLDINGS = {"de": _GERMAN, "da": _NORDIC, "no": _NORDIC, "nb": _NORDIC}


@lru_cache(maxsize=65_536)
def slug(text: str, locale: str = "en_US") -> str:
    """Return ``text`` in lower-case ASCII letters and digits, transliterated as the locale's language does.

    >>> slug("Jürgen Groß-Özdemir", "de_DE"), slug("O'Brien"), slug("François")
    ('juergengrossoezdemir', 'obrien', 'francois')
    """
    if text.isascii():
        return _OUTSIDE.sub("", text.lower())
    from faker.decode import unidecode  # noqa: PLC0415 - Faker stays out of the import of this package

    folding = _FOLDINGS.get(locale.split("_", maxsplit=1)[0])
    folded = text.translate(folding) if folding else text
    return _OUTSIDE.sub("", str(unidecode(folded)).lower())
