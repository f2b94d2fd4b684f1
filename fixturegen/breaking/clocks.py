"""Checks that read the clock: a database asks its own, which is not the schema's, so only moments far from both tell."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np

from fixturegen.breaking.bench import Bench, Flags

_FAR = 10
_YEARS = (200, _FAR)
"""So far from the frozen clock; MariaDB's TIMESTAMP ends in 2038."""


def far_moments(value: object, as_of: date) -> list[object]:
    """Return moments like one, of the same class, but many years before and after the frozen clock; none of what is no moment.

    >>> far_moments(date(2024, 2, 29), date(2026, 1, 1))[:2]
    [datetime.date(2226, 2, 1), datetime.date(1826, 2, 1)]
    """
    if not isinstance(value, date):
        return []
    return [value.replace(year=as_of.year + years, day=1) for some in _YEARS for years in (some, -some)]


def years_before(as_of: date) -> date:
    """Return a frozen clock for which ``now()`` stands for moments on both sides of the real one, and far from it for none.

    >>> years_before(date(2024, 2, 29))
    datetime.date(2014, 2, 1)
    """
    return as_of.replace(year=max(as_of.year - _FAR, 1), day=1)


def far(bench: Bench, names: Collection[str]) -> Flags:
    """Return which candidates have a moment far from the frozen clock in one of some columns."""
    year = bench.pool.schema.as_of.year

    def is_far(value: object) -> bool:
        return isinstance(value, date) and abs(value.year - year) >= _FAR

    return np.array([any(is_far(each.row.get(name)) for name in names) for each in bench.candidates], dtype=np.bool_)
