"""SQLite asked which rows a table takes, triggers included: each is inserted by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import polars as pl

from fixturegen.databases.base import Trial

_SAVEPOINT = '"fixturegen trial"'
Rows = tuple[str, Sequence[tuple[object, ...]]]


@contextmanager
def trial(
    driver: sqlite3.Connection, bound: Callable[[pl.DataFrame], Rows], ended: Callable[[sqlite3.Error], None]
) -> Iterator[Trial]:
    """Give a trial; its rows are undone at the end.

    Args:
        driver: The connection, within a transaction.
        bound: For rows, the statement that inserts one, and what is bound for each.
        ended: Called where a trigger has rolled back all of the transaction; raises.
    """

    def taken(rows: pl.DataFrame, width: int) -> np.ndarray:
        statement, values = bound(rows)
        places = [_first(statement, values[at : at + width]) for at in range(0, len(values), width)]
        return np.array(places, dtype=np.int64)

    def _first(statement: str, candidates: Sequence[tuple[object, ...]]) -> int:
        return next((at for at, values in enumerate(candidates) if _is_taken(statement, values)), -1)

    def _is_taken(statement: str, values: tuple[object, ...]) -> bool:
        try:
            # RAISE(IGNORE) leaves a row out without a word.
            return driver.execute(statement, values).rowcount > 0
        except sqlite3.Error as error:
            if not driver.in_transaction:
                ended(error)
            return False
        except OverflowError:
            return False

    driver.execute(f"SAVEPOINT {_SAVEPOINT}")
    yield taken
    driver.execute(f"ROLLBACK TO {_SAVEPOINT}")
    driver.execute(f"RELEASE {_SAVEPOINT}")
