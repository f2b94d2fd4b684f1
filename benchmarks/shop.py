"""The shop at a scale, which most sections measure with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path

import polars as pl

import fixturegen as fg
from benchmarks.measuring import Aim, Result, measured


class Bench:
    """The shop at a scale, its frames made on first use, a folder to write in, and how often each thing is run."""

    def __init__(self, scale: float, folder: Path, runs: int) -> None:
        self.scale = scale
        self.folder = folder
        self.runs = runs

    @cached_property
    def schema(self) -> fg.Schema:
        """Return the schema of the shop."""
        with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
            return fg.load(path)

    @cached_property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return the rows, by table."""
        return fg.generate(self.schema, scale=self.scale)

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(frame.height for frame in self.frames.values())

    def result(self, name: str, action: Callable[[], object], rival: str = "", *aims: Aim) -> Result:
        """Measure something done to all rows."""
        return Result(name, measured(action, self.runs), self.rows, "rows", rival, aims)
