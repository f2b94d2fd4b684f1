"""What is measured: results, what is aimed at, and timing, of which the median counts."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from statistics import median
from time import perf_counter, process_time
from typing import Literal

Kind = Literal["a second", "seconds", "beside its rival", "MB", "in number"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at.

    Attributes:
        kind: What is bounded. ``a second`` and ``beside its rival`` (speed by speed) are least values; ``seconds``, ``MB`` (peak
            memory) and ``in number`` (the count) are most values.
        bound: The value, which itself is good enough.
    """

    kind: Kind
    bound: float

    def met(self, result: Result, rival: Result | None) -> bool | None:
        """Return whether a result is as good as that; None where what it is compared with was not measured."""
        if self.kind == "a second":
            return result.speed >= self.bound
        if self.kind == "seconds":
            return result.seconds <= self.bound
        if self.kind == "in number":
            return result.count <= self.bound
        if self.kind == "MB":
            return None if result.memory is None else result.memory <= self.bound
        return None if rival is None else result.speed / rival.speed >= self.bound

    def told(self) -> str:
        """Return the aim as text."""
        sign = "<=" if self.kind in ("seconds", "MB", "in number") else ">="
        if self.kind == "beside its rival":
            return f"{sign} {self.bound:.3g} x"
        return f"{sign} {self.bound:,.10g} {self.kind}"


@dataclass(frozen=True, slots=True)
class Result:
    """One measured thing.

    Attributes:
        name: What was done; no other result has this name.
        seconds: Median of the runs.
        count: So many rows or values were made.
        unit: What was counted.
        rival: Name of the result that this one is compared with; empty for none.
        aims: What it should come to.
        memory: Peak of the process in MB (10^6 bytes); None where it was not measured.
    """

    name: str
    seconds: float
    count: int
    unit: str
    rival: str = ""
    aims: tuple[Aim, ...] = ()
    memory: float | None = None

    @property
    def speed(self) -> float:
        """Return how many a second."""
        return self.count / self.seconds

    def as_json(self) -> dict[str, object]:
        """Return the fields, and the speed."""
        return {**asdict(self), "speed": round(self.speed, 1)}

    @classmethod
    def from_json(cls, held: Mapping[str, object]) -> Result:
        """Return the result whose fields these are."""
        fields = {name: value for name, value in held.items() if name in cls.__slots__}
        aims = tuple(Aim(**aim) for aim in held.get("aims", ()))  # type: ignore[attr-defined,misc] # as written
        return cls(**{**fields, "aims": aims})  # type: ignore[arg-type] # as written


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be measured, and why."""

    name: str
    reason: str


def aiming(results: Iterable[Result], aims: Mapping[str, tuple[Aim, ...]]) -> Iterator[Result]:
    """Yield results with what is aimed at, by name."""
    for result in results:
        yield replace(result, aims=aims.get(result.name, result.aims))


def measured(action: Callable[[], object], runs: int) -> float:
    """Return the median of so many runs, in seconds, after one run that does not count."""
    action()
    return median(once(action) for _ in range(runs))


def busy(action: Callable[[], object], runs: int) -> float:
    """Return the median of so many runs, in seconds of processor time, after one run that does not count."""
    action()
    return median(busy_once(action) for _ in range(runs))


def busy_once(action: Callable[[], object]) -> float:
    """Return the seconds of processor time of one run."""
    start = process_time()
    action()
    return process_time() - start


def once(action: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    with _undisturbed():
        start = perf_counter()
        action()
        return max(perf_counter() - start, 1e-9)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector away while a clock runs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
