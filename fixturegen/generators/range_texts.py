"""Ranges as text, ``[low,high)``, taken from a row of slots of equal width, so that no two slots overlap."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request
from fixturegen.lattice import Family, Lattice, lattice_of, measure
from fixturegen.schema import Type

_WIDTHS: Mapping[Family, tuple[int, int]] = {
    "number": (10, 1),
    "instant": (7_200, 3 * 86_400),
    "clock": (600, 600),
    "span": (3_600, 3_600),
}
"""Width of a slot in the measure's unit (1 or seconds), and the least width of a slot of whole days."""
_USUAL = 1_000
"""Slots in use where ranges may meet."""


def ranges(request: Request) -> Generator:
    """Return ranges of the element type, never empty, without their upper bound.

    Where all values are distinct, every range is a slot of its own (two hours, three days, ten numbers), so no two overlap: an
    exclusion of overlaps holds among distinct ranges. Otherwise they begin at one of a thousand slots and are one to five slots
    long. Slots begin five years before the frozen clock, at midnight, or at 1. Shrinks to the first slot.

    Raises:
        SchemaError: If the element type is not ordered.
    """
    type_ = request.column.type
    element = type_.element or Type(kind="unknown")
    lattice = lattice_of(element)
    if lattice is None:
        message = f"cannot make ranges of {element.native or element.kind}, the type {type_.native or 'unknown'!r}"
        raise SchemaError(message, where=request.where, hint="Declare choices or a constant for it.")
    first, width = _first(request, lattice), _width(lattice)
    slots = (lattice.high - first) // width - 5
    braces = ("{", "}") if type_.form == "multirange" else ("", "")

    def build(batch: Batch) -> pl.Series:
        low = batch.draws["at"] * width + first
        high = low + width * (batch.draws["width"] if not request.distinct else 1)
        bounds = [pl.lit(_written(lattice, positions)) for positions in (low, high)]
        return pl.select(pl.format(f"{braces[0]}[{{}},{{}}){braces[1]}", *bounds)).to_series()

    at = Draw("at", 0, (slots if request.distinct else min(slots, _USUAL)) - 1)
    draws = (at,) if request.distinct else (at, Draw("width", 1, 5, toward=1))
    return Generator(name="form", dtype=pl.String(), draws=draws, build=build, distinct=bool(request.distinct))


def _first(request: Request, lattice: Lattice) -> int:
    """Return the position at which the first slot begins."""
    if lattice.family == "instant":
        day = request.as_of.replace(day=1, year=request.as_of.year - 5)
        return int(measure(day) / lattice.step)
    return max(lattice.low, int(1 / lattice.step)) if lattice.family == "number" else max(lattice.low, 0)


def _width(lattice: Lattice) -> int:
    width, days = _WIDTHS[lattice.family]
    return max(1, int((days if lattice.step >= 86_400 else width) / lattice.step))


def _written(lattice: Lattice, positions: Integers) -> pl.Series:
    """Return values as the text of a bound."""
    values = lattice.decode(positions)
    match values.dtype:
        case pl.Datetime():
            text = values.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
            zone = "+00" if values.dtype.time_zone is not None else ""
            return '"' + text + f'{zone}"'
        case pl.Time():
            return values.dt.to_string("%H:%M:%S%.6f")
        case pl.Duration():
            return values.dt.total_seconds().cast(pl.String) + " seconds"
        case _:
            return values.cast(pl.String)
