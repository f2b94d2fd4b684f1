"""Rows that a table's triggers judge: candidates are tried on the table itself, and those that it refuses are drawn again.

A trigger is a program: whether it takes a row may depend on anything, on rows of other tables and on earlier rows of the same.
So the database is asked, within the load's transaction and undone. Rows that it takes stay in place for as long as the others
are sought. A few candidates for many rows are tried first, then many for the few that are left.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.fills.failures import UnsettledError
from fixturegen.schema import Table

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.planning.plan import TablePlan

BATCH = 8_192
"""Most candidates that are made and tried at once."""
MOST_WIDTH = 2_048
"""Most candidates for one row in one go."""
PATIENCE = 4_096
"""After so many candidates in a row of which none was taken (and two for each row that is sought), no more are tried."""
CANDIDATES_A_ROW = 2_000
"""So many candidates a row are tried in all, and never fewer than ``PATIENCE``."""

Trial = Callable[[pl.DataFrame, int], Integers]
"""Tries candidates, so many consecutive ones for each row; returns the place among them of the one taken, -1 for none."""


class Trials(Protocol):
    """A load in progress, on whose tables rows can be tried."""

    def __call__(self, table: Table) -> AbstractContextManager[Trial]:
        """Give a trial on a table, all of it undone at the end."""


def place_tried(engine: Engine, plan: TablePlan, attempts: tuple[Integers, ...], number: int) -> None:
    """Move the attempts of rows on until the database takes every one of them.

    Args:
        engine: The engine, whose ``trials`` are asked.
        plan: The table's plan.
        attempts: How often every row was drawn again, by settled group; changed in place.
        number: The group that is drawn again.

    Raises:
        UnsettledError: If rows are left that the database does not take.
    """
    assert engine.trials is not None
    seeking, width = np.arange(plan.existing, plan.total, dtype=np.int64), 1
    group = plan.settled[number]
    budget = max(PATIENCE, CANDIDATES_A_ROW * len(seeking)) if group.columns or group.references else 1
    barren = 0
    with engine.trials(plan.table) as trial:
        while len(seeking) and budget > 0 and barren <= PATIENCE + 2 * len(seeking):
            left = []
            for at in range(0, len(seeking), max(1, BATCH // width)):
                rows = seeking[at : at + max(1, BATCH // width)]
                taken = trial(_candidates(engine, plan, attempts, number, rows, width), width)
                attempts[number][rows] += np.where(taken < 0, width, taken)
                left.append(rows[taken < 0])
                barren = barren + len(rows) * width if (taken < 0).all() else 0
                budget -= len(rows) * width
            seeking, width = np.concatenate(left), min(4 * width, MOST_WIDTH)
    if len(seeking):
        _give_up(plan, len(seeking))


def _candidates(
    engine: Engine, plan: TablePlan, attempts: tuple[Integers, ...], number: int, rows: Integers, width: int
) -> pl.DataFrame:
    """Return the next candidates of rows, those of one row after the other."""
    ordinals = np.repeat(rows, width)
    steps = np.tile(np.arange(width, dtype=np.int64), len(rows))
    moved = tuple(one[ordinals] + (steps if at == number else 0) for at, one in enumerate(attempts))
    made = engine.attempted(plan, ordinals, moved)
    written = [column.name for column in plan.table.columns if column.name in plan.steps]
    return pl.DataFrame({name: made.column(name) for name in written})


def _give_up(plan: TablePlan, count: int) -> None:
    message = f"{count:,} of {plan.rows:,} rows are refused by triggers, whatever is drawn"
    error = UnsettledError(message, where=plan.table.where, hint="Ask for fewer rows, or declare narrower values.")
    error.table, error.placed = plan.table.name, max(plan.total - count, 0)
    raise error
