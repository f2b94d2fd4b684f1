"""Draws taken when they are read: columns of one group declare the same draws, and each reads a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from fixturegen.draws import Integers
from fixturegen.generator import Draw


class LazyDraws(Mapping[str, Integers]):
    """Values of draws by name, each taken once, when it is first read.

    Args:
        draws: The draws.
        take: Takes one of them: for all rows, or for those at some places.

    >>> values = LazyDraws((Draw("a", 0, 9), Draw("b", 0, 9)), lambda draw, rows: np.array([draw.high]))
    >>> list(values), values["b"].tolist()
    (['a', 'b'], [9])
    """

    def __init__(self, draws: tuple[Draw, ...], take: Callable[[Draw, Integers | None], Integers]) -> None:
        self._draws = {draw.name: draw for draw in draws}
        self._take = take
        self._taken: dict[str, Integers] = {}

    def __getitem__(self, name: str) -> Integers:
        """Return the values of a draw."""
        if name not in self._taken:
            self._taken[name] = self._take(self._draws[name], None)
        return self._taken[name]

    def picked(self, name: str, rows: Integers) -> Integers:
        """Return the values of a draw for the rows at these places; of a draw that nobody reads whole, no others are taken."""
        return self._taken[name][rows] if name in self._taken else self._take(self._draws[name], rows)

    def __iter__(self) -> Iterator[str]:
        """Return the names of all draws."""
        return iter(self._draws)

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self._draws)


def digits(place: Integers, draws: tuple[Draw, ...], before: int) -> LazyDraws:
    """Return the draws that a place in a permutation stands for: its digits in mixed radix, the first draw's the lowest.

    Args:
        place: Places, not negative.
        draws: The draws.
        before: Product of the spans of the digits before these.

    >>> low, high = digits(np.array([123]), (Draw("low", 0, 9), Draw("high", 5, 14)), 1).values()
    >>> low.tolist(), high.tolist()
    ([3], [7])
    """
    weights, weight = {}, before
    for draw in draws:
        weights[draw.name] = weight
        weight *= draw.span
    unsigned = place.view(np.uint64)

    def take(draw: Draw, rows: Integers | None) -> Integers:
        # Above 64 bits there are no digits but 0.
        at, here = weights[draw.name], unsigned if rows is None else unsigned[rows]
        rest = here if at == 1 else here // np.uint64(at) if at < 2**64 else np.zeros_like(here)
        if draw.span < 2**64:
            rest = rest - rest // np.uint64(draw.span) * np.uint64(draw.span)
        return rest.view(np.int64) + draw.low

    return LazyDraws(draws, take)
