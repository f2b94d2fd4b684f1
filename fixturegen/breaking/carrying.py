"""Parents made up for keys that no row at hand has: rows at hand under such a key, where they are valid under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fixturegen.breaking.bench import PLAINLY, SPELLED, Bench
from fixturegen.breaking.placing import Key, Parents, Place, Search, referring
from fixturegen.breaking.pool import Row
from fixturegen.breaking.values import alike
from fixturegen.constraints.base import constraints
from fixturegen.constraints.contract import Constraint
from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Check, Column, Path, Reference, Schema, Table, Unique

_BASES = 4
"""So many rows are tried under a key."""
_DEEPEST = 12
"""So many rows may wait for each other."""
_ELSEWHERE = frozenset({"unique", "primary_key", "reference"})
"""Kinds that are seen to otherwise: keys by comparison, references by the search."""
_OF_MANY = frozenset({"aggregate", "ordinal", "exclusion"})


@dataclass(slots=True)
class Carrier:
    """Makes up parents.

    Attributes:
        parents: Finds parents among the rows at hand, and keeps those that are made up.
    """

    parents: Parents
    _known: dict[tuple[str, str], Place | None] = field(default_factory=dict)
    _benches: dict[str, Bench] = field(default_factory=dict)
    _fixed: dict[str, bool] = field(default_factory=dict)

    def search(self, table: str) -> Search:
        """Return a search before rows of a table that makes up parents where none at hand will do; none of that table."""
        return _Carrying(self.parents, carrier=self, table=table)

    def carried(self, table: str, at: int, changes: Mapping[str, object]) -> Place | None:
        """Return the place of a row at hand with some values changed; None where it is not valid so.

        Args:
            table: Its table.
            at: Its number.
            changes: The values; none is NULL.
        """
        row = {**self.parents.pool.rows[table][at], **changes}
        known = table, repr(row)
        if known not in self._known:
            self._known[known] = self.parents.add(table, row) if self._is_sound(table, at, changes, row) else None
        return self._known[known]

    def is_fixed(self, table: str) -> bool:
        """Whether rows are judged by more than themselves and their keys: others cannot be made up, nor their parents."""
        if table not in self._fixed:
            self._fixed[table] = _is_fixed(self.parents.pool.schema, self.parents.pool.schema.tables[table])
        return self._fixed[table]

    def _is_sound(self, table: str, at: int, changes: Mapping[str, object], row: Row) -> bool:
        before = self.parents.pool.rows[table][at]
        if self.is_fixed(table) or any(type(value) is not type(before[name]) for name, value in changes.items()):
            return False
        columns = {column.name: column for column in self.parents.pool.schema.tables[table].columns}
        if self.parents.dialect == "mysql" and any(columns[name].identity is not None for name in changes):
            return False  # MariaDB numbers a row in place of 0, and counts on from any number it is given
        asked = [each for each in constraints(self.parents.pool.schema, table) if _reads(each, changes)]
        plain = [each for each in asked if each.kind in PLAINLY]
        if any(PLAINLY[each.kind](row[each.columns[0]], columns[each.columns[0]].type) for each in plain):
            return False
        return all(_is_settled(each, columns) for each in asked) or self._is_judged_sound(table, at, row)

    def _is_judged_sound(self, table: str, at: int, row: Row) -> bool:
        pool = self.parents.pool
        if table not in self._benches:
            self._benches[table] = Bench(pool, pool.schema.tables[table], self.parents)
        bench = self._benches[table]
        place = bench.add(row, at)
        bench.judge()
        return not bench.unjudged and not any(flags[place] for flags in bench.bad.values())


def _reads(constraint: Constraint, changes: Mapping[str, object]) -> bool:
    return not constraint.columns or not changes.keys().isdisjoint(constraint.columns)


def _is_settled(constraint: Constraint, columns: Mapping[str, Column]) -> bool:
    """Whether no condition need be evaluated to see that a value of the column's class is taken."""
    if constraint.kind == "type":
        return columns[constraint.columns[0]].type.kind not in SPELLED
    return constraint.kind in _ELSEWHERE or constraint.kind in PLAINLY


