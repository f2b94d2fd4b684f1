"""Blocks: all rows in order, of one size that follows from the types of the columns alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.fills import chunks
from fixturegen.schema import Column, Table, Type
from fixturegen.sinks.blocks import BLOCK_BYTES, LEAST_ROWS, MOST_ROWS, PART_ROWS, Blocks, block_rows


def texts(number: int) -> Table:
    columns = tuple(Column(name=f"c{at}", type=Type(kind="text")) for at in range(number))
    return Table(name="t", columns=columns)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=20), st.integers(1, 20))
def test_blocks_hold_all_rows_in_order(heights: list[int], size: int) -> None:
    blocks, start = Blocks(size), 0
    out: list[pl.DataFrame] = []
    for height in heights:
        out.extend(blocks.add(pl.DataFrame({"a": range(start, start + height)}, schema={"a": pl.Int64})))
        start += height
    rest = blocks.rest()
    assert all(block.height == size for block in out)
    assert rest is None or 0 < rest.height < size
    whole = [value for block in (*out, *([] if rest is None else [rest])) for value in block["a"]]
    assert whole == list(range(start))
    assert blocks.total == start


@settings(deadline=None)
@given(st.integers(1, 4_000))
def test_a_file_is_a_whole_number_of_blocks(columns: int) -> None:
    rows = block_rows(texts(columns))
    assert PART_ROWS % rows == 0
    assert rows <= MOST_ROWS
    assert rows <= LEAST_ROWS or rows * columns * 40 <= BLOCK_BYTES


@pytest.mark.parametrize(("columns", "rows"), [(1, 125_000), (10, 25_000), (100, 2_500), (4_000, 1_000)])
def test_wide_tables_have_short_blocks(columns: int, rows: int) -> None:
    assert block_rows(texts(columns)) == rows


def test_chunks_are_made_as_long_as_some_blocks_are_written() -> None:
    """A chunk of whole blocks is written as it is; any other is joined to the next, which copies it."""
    assert chunks.MOST_ROWS % MOST_ROWS == 0
    assert chunks.FIRST_ROWS % MOST_ROWS == 0
