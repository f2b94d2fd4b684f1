"""The search for a row's place: its digits are moved on, few at a time, until nothing is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

MOST_MOVES = 48
"""Each digit is moved on at most so far where it is moved alone."""
MOST_TRIES = 1_500


def alone(digits: Sequence[int], sizes: Mapping[int, int], rows: int) -> Iterator[tuple[int, int]]:
    """Yield moves of one digit alone, as digit and move; see :func:`tries`."""
    for digit in digits:
        for move in range(1, min(sizes.get(digit, 1), max(MOST_MOVES, rows + 2))):
            yield digit, move


def tries(digits: Sequence[int], sizes: Mapping[int, int], rows: int) -> Iterator[Mapping[int, int]]:
    """Yield moves of digits, few first: each digit alone, then pairs, then all together, about 1,500 in all.

    Args:
        digits: The digits that may move, those to be moved rather than others first.
        sizes: How many values each digit has; read anew as the search goes on, for a case may change it.
        rows: Rows of the table: so many moves, and one more, pass every earlier row.

    >>> [dict(moves) for moves in tries([3, 5], {3: 2, 5: 3}, 1)]
    [{3: 1}, {5: 1}, {5: 2}, {3: 1, 5: 1}, {3: 1, 5: 2}]
    """
    count = 0
    for digit, move in alone(digits, sizes, rows):
        yield {digit: move}
        count += 1
    near = max(4, min(rows + 2, 16))
    for width in range(2, len(digits) + 1):
        for chosen in combinations(digits, width):
            for moves in product(*(range(1, min(sizes.get(digit, 1), near)) for digit in chosen)):
                yield dict(zip(chosen, moves, strict=True))
                count += 1
                if count > MOST_TRIES:
                    return
