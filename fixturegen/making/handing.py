"""Handing out: one neighbourhood of a nursery, its keys numbered on, so that nothing collides with rows that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.lattice import lattice_of
from fixturegen.making.made import Row
from fixturegen.making.nursery import Batch, Nursery
from fixturegen.making.uniqueness import Code, held_codes
from fixturegen.schema import Schema, Table


@dataclass(slots=True)
class Scope:
    """What the calls of one test have made so far.

    Attributes:
        number: The number of the last call.
        numbers: The last number that a counting key gave out, by table.
        seen: Codes that rows made so far hold, by table and unique.
        rows: Rows made so far, by table.
    """

    number: int = -1
    numbers: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[str, str], set[Code]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)


class Present:
    """The rows that the database holds already: their codes and greatest keys, read once when they are first asked for.

    Args:
        schema: The schema.
        existing: The rows, by table.
    """

    def __init__(self, schema: Schema, existing: Mapping[str, pl.DataFrame]) -> None:
        self._schema = schema
        self._existing = existing
        self._codes: dict[str, Mapping[str, set[Code]]] = {}
        self._last: dict[tuple[str, str], int | None] = {}
        self._index: dict[tuple[str, tuple[str, ...]], dict[Code, int]] = {}

    def codes(self, table: str, unique: str) -> set[Code]:
        """Return the codes that rows of a table hold under a unique."""
        if table not in self._codes:
            self._codes[table] = held_codes(self._schema, self._existing, table)
        return self._codes[table].get(unique, set())

    def last(self, table: str, column: str) -> int | None:
        """Return the greatest value of a whole-number column, None where there is none."""
        if (table, column) not in self._last:
            frame = self._existing.get(table)
            known = frame is not None and column in frame.columns and frame.height > 0
            greatest = frame[column].max() if known and frame is not None else None
            self._last[table, column] = greatest if isinstance(greatest, int) else None
        return self._last[table, column]

    def row(self, table: str, key: Mapping[str, object]) -> Row | None:
        """Return the row of a table that holds these values, None where there is none."""
        frame = self._existing.get(table)
        if frame is None or not set(key) <= set(frame.columns):
            return None
        columns = tuple(sorted(key))
        if (table, columns) not in self._index:
            held = frame.select(columns).iter_rows()
            self._index[table, columns] = {values: at for at, values in enumerate(held)}
        at = self._index[table, columns].get(tuple(key[name] for name in columns))
        return None if at is None else frame.row(at, named=True)

    def count(self, table: str, key: Mapping[str, object]) -> int:
        """Return how many rows of a table hold these values."""
        frame = self._existing.get(table)
        if frame is None or not set(key) <= set(frame.columns):
            return 0
        return frame.filter([pl.col(name) == value for name, value in key.items()]).height


class Collision(Exception):  # noqa: N818 - no failure: the next neighbourhood is tried
    """A neighbourhood repeats what is there under a unique."""

    def __init__(self, table: str, unique: str) -> None:
        super().__init__(table, unique)
        self.table = table
        self.unique = unique


def handed(nursery: Nursery, number: int, scope: Scope, present: Present) -> Mapping[str, list[Row]]:
    """Return the rows of one neighbourhood by node, and note them in the scope.

    Args:
        nursery: The nursery.
        number: Which of its neighbourhoods.
        scope: What was made so far.
        present: What the database holds already.

    Raises:
        Collision: If they collide; nothing is noted then.
    """
    out: dict[str, list[Row]] = {}
    numbers: dict[str, int] = {}
    for batch in nursery.batches:
        out[batch.name] = _rows(batch, number, _Counter(batch, numbers, scope, present))
    for led in nursery.led:
        parents, column, target = out[led.parent], led.column, led.target
        for row, at in zip(out[led.node], led.pattern, strict=True):
            row[column] = parents[at][target]
    for batch in nursery.batches:
        for column, key in batch.counted:
            before = _counted(batch.table, key, scope, present)
            for row in out[batch.name] if before else ():
                row[column] = row[column] + before  # type: ignore[operator] # a number among siblings
    codes = list(_noted(nursery.batches, number, out, scope, present))
    for where, new in codes:
        held = scope.seen.get(where)
        if held is None:
            held = scope.seen[where] = set()
        held.update(new)
    scope.numbers.update(numbers)
    for batch in nursery.batches:
        scope.rows.setdefault(batch.table, []).extend(out[batch.name])
    return out


def _rows(batch: Batch, number: int, counter: _Counter) -> list[Row]:
    width = batch.width
    rows = [row.copy() for row in batch.rows[number * width : (number + 1) * width]]
    if batch.key is not None:
        key = batch.key
        for row in rows:
            row[key] = counter.following()
    return rows


def _counted(table: str, key: Mapping[str, object], scope: Scope, present: Present) -> int:
    """How many rows refer to an existing parent already."""
    made = sum(all(row[name] == value for name, value in key.items()) for row in scope.rows.get(table, ()))
    return made + present.count(table, key)


class _Counter:
    """Numbers a counting key on: after existing rows, after rows made so far, past numbers that somebody asked for."""

    __slots__ = ("_batch", "_numbers", "_present", "_scope", "_seen")

    def __init__(self, batch: Batch, numbers: dict[str, int], scope: Scope, present: Present) -> None:
        self._batch = batch
        self._numbers = numbers
        self._scope = scope
        self._present = present
        self._seen = scope.seen.get((batch.table, batch.key_name)) if batch.key is not None else None

    def following(self) -> int:
        """Return the next number."""
        batch, numbers = self._batch, self._numbers
        last = numbers.get(batch.table)
        if last is None:
            last = self._scope.numbers.get(batch.table)
        if last is None:
            held = self._present.last(batch.table, batch.key or "")
            last = batch.first - 1 if held is None else max(held, batch.first - 1)
        last += 1
        while self._seen is not None and (last,) in self._seen:
            last += 1
        if last > batch.most:
            message = f"{batch.table}.{batch.key} has no number left after {batch.most:,}"
            raise ImpossibleError(message, hint="Widen the key, or make fewer rows.")
        numbers[batch.table] = last
        return last


def _noted(
    batches: Sequence[Batch], number: int, out: Mapping[str, list[Row]], scope: Scope, present: Present
) -> Iterator[tuple[tuple[str, str], set[Code]]]:
    """Yield the new codes under each unique.

    Raises:
        Collision: If one is held already.
    """
    new: dict[tuple[str, str], set[Code]] = {}
    for batch in batches:
        start = number * batch.width
        for codes in batch.codes:
            where = (batch.table, codes.name)
            mine = new.setdefault(where, set())
            held, there = scope.seen.get(where, ()), present.codes(batch.table, codes.name)
            for at, row in enumerate(out[batch.name]):
                code = codes.codes[start + at]
                if code is None:
                    continue
                if codes.late:
                    changed = list(code)
                    for place, name in codes.late:
                        changed[place] = row[name]
                    code = tuple(changed)
                if code in mine or code in held or code in there:
                    raise Collision(batch.table, codes.name)
                mine.add(code)
    yield from new.items()


def most_of(table: Table, column: str) -> int:
    """Return the greatest number that a whole-number column holds, 0 for another column."""
    found = next((one for one in table.columns if one.name == column), None)
    lattice = None if found is None else lattice_of(found.type)
    return 0 if lattice is None else lattice.high
