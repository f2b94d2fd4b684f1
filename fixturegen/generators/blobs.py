"""Bytes: a length and limbs of seven bytes each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request, generator
from fixturegen.generators.holes import skipping
from fixturegen.generators.shapes import Bytes, bytes_of, unbiased

LONGEST = 2**20
_USUAL = 16
_LIMB = 7
_MOST_LIMBS = 8
"""Longer values repeat their first 56 bytes."""


@generator("bytes")
def blobs(request: Request) -> Generator:
    """Return byte strings within the limits of type and domain.

    A fixed width is filled, and so is the least of 16 bytes and the limit where all values are distinct; else lengths from
    the least to 16 are drawn. Bytes past the 56th repeat. Shrinks to the fewest zero bytes.

    Raises:
        ImpossibleError: If no length is within the limits, or every value is barred.
        SchemaError: If the column does not hold bytes.
    """
    if request.column.type.kind != "bytes":
        message = f"bytes fills a column of type bytes, and {request.column.name} is {request.column.type.kind}"
        raise SchemaError(message, where=request.where)
    low, high = _limits(request)
    spans = tuple(256 ** min(_LIMB, high - at) for at in range(0, min(high, _LIMB * _MOST_LIMBS), _LIMB)) or (1,)
    barred = {number for value in request.domain.barred if (number := _first(value, low, high)) is not None}
    left, place = skipping(0, spans[0] - 1, barred)
    if left < 1:
        message = f"every value of {request.column.name} is barred"
        raise ImpossibleError(message, where=request.where)
    spans = (left, *spans[1:])
    draws = tuple(Draw("at" if not number else f"at{number + 1}", 0, span - 1) for number, span in enumerate(spans))
    length = () if low == high else (Draw("length", low, high, low),)

    def build(batch: Batch) -> pl.Series:
        limbs = unbiased({number: batch.draws[draw.name] for number, draw in enumerate(draws)}, spans)
        matrix = _matrix([place(limbs[0]), *limbs[1:]], high)
        return _cut(matrix, batch.draws["length"]) if length else bytes_of(matrix)

    return Generator(name="bytes", dtype=pl.Binary(), draws=(*length, *draws), build=build, distinct=not length)


def _limits(request: Request) -> tuple[int, int]:
    """Return the fewest and most bytes."""
    domain, type_ = request.domain, request.column.type
    known = [limit for limit in (type_.length, domain.max_length, domain.max_bytes) if limit is not None]
    most = min([*known, LONGEST])
    low = domain.min_length
    if low > most:
        message = f"{request.column.name} must have at least {low} bytes and can have at most {most}"
        raise ImpossibleError(message, where=request.where)
    if type_.fixed and type_.length is not None and low <= type_.length <= most:
        return type_.length, type_.length
    high = min(most, max(low, _USUAL))
    return (high, high) if request.distinct else (low, high)


def _first(value: object, low: int, high: int) -> int | None:
    """Return the first limb of a barred value, where it could come out."""
    if not isinstance(value, bytes) or not low <= len(value) <= high:
        return None
    return int.from_bytes(value[:_LIMB].ljust(min(_LIMB, high), b"\0"), "big")


def _matrix(limbs: Sequence[Integers], width: int) -> Bytes:
    height = len(limbs[0])
    drawn = min(width, _LIMB * _MOST_LIMBS)
    octets = np.empty((height, drawn), dtype=np.uint8)
    for number, limb in enumerate(limbs if drawn else ()):
        part = octets[:, number * _LIMB : (number + 1) * _LIMB]
        whole = limb.astype(">u8").view(np.uint8).reshape(height, 8)
        part[:] = whole[:, 8 - part.shape[1] :]
    return octets if drawn == width else np.tile(octets, (1, -(-width // drawn)))[:, :width]


def _cut(matrix: Bytes, lengths: Integers) -> pl.Series:
    """Return the first bytes of each row."""
    return pl.select(pl.lit(bytes_of(matrix)).bin.head(pl.lit(pl.Series(lengths)))).to_series()
