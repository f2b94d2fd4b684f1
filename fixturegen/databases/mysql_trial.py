"""MariaDB and MySQL asked which rows a table takes, triggers included: each is inserted by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl

from fixturegen.databases.base import Rejection, Trial
from fixturegen.databases.mysql_connection import Session

_SAVEPOINT = "`fixturegen trial`"


@contextmanager
def trial(session: Session, inserter: Callable[[pl.DataFrame], Callable[[int], Rejection | None]]) -> Iterator[Trial]:
    """Give a trial; its rows are undone at the end.

    Args:
        session: The transaction.
        inserter: For rows, inserts the one at a place, and says why it was refused.
    """

    def taken(rows: pl.DataFrame, width: int) -> np.ndarray:
        refused = inserter(rows)
        places = [_first(refused, start, width) for start in range(0, rows.height, width)]
        return np.array(places, dtype=np.int64)

    session.run(f"SAVEPOINT {_SAVEPOINT}")
    yield taken
    session.run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")


def _first(refused: Callable[[int], Rejection | None], start: int, width: int) -> int:
    for step in range(width):
        found = refused(start + step)
        if found is None or found.kind == "reference":
            return step
    return -1
