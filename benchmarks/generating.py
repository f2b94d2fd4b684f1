"""Values a second and core of each generator, in a process set up as the command's: processor time, the least of the runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.generators import ROWS, Figure
from benchmarks.measuring import Aim, Result
from benchmarks.shop import Bench


def results(bench: Bench) -> Iterator[Result]:
    """Yield every generator; a scale below 10 makes fewer values."""
    rows = max(50, round(ROWS * min(1.0, bench.scale / 10)))
    command = [sys.executable, "-m", "benchmarks.generators", "--json", f"--rows={rows}", f"--runs={bench.runs}"]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=3600)
    for figure in (Figure(**one) for one in json.loads(ran.stdout)):
        aims = () if figure.mark is None else (Aim("a second", figure.mark),)
        yield Result(figure.name, figure.nanoseconds * rows / 1e9, rows, "values", "", aims)
