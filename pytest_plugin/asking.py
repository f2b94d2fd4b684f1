"""Questions to a database on the driver's own connection, between two tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any


def rows(driver: Any, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds.

    Args:
        driver: A connection of the driver.
        query: The query.
    """
    with closing(driver.cursor()) as cursor:
        cursor.execute(query)
        return [tuple(row) for row in cursor.fetchall()]


@contextmanager
def one_by_one(driver: Any) -> Iterator[None]:
    """Let each statement within the block be a transaction of its own: on PostgreSQL one message where there were three.

    Args:
        driver: A connection of the driver without an open transaction; one that cannot do so rolls back after the block.
    """
    if getattr(driver, "autocommit", None) is not False:
        yield
        driver.rollback()
        return
    driver.autocommit = True
    try:
        yield
    finally:
        driver.autocommit = False