def _is_fixed(schema: Schema, table: Table) -> bool:
    if any(column.generated is not None for column in table.columns):
        return True
    return any(each.kind in _OF_MANY or _looks_beyond(each) for each in constraints(schema, table.name))


def _looks_beyond(constraint: Constraint) -> bool:
    """Whether a constraint reads rows that the row refers to."""
    subject = constraint.subject
    if isinstance(subject, Column):
        return any(isinstance(bound, Path) and bound.references for bound in (subject.low, subject.high))
    if not isinstance(subject, Check):
        return False
    try:
        return any("." in name for name in mentioned(parsed(subject.sql, subject.dialect)))
    except SchemaError:
        return True


@dataclass(slots=True)
class _Carrying(Search):
    """A search that makes up what is missing.

    Attributes:
        carrier: Makes it up.
        table: The table of the rows for which it searches.
    """

    carrier: Carrier = field(kw_only=True)
    table: str = field(kw_only=True)

    def visit(self, table: str, reference: Reference, row: Row) -> bool:
        key = referring(row, reference)
        if key is None or (table == reference.table and key == tuple(row.get(name) for name in reference.target)):
            return True
        return any(self._entered(reference, place) for place in self._parents(table, reference, key, row))

    def _parents(self, table: str, reference: Reference, key: Key, row: Row) -> Iterator[Place]:
        """Yield what may be the parent: what stands there already, then a row at hand, then rows made up."""
        standing = next((each for each in self.found if self._is_parent(each, reference, key)), None)
        at_hand = standing if standing is not None else self.parent(reference, row)
        if at_hand is not None:
            yield at_hand
        elif reference.table != self.table and not self.carrier.is_fixed(table):
            yield from self._made(reference, dict(zip(reference.target, key, strict=True)))

    def _is_parent(self, place: Place, reference: Reference, key: Key) -> bool:
        return place[0] == reference.table and tuple(map(self.parents.row(place).get, reference.target)) == key

    def _made(self, reference: Reference, changes: Mapping[str, object]) -> Iterator[Place]:
        for at, base in enumerate(self.parents.pool.rows.get(reference.table, ())[:_BASES]):
            stands = (reference.table, at) in self.found
            if not stands and not any(base.get(name) is None for name in changes):
                made = self.carrier.carried(reference.table, at, changes)
                if made is not None:
                    yield made

    def _entered(self, reference: Reference, place: Place) -> bool:
        """Find what must stand before a parent, and the parent; nothing is kept of it where that fails."""
        found, begun = list(self.found), set(self.open)
        waiting = len(begun) - len(found)
        if waiting < _DEEPEST and (place in self.found or self._is_apart(place)) and self.enter(reference, place):
            return True
        self.found, self.open = dict.fromkeys(found), begun
        return False

    def _is_apart(self, place: Place) -> bool:
        """Whether a row repeats no key of those that stand there already."""
        table, row = place[0], self.parents.row(place)
        others = [self.parents.row(each) for each in self.found if each[0] == table]
        return all(
            _distinct(unique, row, other)
            for other in others
            for unique in _keys(self.parents.pool.schema.tables[table])
        )


def _keys(table: Table) -> tuple[Unique, ...]:
    return (*((table.primary_key,) if table.primary_key is not None else ()), *table.uniques)


def _distinct(unique: Unique, row: Row, other: Row) -> bool:
    """Whether two rows differ under a unique; in doubt they do not."""
    if unique.expressions or not all(name in row for name in unique.columns):
        return False
    pairs = [(row[name], other[name]) for name in unique.columns]
    if unique.nulls_distinct and any(None in pair for pair in pairs):
        return True
    return not all(alike(*pair) for pair in pairs)
