"""Every n-th position of a lattice, and true with a chance: what the arguments of Faker's methods ask of ranges."""

from __future__ import annotations

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.generator import Batch, Builder, Draw, Generator, One, Request
from fixturegen.generators.holes import skipping
from fixturegen.generators.ranges import Range
from fixturegen.lattice import Lattice


def spaced(request: Request, lattice: Lattice, range_: Range, step: int, name: str) -> Generator:
    """Return a generator that draws every ``step``-th position of a range alike, the first one included.

    Shrinks to the position nearest to the simplest one.

    Raises:
        ImpossibleError: If every position is excluded.
    """
    first, places = range_.low, (range_.high - range_.low) // step
    excluded = [(hole - first) // step for hole in request.domain.excluded if (hole - first) % step == 0]
    number, place = skipping(0, places, excluded)
    if number < 1:
        message = f"all {places + 1} values of {request.column.name} are excluded"
        raise ImpossibleError(message, where=request.where)
    draw = Draw("at", 0, number - 1, min((range_.simplest - first) // step, number - 1))

    def build(batch: Batch) -> pl.Series:
        return lattice.decode(place(batch.draws["at"]) * step + first)

    def one(row: One) -> object:
        return place.one(row.draw("at")) * step + first

    return Generator(name=name, dtype=lattice.dtype, draws=(draw,), build=Builder(build, one), distinct=True)


def chance(percent: int, name: str) -> Generator:
    """Return a generator of booleans, so many of 100 of them true."""

    def build(batch: Batch) -> pl.Series:
        return pl.Series(batch.draws["of"] < percent, dtype=pl.Boolean)

    def one(row: One) -> object:
        return int(row.draw("of") < percent)

    return Generator(name=name, dtype=pl.Boolean(), draws=(Draw("of", 0, 99, 99),), build=Builder(build, one))
