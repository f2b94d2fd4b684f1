"""``python -m benchmarks``: measure this tree, or this tree and another commit in turns. docs/benchmarks.md explains the figures."""

from __future__ import annotations

import argparse
import compileall
import json
import signal
import subprocess
import sys

import fixturegen
from benchmarks import comparing, reporting, sections


def main() -> None:
    """Measure what the command line asks for, and print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--scale", type=_positive(float), default=10, help="of the shop; 100 has 1.3 million rows")
    parser.add_argument("--runs", type=_positive(int), default=5, help="of which the median counts")
    parser.add_argument("--only", type=_names, metavar="SECTION,..", help=f"among {', '.join(sections.SECTIONS)}")
    parser.add_argument("--against", metavar="REV", help="measure this tree and a commit in turns")
    parser.add_argument("--raw", action="store_true", help="print JSON and keep nothing")
    given = parser.parse_args()
    # Ended from outside, databases and folders of ours are still taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.against:
        try:
            table = comparing.compare(given.only or comparing.DEFAULT, given.scale, given.against)
        except subprocess.CalledProcessError as error:
            parser.exit(1, f"{parser.prog}: could not measure {given.against}: {error}\n")
        print(f"this tree beside {given.against}\n\n{table}")
        return
    # An installation compiles, an editable one does not: what starts in processes of its own would do it each time anew, where
    # the environment keeps Python from writing down what it compiled.
    compileall.compile_dir(fixturegen.__path__[0], quiet=2)
    found = []
    for each in sections.run(given.only or sections.SECTIONS, given.scale, given.runs, _tell):
        found.append(each)
        if not given.raw:
            path = reporting.keep(found, given.scale, given.runs, reporting.commit())
    if given.raw:
        json.dump({each.section: reporting.as_json(each) for each in found}, sys.stdout)
        return
    print(f"\n{path.read_text()}\n{path} and .json hold this")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _names(text: str) -> list[str]:
    names = [name for name in (each.strip() for each in text.split(",")) if name]
    if not names or sections.unknown(names):
        wrong = ", ".join(sections.unknown(names)) or "nothing"
        message = f"no section is {wrong}; there are {', '.join(sections.SECTIONS)}"
        raise argparse.ArgumentTypeError(message)
    return names


def _positive(kind: type[int | float]):  # noqa: ANN202 - a reader of arguments
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(0)
        if not 0 < value < float("inf"):
            message = f"{text!r} is not a number above 0"
            raise argparse.ArgumentTypeError(message)
        return value

    return read


if __name__ == "__main__":
    main()
