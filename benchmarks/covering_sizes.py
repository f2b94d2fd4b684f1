"""``python -m benchmarks.covering_sizes``: rows of covering arrays of known size, beside those of PICT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from time import process_time

from fixturegen.covering_arrays import covering_array

KNOWN = (
    ("3^4", [3] * 4, 9, 9),
    ("3^13", [3] * 13, 15, 18),
    ("2^100", [2] * 100, 10, 15),
    ("10^20", [10] * 20, 180, 210),
    ("4^15 3^17 2^29", [4] * 15 + [3] * 17 + [2] * 29, 29, 37),
    ("4^1 3^39 2^35", [4] + [3] * 39 + [2] * 35, 21, 27),
)
"""Name, levels, the size aimed at, and PICT's size; pairs."""


@dataclass(frozen=True, slots=True)
class Size:
    """A covering array.

    Attributes:
        name: Its levels.
        rows: So many it has.
        aim: The size aimed at.
        pict: The size that PICT makes.
        least: No array has fewer rows.
        covered: Pairs of levels, counted again.
        wanted: Pairs of levels that there are.
        seconds: Of one processor.
    """

    name: str
    rows: int
    aim: int
    pict: int
    least: int
    covered: int
    wanted: int
    seconds: float


def sizes() -> Iterator[Size]:
    """Make the arrays, one at a time."""
    for name, levels, aim, pict in KNOWN:
        start = process_time()
        array = covering_array(levels)
        seconds = max(process_time() - start, 1e-9)
        covered = sum(
            len(set(zip(array.rows[:, one].tolist(), array.rows[:, other].tolist(), strict=True)))
            for one, other in combinations(range(len(levels)), 2)
        )
        wanted = sum(one * other for one, other in combinations(levels, 2))
        yield Size(name, len(array.rows), aim, pict, array.least, covered, wanted, seconds)


def main() -> None:
    """Print the table."""
    print("| Factors | Rows | Aim | PICT | No fewer than | Pairs | Seconds |\n|---|---|---|---|---|---|---|")
    for size in sizes():
        pairs = f"{size.covered:,} of {size.wanted:,}"
        print(f"| {size.name} | {size.rows} | {size.aim} | {size.pict} | {size.least} | {pairs} | {size.seconds:.1f} |")


if __name__ == "__main__":
    main()
