"""How many rows are made and written at once: it follows from the types of the columns alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.schema import Column, Table, Type
from fixturegen.sizing import (
    BLOCK_BYTES,
    BLOCK_ROWS,
    CHUNK_BYTES,
    CHUNK_ROWS,
    LEAST_ROWS,
    PART_ROWS,
    block_rows,
    chunk_rows,
)


def texts(number: int) -> Table:
    columns = tuple(Column(name=f"c{at}", type=Type(kind="text")) for at in range(number))
    return Table(name="t", columns=columns)


@settings(deadline=None)
@given(st.integers(0, 4_000))
def test_a_file_is_a_whole_number_of_blocks(columns: int) -> None:
    rows = block_rows(texts(columns))
    assert PART_ROWS % rows == 0
    assert rows <= BLOCK_ROWS
    assert rows <= LEAST_ROWS or rows * columns * 40 <= BLOCK_BYTES


@pytest.mark.parametrize(("columns", "rows"), [(1, 125_000), (10, 25_000), (100, 2_500), (4_000, 1_000)])
def test_wide_tables_have_short_blocks(columns: int, rows: int) -> None:
    assert block_rows(texts(columns)) == rows


@pytest.mark.parametrize(
    ("row_bytes", "rows"), [(0, 25_000), (400, 25_000), (5_000, 6_250), (40_000, 800), (10**9, 16)]
)
def test_long_values_have_shorter_blocks(row_bytes: int, rows: int) -> None:
    assert block_rows(texts(10), row_bytes) == rows
    assert PART_ROWS % rows == 0


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 10**8))
def test_long_values_never_have_longer_blocks(columns: int, row_bytes: int) -> None:
    table = texts(columns)
    rows = block_rows(table, row_bytes)
    assert rows <= block_rows(table)
    assert PART_ROWS % rows == 0
    assert chunk_rows(table, row_bytes) % rows == 0


@settings(deadline=None)
@given(st.integers(0, 4_000))
def test_a_chunk_is_a_whole_number_of_blocks(columns: int) -> None:
    """What is, is written as it is; any other is joined to the next, which copies it."""
    rows, block = chunk_rows(texts(columns)), block_rows(texts(columns))
    assert rows % block == 0
    assert block <= rows <= CHUNK_ROWS
    assert rows == block or rows * columns * 40 <= CHUNK_BYTES
