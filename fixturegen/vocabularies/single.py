"""One text of a plan, by the same draws as many: what the readers of :mod:`fixturegen.vocabularies.drawing` give, without series."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from fixturegen.vocabularies.plans import Choice, Joined, Numeral, Plan, Pool, Sealed
from fixturegen.vocabularies.seals import SEALS
from fixturegen.vocabularies.uses import Use, use_of

Slot = Callable[[int], int]
"""Gives the value of a slot by its number."""
Reader = Callable[[Slot], str]
_MASK = 2**64 - 1


def single_reader(plan: Plan, spans: tuple[int, ...]) -> Reader:
    """Return how the slots of one row become a text of a plan.

    Args:
        plan: The plan.
        spans: How many values each slot has.
    """
    return _reader(plan, 0, spans)[0]


def _reader(plan: Plan, at: int, spans: tuple[int, ...]) -> tuple[Reader, int]:
    """Return the reader of the plan whose first slot is ``at``, and the slot after its last."""
    match plan:
        case Pool():
            values = plan.values
            if len(values) == 1:
                return (lambda _: values[0]), at
            pick = _picker(use_of(plan), spans[at])
            return (lambda slot: values[pick(slot(at))]), at + 1
        case Numeral():
            pick, low = _picker(use_of(plan), spans[at]), plan.low
            form = f"0{plan.width}{'d' if plan.base == 10 else 'x'}"
            return (lambda slot: format(low + pick(slot(at)), form)), at + 1
        case Joined():
            parts, after = [], at
            for part in plan.parts:
                reader, after = _reader(part, after, spans)
                parts.append(reader)
            return (lambda slot: "".join([part(slot) for part in parts])), after
        case Choice():
            pick, made = _picker(use_of(plan), spans[at]), [_reader(each, at + 1, spans) for each in plan.options]
            return (lambda slot: made[pick(slot(at))][0](slot)), max(after for _, after in made)
        case Sealed():
            (inner, after), seal = _reader(plan.plan, at, spans), SEALS[plan.seal].sealed
            return (lambda slot: str(seal(pl.Series([inner(slot)]))[0])), after


def _picker(use: Use, span: int) -> Callable[[int], int]:
    """Return how a slot's value becomes a choice."""
    exact, table, shift = use.exact, use.table, span.bit_length() - 1
    if span == exact:
        cut: Callable[[int], int] = _same
    elif exact < 2**31 and span < 2**32:
        cut = lambda value: value * exact >> shift  # noqa: E731 - the shortest closure
    else:
        cut = lambda value: (value << (64 - shift) & _MASK) * exact >> 64  # noqa: E731 - the same
    return cut if table is None else lambda value: int(table[cut(value)])


def _same(value: int) -> int:
    return value
