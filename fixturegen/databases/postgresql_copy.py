"""Rows into a PostgreSQL table by COPY; the first row that is refused is found by halving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_errors import REFERENCE, UNIQUE, rejection
from fixturegen.databases.postgresql_storage import copy_statement, copy_text
from fixturegen.schema import Column, Table

if TYPE_CHECKING:
    import psycopg


class RowError(Exception):
    """A row was refused: the driver's error, and the row's number among those sent, from 1, if it is known."""

    def __init__(self, error: psycopg.Error, row: int | None) -> None:
        super().__init__()
        self.error = error
        self.row = row


def written(table: Table, frame: pl.DataFrame) -> tuple[Column, ...]:
    """Return the columns of a frame that are written: those that the database does not compute."""
    return tuple(column for column in table.columns if column.generated is None and column.name in frame.columns)


def copied(session: Session, target: str, columns: Sequence[Column], frame: pl.DataFrame) -> None:
    """Copy rows into a table, given by its quoted name; on an error nothing of them stays.

    Raises:
        RowError: A row was refused; its number is that within the frame. Refusals that depend on other tables or on rows that
            were there before are left to the caller, without a number.
    """
    import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

    try:
        with session.savepoint():
            copy(session, target, columns, frame)
    except psycopg.Error as error:
        if rejection(error, target, None) is None:
            raise
        if error.sqlstate in (REFERENCE, UNIQUE):
            raise RowError(error, None) from error
        raise _halved(session, target, columns, frame, error) from error


def copy(session: Session, target: str, columns: Sequence[Column], frame: pl.DataFrame) -> None:
    """Copy rows in one statement."""
    if not columns:
        session.run(f"INSERT INTO {target} SELECT FROM generate_series(1, {frame.height})")
        return
    with session.driver.cursor().copy(copy_statement(target, columns).encode()) as copying:
        copying.write(copy_text(frame, columns))


def first_refused(height: int, fails: Callable[[int], bool]) -> int | None:
    """Return the least number of leading rows that is refused, which is the number of the first refused row.

    Args:
        height: How many rows there are.
        fails: Tells whether so many leading rows are refused, and leaves nothing of them behind.

    >>> first_refused(1000, lambda rows: rows >= 778)
    778
    """
    if not fails(height):
        return None
    passing, failing = 0, height
    while failing - passing > 1:
        middle = (passing + failing) // 2
        passing, failing = (passing, middle) if fails(middle) else (middle, failing)
    return failing


def _halved(
    session: Session, target: str, columns: Sequence[Column], frame: pl.DataFrame, error: psycopg.Error
) -> RowError:
    """Find the first refused row: a half that is taken stays, so each row is sent twice at most on average."""
    import psycopg  # noqa: PLC0415 (an extra)

    low, high = 0, frame.height
    while high - low > 1:
        middle = (low + high) // 2
        try:
            with session.savepoint():
                copy(session, target, columns, frame[low:middle])
            low = middle
        except psycopg.Error as found:
            if rejection(found, target, None) is None:
                raise
            high, error = middle, found
    try:
        with session.savepoint():
            copy(session, target, columns, frame[low:high])
    except psycopg.Error as found:
        return RowError(found, low + 1)
    return RowError(error, None)  # it is refused only in company, such as by a trigger that counts rows
