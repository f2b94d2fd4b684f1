"""The verb for a table as a LazyFrame: what a query does not ask for is not made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

import polars as pl
from polars.io.plugins import register_io_source

from fixturegen.access.leaving import careful
from fixturegen.access.source import Origin, Ranges, ranges_of
from fixturegen.keywords import takes
from fixturegen.options import Keywords, options_from
from fixturegen.runs import Source
from fixturegen.sizing import BLOCK_ROWS

FIRST_ROWS = 1_024
"""Rows of the first chunk where nobody says how many are wanted; each chunk has twice as many as the one before."""


@takes(Keywords)
def scan(schema: Source, table: str, **keywords: Unpack[Keywords]) -> pl.LazyFrame:
    """Return a table as a LazyFrame whose rows are made when they are collected: those that :func:`fixturegen.generate` gives.

    Columns that the query does not need are not computed; ``head`` makes no more rows than it asks for; a filter is applied to
    each chunk as it is made. Rows come in their order, in bounded memory. A table of a billion rows is scanned as fast as one of
    a thousand where only its head is asked for.

    Polars 2.1 keeps a source running when a streamed query is satisfied early (``filter`` then ``head``, ``slice``): chunks that
    it asks for beforehand are made for nothing, until the process ends, which it does cleanly. With ``engine="in-memory"``
    such a query makes every row of the table before it stops.

    Args:
        schema: The schema, or a source of one.
        table: The table.
        **keywords: As for :func:`fixturegen.plan`.

    Raises:
        InputError: As :func:`fixturegen.plan`; an unknown table.

    Example:
        >>> from fixturegen.sources.yaml_file import parse_schema
        >>> schema = parse_schema("tables: {users: {rows: 1000, columns: {id: {type: integer, primary_key: true}}}}")
        >>> scan(schema, "users").select("id").head(2).collect()["id"].to_list()
        [1, 2]
    """
    options = options_from(**keywords)
    origin = Origin(schema, options)
    dtypes = origin.dtypes(table)

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(dtypes) if columns is None else columns
        made = _chunks(ranges_of(origin, table, wanted), wanted, n_rows, batch_size)
        return careful(made if predicate is None else (frame.filter(predicate) for frame in made))

    return register_io_source(
        source,
        schema=pl.Schema(dtypes),
        is_pure=True,
        explain_name="fixturegen",
        explain_detail=f"table={table} seed={options.seed}",
    )


def _chunks(
    ranges: Ranges, columns: Sequence[str], n_rows: int | None, batch_size: int | None
) -> Iterator[pl.DataFrame]:
    """Yield the rows in growing chunks, so that a query that is soon satisfied has cost little."""
    most = max(1, min(BLOCK_ROWS, batch_size or BLOCK_ROWS))
    left, at = n_rows, 0
    size = min(most, FIRST_ROWS if n_rows is None else max(n_rows, 1))
    while at < ranges.units and (left is None or left > 0):
        stop = min(at + size, ranges.units)
        for frame in ranges.frames(tuple(columns), at, stop):
            cut = frame if left is None else frame.head(left)
            left = None if left is None else left - cut.height
            yield cut
            if left is not None and left <= 0:
                return
        at, size = stop, min(size * 2, most)
