"""Values of columns that have no order: a small pool, made once by the column's own generator, simplest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.fills.bulk import Bulk
from fixturegen.generator import Batch, Draw, Generator, Repeated

WIDE, NARROW = 192, 24
"""Candidates for a pool: of a column by itself, and where the pool depends on other columns of the row."""
WHOLE = 256
"""A single draw with at most so many values is made in full."""
MOST_POOLS = 4_096
Values = tuple[object, ...]


def simplicity(value: object) -> tuple[int, int, str]:
    """Return what orders values: NULL first, then the shortest, then by code points."""
    if value is None:
        return 0, 0, ""
    if isinstance(value, str):
        return 1, len(value), value
    if isinstance(value, bytes):
        return 1, len(value), value.hex()
    text = repr(value)
    return 1, len(value) if isinstance(value, list) else 0, f"{len(text):09}{text}"


@dataclass(slots=True)
class Pools:
    """Pools of columns whose draws are shared: the columns of a group, or one column.

    Attributes:
        table: The table's name.
        names: Names that key the draws.
        generators: Generator of each column, by name.
        seed: The seed of the pools.
        internal: Turns a column's series into what rows hold.
        late: Further values of a column that stands alone, hostile ones: at the end of its pool, far from the simplest.
    """

    table: str
    names: tuple[str, ...]
    generators: Mapping[str, Generator]
    seed: int
    internal: Mapping[str, Callable[[pl.Series], Sequence[object]]]
    late: Sequence[object] = ()
    _made: dict[object, list[Values]] = field(default_factory=dict)

    def of(self, needed: Mapping[str, pl.Series], key: object = None, ordinal: int = 0) -> list[Values]:
        """Return the pool for values of the columns that the generators read: one tuple per value, simplest first.

        Args:
            needed: A series of one value for each of them.
            key: Stands for those values.
            ordinal: 0-based number of the row, for generators that count.
        """
        if key not in self._made:
            if len(self._made) >= MOST_POOLS:
                self._made.clear()
            self._made[key] = self._pool(needed, ordinal)
        return self._made[key]

    def known(self, key: object) -> list[Values] | None:
        """Return the pool made for ``key``, or None."""
        return self._made.get(key)

    def _pool(self, needed: Mapping[str, pl.Series], ordinal: int) -> list[Values]:
        unique = {draw.name: draw for generator in self.generators.values() for draw in generator.draws}
        draws, repeats, height = candidates(
            (self.table, *self.names), tuple(unique.values()), NARROW if needed else WIDE, self.seed
        )
        columns = []
        for name, generator in self.generators.items():
            batch = Batch(
                height=height,
                draws={draw.name: draws[draw.name] for draw in generator.draws if draw.count is None},
                repeats={draw.name: repeats[draw.name] for draw in generator.draws if draw.count is not None},
                columns={other: needed[other].new_from_index(0, height) for other in generator.needs},
                ordinals=np.full(height, ordinal, dtype=np.int64),
            )
            columns.append(self.internal[name](generator.build(batch)))
        found = {_hashable(values): values for values in zip(*columns, strict=True)}
        pool = sorted(found.values(), key=lambda values: [simplicity(value) for value in values])
        if needed or len(self.generators) > 1:
            return pool
        late = {_hashable((value,)): (value,) for value in self.late}
        return pool[: WHOLE - len(late)] + [values for key, values in late.items() if key not in found]


def _hashable(values: Values) -> object:
    return tuple(repr(value) if isinstance(value, list) else value for value in values)


def candidates(
    stream: tuple[str, ...], draws: Sequence[Draw], height: int, seed: int
) -> tuple[dict[str, Integers], dict[str, Repeated], int]:
    """Return draws for a pool: all at their simplest, each at its edges, the rest hashed; one draw of few values in full."""
    single = [draw for draw in draws if draw.count is None]
    if not draws:
        return {}, {}, 1
    if len(single) == len(draws) == 1 and single[0].span <= WHOLE:
        return {single[0].name: np.arange(single[0].low, single[0].high + 1, dtype=np.int64)}, {}, single[0].span
    bulk = Bulk(seed)
    keys = np.arange(height, dtype=np.uint64)
    made = {draw.name: bulk.draw(stream, draw, keys).copy() for draw in single}
    row = 1
    for draw in single:
        made[draw.name][0] = draw.toward
        for edge in dict.fromkeys((draw.low, draw.high, *draw.edges)):
            if row < height // 3:
                for other in single:
                    made[other.name][row] = other.toward
                made[draw.name][row] = edge
                row += 1
    # Long texts and documents cost more than they show: few of the hashed ones are long.
    counts = {each.count for each in draws if each.count is not None}
    for count in [draw for draw in single if draw.name in counts]:
        made[count.name][row:] = count.low + (made[count.name][row:] - count.low) % 13
    repeats = {draw.name: bulk.repeat(stream, draw, keys, made[draw.count]) for draw in draws if draw.count is not None}
    return made, repeats, height
