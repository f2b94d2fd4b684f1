"""Universally unique identifiers (RFC 9562), from draws alone: the bits of version 4, or the clock and bits of version 7."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import BLOCK, Integers
from fixturegen.errors import SchemaError
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Request, generator
from fixturegen.generators.characters import DIGITS, characters
from fixturegen.generators.holes import skipping
from fixturegen.generators.patterned import constructed
from fixturegen.generators.shapes import Bytes, Shape, text_of, unbiased, unbiased_one

_PLACES = (0, 4, 9, 14, 19, 24, 28, 32)
"""Where the four digits of each pair of bytes stand among the 36 characters."""
_RECORD = np.dtype({"names": [str(at) for at in _PLACES], "formats": ["u4"] * 8, "offsets": _PLACES, "itemsize": 36})
_YEAR = 365 * 86_400 * 1000
_HIGH_BITS, _LOW_BITS = 60, 62


@generator("uuids")
def uuids(request: Request) -> Generator:
    """Return identifiers in lower-case canonical spelling, of the version the type names.

    Version 4 has 122 drawn bits. Version 7 begins with the milliseconds since 1970 of a moment in the year before ``as_of``,
    drawn for each row alone: identifiers are not in the order of rows, and 74 drawn bits follow.

    Shrinks to the version's zeros (4), to ``as_of`` and zeros (7).

    Raises:
        SchemaError: If the column cannot hold 36 characters.
    """
    room = request.column.type.length
    if request.column.type.kind not in {"uuid", "text", "unknown"} or (room is not None and room < 36):
        message = f"uuids fills columns of 36 characters, which {request.column.name} is not"
        raise SchemaError(message, where=request.where)
    if request.domain.patterns or request.domain.letters == "upper":
        return _patterned(request)
    return _timed(request) if request.column.type.version == 7 else _random(request)


def _patterned(request: Request) -> Generator:
    """Return identifiers that also meet patterns, or stand in upper case, whatever their version's clock says."""
    digit = DIGITS | (characters((65, 70)) if request.domain.letters == "upper" else characters((97, 102)))
    places = [characters("-") if at in {8, 13, 18, 23} else digit for at in range(36)]
    places[14], places[19] = (
        characters(str(request.column.type.version)),
        characters("89") | (digit & characters("abAB")),
    )
    return constructed(request, "uuids", among=(Shape(tuple(places)),))


def _random(request: Request) -> Generator:
    barred = {high for high, _ in _barred(request, "4")}
    left, place = skipping(0, 2**_HIGH_BITS - 1, barred)
    draws = (Draw("high", 0, left - 1), Draw("low", 0, 2**_LOW_BITS - 1))

    def build(batch: Batch) -> pl.Series:
        high, low = unbiased({0: batch.draws["high"], 1: batch.draws["low"]}, (left, 2**_LOW_BITS))
        return _spelled(_with_version(place(high), 4), low)

    def one(row: One) -> object:
        high, low = unbiased_one([row.draw("high"), row.draw("low")], (left, 2**_LOW_BITS))
        return _spelled_one(place.one(high), 4, low)

    return Generator(name="uuids", dtype=pl.String(), draws=draws, build=Builder(build, one), distinct=True)


def _timed(request: Request) -> Generator:
    day = request.as_of
    now = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    barred = {low for _, low in _barred(request, "7")}
    left, place = skipping(0, 2**_LOW_BITS - 1, barred)
    draws = (Draw("low", 0, left - 1), Draw("ago", 0, _YEAR), Draw("high", 0, 2**12 - 1))

    def build(batch: Batch) -> pl.Series:
        high = ((now - batch.draws["ago"]) << 12) | batch.draws["high"]
        return _spelled(_with_version(high, 7), place(batch.draws["low"]))

    def one(row: One) -> object:
        high = ((now - row.draw("ago")) << 12) | row.draw("high")
        return _spelled_one(high, 7, place.one(row.draw("low")))

    return Generator(name="uuids", dtype=pl.String(), draws=draws, build=Builder(build, one), distinct=True)


def _with_version(high: Integers, version: int) -> Integers:
    """Put the version's four bits between the upper 48 and the lower 12 of 60."""
    bits = high.astype(np.uint64)
    mask = np.uint64(0xFFF)
    whole = ((bits >> np.uint64(12)) << np.uint64(16)) | np.uint64(version << 12) | (bits & mask)
    return whole.view(np.int64)


def _spelled_one(high: int, version: int, low: int) -> str:
    """Return the text of 60 upper bits, the version's four among them, and the lower 62.

    >>> _spelled_one(0, 4, 0)
    '00000000-0000-4000-8000-000000000000'
    """
    digits = f"{high >> 12:012x}{version:x}{high & 0xFFF:03x}{low | 1 << 63:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _spelled(high: Integers, low: Integers) -> pl.Series:
    """Return the text of the upper 64 bits and the lower 62, the variant's two bits between them."""
    halves = np.stack([high.view(np.uint64), low.astype(np.uint64) | np.uint64(1 << 63)], axis=1)
    pairs = halves.astype(">u8").view(">u2").reshape(len(high), 8)
    matrix: Bytes = np.empty((len(high), 36), dtype=np.uint8)
    matrix[:, (8, 13, 18, 23)] = ord("-")
    digits = _digits()
    for start in range(0, len(high), BLOCK):
        block = matrix[start : start + BLOCK].view(_RECORD).ravel()
        for pair, at in enumerate(_PLACES):
            block[str(at)] = digits[pairs[start : start + BLOCK, pair]]
    return text_of(matrix)


@lru_cache(maxsize=1)
def _digits() -> npt.NDArray[np.uint32]:
    """Return the four hexadecimal digits of every pair of bytes, as the memory of their characters."""
    return np.frombuffer(b"".join(b"%04x" % pair for pair in range(2**16)), dtype=np.uint8).view(np.uint32)


def _barred(request: Request, version: str) -> list[tuple[int, int]]:
    """Return the drawn bits of the barred identifiers of a version: upper 60, lower 62. Those bits are never drawn again."""
    found = []
    for value in map(str, request.domain.barred):
        digits = value.replace("-", "").lower()
        if len(digits) == 32 and digits[12] == version and all(letter in "0123456789abcdef" for letter in digits):
            high = int(digits[:12] + digits[13:16], 16)
            found.append((high, int(digits[16:], 16) & (2**_LOW_BITS - 1)))
    return found
