"""Listed values, with weights: a draw among slots that the values share as their weights say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from math import isfinite, lcm

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.generator import Draw, Generator, Picks, Request, gathered, generator
from fixturegen.generators.arguments import shown
from fixturegen.generators.membership import belongs
from fixturegen.generators.numbered import from_pool, pooled

FEWEST_SLOTS = 65_536
_SLOTS_A_VALUE = 16


@dataclass(frozen=True, slots=True)
class _Weighted:
    """A value and its weight."""

    value: object
    weight: Fraction


@generator("values")
def values(request: Request) -> Generator:
    """Return one of the domain's listed values, by weight.

    Weights that are whole numbers with a sum up to 65,536 are kept exactly; others to one part in 65,536 (or in sixteen
    times the number of values), and every value whose weight is above 0 keeps at least one part. Where all values are to be
    distinct, weights do not count, and values of weight 0 are used once the others do not suffice.

    Shrinks to the first value.

    Raises:
        ImpossibleError: If none of the values is left by the other conditions.
        SchemaError: If a value does not fit the column's type.
    """
    listed = _listed(request)
    if request.distinct:
        some = [one.value for one in listed if one.weight]
        taken = some if len(some) >= request.distinct else [one.value for one in listed]
        return pooled(request, "values", pool_of(request, taken), needs_check=False)
    used = [one for one in listed if one.weight]
    pool = pool_of(request, [one.value for one in used])
    slots = _slots([one.weight for one in used])
    if slots is None:
        return pooled(request, "values", pool, needs_check=False)
    draw = Draw("at", 0, len(slots) - 1)
    spread = gathered(pool, slots)

    made = from_pool(
        lambda batch: Picks(spread, batch.draws["at"]),
        pool,
        request.column.type,
        lambda row: int(slots[row.draw("at")]),
    )
    return Generator(name="values", dtype=pool.dtype, draws=(draw,), build=made, distinct=False)


@generator("enums")
def enums(request: Request) -> Generator:
    """Return one of the labels of an enum, all alike. Shrinks to the first label.

    Raises:
        SchemaError: If the column is no enum, or an enum without labels.
        ImpossibleError: If no label is left.
    """
    labels = request.column.type.labels
    if request.column.type.kind != "enum" or not labels:
        message = f"enums fills a column with labels, and {request.column.name} has none"
        raise SchemaError(message, where=request.where)
    return pooled(request, "enums", pl.Series(labels, dtype=pl.Enum(labels)))


def pool_of(request: Request, listed: Sequence[object]) -> pl.Series:
    """Return Python values as a series of the column's dtype, exactly.

    Raises:
        SchemaError: If a value does not fit.
    """
    dtype = polars_dtype(request.column.type)
    zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    given = [_instant(value) for value in listed] if zoned else list(listed)
    try:
        pool = pl.Series(given, dtype=dtype, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        bad = next((value for value in given if not _fits(value, dtype)), given)
        message = f"{shown(bad)} is no value of {request.column.name}, which is {request.column.type.kind}"
        raise SchemaError(message, where=request.where) from None
    return pool


def _instant(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _fits(value: object, dtype: pl.DataType) -> bool:
    try:
        pl.Series([value], dtype=dtype, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return False
    return True


def _listed(request: Request) -> list[_Weighted]:
    """Return the values that the domain leaves, each once, with their weights."""
    domain = request.domain
    allowed, test = domain.values or (), belongs(request, listed=False)
    weights = domain.weights or (1.0,) * len(allowed)
    if len(weights) != len(allowed):
        message = f"{request.column.name} has {len(allowed)} values and {len(weights)} weights"
        raise SchemaError(message, where=request.where)
    found: dict[object, Fraction] = {}
    kept: list[object] = []
    for value, weight in zip(allowed, weights, strict=True):
        if not isfinite(weight) or weight < 0:
            message = f"{weight} is no weight: it must be 0 or more"
            raise SchemaError(message, where=request.where)
        if test(value):
            key = _key(value)
            if key not in found:
                kept.append(value)
            found[key] = found.get(key, Fraction(0)) + Fraction(weight)
    if not kept or not any(found.values()):
        message = f"none of the {len(allowed)} values of {request.column.name} is left"
        raise ImpossibleError(message, where=request.where)
    return [_Weighted(value, found[_key(value)]) for value in kept]


def _key(value: object) -> object:
    return repr(value) if isinstance(value, list | dict | float) else value


def _slots(weights: Sequence[Fraction]) -> Integers | None:
    """Return which value each slot gives, or None where all weigh the same."""
    if len(set(weights)) == 1:
        return None
    scale = lcm(*(weight.denominator for weight in weights))
    counts = [int(weight * scale) for weight in weights]
    if sum(counts) > FEWEST_SLOTS:
        counts = _rounded(weights, max(FEWEST_SLOTS, _SLOTS_A_VALUE * len(weights)))
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def _rounded(weights: Sequence[Fraction], slots: int) -> list[int]:
    """Share slots by largest remainder, at least one each."""
    total = sum(weights)
    exact = [weight * slots / total for weight in weights]
    counts = [max(1, int(share)) for share in exact]
    order = sorted(range(len(exact)), key=lambda at: (int(exact[at]) - exact[at], at))
    for at in order[: max(0, slots - sum(counts))]:
        counts[at] += 1
    return counts
