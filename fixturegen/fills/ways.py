"""Which ways of making columns a judged condition lets pass, found out once on candidates that belong to no row.

Rows whose own generators hardly ever pass are then drawn again by the ways that do, by their shares among what passed; and rows
that still fail take candidates that passed, as they are. What passes depends on the plan alone, so values stay what they are
whatever the chunks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.domain import Domain
from fixturegen.draws import Bits, Integers, combined
from fixturegen.fills.judging import violators
from fixturegen.planning.components import Narrowing
from fixturegen.planning.plan import Cased, TablePlan

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine

PLAIN = 256
"""Candidates by the columns' own generators."""
ENOUGH = 1 / 8
"""Of which so many pass where nothing else need be tried."""
GUESSED = (64, 1024)
"""Candidates for every way of making a column, at first, and where none of them passed."""
MOST = 65_536
KEPT = 4_096
"""Most candidates of a case that are kept."""
_LAST = 2**64 - 1
_CANDIDATE_ROWS = 64


@dataclass(frozen=True, slots=True)
class Ways:
    """What passed.

    Attributes:
        shares: By case and column, the share of each way of making it: its own generator, then the guesses.
        passed: By case, the drawn columns of candidates that passed; only where no column is given from elsewhere.
        hopeless: Whether nothing passed in any case, and nothing given can change that.
    """

    shares: Mapping[tuple[int, str], tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))
    passed: Mapping[int, pl.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    hopeless: bool = False


def passing_ways(engine: Engine, plan: TablePlan, number: int) -> Ways:
    """Return what passes in every case of a component.

    Args:
        engine: The engine.
        plan: The table's plan.
        number: The component's number within the table.
    """
    component = plan.components[number]
    drawn = {name: step for name in component.columns if isinstance(step := plan.steps[name], Cased)}
    shares: dict[tuple[int, str], tuple[float, ...]] = {}
    passed: dict[int, pl.DataFrame] = {}
    hopeless = not component.reads
    for case, one in enumerate(component.cases):
        own = _Attempt(engine, plan, number, case, PLAIN, MappingProxyType({}))
        if not one.judged or own.passing >= ENOUGH * PLAIN:
            hopeless = False
            continue
        ways = {name: ways_of(step, one.columns.get(name, Narrowing()).domain) for name, step in drawn.items()}
        for height in GUESSED:
            guessed = _Attempt(engine, plan, number, case, min(height * max(ways.values(), default=1), MOST), ways)
            if guessed.passing:
                hopeless = False
                shares |= {(case, name): guessed.shares(name) for name in ways}
                if not component.reads:
                    passed[case] = guessed.passed()
                break
    return Ways(MappingProxyType(shares), MappingProxyType(passed), hopeless)


def ways_of(step: Cased, domain: Domain) -> int:
    """Return in how many ways a column may be made where a case leaves it a domain, its own one included."""
    return 1 + (len(step.guesses[domain].generators) if domain in step.guesses else 0)


class _Attempt:
    """So many candidates of one case, each column made in any way alike."""

    def __init__(
        self, engine: Engine, plan: TablePlan, number: int, case: int, height: int, ways: Mapping[str, int]
    ) -> None:
        from fixturegen.fills.drawing import Drawing  # noqa: PLC0415 - a drawing may follow what passed

        lenders = engine.first(plan.table.name, min(max(plan.rows, 1), _CANDIDATE_ROWS))
        ordinals = lenders[np.arange(height, dtype=np.int64) % len(lenders)]
        still = tuple(np.zeros(height, dtype=np.int64) for _ in plan.settled)
        rows = engine.candidates(plan, ordinals, still)
        alike = Ways({(case, name): (1 / count,) * count for name, count in ways.items()})
        cases = np.full(height, case, dtype=np.int64)
        self._drawing = Drawing(rows, plan.components[number], _keys(height), alike, cases)
        self._good = np.ones(height, dtype=bool)
        self._good[violators(self._drawing)] = False
        self.passing = int(self._good.sum())

    def shares(self, name: str) -> tuple[float, ...]:
        """Return how often each way of making a column passed, as shares of 1."""
        ways = self._drawing.taken.get(name)
        if ways is None:
            return (1.0,)
        tries = np.bincount(ways)
        good = np.bincount(ways[self._good], minlength=len(tries))
        rates = [Fraction(some, max(all_, 1)) for some, all_ in zip(good.tolist(), tries.tolist(), strict=True)]
        return tuple(float(rate / sum(rates)) for rate in rates)

    def passed(self) -> pl.DataFrame:
        """Return the candidates that passed."""
        places = np.flatnonzero(self._good)[:KEPT]
        columns = {name: values.gather(pl.Series(places)) for name, values in self._drawing.columns.items()}
        return pl.DataFrame(columns)


def _keys(height: int) -> Bits:
    """Keys that no row has, by any likelihood."""
    return combined(np.full(height, _LAST, dtype=np.uint64), np.arange(height))


def drawn_ways(shares: tuple[float, ...], random: Bits) -> Integers:
    """Return a way for each row, by shares, from the upper half of random bits."""
    borders = [round(running * 2**32) for running in accumulate(shares[:-1])]
    return np.searchsorted(np.array(borders, dtype=np.uint64), random >> np.uint64(32), side="right").astype(np.int64)
