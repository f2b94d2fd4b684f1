"""``python -m benchmarks``: measure this tree, or this tree and another commit in turns."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import reporting, shop
from benchmarks.measuring import Result

TURNS = 3


def main() -> None:
    """Measure what the command line asks for, and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=10, help="of the shop; 100 has 1.3 million rows")
    parser.add_argument("--runs", type=int, default=5, help="of which the median counts")
    parser.add_argument("--against", metavar="REV", help="measure this tree and a commit in turns")
    parser.add_argument("--raw", action="store_true", help="print JSON and keep nothing")
    given = parser.parse_args()
    if given.against:
        _compare(given.scale, given.against)
        return
    found = _measured(given.scale, given.runs, tell=not given.raw)
    if given.raw:
        json.dump([result.as_json() for result in found], sys.stdout)
        return
    path = reporting.keep(found, given.scale, reporting.commit())
    print(f"\n{path.read_text()}\n{path} and .json hold this")


def _measured(scale: float, runs: int, *, tell: bool) -> list[Result]:
    found = []
    with TemporaryDirectory() as folder:
        for result in shop.results(shop.bench(scale, Path(folder), runs)):
            found.append(result)
            if tell:
                sys.stderr.write(f"{result.name}: {result.seconds:.3f} s\n")
    return found


def _compare(scale: float, revision: str) -> None:
    """Measure both trees by turns, so that what else the machine does falls on both alike."""
    here, there = [], []
    with _checked_out(revision) as tree:
        for turn in range(TURNS):
            sys.stderr.write(f"turn {turn + 1} of {TURNS}\n")
            there.append(_raw(tree, scale))
            here.append(_raw(Path.cwd(), scale))
    before = {name: median(turn[name].speed for turn in there) for name in there[0]}
    medians = [sorted((turn[name] for turn in here), key=lambda each: each.seconds)[TURNS // 2] for name in here[0]]
    print(f"this tree beside {revision}\n\n{reporting.shown(medians, before)}")


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
        benchmarks.symlink_to(Path(__file__).parent)
        yield tree


def _raw(tree: Path, scale: float) -> dict[str, Result]:
    command = [sys.executable, "-m", "benchmarks", "--scale", str(scale), "--runs", "3", "--raw"]
    ran = subprocess.run(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, stdout=subprocess.PIPE, check=True
    )
    found = [{key: value for key, value in each.items() if key != "speed"} for each in json.loads(ran.stdout)]
    return {each["name"]: Result(**each) for each in found}


if __name__ == "__main__":
    main()
