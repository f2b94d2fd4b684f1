"""This tree beside a commit, measured in turns, so that what else the machine does falls on both alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import reporting
from benchmarks.measuring import Result

TURNS = 3
RUNS = 3
DEFAULT = ("formats", "databases", "generators", "start")


def compare(names: Sequence[str], scale: float, revision: str) -> str:
    """Return a table of both trees: medians of so many turns."""
    here: list[dict[str, Result]] = []
    there: list[dict[str, Result]] = []
    with _checked_out(revision) as tree:
        for turn in range(TURNS):
            sys.stderr.write(f"turn {turn + 1} of {TURNS}\n")
            there.append(_raw(tree, names, scale))
            here.append(_raw(Path.cwd(), names, scale))
    before = {name: median(turn[name].speed for turn in there if name in turn) for turn in there for name in turn}
    found = [sorted((turn[name] for turn in here if name in turn), key=lambda each: each.seconds) for name in here[0]]
    return reporting.shown([each[len(each) // 2] for each in found], before)


@contextmanager
def _checked_out(revision: str) -> Iterator[Path]:
    """Give a temporary folder that holds a commit, measured by the benchmarks of this tree."""
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        clone = ["git", "clone", "--quiet", "--no-checkout", str(Path.cwd()), str(tree)]
        subprocess.run(clone, check=True)
        subprocess.run(["git", "checkout", "--quiet", revision], cwd=tree, check=True)
        benchmarks = tree / "benchmarks"
        if benchmarks.exists():
            benchmarks.rename(tree / "benchmarks-then")
        benchmarks.symlink_to(Path(__file__).absolute().parent)
        yield tree


def _raw(tree: Path, names: Sequence[str], scale: float) -> dict[str, Result]:
    command = [sys.executable, "-m", "benchmarks", "--scale", str(scale), "--runs", str(RUNS), "--raw"]
    ran = subprocess.run(
        [*command, "--only", ",".join(names)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        check=True,
    )
    held = [result for section in json.loads(ran.stdout).values() for result in section["results"]]
    return {each["name"]: Result.from_json(each) for each in held}
