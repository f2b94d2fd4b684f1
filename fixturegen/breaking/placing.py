"""What must stand before a row: its parents, theirs, and the rows it is to be compared with, from empty tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fixturegen.breaking.pool import Pool, Row
from fixturegen.schema import Dialect, Reference

Key = tuple[object, ...]
Place = tuple[str, int]
"""A table, and the number of one of the pool's rows."""


@dataclass(slots=True)
class Parents:
    """Finds the pool's rows that rows refer to.

    Attributes:
        pool: The valid rows.
        dialect: Whose rules decide in which order rows may come.
    """

    pool: Pool
    dialect: Dialect
    _indexes: dict[tuple[str, tuple[str, ...]], dict[Key, int]] = field(default_factory=dict)

    def parent(self, reference: Reference, row: Mapping[str, object]) -> int | None:
        """Return the number of the pool's row that a row refers to; None where there is none."""
        key = referring(row, reference)
        return None if key is None else self._index(reference).get(key)

    def before(self, table: str, row: Row, without: Reference | None = None) -> list[Place] | None:
        """Return the rows that must stand before a row, parents first; None where some cannot be there.

        Args:
            table: The row's table.
            row: The row.
            without: A reference of the row's that is to lead nowhere.
        """
        search = _Search(self)
        for reference in self.pool.schema.tables[table].references:
            if reference is not without and not search.visit(table, reference, row):
                return None
        return list(search.found)

    def _index(self, reference: Reference) -> dict[Key, int]:
        place = reference.table, reference.target
        if place not in self._indexes:
            rows = self.pool.rows.get(reference.table, [])
            keys = [tuple(row.get(name) for name in reference.target) for row in rows]
            self._indexes[place] = {key: at for at, key in reversed(list(enumerate(keys))) if None not in key}
        return self._indexes[place]


@dataclass(slots=True)
class _Search:
    """One search for the rows before a row."""

    parents: Parents
    found: dict[Place, None] = field(default_factory=dict)
    open: set[Place] = field(default_factory=set)

    def visit(self, table: str, reference: Reference, row: Row) -> bool:
        key = referring(row, reference)
        if key is None or (table == reference.table and key == tuple(row.get(name) for name in reference.target)):
            return True
        at = self.parents.parent(reference, row)
        if at is None:
            return False
        place = reference.table, at
        if place in self.found:
            return True
        if place in self.open:
            return reference.deferred and self.parents.dialect != "mysql"
        self.open.add(place)
        held = self.parents.pool.rows[reference.table][at]
        references = self.parents.pool.schema.tables[reference.table].references
        if not all(self.visit(reference.table, each, held) for each in references):
            return False
        self.found[place] = None
        return True


def merged(*chains: Iterable[Place]) -> list[Place]:
    """Return the places of several chains, each once, in an order in which parents come first."""
    return list(dict.fromkeys(place for chain in chains for place in chain))


def referring(row: Mapping[str, object], reference: Reference) -> Key | None:
    """Return the key by which a row refers to its parent; None where a NULL frees it."""
    key = tuple(row[name] for name in reference.columns)
    return None if any(value is None for value in key) else key
