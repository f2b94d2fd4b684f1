"""Examples a second of the Hypothesis strategies, by CPU time."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from hypothesis import Phase, given, settings

import fixturegen as fg

ROOT = Path(__file__).parents[1]
SOURCES = {
    "shop": ROOT / "schemas" / "shop.yaml",
    "saas": ROOT / "schemas" / "saas.yaml",
    "bank": ROOT / "schemas" / "bank.yaml",
    "forum": ROOT / "schemas" / "forum.yaml",
    "hard": ROOT / "tests" / "corpus" / "sqlite" / "hard.sql",
    "chinook": ROOT / "tests" / "corpus" / "sqlite" / "chinook.sql",
}


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast examples are made.

    Attributes:
        name: The schema.
        examples: Examples a second of CPU time, Hypothesis' own share included.
        rows: Rows of an example, in the mean.
        made: Seconds of CPU time that making the strategy took.
    """

    name: str
    examples: float
    rows: float
    made: float


def rate(name: str, examples: int = 1_000) -> Rate:
    """Return how fast examples of a schema are made, none of them kept, health checks at their defaults."""
    begin = time.process_time()
    strategy = fg.datasets(fg.load(str(SOURCES[name])))
    made = time.process_time() - begin
    count = [0, 0]

    @settings(max_examples=examples, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
    @given(strategy)
    def each(data: dict[str, pl.DataFrame]) -> None:
        count[0] += 1
        count[1] += sum(frame.height for frame in data.values())

    gc.collect()  # what making the strategy left is not for the examples to clear up
    begin = time.process_time()
    each()
    spent = time.process_time() - begin
    return Rate(name, count[0] / spent, count[1] / max(count[0], 1), made)


def rates(examples: int = 1_000) -> list[Rate]:
    """Return the rates of all schemas."""
    return [rate(name, examples) for name in SOURCES]


if __name__ == "__main__":
    for each_rate in rates():
        print(each_rate)
