"""The sections of the benchmarks: each chosen by name, each failing alone."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Missing, Result

SECTIONS = {
    "formats": ("benchmarks.formats", "results"),
    "databases": ("benchmarks.databases", "results"),
    "wide": ("benchmarks.wide", "results"),
    "generators": ("benchmarks.generating", "results"),
    "rivals": ("benchmarks.rivals", "results"),
    "growth": ("benchmarks.growing", "results"),
    "access": ("benchmarks.access", "results"),
    "workers": ("benchmarks.workers", "results"),
    "start": ("benchmarks.starting", "results"),
    "plugin": ("benchmarks.testing", "plugin"),
    "make": ("benchmarks.testing", "make"),
    "strategies": ("benchmarks.testing", "strategies"),
    "covering": ("benchmarks.testing", "covering"),
}
"""Module and function of each, which takes the bench and yields what it measured."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one section came to.

    Attributes:
        section: Its name.
        results: What was measured, in order.
        missing: What was not, and why.
    """

    section: str
    results: tuple[Result, ...]
    missing: tuple[Missing, ...]


def unknown(names: Iterable[str]) -> list[str]:
    """Return those names that no section has."""
    return [name for name in names if name not in SECTIONS]


def run(names: Iterable[str], scale: float, runs: int, tell: Callable[[str], object]) -> Iterator[Found]:
    """Measure sections in turn.

    Args:
        names: Among ``SECTIONS``.
        scale: Of the shop.
        runs: Of which the median counts.
        tell: Told what happens, a line at a time.
    """
    with TemporaryDirectory() as folder:
        bench: object = None
        for name in names:
            results: list[Result] = []
            missing: list[Missing] = []
            try:
                if bench is None:
                    bench = import_module("benchmarks.shop").Bench(scale, Path(folder), runs)
                module, function = SECTIONS[name]
                for each in getattr(import_module(module), function)(bench):
                    (results if isinstance(each, Result) else missing).append(each)
                    tell(_line(name, each))
            except Exception as error:  # noqa: BLE001 - whatever ails one section, the others are measured
                missing.append(Missing(name, _reason(error)))
                tell(_line(name, missing[-1]))
            yield Found(name, tuple(results), tuple(missing))


def _line(section: str, each: Result | Missing) -> str:
    if isinstance(each, Missing):
        return f"{section}: {each.name}: not measured: {each.reason}"
    return f"{section}: {each.name}: {each.seconds:.4g} s"


def _reason(error: Exception) -> str:
    """Return the error, and the line of ours that it came from."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    words = str(error).strip().splitlines()
    return f"{type(error).__name__}: {words[0] if words else ''} ({Path(place.filename).name}:{place.lineno})"
