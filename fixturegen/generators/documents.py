"""JSON texts: small valid documents, in the spelling that databases give back (``{"a": 1}``)."""

from __future__ import annotations

import json

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.generator import Batch, Draw, Generator, Request, generator
from fixturegen.generators import numbered
from fixturegen.generators.holes import skipping
from fixturegen.generators.words import WORDS

_NUMBERS = 10**12


@generator("json")
def documents(request: Request) -> Generator:
    """Return JSON documents: objects and arrays of numbers, texts, booleans and nulls, now and then nested.

    Where all values are distinct: ``{"number": n}``, n from 0 to a trillion less one. Shrinks to ``{}``, or to number 0.

    Raises:
        ImpossibleError: If none fits into the limits.
    """
    if not request.distinct:
        return numbered.pooled(
            request, "json", pl.Series(sorted(set(_documents()), key=lambda text: (len(text), text)))
        )
    head, tail = '{"number": ', "}"
    room = min(
        (limit for limit in (request.column.type.length, request.domain.max_length) if limit is not None), default=80
    )
    digits = min(12, room - len(head) - len(tail))
    if digits < 1 or request.domain.patterns:
        message = f"distinct documents of {request.column.name} do not fit into {room} characters or its patterns"
        raise ImpossibleError(message, where=request.where)
    barred = {number for value in request.domain.barred if (number := _number(str(value))) is not None}
    left, place = skipping(0, min(_NUMBERS, 10**digits) - 1, barred)

    def build(batch: Batch) -> pl.Series:
        return head + pl.Series(place(batch.draws["at"])).cast(pl.String) + tail

    return Generator(name="json", dtype=pl.String(), draws=(Draw("at", 0, left - 1),), build=build, distinct=True)


def _number(text: str) -> int | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    number = read.get("number") if isinstance(read, dict) and len(read) == 1 else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _documents() -> list[str]:
    """Return a fixed pool, from the least object on: every kind of value occurs, alone and within another."""
    scalars: list[object] = [0, 1, -1, 2.5, 1000, True, False, None, "", "a", *WORDS[40:60]]
    made: list[object] = [{}, []]
    for number, value in enumerate(scalars):
        key, other = WORDS[60 + number], WORDS[100 + number]
        following = scalars[(number + 7) % len(scalars)]
        made += [{key: value}, [value], [value, following], {key: value, other: following}]
        made += [{key: [value, following]}, {key: {other: value}}, [{key: value}, {key: following}]]
    return [json.dumps(value) for value in made]
