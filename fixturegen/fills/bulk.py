"""The bulk fill: draws from a counter-based hash of (seed, table, column, draw, row key), so any row alone costs one row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers, bits, combined, drawn, permuted, stream
from fixturegen.fills.chunks import by_families, in_order
from fixturegen.fills.engine import Engine
from fixturegen.fills.judging import Oracle
from fixturegen.generator import Draw, Repeated
from fixturegen.planning.plan import Plan

CHUNK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Bulk:
    """Fills draws by hashing.

    Attributes:
        seed: The seed.
    """

    seed: int

    def stream(self, *names: str) -> int:
        """Return the number of the stream ``names``, for consistent choices."""
        return stream(self.seed, *names)

    def bits(self, names: tuple[str, ...], keys: Bits) -> Bits:
        """Return 64 bits a row of the stream ``names``."""
        return bits(stream(self.seed, *names), keys)

    def draw(self, names: tuple[str, ...], draw: Draw, keys: Bits) -> Integers:
        """Return the draw's value, ``draw.low`` to ``draw.high`` inclusive, for every row key."""
        return drawn(stream(self.seed, *names, draw.name), keys, draw.low, draw.high)

    def repeat(self, names: tuple[str, ...], draw: Draw, keys: Bits, counts: Integers) -> Repeated:
        """Return ``counts[i]`` values of the draw for row i; the k-th is keyed by the row and k alone."""
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        ordinals = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
        return Repeated(self.draw(names, draw, combined(np.repeat(keys, counts), ordinals)), offsets)

    def place(self, names: tuple[str, ...], index: Integers, size: int) -> Integers:
        """Return the place of each index in the permutation ``names`` of 0 .. size - 1."""
        return permuted(stream(self.seed, *names), index, size)


def frames(
    plan: Plan, chunk_rows: int | None = CHUNK_ROWS, oracle: Oracle | None = None, engine: Engine | None = None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks, parents first, all chunks of a table one after the other.

    Without a number of rows, chunks are sized by bytes, children that totals compute follow their parents' chunk, and such
    families come before all other tables.

    Args:
        plan: The plan.
        chunk_rows: Most rows of a chunk, at least 1; None for the fastest order. It changes no value.
        oracle: The database that judges what only it can judge; needed by plans that count on one.
        engine: The engine that computes them; None for one that hashes draws.

    Yields:
        Table name and frame; one empty frame for a table without rows.
    """
    engine = engine or Engine(plan, Bulk(plan.options.seed), oracle)
    yield from by_families(engine) if chunk_rows is None else in_order(engine, chunk_rows)
