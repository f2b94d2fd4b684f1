"""Columns that no chance decides: values that follow from the row's number, and one value for all."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Builder, Generator, One, Picks, Request, generator
from fixturegen.generators import arguments as given
from fixturegen.generators.coercion import value_of
from fixturegen.generators.holes import skipping
from fixturegen.generators.membership import belongs
from fixturegen.generators.numbered import from_pool
from fixturegen.generators.ordered import lattice_for
from fixturegen.generators.ranges import sides
from fixturegen.generators.weighted import pool_of
from fixturegen.lattice import Lattice

_FARTHEST = 2**62


@generator("sequence")
def sequence(request: Request) -> Generator:
    """Return values that start at ``start`` and go on by ``step``, one for each row.

    Arguments: ``start`` (a value of the column; default its least value where one is given, else 1, or ``as_of`` for dates)
    and ``step`` (default 1: one unit for numbers, one day for dates, one second for times; not 0, may be negative). Values
    that the domain excludes are passed over. Nothing is drawn.

    Raises:
        SchemaError: If the column has no order, or start or step do not fit it.
        ImpossibleError: If the sequence leaves the column's range before the rows end: at once where their number is known.
    """
    lattice = lattice_for(request, "sequence")
    read = given.arguments(
        request, "sequence", start=lambda value: value_of(value, request.column.type), step=given.number
    )
    start, step = _start(request, lattice, read.get("start")), _step(request, lattice, read.get("step", 1))
    last = _last(request, lattice, start, step)
    skipped = {(hole - start) // step for hole in request.domain.excluded if (hole - start) % step == 0}
    left, place = skipping(0, (last - start) // step, skipped)
    if left < max(1, request.distinct):
        message = f"the sequence of {request.column.name} has {max(left, 0)} values for {max(1, request.distinct)} rows"
        raise ImpossibleError(message, where=request.where)

    def check(ordinal: int) -> None:
        if ordinal >= left:
            message = f"the sequence of {request.column.name} has {left} values, and row {left + 1} needs one more"
            raise ImpossibleError(message, where=request.where)

    def build(batch: Batch) -> pl.Series:
        if batch.height:
            check(int(batch.ordinals.max()))
        return lattice.decode(place(batch.ordinals.astype(np.int64)) * step + start)

    def one(row: One) -> object:
        check(row.ordinal)
        return place.one(row.ordinal) * step + start

    return Generator(name="sequence", dtype=lattice.dtype, draws=(), build=Builder(build, one), sequential=True)


def _start(request: Request, lattice: Lattice, value: object) -> int:
    if value is not None:
        position = lattice.position(value)
    elif request.domain.low is not None and (least := sides(request, lattice)[0]) is not None:
        position = Fraction(least)
    elif lattice.family == "instant":
        position = lattice.position(request.as_of)
    else:
        position = min(1 / lattice.step, Fraction(lattice.high))
    if position.denominator != 1 or not _low(request, lattice) <= position <= _high(request, lattice):
        message = f"the sequence starts at {given.shown(value)}, which {request.column.name} cannot hold"
        raise SchemaError(message, where=request.where)
    return int(position)


def _step(request: Request, lattice: Lattice, value: object) -> int:
    unit = {"number": 1, "instant": 86_400 if request.column.type.kind == "date" else 1}.get(lattice.family, 1)
    step = given.number(value) * unit / lattice.step
    if not step or step.denominator != 1 or abs(step) > _FARTHEST:
        message = f"the sequence goes on by {value}, which is no step between values of {request.column.name}"
        raise SchemaError(message, where=request.where)
    return int(step)


def _last(request: Request, lattice: Lattice, start: int, step: int) -> int:
    """Return the last position on the way that the column can hold."""
    border = _high(request, lattice) if step > 0 else _low(request, lattice)
    return start + (border - start) // step * step


def _low(request: Request, lattice: Lattice) -> int:
    return lattice.low if request.domain.low is None else max(lattice.low, request.domain.low)


def _high(request: Request, lattice: Lattice) -> int:
    return lattice.high if request.domain.high is None else min(lattice.high, request.domain.high)


@generator("constant")
def constant(request: Request) -> Generator:
    """Return the same value in every row.

    Argument: ``value``, of the column's type or as text that reads as it. Nothing is drawn.

    Raises:
        SchemaError: If the value is missing, does not fit the type, or breaks a constraint of the column.
    """
    type_ = request.column.type
    read = given.arguments(request, "constant", value=lambda value: value_of(value, type_))
    given.needed(read, request, "constant", "value")
    pool = pool_of(request, [read["value"]])
    assert pool.dtype == polars_dtype(type_)
    if not belongs(request)(read["value"]):
        message = f"the constant {given.shown(read['value'])} breaks a constraint of {request.column.name}"
        raise SchemaError(message, where=request.where)

    def picks(batch: Batch) -> Picks:
        return Picks(pool, np.zeros(batch.height, dtype=np.uint32))

    return Generator(
        name="constant", dtype=pool.dtype, draws=(), build=from_pool(picks, pool, type_, lambda _: 0), distinct=True
    )
