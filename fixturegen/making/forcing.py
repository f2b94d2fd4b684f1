"""What a table's checks ask of its references: which optional ones a row cannot do without, which lead to different rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from fixturegen.expressions.normal import NullTest, Order, atoms
from fixturegen.making.known import met
from fixturegen.making.wishes import Wish
from fixturegen.planning.domains import Condition, conditions, conjuncts
from fixturegen.schema import Reference, Schema, Table

MOST_OPTIONAL = 8
"""Among so many optional references the fewest are searched for."""


@dataclass(slots=True)
class Forcing:
    """Reads the checks of tables, each once.

    Attributes:
        schema: The schema.
    """

    schema: Schema
    _conditions: dict[str, tuple[Condition, ...]] = field(default_factory=dict)

    def __call__(self, wish: Wish, on: frozenset[str]) -> frozenset[str]:
        """Return the fewest references, beyond ``on``, without which a check would be false."""
        table = self.schema.tables[wish.table]
        refused = {name for name, parent in wish.parents.items() if parent is None}
        optional = [one for one in table.references if one.name not in on | refused]
        tested = self._tested(table)
        optional = [one for one in optional if tested & set(one.columns)][:MOST_OPTIONAL]
        for number in range(len(optional) + 1):
            for chosen in combinations(optional, number):
                names = frozenset(one.name for one in chosen)
                if not self._contradicted(table, wish, on | names):
                    return names
        return frozenset()

    def apart(self, table: Table) -> frozenset[frozenset[str]]:
        """Return the pairs of references (or a single one, and the row itself) that must lead to different rows."""
        return frozenset(self._apart(table))

    def ascending(self, table: Table) -> frozenset[tuple[str, str]]:
        """Return the pairs of references of which the first must lead to a row with a lesser key than the second."""
        pairs = set()
        for condition in self._read(table):
            for part in conjuncts(condition.formula):
                if isinstance(part, Order) and part.relation in {"<", ">"}:
                    less, more = (part.left, part.right) if part.relation == "<" else (part.right, part.left)
                    pairs |= {(one.name, two.name) for one in _leading(table, less) for two in _leading(table, more)}
        return frozenset(pairs)

    def _read(self, table: Table) -> tuple[Condition, ...]:
        if table.name not in self._conditions:
            self._conditions[table.name] = conditions(self.schema, table, self.schema.as_of)[0] if table.checks else ()
        return self._conditions[table.name]

    def _tested(self, table: Table) -> set[str]:
        """Columns that a check asks to be NULL or not."""
        tests = (atom for condition in self._read(table) for atom in atoms(condition.formula))
        return {atom.column for atom in tests if isinstance(atom, NullTest)}

    def _contradicted(self, table: Table, wish: Wish, on: frozenset[str]) -> bool:
        led = {name for one in table.references if one.name in on for name in one.columns}
        off = {name for one in table.references if one.name not in on for name in one.columns} - led
        nullable = {column.name for column in table.columns if column.nullable}
        known = {**dict.fromkeys(off & nullable), **wish.values}
        never_null = frozenset(led | {column.name for column in table.columns if not column.nullable})
        return any(met(condition.formula, known, never_null) is False for condition in self._read(table))

    def _apart(self, table: Table) -> Iterator[frozenset[str]]:
        for condition in self._read(table):
            for part in conjuncts(condition.formula):
                if not isinstance(part, Order) or part.relation not in {"<>", "<", ">"}:
                    continue
                left, right = (_leading(table, name) for name in (part.left, part.right))
                for one in left:
                    yield from (frozenset({one.name, two.name}) for two in right if two.table == one.table)
                for some, other in ((left, part.right), (right, part.left)):
                    selfish = [one for one in some if one.table == table.name and other in one.target]
                    yield from (frozenset({one.name}) for one in selfish)


def _leading(table: Table, column: str) -> Sequence[Reference]:
    return [reference for reference in table.references if column in reference.columns]
