"""The first rows of references to one's own table: there is no earlier row to refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fixturegen.draws import Integers
from fixturegen.planning.plan import Link, TablePlan

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows


def roots(rows: TableRows, link: Link) -> Integers:
    """Return whom rows without an earlier one refer to: nobody (-1) where that may be, else each to itself."""
    return np.full(len(rows), -1, dtype=np.int64) if rootless(rows.plan, link) else rows.ordinals


def followed(rows: TableRows, link: Link, first: Integers, following: Integers) -> Integers:
    """Return whom rows without an earlier one refer to; at every other attempt it is the row after them.

    Checks may refuse what they have at first (``boss <> no``, where a row refers to itself).

    Args:
        rows: The rows.
        link: Their reference.
        first: Whom they refer to at first.
        following: The row after each of them that agrees with it; -1 where there is none.
    """
    again = rows.attempts_at(link.reference.name) % 2 == 1
    return np.where(again & (following >= 0) & (first >= 0), following, first)


def rootless(plan: TablePlan, link: Link) -> bool:
    """Return whether a row without an earlier one to refer to refers to nothing; never where a case decides about NULL."""
    decided = any(getattr(plan.steps.get(name), "component", None) is not None for name in link.reference.columns)
    return bool(link.nullable) and not decided and link.nulls != 0
