"""What must stand before a row: its parents, theirs, and the rows it is to be compared with, from empty tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fixturegen.breaking.pool import Pool, Row
from fixturegen.schema import Dialect, Reference

Key = tuple[object, ...]
Place = tuple[str, int]
"""A table, and the number of one of the pool's rows, or of a row made up beside them."""


@dataclass(slots=True)
class Parents:
    """Finds the pool's rows that rows refer to.

    Attributes:
        pool: The valid rows.
        dialect: Whose rules decide in which order rows may come.
        made: Rows made up beside the pool's, by table.
    """

    pool: Pool
    dialect: Dialect
    made: dict[str, list[Row]] = field(default_factory=dict)
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
        search = Search(self, standing=[(table, row)])
        return list(search.found) if search.all_of(table, row, without) else None

    def row(self, place: Place) -> Row:
        """Return the row at a place."""
        table, at = place
        rows = self.pool.rows[table]
        return rows[at] if at < len(rows) else self.made[table][at - len(rows)]

    def add(self, table: str, row: Row) -> Place:
        """Return the place of a row that is made up; no reference finds it by itself."""
        made = self.made.setdefault(table, [])
        made.append(row)
        return table, len(self.pool.rows[table]) + len(made) - 1

    def _index(self, reference: Reference) -> dict[Key, int]:
        place = reference.table, reference.target
        if place not in self._indexes:
            rows = self.pool.rows.get(reference.table, [])
            keys = [tuple(row.get(name) for name in reference.target) for row in rows]
            self._indexes[place] = {key: at for at, key in reversed(list(enumerate(keys))) if None not in key}
        return self._indexes[place]


@dataclass(slots=True)
class Search:
    """One search for the rows before some rows.

    Attributes:
        parents: Finds parents.
        found: What must stand before the rows, parents first.
        open: What was begun and not found yet.
        standing: Rows that come after all that is found, with their tables: what waits for the commit may refer to them.
    """

    parents: Parents
    found: dict[Place, None] = field(default_factory=dict)
    open: set[Place] = field(default_factory=set)
    standing: list[tuple[str, Row]] = field(default_factory=list)

    def all_of(self, table: str, row: Row, without: Reference | None = None) -> bool:
        """Find all that must stand before a row; False where some of it cannot be there."""
        references = self.parents.pool.schema.tables[table].references
        return all(self.visit(table, each, row) for each in references if each is not without)

    def visit(self, table: str, reference: Reference, row: Row) -> bool:
        """Find what must stand before a row for one of its references."""
        key = referring(row, reference)
        if key is None or (table == reference.table and key == tuple(row.get(name) for name in reference.target)):
            return True
        if self._waits(reference) and any(
            other == reference.table and key == tuple(held.get(name) for name in reference.target)
            for other, held in self.standing
        ):
            return True
        place = self.parent(reference, row)
        return place is not None and self.enter(reference, place)

    def parent(self, reference: Reference, row: Row) -> Place | None:
        """Return the place of a row's parent; None where there is none."""
        at = self.parents.parent(reference, row)
        return None if at is None else (reference.table, at)

    def enter(self, reference: Reference, place: Place) -> bool:
        """Find what must stand before a parent, and the parent."""
        if place in self.found:
            return True
        if place in self.open:
            return self._waits(reference)
        self.open.add(place)
        if not self.all_of(reference.table, self.parents.row(place)):
            return False
        self.found[place] = None
        return True

    def _waits(self, reference: Reference) -> bool:
        return reference.deferred and self.parents.dialect != "mysql"


def referring(row: Mapping[str, object], reference: Reference) -> Key | None:
    """Return the key by which a row refers to its parent; None where a NULL frees it."""
    key = tuple(row[name] for name in reference.columns)
    return None if any(value is None for value in key) else key
