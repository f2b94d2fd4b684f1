"""Numbers, dates and times: one draw on the type's lattice, forbidden positions skipped by arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Request, generator
from fixturegen.generators.holes import rank, skipping
from fixturegen.generators.ranges import Range, range_of
from fixturegen.lattice import Lattice, lattice_of

_KINDS = {
    "integers": "integer",
    "decimals": "decimal",
    "floats": "float",
    "booleans": "boolean",
    "dates": "date",
    "times": "time",
    "datetimes": "datetime",
    "intervals": "interval",
}


def lattice_for(request: Request, name: str) -> Lattice:
    """Return the lattice of a column.

    Raises:
        SchemaError: If its type has none.
    """
    lattice = lattice_of(request.column.type)
    if lattice is None:
        message = f"{name} fills numbers, dates and times, and {request.column.name} is {request.column.type.kind}"
        raise SchemaError(message, where=request.where)
    return lattice


def uniform_on(request: Request, lattice: Lattice, range_: Range, name: str) -> Generator:
    """Return a generator that draws every allowed position of a range alike.

    Shrinks to the simplest position: 0 (or the bound nearest to it), for instants ``as_of``.

    Raises:
        ImpossibleError: If every position is excluded.
    """
    excluded = request.domain.excluded
    number, place = skipping(range_.low, range_.high, excluded)
    if number < 1:
        message = f"all {range_.high - range_.low + 1} values of {request.column.name} are excluded"
        raise ImpossibleError(message, where=request.where)
    last = range_.low + number - 1
    simplest = min(rank(range_.simplest, excluded, range_.low), last)
    draw = Draw("at", range_.low, last, simplest, edges=_edges(range_.low, last))

    def build(batch: Batch) -> pl.Series:
        return lattice.decode(place(batch.draws["at"]))

    def one(row: One) -> object:
        return place.one(row.draw("at"))

    return Generator(name=name, dtype=lattice.dtype, draws=(draw,), build=Builder(build, one), distinct=True)


def _edges(low: int, high: int) -> tuple[int, ...]:
    return tuple(edge for edge in (-1, 0, 1) if low < edge < high)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the generator of one ordered type."""

    name: str
    kind: str

    def __call__(self, request: Request) -> Generator:
        """Return the generator.

        Raises:
            SchemaError: If the column is of another type.
        """
        if request.column.type.kind != self.kind:
            message = f"{self.name} fills a column of type {self.kind}, and {request.column.name} is {request.column.type.kind}"
            raise SchemaError(message, where=request.where)
        lattice = lattice_for(request, self.name)
        return uniform_on(request, lattice, range_of(request, lattice), self.name)


for _name, _kind in _KINDS.items():
    generator(_name)(_Maker(_name, _kind))
