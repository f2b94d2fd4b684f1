"""Ranges as text, ``[low,high)``, taken from a row of slots of equal width, so that no two slots overlap."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import ceil, floor

import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request
from fixturegen.generators.holes import skipping
from fixturegen.lattice import Family, Lattice, lattice_of, measure
from fixturegen.schema import Type

_WIDTHS: Mapping[Family, tuple[int, int]] = {
    "number": (10, 10),
    "instant": (7_200, 3 * 86_400),
    "clock": (600, 600),
    "span": (3_600, 3_600),
}
"""Width of a slot in the measure's unit (1 or seconds), and the width where a position is a whole day."""
_USUAL = 1_000
"""Slots in use where ranges may meet."""
_LONGEST = 5
_MOST_BARRED = 1_000_000
_WRITTEN = re.compile(r"[{]?[\[(]\"?([^,\"]*)\"?,\"?([^,\"]*)\"?[\])][}]?")


def ranges(request: Request) -> Generator:
    """Return ranges of the element type, never empty, without their upper bound.

    Where all values are distinct, every range is a slot of its own (two hours, three days, ten numbers), so no two overlap: an
    exclusion of overlaps holds among distinct ranges, and slots that meet a barred range are left out. Otherwise they begin at
    one of a thousand slots and are one to five slots long. Slots begin five years before the frozen clock, at midnight, or
    at 1. Shrinks to the first slot.

    Raises:
        SchemaError: If the element type is not ordered.
        ImpossibleError: If every slot is barred.
    """
    type_ = request.column.type
    element = type_.element or Type(kind="unknown")
    lattice = lattice_of(element)
    if lattice is None:
        message = f"cannot make ranges of {element.native or element.kind}, the type {type_.native or 'unknown'!r}"
        raise SchemaError(message, where=request.where, hint="Declare choices or a constant for it.")
    slots = _Slots(request, lattice)
    left, place = skipping(0, slots.number - 1, slots.barred(request) if request.distinct else set())
    if left < 1:
        message = f"every range of {request.column.name} meets one that is there"
        raise ImpossibleError(message, where=request.where)
    opening, closing = ("{[", ")}") if type_.form == "multirange" else ("[", ")")
    at = Draw("at", 0, left - 1)
    draws = (at,) if request.distinct else (at, Draw("width", 1, _LONGEST, toward=1))

    def build(batch: Batch) -> pl.Series:
        low = place(batch.draws["at"]) * slots.width + slots.first
        high = low + slots.width * (1 if request.distinct else batch.draws["width"])
        return opening + _written(lattice, low) + "," + _written(lattice, high) + closing

    return Generator(name="form", dtype=pl.String(), draws=draws, build=build, distinct=bool(request.distinct))


class _Slots:
    """The slots of a lattice: slot 0 begins at position ``first``; there are ``number`` of ``width`` positions each."""

    def __init__(self, request: Request, lattice: Lattice) -> None:
        width, days = _WIDTHS[lattice.family]
        self.lattice = lattice
        self.width = max(1, int((days if lattice.step >= 86_400 else width) / lattice.step))
        self.first = _first(request, lattice)
        room = (lattice.high - self.first) // self.width - _LONGEST
        self.number = room if request.distinct else min(room, _USUAL)

    def barred(self, request: Request) -> set[int]:
        """Return the slots that meet one of the domain's barred ranges."""
        found = set[int]()
        for text in request.domain.barred:
            low, high = self._ends(str(text), request.column.type.element)
            found.update(range(max(0, low), min(high, self.number, low + _MOST_BARRED)))
        return found

    def _ends(self, text: str, element: Type | None) -> tuple[int, int]:
        """Return the first slot that a written range meets and the one after the last; without bound, from or to the end."""
        match = _WRITTEN.fullmatch(text)
        read = _READERS.get(element.kind if element is not None else "")
        if match is None or read is None:
            return 0, 0
        places = [
            (self.lattice.position(read(end)) - self.first) / self.width if end else None for end in match.groups()
        ]
        low, high = places
        return 0 if low is None else floor(low), self.number if high is None else ceil(high) + text.endswith("]")


_READERS: Mapping[str, Callable[[str], object]] = {
    "integer": int,
    "decimal": Decimal,
    "float": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}


def _first(request: Request, lattice: Lattice) -> int:
    """Return the position at which the first slot begins."""
    if lattice.family == "instant":
        return int(measure(request.as_of.replace(day=1, year=request.as_of.year - 5)) / lattice.step)
    return max(lattice.low, int(1 / lattice.step)) if lattice.family == "number" else max(lattice.low, 0)


def _written(lattice: Lattice, positions: Integers) -> pl.Series:
    """Return values as the text of a bound."""
    values = lattice.decode(positions)
    match values.dtype:
        case pl.Datetime():
            zone = "+00" if values.dtype.time_zone is not None else ""
            return '"' + values.dt.to_string("%Y-%m-%d %H:%M:%S") + f'{zone}"'
        case pl.Time():
            return values.dt.to_string("%H:%M:%S")
        case pl.Duration():
            return values.dt.total_seconds().cast(pl.String) + " seconds"
        case _:
            return values.cast(pl.String)
