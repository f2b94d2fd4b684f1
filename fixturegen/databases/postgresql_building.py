"""Keys, indexes and references built over loaded rows by several connections at once.

Building one locks its table, a reference the table referred to as well. So of those that run at the same time no two have a table
in common: none waits for another, and no two for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial

from fixturegen.databases.create import Late
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_lanes import Lanes, ended
from fixturegen.databases.quoting import quoted_table


def built(lanes: Lanes, late: Sequence[Late], rows: Mapping[str, int]) -> None:
    """Build all of it.

    Args:
        lanes: The connections.
        late: What waits, in an order in which each can be built after those before it.
        rows: How many rows the tables hold: what takes longest is begun first.
    """
    left = sorted(late, key=lambda each: -rows.get(each.table, 0))
    running: dict[Future[None], Late] = {}
    while left or running:
        for each in _startable(left, list(running.values()), lanes.number - len(running)):
            left.remove(each)
            running[lanes.start(partial(_build, each))] = each
        for future in ended(running):
            del running[future]
            future.result()


def _startable(left: Sequence[Late], running: Sequence[Late], most: int) -> list[Late]:
    """Return what can be begun now: at most so many, whose tables are free, and references once no key of their tables waits."""
    found: list[Late] = []
    busy = {table for each in running for table in _tables(each)}
    unkeyed = {table for each in left if not each.parent for table in _tables(each)}
    for each in left:
        tables = _tables(each)
        if len(found) < most and not tables & busy and not (each.parent and tables & unkeyed):
            found.append(each)
            busy |= tables
    return found


def _tables(each: Late) -> set[str]:
    return {quoted_table(each.table, "postgresql"), each.parent} - {""}


def _build(each: Late, session: Session) -> None:
    session.run(each.sql)
