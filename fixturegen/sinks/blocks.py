"""Rows cut into blocks of one size, so that files do not depend on the chunks that they came in."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


class Blocks:
    """Rows recut into blocks.

    Args:
        size: Rows of a block, at least 1.
    """

    def __init__(self, size: int) -> None:
        self.total = 0
        self._size = size
        self._held: list[pl.DataFrame] = []
        self._height = 0

    def add(self, frame: pl.DataFrame) -> Iterable[pl.DataFrame]:
        """Take rows; yield the blocks that are full, each in one piece."""
        self.total += frame.height
        at = 0
        while self._height + frame.height - at >= self._size:
            stop = at + self._size - self._height
            self._hold(frame.slice(at, stop - at))
            at = stop
            block = self.rest()
            assert block is not None
            yield block
        if at < frame.height:
            self._hold(frame.slice(at))

    def _hold(self, rows: pl.DataFrame) -> None:
        self._held.append(rows)
        self._height += rows.height

    def rest(self) -> pl.DataFrame | None:
        """Return the rows held back, in one piece, which are none from then on; None where there are none."""
        held, self._held, self._height = self._held, [], 0
        return pl.concat(held, rechunk=True) if held else None
