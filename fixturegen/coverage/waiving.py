"""Which classes need not meet in the rows of a covering array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from fixturegen.coverage.factors import Factor
from fixturegen.coverage.matching import Row
from fixturegen.covering_arrays.tuples import Meeting


def met_in(rows: Sequence[Row], strength: int) -> Callable[[Meeting], bool]:
    """Return which classes meet in some rows already: rows that were added as parents of the same table's."""
    met = {meeting for row in rows for meeting in combinations(enumerate(row), strength)}
    return met.__contains__


def either(one: Callable[[Meeting], bool], other: Callable[[Meeting], bool]) -> Callable[[Meeting], bool]:
    """Return which classes one or the other waives."""
    return lambda meeting: one(meeting) or other(meeting)


def waiver(factors: Sequence[Factor]) -> Callable[[Meeting], bool]:
    """Return which classes need not meet: those of one parent meet in the parent's own rows; to have no parent is a class of the reference."""
    absent = {(at, factor.within.index(None)) for at, factor in enumerate(factors) if None in factor.within}

    def waived(meeting: Meeting) -> bool:
        references = [factors[at].reference for at, _ in meeting if factors[at].reference is not None]
        return len(references) != len(set(references)) or any(one in absent for one in meeting)

    return waived
