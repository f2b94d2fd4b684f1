"""Arrays: a count, and the element type's own generator repeated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from fixturegen.domain import Domain
from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Batch, Draw, Generator, Request, generator, made
from fixturegen.generators import choice
from fixturegen.schema import Type

_USUAL = 5
_MOST = 1_000
_ONE = Domain(min_length=1, max_length=1)


@generator("arrays")
def arrays(request: Request) -> Generator:
    """Return lists of 0 to 5 elements (the domain's lengths count elements), filled as the element's type is.

    Inner arrays of an array hold one element. Where all values are distinct every list holds one value, repeated where the
    domain wants more. Shrinks to the shortest list of simplest elements.

    Raises:
        SchemaError: If the column is no array.
        ImpossibleError: If no number of elements is within the limits.
    """
    type_ = request.column.type
    if type_.kind != "array":
        message = f"arrays fills an array, and {request.column.name} is {type_.kind}"
        raise SchemaError(message, where=request.where)
    low, high = _limits(request)
    of = type_.element or Type(kind="text")
    inner = replace(
        request, column=replace(request.column, type=of), domain=_ONE if of.kind == "array" else Domain(), arguments={}
    )
    element = made(choice.generator_for(inner), inner)
    if request.distinct or low == high == 1:
        return _alike(request, element, max(low, 1), high)
    return _several(request, element, low, high)


def _limits(request: Request) -> tuple[int, int]:
    low = request.domain.min_length
    high = _MOST if request.domain.max_length is None else min(request.domain.max_length, _MOST)
    if low > high or (request.distinct and not high):
        message = f"{request.column.name} must have at least {max(low, 1)} elements and can have at most {high}"
        raise ImpossibleError(message, where=request.where)
    return low, min(high, max(low, _USUAL))


def _alike(request: Request, element: Generator, count: int, high: int) -> Generator:
    """Return lists that hold one value ``count`` times: as distinct as the values are."""
    dtype = pl.List(element.dtype)
    width = min(count, high)

    def build(batch: Batch) -> pl.Series:
        offsets = np.arange(batch.height + 1, dtype=np.int64) * width
        return _lists(element.build(batch), np.repeat(np.arange(batch.height), width), offsets, dtype)

    made_ = Generator(
        name="arrays", dtype=dtype, draws=element.draws, build=build, distinct=element.distinct, remark=element.remark
    )
    return _unbarred(request, made_)


def _several(request: Request, element: Generator, low: int, high: int) -> Generator:
    count = Draw("count", low, high, low)
    draws = tuple(replace(draw, name=f"element {draw.name}", count="count") for draw in element.draws)
    dtype = pl.List(element.dtype)

    def build(batch: Batch) -> pl.Series:
        repeats = {draw.name: batch.repeats[f"element {draw.name}"] for draw in element.draws}
        offsets = next(iter(repeats.values())).offsets
        whole = Batch(height=int(offsets[-1]), draws={name: one.values for name, one in repeats.items()})
        return _lists(element.build(whole), np.arange(whole.height), offsets, dtype)

    made_ = Generator(name="arrays", dtype=dtype, draws=(count, *draws), build=build, remark=element.remark)
    return _unbarred(request, made_)


def _lists(values: pl.Series, places: Integers, offsets: Integers, dtype: pl.List) -> pl.Series:
    """Return row i as the values at ``places[offsets[i]:offsets[i + 1]]``: padded to one width, then cut."""
    counts = np.diff(offsets)
    width = int(counts.max(initial=0))
    if not width:
        return pl.Series([[]] * len(counts), dtype=dtype)
    if values.dtype.is_nested():
        return _nested(values, places, counts, dtype)
    at = np.minimum(offsets[:-1, None] + np.arange(width), len(places) - 1)
    padded = values.gather(pl.Series(places[at.ravel()].astype(np.uint32))).reshape((len(counts), width))
    cut = pl.lit(padded.arr.to_list()).list.head(pl.lit(pl.Series(counts)))
    return pl.select(cut).to_series().cast(dtype)


def _nested(values: pl.Series, places: Integers, counts: Integers, dtype: pl.List) -> pl.Series:
    """Return lists of lists, which Polars does not pad: values are grouped by their row."""
    rows = pl.Series(np.repeat(np.arange(len(counts)), counts))
    grouped = pl.DataFrame({"row": rows, "values": values.gather(pl.Series(places.astype(np.uint32)))})
    filled = grouped.group_by("row", maintain_order=True).agg("values").get_column("values")
    lists = pl.concat([filled, pl.Series([[]], dtype=dtype)])
    at = np.where(counts > 0, np.cumsum(counts > 0) - 1, len(filled))
    return lists.gather(pl.Series(at.astype(np.uint32)))


def _unbarred(request: Request, made_: Generator) -> Generator:
    """Refuse what cannot be kept: lists are not left out one by one."""
    if request.domain.barred or request.domain.excluded:
        message = f"single values cannot be left out of the array {request.column.name}"
        raise ImpossibleError(message, where=request.where)
    return made_
