"""Compiled plans shared by columns that are alike: what many columns of a wide table gather from is held once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import polars as pl

from fixturegen.generator import Batch, Draw, One
from fixturegen.vocabularies.drawing import compiled
from fixturegen.vocabularies.plans import Plan


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Shared:
    """A compiled plan, held as long as a generator uses it; see :class:`fixturegen.vocabularies.drawing.Compiled`."""

    draws: tuple[Draw, ...]
    build: Callable[[Batch], pl.Series]
    one: Callable[[One], str]


_held: WeakValueDictionary[Plan, Shared] = WeakValueDictionary()


def shared(plan: Plan) -> Shared:
    """Return a plan compiled, the same object for equal plans while anybody holds it."""
    found = _held.get(plan)
    if found is None:
        made = compiled(plan)
        found = _held[plan] = Shared(made.draws, made.build, made.one)
    return found
