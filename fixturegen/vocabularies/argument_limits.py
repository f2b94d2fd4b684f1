"""How far the arguments of a Faker method may go: sizes within reason, and formats that name data methods only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from math import prod

from fixturegen.errors import SchemaError

MOST = 10_000
"""Characters, digits, words or elements that one argument may ask for: as many as a regex may match."""
MOST_IN_ALL = 100_000
"""Product of the counts that multiply: texts times characters."""
MOST_BYTES = 2**24

_COUNTS = ("max_nb_chars", "nb", "nb_elements", "nb_sentences", "nb_texts", "nb_words", "num_rows")
_SIZES = (
    *_COUNTS, "count", "deep", "depth", "digits", "indent", "left_digits", "length", "levels", "max_chars", "min_chars",
    "right_digits",
)  # fmt: skip
_TOKEN = re.compile(r"\{\{\s*(\w+)")  # what Faker's own parse() takes for a method's name


def check_limits(method: str, arguments: Mapping[str, object], known: Collection[str], where: object = None) -> None:
    """Refuse arguments that cost more than a column can mean, or that name something else than data methods.

    Faker calls whatever method a format such as ``"{{name}}"`` names, its own machinery included (``seed_instance``).

    Args:
        method: The method's name.
        arguments: Its arguments, of the right types.
        known: The data methods that a format may name.
        where: Where the arguments stand.

    Raises:
        SchemaError: Naming the argument and its limit.

    >>> check_limits("sentence", {"nb_words": 3}, ("word",))
    """
    for name, value in _leaves("", arguments):
        most = MOST_BYTES if (method, name) == ("binary", "length") else MOST
        if name in _SIZES and _number(value) > most:
            raise SchemaError(f"faker: {name} of {method} is at most {most:,}", where=where)
        if isinstance(value, str):
            _check_text(method, name, value, known, where)
    if prod(max(_number(arguments.get(name)), 1) for name in _COUNTS) > MOST_IN_ALL:
        raise SchemaError(f"faker: {method} is asked for more than {MOST_IN_ALL:,} parts in all", where=where)


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Every plain value within an argument, with the nearest name above it."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _leaves(str(key), inner)
        case list() | tuple():
            for inner in value:
                yield from _leaves(name, inner)
        case _:
            yield name, value


def _check_text(method: str, name: str, text: str, known: Collection[str], where: object) -> None:
    if len(text) > MOST:
        raise SchemaError(f"faker: {name} of {method} has at most {MOST:,} characters", where=where)
    for token in _TOKEN.findall(text):
        if token not in known:
            message = f"faker: {name} of {method} names the unknown Faker method {token!r}"
            raise SchemaError(message, where=where, given=token, exists=known)
