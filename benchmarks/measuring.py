"""Timing: each measurement several times, the median counts."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Result:
    """One measured thing.

    Attributes:
        name: What was done.
        seconds: Median of the runs.
        count: So many rows or values were made.
        unit: What was counted.
        rival: Name of the result that this one is compared with; empty for none.
    """

    name: str
    seconds: float
    count: int
    unit: str
    rival: str = ""

    @property
    def speed(self) -> float:
        """Return how many a second."""
        return self.count / self.seconds

    def as_json(self) -> dict[str, object]:
        """Return the fields, and the speed."""
        return {**asdict(self), "speed": round(self.speed, 1)}


def measured(action: Callable[[], object], runs: int) -> float:
    """Return the median of so many runs, in seconds, after one run that does not count."""
    action()
    return median(_once(action) for _ in range(runs))


def _once(action: Callable[[], object]) -> float:
    with _undisturbed():
        start = perf_counter()
        action()
        return perf_counter() - start


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector away while a clock runs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
