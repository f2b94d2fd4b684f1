"""Children that no class needs: rows that would be there for their parents' sake alone are not asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fixturegen.coverage.factors import Factor
from fixturegen.covering_arrays.constraints import Rules
from fixturegen.covering_arrays.tuples import Meeting, Tuples
from fixturegen.draws import Integers


def quieted(
    rows: Integers, factors: Sequence[Factor], strength: int, rules: Rules, waived: Callable[[Meeting], bool]
) -> Integers:
    """Return rows in which the same classes meet, with as few children as that takes, as far as one change after the other tells.

    Parents of one child at most keep theirs: a child of its own classes needs each.

    Args:
        rows: The rows of a covering array: one row a row, one factor a column.
        factors: The factors.
        strength: How many classes meet.
        rules: What the rows must meet.
        waived: Which classes need not meet.
    """
    if not len(rows):
        return rows
    tuples = Tuples([len(factor.classes) for factor in factors], strength)
    result, counts, numbers = rows.copy(), tuples.counts(rows), tuples.numbers(rows)
    for at, factor in enumerate(factors):
        if not factor.children or factor.children[-1].most == 1:
            continue
        groups, strides = tuples.of(at)
        for row in range(len(rows)):
            value = int(result[row, at])
            now = numbers[row, groups]
            alone = now[counts[now] == 1].tolist()
            needed = value == 0 or not all(waived(tuples.meeting(number)) for number in alone)
            if needed or not rules.fits(result[row], at, 0):
                continue
            then = now - value * strides
            counts[now] -= 1
            counts[then] += 1
            numbers[row, groups], result[row, at] = then, 0
    return result
