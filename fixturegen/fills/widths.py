"""Widths: about how many bytes a row takes, where its columns' types do not tell: found by making a few values."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, combined, drawn, stream
from fixturegen.dtypes import bytes_a_value, polars_dtype
from fixturegen.generator import Batch, Draw, Generator, Repeated
from fixturegen.planning.plan import Cased, Drawn, TablePlan
from fixturegen.schema import Type

SAMPLE = 8
"""Values that are made of each column whose type bounds them little."""
BOUNDED = 256
"""Texts of so many characters at most are what their type says."""
FAR = 4
"""What is not so many times as wide as its type says counts as that."""


def row_bytes(plan: TablePlan) -> int:
    """Return about how many bytes a row of a table takes in a frame.

    It follows from the plan alone, whatever fills its draws, so that the borders of what is made and written at once do too.
    """
    found: dict[str, int] = {}
    for column in plan.table.columns:
        usual = bytes_a_value(column.type)
        # Fewer rows than a sample has need none; of no rows nothing may be made that could be refused.
        told = plan.rows < SAMPLE or _told(column.type)
        wide = 0 if told else _bytes(plan, column.name, found)
        found[column.name] = wide if wide > FAR * usual else usual
    return max(1, sum(found.values()))


def _told(type_: Type) -> bool:
    """Whether a type tells how wide its values are, well enough."""
    dtype = polars_dtype(type_)
    if dtype.is_nested():
        return False
    return not isinstance(dtype, pl.String | pl.Binary) or (type_.length or BOUNDED + 1) <= BOUNDED


def _bytes(plan: TablePlan, name: str, found: dict[str, int]) -> int:
    """Return the mean width of some values of a column; of one made of others of its table, their widths together."""
    return max((_made(maker, found) for maker in _makers(plan.steps.get(name))), default=0)


def _makers(step: object) -> Iterable[Generator]:
    match step:
        case Drawn():
            return (step.generator,)
        case Cased():
            return step.makers.values()
        case _:
            return ()


def _made(maker: Generator, found: dict[str, int]) -> int:
    if maker.needs:
        return sum(found.get(name, 0) for name in maker.needs)
    keys = np.arange(SAMPLE, dtype=np.uint64)
    draws = {draw.name: _drawn(draw, keys) for draw in maker.draws if draw.count is None}
    repeats = {draw.name: _repeated(draw, keys, draws[draw.count]) for draw in maker.draws if draw.count is not None}
    batch = Batch(height=SAMPLE, draws=draws, repeats=repeats, ordinals=np.arange(SAMPLE, dtype=np.int64))
    return _size(maker.build(batch)) // SAMPLE


def _drawn(draw: Draw, keys: Bits) -> Integers:
    return drawn(stream(0, "width", draw.name), keys, draw.low, draw.high)


def _repeated(draw: Draw, keys: Bits, counts: Integers) -> Repeated:
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    return Repeated(_drawn(draw, combined(np.repeat(keys, counts), within)), offsets)


def _size(values: pl.Series) -> int:
    """Return the bytes of values; a series that shares a list of texts with others would count them all."""
    match values.dtype:
        case pl.String():
            return int(values.str.len_bytes().sum())
        case pl.Binary():
            return int(values.bin.size().sum())
        case pl.List() | pl.Array():
            return _size(values.explode().drop_nulls())
        case _:
            return int(values.estimated_size())
