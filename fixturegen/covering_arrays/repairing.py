"""Tabu search for an array of a given number of rows: change one cell after the other until no tuple is missing.

Each step takes one missing tuple and looks at all cells that would complete it in some row; the best is changed, though it may
make things worse, and not again for some steps (tabu search after Galinier, Kpodjedo, Antoniol, 2017; Lin et al., TCA, 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fixturegen.covering_arrays.constraints import Rules
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.tuples import Meeting, Tuples
from fixturegen.draws import Integers

STEP = 4_000
"""What a step costs apart from the cells it looks at, in cells."""
_LEAST_TENURE, _MORE_TENURE = 5, 10
_NEVER = 2**40


@dataclass(slots=True)
class Budget:
    """Work left to do, in cells looked at: counted, not timed, so that every machine does the same."""

    left: int


@dataclass(frozen=True, slots=True)
class _Moves:
    """Changes of one factor to one value, in some rows, and how many more tuples each leaves missing."""

    factor: int
    value: int
    rows: Integers
    costs: Integers


class Repair:
    """An array on its way to hold all tuples.

    Args:
        tuples: The tuples.
        rules: What rows must meet; all of ``rows`` do.
        rows: The array to start from; copied.
        unwanted: 1 for tuples that need not occur, else 0.
        dice: Decides among equals.
    """

    def __init__(self, tuples: Tuples, rules: Rules, rows: Integers, unwanted: Integers, dice: Dice) -> None:
        self._tuples, self._rules, self._dice = tuples, rules, dice
        self.rows = rows.copy()
        self._numbers = tuples.numbers(rows)
        self._counts = tuples.counts(rows) + unwanted * _NEVER
        self._open: list[int] = np.flatnonzero(self._counts == 0).tolist()
        self._place = {number: at for at, number in enumerate(self._open)}
        self._barred = np.zeros(rows.shape, dtype=np.int64)
        self._step = 0
        self._least = len(self._open)

    @property
    def missing(self) -> int:
        """How many tuples are in no row."""
        return len(self._open)

    def run(self, budget: Budget) -> bool:
        """Search until every tuple occurs or the budget is spent; return whether every tuple does."""
        while self._open and budget.left > 0:
            self._step += 1
            asked = self._rules.work
            meeting = self._tuples.meeting(self._dice.choice(self._open))
            moves = self._moves(meeting)
            budget.left -= STEP + sum(one.rows.size * len(self._tuples.of(one.factor)[0]) for one in moves)
            if not self._best_made(moves):
                self._forced(meeting)
            budget.left -= self._rules.work - asked
            self._least = min(self._least, len(self._open))
        return not self._open

    def _moves(self, meeting: Meeting) -> list[_Moves]:
        held = np.stack([self.rows[:, factor] == value for factor, value in meeting])
        near = np.flatnonzero(held.sum(axis=0) == len(meeting) - 1)
        places = held[:, near].argmin(axis=0)
        return [
            self._costed(factor, value, near[places == place])
            for place, (factor, value) in enumerate(meeting)
            if (places == place).any()
        ]

    def _costed(self, factor: int, value: int, rows: Integers) -> _Moves:
        groups, strides = self._tuples.of(factor)
        now = self._numbers[rows[:, None], groups]
        then = now + (value - self.rows[rows, factor])[:, None] * strides
        lost = np.count_nonzero(self._counts[now] == 1, axis=1)
        gained = np.count_nonzero(self._counts[then] == 0, axis=1)
        return _Moves(factor, value, rows, np.array(lost - gained))

    def _best_made(self, moves: list[_Moves]) -> bool:
        """Make the best move that is open and that the rules allow."""
        goal = self._least - len(self._open)
        options: dict[int, list[tuple[int, int, int]]] = {}
        for one in moves:
            barred = (self._barred[one.rows, one.factor] > self._step) & (one.costs >= goal)
            for row, cost, shut in zip(one.rows.tolist(), one.costs.tolist(), barred.tolist(), strict=True):
                options.setdefault(cost + _NEVER * shut, []).append((row, one.factor, one.value))
        for cost in sorted(options):
            among = options[cost]
            self._dice.shuffle(among)
            for row, factor, value in among:
                if self._rules.fits(self.rows[row], factor, value):
                    self._change(row, factor, value)
                    return True
        return False

    def _forced(self, meeting: Meeting) -> None:
        """Put the tuple into a drawn row, with whatever the rules make go along."""
        at = self._dice.below(len(self.rows))
        row = self._rules.settled(dict(meeting), self.rows[at], self._dice)
        if row is None:
            return
        for factor in np.flatnonzero(row != self.rows[at]).tolist():
            self._change(at, factor, int(row[factor]))

    def _change(self, row: int, factor: int, value: int) -> None:
        groups, strides = self._tuples.of(factor)
        now = self._numbers[row, groups]
        then = now + (value - self.rows[row, factor]) * strides
        for number in now[self._counts[now] == 1].tolist():
            self._place[number] = len(self._open)
            self._open.append(number)
        for number in then[self._counts[then] == 0].tolist():
            self._close(number)
        self._counts[now] -= 1
        self._counts[then] += 1
        self._numbers[row, groups] = then
        self.rows[row, factor] = value
        self._barred[row, factor] = self._step + _LEAST_TENURE + self._dice.below(_MORE_TENURE)

    def _close(self, number: int) -> None:
        at, last = self._place.pop(number), self._open.pop()
        if last != number:
            self._open[at] = last
            self._place[last] = at


def without_least(rows: Integers, tuples: Tuples, unwanted: Integers) -> Integers:
    """Return the rows but one: that which holds fewest tuples that no other row holds."""
    counts = tuples.counts(rows) + unwanted * _NEVER
    alone = (counts[tuples.numbers(rows)] == 1).sum(axis=1)
    return np.delete(rows, int(alone.argmin()), axis=0)
