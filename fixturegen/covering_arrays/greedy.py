"""Rows made one after the other, each with as many new tuples as it takes easily (after AETG, Cohen et al., 1997)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fixturegen.covering_arrays.constraints import Rules
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.tuples import Tuples
from fixturegen.draws import Integers

Mask = npt.NDArray[np.bool_]


def greedy_rows(tuples: Tuples, rules: Rules, counts: Integers, dice: Dice) -> Integers:
    """Return rows that hold every tuple whose count is 0.

    Args:
        tuples: The tuples.
        rules: What rows must meet.
        counts: How many rows hold each tuple already; above 0 for tuples that are not wanted. Left as it is.
        dice: Decides the order of factors.

    Returns:
        The rows; tuples for which no row was found are in none.
    """
    counts, rows = counts.copy(), []
    given_up: set[int] = set()
    while True:
        missing = np.flatnonzero(counts == 0)
        wanted = next((one for one in missing.tolist() if one not in given_up), None)
        if wanted is None:
            break
        row = _row(tuples, rules, counts, dict(tuples.meeting(wanted)), dice)
        if row is None:
            given_up.add(wanted)
            continue
        rows.append(row)
        counts[tuples.numbers(row[None, :])[0]] += 1
    return np.array(rows, dtype=np.int64).reshape(-1, len(tuples.levels))


def _row(tuples: Tuples, rules: Rules, counts: Integers, chosen: dict[int, int], dice: Dice) -> Integers | None:
    if not rules.within_reach(chosen):
        return None
    row = np.zeros(len(tuples.levels), dtype=np.int64)
    known = np.zeros(len(row), dtype=bool)
    for factor, value in chosen.items():
        row[factor], known[factor] = value, True
    order = [factor for factor in range(len(row)) if factor not in chosen]
    dice.shuffle(order)
    for factor in order:
        best = _best_value(tuples, rules, counts, row, known, factor, dice)
        if best is None:
            return None
        row[factor], known[factor] = best, True
    return row


def _best_value(
    tuples: Tuples, rules: Rules, counts: Integers, row: Integers, known: Mask, factor: int, dice: Dice
) -> int | None:
    """The value that makes most new tuples with the values known, among those that some row still has."""
    groups, strides = tuples.of(factor)
    members = tuples.groups[groups]
    whole = known[members].sum(axis=1) == members.shape[1] - 1
    groups, strides = groups[whole], strides[whole]
    base = tuples.first[groups] + (row[members[whole]] * tuples.strides[groups]).sum(axis=1)
    level = int(tuples.levels[factor])
    gains = (counts[base + np.arange(level)[:, None] * strides] == 0).sum(axis=1).tolist()
    values = list(range(level))
    dice.shuffle(values)
    values.sort(key=lambda value: -gains[value])
    if not rules.constrained(factor):
        return values[0]
    chosen = {one: int(row[one]) for one in np.flatnonzero(known).tolist()}
    return next((value for value in values if rules.within_reach({**chosen, factor: value})), None)
