"""Growth: the whole process that exports the shop, start-up included, from scale 1 to 1,000: time and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import perf_counter

import fixturegen as fg
from benchmarks.measuring import Aim, Result
from benchmarks.shop import Bench

STEPS = (1, 10, 100, 1000)
MEMORY = 600
"""MB that the whole process may take at the last step."""


def results(bench: Bench) -> Iterator[Result]:
    """Yield each step; beside the last one the write alone of the same frames. A scale below 10 makes the steps smaller."""
    unit = min(1.0, bench.scale / 10)
    with as_file(files("fixturegen.schemas") / "shop.yaml") as path:
        for step in STEPS:
            last = step == STEPS[-1]
            scale = step * unit
            rows = sum(table.rows for table in fg.plan(str(path), scale=scale).tables.values())
            rival = f"Polars: Parquet of finished frames, scale {scale:g}" if last else ""
            runs, alone = [], []
            for _ in range(bench.runs):
                runs.append(_ran("export", path, bench, scale))
                if last:  # in turns, so that a machine that slows down slows both
                    alone.append(_ran("write", path, bench, scale)["seconds"])
            if last:
                yield Result(rival, median(alone), rows, "rows")
            aims = (Aim("beside its rival", 1 / 2.0), Aim("MB", MEMORY)) if last else ()
            seconds, memory = median(run["whole"] for run in runs), median(run["memory"] for run in runs)
            yield Result(f"process: export, scale {scale:g}", seconds, rows, "rows", rival, aims, round(memory, 1))


def _ran(what: str, schema: Path, bench: Bench, scale: float) -> dict[str, float]:
    folder = bench.folder / "whole"
    folder.mkdir()
    try:
        command = [sys.executable, "-m", "benchmarks.whole", what, str(schema), str(folder), f"{scale:.12g}"]
        start = perf_counter()
        ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=3600)
        whole = perf_counter() - start
    finally:
        rmtree(folder)
    return {**json.loads(ran.stdout.splitlines()[-1]), "whole": whole}
