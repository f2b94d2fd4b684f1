"""``python -m benchmarks.covering_sizes``: rows of covering arrays of known size, beside those of PICT."""

from __future__ import annotations

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


def main() -> None:
    """Print the table. Seconds are of one processor; every pair is counted again."""
    print("| Factors | Rows | Aim | PICT | No fewer than | Pairs | Seconds |\n|---|---|---|---|---|---|---|")
    for name, levels, aim, pict in KNOWN:
        start = process_time()
        array = covering_array(levels)
        seconds = process_time() - start
        pairs = sum(
            len(set(zip(array.rows[:, one].tolist(), array.rows[:, other].tolist(), strict=True)))
            for one, other in combinations(range(len(levels)), 2)
        )
        wanted = sum(one * other for one, other in combinations(levels, 2))
        print(
            f"| {name} | {len(array.rows)} | {aim} | {pict} | {array.least} | {pairs:,} of {wanted:,} | {seconds:.1f} |"
        )


if __name__ == "__main__":
    main()
