"""Guesses: other ways of making a column that a judged condition reads, tried where its own way hardly ever passes.

Nobody knows what such a condition asks for, but its constants give it away (``substr(code, 1, 3) = 'ABC'``), and most texts that
conditions are about have one of a few common forms (``json_valid(doc)``, ``date(day) IS NOT NULL``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import cast

from fixturegen.errors import FixturegenError
from fixturegen.expressions.normal import Opaque
from fixturegen.expressions.unread import constants
from fixturegen.generator import Generator, Request, made
from fixturegen.generators.coercion import value_of
from fixturegen.generators.members import membered, put
from fixturegen.generators.membership import belongs
from fixturegen.schema import Dialect

MOST_VALUES = 400
"""Most documents that are put together from keys."""
_MOST_CONSTANTS = 12
_LONGEST = 64
_WIDEST = 2**16
_FAR = 10_000
_DATE = r"(19[7-9][0-9]|20[0-3][0-9])-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_FORMS = (
    _DATE, rf"{_DATE} {_TIME}", rf"{_DATE}T{_TIME}Z", _TIME, r"(19[7-9][0-9]|20[0-3][0-9])", r"[01][0-9]:[0-5][0-9]",
    r"[1-9][0-9]{0,5}", r"-[1-9][0-9]{0,3}", r"[0-9]{1,3}\.[0-9]{2}", r"[0-9]{5}", r"[0-9]{8,13}",
    r"[A-Z]{2}", r"[A-Z]{3}", r"[A-Z]{4,8}", r"[a-z]{1,9}", r"[A-Z][a-z]{2,9}", r"[A-Z]{2,4}-[0-9]{2,6}", r"[A-Z][0-9]{1,6}",
    r"[a-z]{3,8}(_[a-z]{2,8}){0,2}", r"[a-z]{3,8}(-[a-z]{2,8}){0,2}", r"[a-z]{3,8} [a-z]{3,8}",
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    r"([0-9a-f]{2}){1,8}", r"([0-9A-F]{2}){1,8}", r"[0-9a-f]{32}", r"[0-9a-f]{40}", r"[0-9a-f]{64}", r"#[0-9a-f]{6}",
    r"([A-Za-z0-9+/]{4}){1,6}",
    r"[a-z]{3,8}@example\.(com|org)", r"https://example\.com/[a-z]{3,8}", r"[a-z]{3,8}\.example\.com",
    r"(/[a-z]{2,8}){1,3}", r"192\.0\.2\.[1-9][0-9]?", r"\+1555[0-9]{7}", r"[0-9]\.[1-9][0-9]?\.[0-9]",
    r"[a-z]{2,5}(,[a-z]{2,5}){1,3}", r"\{[a-z]{2,5}(,[a-z]{2,5}){0,3}\}", r"<a>[a-z]{1,5}</a>", r"(true|false|yes|no|on|off|[tfyn01])",
)  # fmt: skip
"""Regular expressions of the texts that conditions are mostly about; mail and names lead to nobody (RFC 2606, RFC 5737)."""
_MEMBERS: tuple[object, ...] = (1, "a", [], {}, True, None, 0, "", [1], ["a"], {"a": 1}, 2.5, -1, "2024-01-01")
_STRIDES = (1, 3, 5, 9, 11, 13)
"""Coprime to the number of members, so that documents of several keys show every pair."""
_NUMBERS = (
    *range(13),
    16,
    20,
    24,
    30,
    31,
    32,
    50,
    64,
    100,
    128,
    255,
    256,
    365,
    1000,
    1024,
    1900,
    2000,
    2024,
    10000,
    -1,
    -2,
)


class Guesses:
    """The guesses for a column, made when first asked for: most columns pass as they are.

    Args:
        request: What the column's own generator was asked for, without arguments.
        conditions: The conditions that are only judged and read the column.
        many: Whether few values would not do: a unique reads the column.
    """

    def __init__(self, request: Request, conditions: Sequence[Opaque], *, many: bool = False) -> None:
        self._request = request
        self._conditions = tuple(conditions)
        self._many = many

    @cached_property
    def generators(self) -> tuple[Generator, ...]:
        """The other generators."""
        return guesses(self._request, self._conditions, many=self._many)


def guesses(request: Request, conditions: Sequence[Opaque], *, many: bool = False) -> tuple[Generator, ...]:
    """Return other generators for the column of a request, all within its domain; none where all its values are listed.

    Args:
        request: What the column's own generator was asked for, without arguments.
        conditions: The conditions that are only judged and read the column.
        many: Whether few values would not do.
    """
    if request.domain.values is not None:
        return ()
    said = dict.fromkeys(
        text for each in conditions for text in constants(each.expression, cast("Dialect", each.dialect))
    )
    texts = [text for text in said if len(text) <= _LONGEST][:_MOST_CONSTANTS]
    ways = list(_WAYS.get(request.column.type.kind, _of_constants)(request, texts))
    ways += _of_ranges(request, texts) if many and request.column.type.kind == "integer" else []
    return tuple(found for found in (_tried(way) for way in ways) if found is not None)


Way = Callable[[], Generator | None]


def _tried(way: Way) -> Generator | None:
    """Return the generator, or None where nothing of it is within the domain."""
    try:
        return way()
    except (FixturegenError, re.error, OverflowError):
        return None


def _listed(request: Request, given: Iterable[object]) -> Generator | None:
    """Return a generator of those of the values that the column can hold."""
    allowed = belongs(request)
    values = []
    for each in given:
        try:
            value = value_of(each, request.column.type)
        except (ValueError, TypeError, ArithmeticError, FixturegenError):
            continue
        if value not in values and allowed(value):
            values.append(value)
    return made("values", replace(request, domain=replace(request.domain, values=tuple(values)))) if values else None


def _matching(request: Request, pattern: str) -> Generator:
    return made("regex", replace(request, arguments=MappingProxyType({"pattern": pattern})))


def _of_constants(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    yield partial(_listed, request, texts)


def _of_numbers(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    numbers = [int(text) for text in texts if text.isdecimal()]
    near = [number + step for number in numbers for step in (0, 1, -1)]
    yield partial(_listed, request, [*texts, *near, *(-number for number in numbers)])
    yield partial(_listed, request, _NUMBERS)
    if request.column.type.kind != "integer":
        yield partial(_listed, request, [0.5, 0.25, -0.5, 1.5, 99.99])


def _of_ranges(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    """Yield whole ranges of whole numbers: those up to each constant, and numbers below 0, near ones and far ones."""
    ends = sorted({int(text) for text in texts if text.isdecimal() and int(text) > 1})
    for end in ends:
        yield partial(_ranging, request, 1, end)
    for low in dict.fromkeys((*(-end for end in ends), -_FAR)):
        yield partial(_ranging, request, low, -1)


def _ranging(request: Request, low: int, high: int) -> Generator | None:
    domain = request.domain
    low = low if domain.low is None else max(low, domain.low)
    high = high if domain.high is None else min(high, domain.high)
    if low > high:
        return None
    return made("integers", replace(request, domain=replace(domain, low=low, high=high)))


def _of_texts(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    yield partial(_listed, request, [*texts, ""])
    words = [re.escape(text) for text in texts]
    patterns = [rf"([a-z]{{1,6}})?{word}([A-Za-z0-9]{{1,8}})?" for word in words]
    patterns += [text for text, word in zip(texts, words, strict=True) if text != word]
    patterns += ["[a-z]{1,4}" + "[a-z0-9]{1,4}".join(words) + "[a-z0-9]{1,4}"] if len(words) > 1 else []
    for width in [int(text) for text in texts if text.isdecimal() and 0 < int(text) <= _LONGEST]:
        patterns += [f"[{characters}]{{{width}}}" for characters in ("A-Z0-9", "a-z", "0-9", "0-9a-f")]
    for pattern in dict.fromkeys((*patterns, *_FORMS)):
        yield partial(_matching, request, pattern)
    yield partial(made, "json", request)
    yield from _of_listed(request, texts)


def _of_documents(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    yield from _of_listed(request, texts)
    yield from _of_members(request, texts)


def _of_listed(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    yield partial(_listed, request, list(map(json.dumps, _documents(texts))))
    yield partial(_listed, request, list(map(json.dumps, _MEMBERS)))


def _of_members(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    """Yield documents with texts of one form under the keys: conditions on members, and many distinct ones."""
    keys = [path for text in texts if (path := _path(text))]
    patterns = [text for text in texts if not _path(text)]
    for pattern in dict.fromkeys((*patterns, *_FORMS)) if keys else ():
        yield partial(membered, request, keys, pattern, [*_MEMBERS, *texts])


def _documents(texts: Sequence[str]) -> Iterator[object]:
    """Yield objects that have the constants as keys: all of them, and one alone, with members of every kind."""
    keys = [path for text in texts if (path := _path(text))]
    members = [*_MEMBERS, *texts]
    for number in range(MOST_VALUES if keys else 0):
        document: dict[str, object] = {}
        for at, path in enumerate(keys if number % 2 else keys[number // 2 % len(keys) :][:1]):
            stride = _STRIDES[at % len(_STRIDES)]
            put(document, path, members[(number // 2 * stride + number // (2 * len(members)) * at) % len(members)])
        yield document


def _path(text: str) -> list[str]:
    """Return the keys that a constant names: ``name``, ``$.owner.name``, ``{owner,name}``."""
    bare = text.removeprefix("$").removeprefix(".").removeprefix("{").removesuffix("}")
    parts = bare.replace(",", ".").split(".")
    return [part.strip('" ') for part in parts] if all(part.strip('" ').isidentifier() for part in parts) else []


def _of_bytes(request: Request, texts: Sequence[str]) -> Iterator[Way]:
    yield partial(_listed, request, texts)
    widths = {int(text) for text in texts if text.isdecimal() and int(text) <= _WIDEST}
    for width in sorted({*widths, *(width // 2 for width in widths), *(width + 1 for width in widths)}):
        yield partial(_as_wide, request, width)


def _as_wide(request: Request, width: int) -> Generator | None:
    limits = [limit for limit in (request.domain.max_length, request.domain.max_bytes) if limit is not None]
    if not request.domain.min_length <= width <= min(limits, default=width):
        return None
    return made("bytes", replace(request, domain=replace(request.domain, min_length=width, max_length=width)))


_WAYS: dict[str, Callable[[Request, Sequence[str]], Iterator[Way]]] = {
    "text": _of_texts,
    "json": _of_documents,
    "bytes": _of_bytes,
    "integer": _of_numbers,
    "decimal": _of_numbers,
    "float": _of_numbers,
}
