"""Blocks: all rows in order, of one size."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fixturegen.sinks.blocks import Blocks


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
