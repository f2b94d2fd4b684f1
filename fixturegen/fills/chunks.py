"""Chunks of a plan's rows: sized by bytes, and children beside the parents whose totals compute them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.dtypes import bytes_a_value
from fixturegen.planning.plan import Aggregated, Plan
from fixturegen.schema import PerParent
from fixturegen.sizing import block_rows, chunk_rows

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine


MOST_BYTES = 128 * 2**20
"""A chunk of a given number of rows has fewer where it would take more than about so many bytes."""


def in_order(engine: Engine, most: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks of at most so many rows, all chunks of a table one after the other."""
    for name, table in engine.plan.tables.items():
        first, rows = table.existing, max(1, min(most, MOST_BYTES // engine.row_bytes(name)))
        for start in range(first, max(table.total, first + 1), rows):
            yield name, engine.frame(name, start, min(start + rows, table.total))


def by_families(engine: Engine) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks sized by bytes.

    Rows that totals of their parents have computed follow their parents' chunk at once, so that nothing is computed twice and
    nothing kept. The rows of each table come in their order. Tables with such children come first: their rows take longest to
    make, so that whoever writes them beside does not fall behind, and has work while words for other tables are gathered.
    """
    children = _children(engine.plan)
    riders = {name for names in children.values() for name in names}
    heads = [table for name, table in engine.plan.tables.items() if name not in riders]
    for number, table in enumerate(sorted(heads, key=lambda table: table.table.name not in children)):
        name, begun = table.table.name, table.existing
        block = block_rows(table.table, engine.row_bytes(name))
        if number == 0 and table.rows > block:
            begun += block  # for which whoever writes is waiting
            yield from _family(engine, children, name, table.existing, begun)
        yield from _family(engine, children, name, begun, table.total)


def cuts(engine: Engine, name: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the chunks of rows ``start`` (inclusive) to ``stop`` (exclusive) of a table; an empty one of none.

    They end where whole chunks from the table's first row on end, so that most are blocks as they are written.
    """
    rows = chunk_rows(engine.plan.tables[name].table, engine.row_bytes(name))
    while True:
        end = min(start - start % rows + rows, stop)
        yield start, end
        start = end
        if start >= stop:
            return


def bytes_of(plan: Plan) -> int:
    """Return about how many bytes all rows of a plan take as frames: an estimate from the columns' types."""
    return sum(
        table.rows * sum(bytes_a_value(column.type) for column in table.table.columns) for table in plan.tables.values()
    )


def _family(
    engine: Engine, children: dict[str, list[str]], name: str, start: int, stop: int
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield rows of a table, after each chunk those of the children that ride with it; an empty frame where there are none."""
    table = engine.plan.tables[name]
    for at, end in cuts(engine, name, start, stop):
        yield name, engine.frame(name, at, end)
        for child in children.get(name, ()):
            offsets = engine.counts(child).offsets
            low, high = int(offsets[at]), int(offsets[end])
            if high > low or (end == table.total and engine.plan.tables[child].total == 0):
                yield from _family(engine, children, child, low, high)


def _children(plan: Plan) -> dict[str, list[str]]:
    """Return the tables that ride with each table: counted per parent, and computed by one of the parent's totals."""
    found: dict[str, list[str]] = {}
    for name, table in plan.tables.items():
        count = table.count
        if not isinstance(count, PerParent) or table.existing:
            continue
        parent = plan.tables[table.links[count.reference].reference.table]
        totals = [step.aggregate for step in parent.steps.values() if isinstance(step, Aggregated)]
        if any((total.table, total.reference) == (name, count.reference) for total in totals) and not parent.existing:
            found.setdefault(parent.table.name, []).append(name)
    return found
