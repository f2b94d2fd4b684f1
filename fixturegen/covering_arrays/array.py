"""Covering arrays: the best of algebra, greed and search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fixturegen.covering_arrays.constraints import Constraint, Rules, UndecidedError, allowed_rows
from fixturegen.covering_arrays.constructions import FREE, binomial, starts
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.greedy import greedy_rows
from fixturegen.covering_arrays.repairing import Budget, Repair, without_least
from fixturegen.covering_arrays.tuples import Meeting, Tuples
from fixturegen.draws import Integers
from fixturegen.errors import InputError

EFFORT = 150_000_000
"""Work of a search unless told otherwise, in cells looked at: some seconds."""
MOST_TUPLES = 20_000_000
_TRIALS = 12
"""A start gets this part of the effort to show what it is worth."""


@dataclass(frozen=True, slots=True)
class CoveringArray:
    """Rows in which every tuple occurs that can.

    Attributes:
        rows: One row a row, one factor a column.
        impossible: Tuples that the constraints rule out, as (factor, value) each.
        undecided: Tuples that are in no row, though whether they can be was not found out.
        least: No array can have fewer rows.
    """

    rows: Integers
    impossible: tuple[Meeting, ...]
    undecided: tuple[Meeting, ...]
    least: int


def covering_array(
    levels: Sequence[int],
    strength: int = 2,
    *,
    constraints: Sequence[Constraint] = (),
    waived: Callable[[Meeting], bool] | None = None,
    seed: int = 0,
    effort: int = EFFORT,
) -> CoveringArray:
    """Return few rows in which every ``strength`` values of different factors meet, wherever the constraints let them.

    Args:
        levels: How many values each factor has, at least 1.
        strength: How many values meet, at least 1; where there are fewer factors, all of them.
        constraints: Conditions that every row meets.
        waived: Whether a tuple, as (factor, value) by rising factor, need not occur; it is not looked for, nor reported.
        seed: Seed of the search; the same seed gives the same rows.
        effort: Work spent on having fewer rows, in cells looked at; 0 for none.

    Raises:
        InputError: A level or strength below 1, or more tuples than ``MOST_TUPLES``.

    >>> covering_array([3, 3, 3, 3]).rows.shape
    (9, 4)
    """
    _check(levels, strength)
    if not levels:
        return CoveringArray(np.zeros((0, 0), dtype=np.int64), (), (), 0)
    order = sorted(range(len(levels)), key=lambda factor: (-levels[factor], factor))
    place = {factor: at for at, factor in enumerate(order)}
    ordered = [levels[factor] for factor in order]
    moved = [Constraint(tuple(place[one] for one in each.factors), each.allows) for each in constraints]
    spared = None if waived is None else lambda meeting: waived(_renamed([meeting], order)[0])
    job = _Job(ordered, min(strength, len(levels)), Rules(ordered, moved), spared, Budget(effort), seed)
    rows = job.best()
    columns = [place[factor] for factor in range(len(levels))]
    named = [_renamed(job.tuples.meetings(numbers), order) for numbers in (job.impossible, job.undecided(rows))]
    return CoveringArray(np.ascontiguousarray(rows[:, columns]), named[0], named[1], job.least)


def _check(levels: Sequence[int], strength: int) -> None:
    if strength < 1 or any(level < 1 for level in levels):
        message = f"strength {strength} and levels {list(levels)[:9]} must be at least 1"
        raise InputError(message)
    power = [1] + [0] * strength
    for level in levels:  # elementary symmetric polynomials: sums of products of so many levels
        for size in range(strength, 0, -1):
            power[size] += power[size - 1] * level
    if power[strength] > MOST_TUPLES:
        message = (
            f"{len(levels)} factors have {power[strength]:,} tuples of {strength} values; {MOST_TUPLES:,} can be held"
        )
        raise InputError(message, hint="Ask for a lower strength, or for fewer factors.")


def _renamed(meetings: Sequence[Meeting], order: Sequence[int]) -> tuple[Meeting, ...]:
    return tuple(sorted(tuple(sorted((order[factor], value) for factor, value in each)) for each in meetings))


class _Job:
    """One array to be found; factors stand with the widest first."""

    def __init__(
        self,
        levels: Sequence[int],
        strength: int,
        rules: Rules,
        spared: Callable[[Meeting], bool] | None,
        effort: Budget,
        seed: int,
    ) -> None:
        self._levels, self._strength, self._rules = levels, strength, rules
        self._seed, self._effort = seed, effort
        self.tuples = Tuples(levels, strength)
        self._unwanted: Integers = np.zeros(self.tuples.total, dtype=np.int64)
        if spared is not None:
            self._unwanted[:] = [spared(self.tuples.meeting(number)) for number in range(self.tuples.total)]
        self._spared = frozenset(np.flatnonzero(self._unwanted).tolist())
        self.impossible = [number for number in self._ruled_out() if number not in self._spared]
        self.least = self._bound()

    def _ruled_out(self) -> list[int]:
        """Numbers of impossible tuples; these and undecided ones become unwanted."""
        if self._rules.none:
            return []
        if self._no_row():
            self._unwanted[:] = 1
            return list(range(self.tuples.total))
        ruled_out = []
        for group, first in enumerate(self.tuples.first.tolist()):
            if not any(self._rules.constrained(factor) for factor in self.tuples.groups[group].tolist()):
                continue
            size = int(self.tuples.levels[self.tuples.groups[group]].prod())
            for number in range(first, first + size):
                if number in self._spared:
                    continue
                try:
                    if self._rules.possible(dict(self.tuples.meeting(number))):
                        continue
                    ruled_out.append(number)
                except UndecidedError:
                    pass
                self._unwanted[number] = 1
        return ruled_out

    def _no_row(self) -> bool:
        try:
            return self._rules.contradict()
        except UndecidedError:
            return False

    def _bound(self) -> int:
        """As many rows as some group has possible tuples; of two values each, as many as theory says."""
        wanted = np.add.reduceat(1 - self._unwanted, self.tuples.first)
        wide = sum(level > 1 for level in self._levels)
        plain = self._strength == 2 and wide > 1 and self._rules.none and not self._spared
        theory = len(binomial(wide)) if plain else 0
        return max(int(wanted.max()), theory)

    def undecided(self, rows: Integers) -> list[int]:
        """Return the numbers of tuples in no row that are not known to be impossible."""
        absent = set(np.flatnonzero(self.tuples.counts(rows) == 0).tolist())
        return sorted(absent - set(self.impossible) - self._spared)

    def best(self) -> Integers:
        """Return the smallest array found."""
        best = greedy_rows(self.tuples, self._rules, self._unwanted, Dice(self._seed, "greedy"))
        effort, share = self._effort, self._effort.left // _TRIALS
        for number, start in enumerate(self._starts()):
            if len(best) <= self.least or effort.left <= 0:
                return best
            trial = Budget(min(share, effort.left))
            effort.left -= trial.left
            best = self._descended(start, best, trial, Dice(self._seed, "trial", str(number)))
            effort.left += trial.left
        return self._descended(best, best, effort, Dice(self._seed, "search"))

    def _starts(self) -> Iterator[Integers]:
        """Yield arrays to start from; algebra knows no constraints, so rows that break them are mended."""
        yield from starts(self._levels[0], len(self._levels), self._strength)

    def _descended(self, start: Integers, best: Integers, budget: Budget, dice: Dice) -> Integers:
        """Return the smallest array reached from a start, or ``best``: of one row less each time."""
        asked = self._rules.work
        rows = self._laid_out(start, len(best), dice)
        budget.left -= self._rules.work - asked
        if start is best:
            rows = without_least(best, self.tuples, self._unwanted)
        while len(best) > self.least:
            repair = Repair(self.tuples, self._rules, rows, self._unwanted, dice)
            if not len(rows) or not repair.run(budget):
                break
            best = repair.rows
            rows = without_least(best, self.tuples, self._unwanted)
        return best

    def _laid_out(self, start: Integers, ceiling: int, dice: Dice) -> Integers:
        """Return one row less than ``ceiling``: those of the start where they have room, drawn values elsewhere."""
        levels = self.tuples.levels
        rows = dice.rows(levels, ceiling - 1)
        height, width = min(len(start), len(rows)), min(start.shape[1], len(levels))
        part = start[:height, :width]
        rows[:height, :width] = np.where((part == FREE) | (part >= levels[:width]), rows[:height, :width], part)
        return allowed_rows(rows, self._rules, dice)
