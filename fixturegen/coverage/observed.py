"""What classes rows have: told from the data alone, whatever was designed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product

import numpy as np
import polars as pl

from fixturegen.coverage.factors import Factor
from fixturegen.coverage.matching import Placed
from fixturegen.covering_arrays.tuples import Meeting
from fixturegen.draws import Integers
from fixturegen.schema import Reference, Table

UNKNOWN = -1
"""A row is of no class of a factor."""


class Observation:
    """The rows of a dataset by their classes.

    Args:
        placed: Tables with their factors.
        data: Frames by table.
    """

    def __init__(self, placed: Mapping[str, Placed], data: Mapping[str, pl.DataFrame]) -> None:
        self._placed, self._data = placed, data
        self._seen: dict[str, Integers] = {}

    def classes(self, table: str) -> Integers:
        """Return the classes of every row: one row a row, one factor a column."""
        if table not in self._seen:
            here = self._placed[table]
            height = self._data[table].height
            self._seen[table] = np.full((height, len(here.factors)), UNKNOWN, dtype=np.int64)
            for at, factor in enumerate(here.factors):
                self._seen[table][:, at] = self._of(here.table, factor)
        return self._seen[table]

    def met(self, table: str, strength: int) -> frozenset[Meeting]:
        """Return the classes that some row has together."""
        rows = self.classes(table)
        found = set()
        for group in combinations(range(rows.shape[1]), min(strength, rows.shape[1])):
            for values in np.unique(rows[:, list(group)], axis=0).tolist():
                if UNKNOWN not in values:
                    found.add(tuple(zip(group, values, strict=True)))
        return frozenset(found)

    def _of(self, table: Table, factor: Factor) -> Integers:
        if factor.child is not None:
            return self._children(table, factor)
        if factor.within:
            return self._parents(table, factor)
        frame = self._data[table.name]
        values = frame[factor.column]
        type_ = next(column.type for column in table.columns if column.name == factor.column)
        if factor.reference is not None:
            absent = np.zeros(frame.height, dtype=np.bool_)
            for name in factor.columns:
                absent |= frame[name].is_null().to_numpy()
            return np.where(absent, 0, 1)
        result = np.full(frame.height, UNKNOWN, dtype=np.int64)
        for at, kind in enumerate(factor.kinds):
            result[kind.holds(values, type_)] = at
        return result

    def _children(self, table: Table, factor: Factor) -> Integers:
        assert factor.child is not None
        child, name = factor.child
        reference = next(one for one in self._placed[child].table.references if one.name == name)
        numbers = np.zeros(self._data[table.name].height, dtype=np.int64)
        for parent in self._parents_by(child, reference):
            if parent != UNKNOWN:
                numbers[parent] += 1
        result = np.full(len(numbers), UNKNOWN, dtype=np.int64)
        for at, one in enumerate(factor.children):
            most = numbers if one.most is None else one.most
            result[(numbers >= one.least) & (numbers <= most)] = at
        return result

    def _parents(self, table: Table, factor: Factor) -> Integers:
        reference = next(one for one in table.references if one.name == factor.reference)
        there = self.classes(reference.table)[:, factor.source]
        class_of = {value: at for at, held in enumerate(factor.within) if held is not None for value in held}
        absent = factor.within.index(None) if None in factor.within else UNKNOWN
        return np.array(
            [
                absent if parent == UNKNOWN else class_of.get(int(there[parent]), UNKNOWN)
                for parent in self._parents_by(table.name, reference)
            ],
            dtype=np.int64,
        )

    def _parents_by(self, table: str, reference: Reference) -> list[int]:
        keys = self._data[reference.table].select(reference.target).rows()
        places = {key: at for at, key in enumerate(keys) if None not in key}
        return [places.get(key, UNKNOWN) for key in self._data[table].select(reference.columns).rows()]


def every_meeting(factors: tuple[Factor, ...], strength: int) -> Iterator[Meeting]:
    """Yield all classes that may meet, by rising factor."""
    for group in combinations(range(len(factors)), min(strength, len(factors))):
        for values in product(*(range(len(factors[at].classes)) for at in group)):
            yield tuple(zip(group, values, strict=True))
