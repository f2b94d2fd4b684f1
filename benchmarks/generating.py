"""Values a second and core of each generator: processor time, the least of the runs."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.generators import ROWS, figures
from benchmarks.measuring import Aim, Result
from benchmarks.shop import Bench


def results(bench: Bench) -> Iterator[Result]:
    """Yield every generator; a scale below 10 makes fewer values."""
    rows = max(50, round(ROWS * min(1.0, bench.scale / 10)))
    for figure in figures(rows=rows, runs=bench.runs):
        aims = () if figure.mark is None else (Aim("a second", figure.mark),)
        yield Result(figure.name, figure.nanoseconds * rows / 1e9, rows, "values", "", aims)
