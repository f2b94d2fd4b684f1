"""Texts of a plan one by one, from plain random integers: for code that makes values row by row, and for lists of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import polars as pl

from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed
from fixturegen.vocabularies.seals import SEALS
from fixturegen.vocabularies.uses import Use, use_of

T = TypeVar("T")


def sampled(plan: Plan, below: Callable[[int], int]) -> str:
    """Return one text, for code that makes values one by one.

    Args:
        plan: The plan.
        below: Gives a random integer from 0 (inclusive) to its argument (exclusive).
    """
    return sampler(plan)(below)


def sampler(plan: Plan) -> Callable[[Callable[[int], int]], str]:
    """Return a function that makes one text after the other of a plan, from random integers as for :func:`sampled`."""
    match plan:
        case Pool():
            return _one_of(plan.values, use_of(plan))
        case Numeral():
            low, span, form = plan.low, plan.high - plan.low + 1, f"0{plan.width}{'d' if plan.base == 10 else 'x'}"
            return lambda below: format(low + below(span), form)
        case Joined():
            parts = [sampler(part) for part in plan.parts]
            return lambda below: "".join([part(below) for part in parts])
        case Choice():
            option = _one_of([sampler(option) for option in plan.options], use_of(plan))
            return lambda below: option(below)(below)
        case Sealed():
            inner, seal = sampler(plan.plan), SEALS[plan.seal].sealed
            return lambda below: str(seal(pl.Series([inner(below)]))[0])


def _one_of(things: Sequence[T], use: Use) -> Callable[[Callable[[int], int]], T]:
    exact, table = use.exact, use.table
    if table is None:
        return lambda below: things[below(exact)]
    place = table.item
    return lambda below: things[place(below(exact))]
