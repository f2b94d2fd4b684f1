"""Rows kept for a while: what totals computed of children, until the children's own chunks are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Bits, Integers

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows

KEPT_BYTES = 96 * 2**20
"""Bytes kept at most, of all tables; beyond, rows are computed again."""


@dataclass(slots=True)
class Computed:
    """What was computed of some rows: their keys, the columns and the ordinals of parents that were asked for.

    Attributes:
        keys: The row keys, if they were asked for.
        columns: Columns by name, as they are written: those with dictionaries as Categorical.
        texts: Columns with dictionaries as texts, if they were asked for.
        parents: Ordinals of chosen parents by reference.
    """

    keys: Bits | None = None
    columns: dict[str, pl.Series] = field(default_factory=dict)
    texts: dict[str, pl.Series] = field(default_factory=dict)
    parents: dict[str, Integers] = field(default_factory=dict)

    def size(self) -> int:
        """Return the bytes held."""
        held = sum(int(values.estimated_size()) for values in self.columns.values())
        held += sum(choice.nbytes for choice in self.parents.values())
        return held if self.keys is None else held + self.keys.nbytes

    def part(self, start: int, stop: int) -> Computed:
        """Return what there is of the rows from ``start`` (inclusive) to ``stop`` (exclusive), without copying."""
        return Computed(
            None if self.keys is None else self.keys[start:stop],
            {name: values[start:stop] for name, values in self.columns.items()},
            {},
            {name: choice[start:stop] for name, choice in self.parents.items()},
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    stop: int
    computed: Computed
    size: int


class Keeper:
    """Keeps runs of rows by table, those of a table in ascending order and apart from each other.

    A run that comes out of order, or for which there is no room, is not kept: whoever asks computes it again.
    """

    def __init__(self) -> None:
        self._pieces: dict[str, list[_Piece]] = {}
        self._room = KEPT_BYTES

    def keep(self, rows: TableRows) -> None:
        """Keep what was computed of consecutive rows."""
        pieces = self._pieces.setdefault(rows.name, [])
        if len(rows) == 0 or (pieces and pieces[-1].stop > rows.ordinals[0]):
            return
        start = int(rows.ordinals[0])
        size = rows.computed.size()
        if size <= self._room:
            self._room -= size
            pieces.append(_Piece(start, start + len(rows), rows.computed, size))

    def kept(self, table: str, start: int, stop: int) -> Computed | None:
        """Return what is kept of the rows from ``start`` (inclusive) to ``stop`` (exclusive); None unless of all of them."""
        parts, at = [], start
        for piece in self._pieces.get(table, []):
            if piece.start <= at < min(piece.stop, stop):
                end = min(piece.stop, stop)
                parts.append(piece.computed.part(at - piece.start, end - piece.start))
                at = end
        return _joined(parts) if parts and at >= stop else None

    def let_go(self, table: str, stop: int) -> None:
        """Let go of the rows before ``stop``, as soon as no run holds others."""
        pieces = self._pieces.get(table, [])
        while pieces and pieces[0].stop <= stop:
            self._room += pieces.pop(0).size


def _joined(parts: list[Computed]) -> Computed:
    if len(parts) == 1:
        return parts[0]
    keys = [part.keys for part in parts if part.keys is not None]
    names = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    references = [name for name in parts[0].parents if all(name in part.parents for part in parts)]
    return Computed(
        np.concatenate(keys) if len(keys) == len(parts) else None,
        {name: pl.concat([part.columns[name] for part in parts]) for name in names},
        {},
        {name: np.concatenate([part.parents[name] for part in parts]) for name in references},
    )
