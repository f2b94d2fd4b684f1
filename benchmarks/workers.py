"""Exports by two processes beside one: seconds of the whole command, start-up included, taken in turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path

from benchmarks.measuring import Aim, Result
from benchmarks.shop import Bench
from benchmarks.starting import by_turns

FORMATS = ("parquet", "csv")
WORKERS = (1, 2)


def results(bench: Bench) -> Iterator[Result]:
    """Yield every format by every number of workers."""
    with as_file(files("fixturegen.schemas") / "shop.yaml") as shop:
        for form in FORMATS:
            turns = {_name(form, workers): _exporting(shop, bench, form, workers) for workers in WORKERS}
            for name, seconds in by_turns(turns, bench.runs).items():
                alone = _name(form, 1)
                rival, aims = ("", ()) if name == alone else (alone, (Aim("beside its rival", 1),))
                yield Result(name, seconds, bench.rows, "rows", rival, aims)


def _name(form: str, workers: int) -> str:
    return f"the command exports the shop to {form}, {workers} worker{'s' * (workers > 1)}"


def _exporting(shop: Path, bench: Bench, form: str, workers: int) -> Callable[[], object]:
    out = bench.folder / f"workers-{form}"
    asked = ("--scale", f"{bench.scale:.12g}", "--format", form, "--workers", str(workers), "--quiet")
    command = (sys.executable, "-m", "fixturegen", "export", str(shop), str(out), *asked)
    return lambda: subprocess.run(command, check=True, capture_output=True, timeout=3600)
