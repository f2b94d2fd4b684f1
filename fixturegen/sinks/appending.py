"""Formats that are text, one row after the other: a block is converted to text and appended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

import polars as pl


class AppendWriter:
    """A writer that appends each block to an open file.

    Args:
        path: The new file.
        append: Writes a block; told whether it is the first one.
    """

    def __init__(self, path: Path, append: Callable[[IO[bytes], pl.DataFrame, bool], None]) -> None:
        self._stream = path.open("xb")
        self._append = append
        self._first = True

    def write(self, frame: pl.DataFrame) -> None:
        """Append a block."""
        self._append(self._stream, frame, self._first)
        self._first = False

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()

    def abort(self) -> None:
        """Let go of the file."""
        try:
            self._stream.close()
        except OSError:  # the disk may be full: what could not be flushed is thrown away anyway
            return
