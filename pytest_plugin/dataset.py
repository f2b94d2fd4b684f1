"""The frames of whatever test is running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pytest_fixturegen.failing import one_line

if TYPE_CHECKING:
    import polars as pl

    from pytest_fixturegen.running import Run


class RunningDataset(Mapping[str, "pl.DataFrame"]):
    """A Polars frame of the seeded rows for each table, of the content that serves the running test."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self._frames()[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames())

    def __len__(self) -> int:
        return len(self._frames())

    def __repr__(self) -> str:
        return f"<the seeded rows of {', '.join(self)}>"

    def _frames(self) -> Mapping[str, pl.DataFrame]:
        __tracebackhide__ = True
        with one_line():
            return self._run.content.frames
