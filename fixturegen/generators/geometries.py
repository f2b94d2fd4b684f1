"""Geometries: EWKT for PostGIS, and the bytes in which MySQL and MariaDB hold them.

Sources: OGC 06-103r4 for well-known text and binary; PostGIS's manual for ``SRID=4326;``; MariaDB's and MySQL's manuals for the
four bytes of SRID before the well-known binary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.generator import Batch, Draw, Generator, Request
from fixturegen.generators.shapes import Bytes, bytes_of

_MODIFIED = re.compile(
    r"(?:geometry|geography)\s*(?:\(\s*(?P<kind>[A-Za-z]+)\s*(?:,\s*(?P<srid>\d+))?\s*\))?", re.IGNORECASE
)
_DRAWS = (Draw("x", 0, 1_700_000), Draw("y", 0, 800_000))
"""Place of the least corner, in ten-thousandths of a degree."""
_SCALE = 10_000

Corner = tuple[int, int]
_SQUARE: tuple[Corner, ...] = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
_LINE: tuple[Corner, ...] = ((0, 0), (1, 1))
_POINT: tuple[Corner, ...] = ((0, 0),)
_TEXTS: dict[str, tuple[str, tuple[Corner, ...]]] = {
    "point": ("({})", _POINT),
    "linestring": ("({})", _LINE),
    "polygon": ("(({}))", _SQUARE),
    "multipoint": ("({})", _LINE),
    "multilinestring": ("(({}))", _LINE),
    "multipolygon": ("((({})))", _SQUARE),
    "geometrycollection": ("(POINT({}))", _POINT),
}
_CODES = {
    "point": 1, "linestring": 2, "polygon": 3, "multipoint": 4, "multilinestring": 5, "multipolygon": 6,
    "geometrycollection": 7,
}  # fmt: skip


def texts(request: Request) -> Generator:
    """Return geometries of the kind and reference system that the type names, as EWKT; points where it names no kind.

    Coordinates are degrees, 0 to 170 by 0 to 80. Distinct draws give distinct geometries. Shrinks to the origin.
    """
    found = _MODIFIED.search(request.column.type.native or "")
    kind, srid = (found["kind"] or "point", found["srid"]) if found else ("point", None)
    base, marks = _parted(kind.lower())
    body, corners = _TEXTS[base]
    prefix = "" if srid in (None, "0") else f"SRID={srid};"

    def build(batch: Batch) -> pl.Series:
        points = [_place(batch, corner, len(marks)) for corner in corners]
        joined = pl.concat_str(*points, separator=",")
        inside = body.replace("POINT", f"POINT {marks.upper()}" if marks else "POINT")
        return pl.select(
            pl.format(f"{prefix}{base.upper()}{' ' + marks.upper() if marks else ''}{inside}", joined)
        ).to_series()

    return Generator(name="form", dtype=pl.String(), draws=_DRAWS, build=build, distinct=True)


def _parted(kind: str) -> tuple[str, str]:
    """Return ``point`` and ``zm`` of ``pointzm``; a kind that is not known, or any, is a point."""
    base = kind.rstrip("zm") if kind.rstrip("zm") in {*_TEXTS, "geometry"} else kind
    return (base, kind[len(base) :]) if base in _TEXTS else ("point", kind[len(base) :] if base == "geometry" else "")


def _place(batch: Batch, corner: Corner, more: int) -> pl.Expr:
    parts = [pl.lit(_degrees(batch.draws[name] + step)) for name, step in zip("xy", corner, strict=True)]
    return pl.concat_str(*parts, *[pl.lit("0")] * more, separator=" ")


def _degrees(at: Integers) -> pl.Series:
    return pl.Series(at).cast(pl.Decimal(20, 0)).cast(pl.String).str.zfill(5).str.replace(r"(\d{4})$", ".$1")


def binaries(request: Request) -> Generator:
    """Return geometries of the type's kind, as four bytes of SRID 0 and little-endian well-known binary.

    Shrinks to the origin.
    """
    kind = re.split(r"[\s(]", (request.column.type.native or "point").lower())[0]
    make = _BINARY.get(kind, _point)

    def build(batch: Batch) -> pl.Series:
        height = batch.height
        matrix = np.concatenate([_whole(height, 0), *make(batch)], axis=1)
        return bytes_of(np.ascontiguousarray(matrix))

    return Generator(name="form", dtype=pl.Binary(), draws=_DRAWS, build=build, distinct=True)


def _whole(height: int, number: int) -> Bytes:
    return np.tile(np.frombuffer(np.uint32(number).astype("<u4").tobytes(), dtype=np.uint8), (height, 1))


def _head(height: int, kind: str, *numbers: int) -> list[Bytes]:
    order = np.ones((height, 1), dtype=np.uint8)
    return [order, _whole(height, _CODES[kind]), *(_whole(height, number) for number in numbers)]


def _coordinates(batch: Batch, corners: Sequence[Corner]) -> list[Bytes]:
    found = []
    for corner in corners:
        for name, step in zip("xy", corner, strict=True):
            degrees = ((batch.draws[name] + step) / _SCALE).astype("<f8")
            found.append(degrees.view(np.uint8).reshape(batch.height, 8))
    return found


def _point(batch: Batch) -> list[Bytes]:
    return [*_head(batch.height, "point"), *_coordinates(batch, _POINT)]


def _line(batch: Batch) -> list[Bytes]:
    return [*_head(batch.height, "linestring", len(_LINE)), *_coordinates(batch, _LINE)]


def _polygon(batch: Batch) -> list[Bytes]:
    return [*_head(batch.height, "polygon", 1, len(_SQUARE)), *_coordinates(batch, _SQUARE)]


def _collected(kind: str, one: Callable[[Batch], list[Bytes]]) -> Callable[[Batch], list[Bytes]]:
    return lambda batch: [*_head(batch.height, kind, 1), *one(batch)]


_BINARY: dict[str, Callable[[Batch], list[Bytes]]] = {
    "point": _point,
    "linestring": _line,
    "polygon": _polygon,
    "multipoint": _collected("multipoint", _point),
    "multilinestring": _collected("multilinestring", _line),
    "multipolygon": _collected("multipolygon", _polygon),
    "geometrycollection": _collected("geometrycollection", _point),
    "geomcollection": _collected("geometrycollection", _point),
}
