"""Handing out: one neighbourhood of a nursery, its keys numbered on, so that nothing collides with rows that are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from fixturegen.errors import ImpossibleError
from fixturegen.making.made import Row
from fixturegen.making.nursery import Batch, Nursery
from fixturegen.making.uniqueness import Code, held_codes
from fixturegen.schema import Schema

REUSED = 8
"""Of a table that no more rows can be made of, so many existing ones serve as parents."""


@dataclass(slots=True)
class Scope:
    """What the calls of one test have made so far.

    Attributes:
        number: The number of the last call.
        numbers: The last number that a counting key gave out, by table.
        seen: Codes that rows made so far hold, by table and unique.
        rows: Rows made so far, by table.
        full: Tables of which no more rows can be made.
    """

    number: int = -1
    numbers: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[str, str], set[Code]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)


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

    def some(self, table: str, number: int) -> Row | None:
        """Return one of the first rows of a table, chosen by a number; None where it has none."""
        frame = self._existing.get(table)
        if frame is None or frame.height == 0:
            return None
        return frame.row(number % min(frame.height, REUSED), named=True)

    def count(self, table: str, key: Mapping[str, object]) -> int:
        """Return how many rows of a table hold these values."""
        frame = self._existing.get(table)
        if frame is None or not set(key) <= set(frame.columns):
            return 0
        return frame.filter([pl.col(name) == value for name, value in key.items()]).height


class Collision(Exception):  # noqa: N818 - no failure: the next neighbourhood is tried
    """A neighbourhood repeats what is there under a unique.

    Args:
        table: The table.
        unique: Name of the constraint.
        asked: Whether the values are those that were asked for, so that no other neighbourhood has others.
    """

    def __init__(self, table: str, unique: str, *, asked: bool) -> None:
        super().__init__(table, unique)
        self.table = table
        self.unique = unique
        self.asked = asked


def handed(
    nursery: Nursery, number: int, values: Sequence[object], scope: Scope, present: Present
) -> Mapping[str, list[Row]]:
    """Return the rows of one neighbourhood by node, and note them in the scope.

    Args:
        nursery: The nursery.
        number: Which of its neighbourhoods.
        values: The values of its slots.
        scope: What was made so far.
        present: What the database holds already.

    Raises:
        Collision: If they collide; nothing is noted then.
    """
    out = {batch.name: _copied(batch, number) for batch in nursery.batches}
    numbers: dict[str, int] = {}
    _fill(nursery, out, values)
    for batch in nursery.batches:
        if batch.key is not None:
            _number(batch, batch.key, out[batch.name], numbers, _taken(nursery, batch, out, scope), scope, present)
    _lead(nursery, out)
    for batch in nursery.batches:
        if batch.counted:
            _count(batch, out[batch.name], scope, present)
    for where, new in _noted(nursery.batches, number, out, scope, present).items():
        scope.seen.setdefault(where, set()).update(new)
    scope.numbers.update(numbers)
    for batch in nursery.batches:
        scope.rows.setdefault(batch.table, []).extend(out[batch.name])
    return out


def _fill(nursery: Nursery, out: Mapping[str, list[Row]], values: Sequence[object]) -> None:
    for name, column, slot in nursery.slots:
        for row in out[name]:
            row[column] = values[slot]


def _lead(nursery: Nursery, out: Mapping[str, list[Row]]) -> None:
    """Copy numbered keys to the rows that refer to them."""
    for led in nursery.led:
        parents, column, target = out[led.parent], led.column, led.target
        for row, at in zip(out[led.node], led.pattern, strict=True):
            row[column] = parents[at][target]


def _copied(batch: Batch, number: int) -> list[Row]:
    width = batch.width
    return [row.copy() for row in batch.rows[number * width : (number + 1) * width]]


def _taken(nursery: Nursery, batch: Batch, out: Mapping[str, list[Row]], scope: Scope) -> tuple[Collection[Code], ...]:
    """The keys that somebody asked for: in earlier calls, and for other rows of the same table in this one."""
    others = [other for other in nursery.batches if other.table == batch.table and other.key is None]
    now = {(row[batch.key],) for other in others for row in out[other.name]} if batch.key is not None else set()
    return (scope.seen.get((batch.table, batch.key_name), ()), now)


def _number(
    batch: Batch,
    key: str,
    rows: Sequence[Row],
    numbers: dict[str, int],
    taken: tuple[Collection[Code], ...],
    scope: Scope,
    present: Present,
) -> None:
    """Number a counting key on: after existing rows, after rows made so far, past numbers that somebody asked for."""
    table = batch.table
    last = numbers.get(table, scope.numbers.get(table))
    if last is None:
        held = present.last(table, key)
        last = batch.first - 1 if held is None else max(held, batch.first - 1)
    earlier, now = taken
    for row in rows:
        last += 1
        while (last,) in earlier or (last,) in now:
            last += 1
        row[key] = last
    if last > batch.most:
        message = f"{table}.{key} has no number left after {batch.most:,}"
        raise ImpossibleError(message, where=batch.node.table.where, hint="Widen the key, or make fewer rows.")
    numbers[table] = last


def _count(batch: Batch, rows: Sequence[Row], scope: Scope, present: Present) -> None:
    """Number the rows of an existing parent after those that it has."""
    for column, key in batch.counted:
        made = sum(all(row[name] == value for name, value in key.items()) for row in scope.rows.get(batch.table, ()))
        before = made + present.count(batch.table, key)
        for row in rows if before else ():
            row[column] = row[column] + before  # type: ignore[operator] # a number among siblings


def _noted(
    batches: Sequence[Batch], number: int, out: Mapping[str, list[Row]], scope: Scope, present: Present
) -> dict[tuple[str, str], set[Code]]:
    """Return the new codes under each unique.

    Raises:
        Collision: If one is held already.
    """
    new: dict[tuple[str, str], set[Code]] = {}
    for batch in batches:
        rows, start = out[batch.name], number * batch.width
        if batch.key is not None:
            new.setdefault((batch.table, batch.key_name), set()).update((row[batch.key],) for row in rows)
        for codes in batch.codes:
            where = (batch.table, codes.name)
            mine = new.setdefault(where, set())
            held, there = scope.seen.get(where, ()), present.codes(batch.table, codes.name)
            for at, row in enumerate(rows, start):
                code = codes.codes[at]
                if code is None:
                    continue
                if codes.late:
                    changed = list(code)
                    for place, name in codes.late:
                        changed[place] = row[name]
                    code = tuple(changed)
                if code in mine or code in held or code in there:
                    asked = set(codes.columns) <= set(batch.node.wish.values)
                    raise Collision(batch.table, codes.name, asked=asked)
                mine.add(code)
    return new
