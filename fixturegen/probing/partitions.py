"""What PostgreSQL calls the constraints of partitions, which answer for those of the whole table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Names = Mapping[tuple[str, str], str]
"""The whole table's constraint, by the names of a partition and of the constraint there."""
_INDEXES = """
    WITH RECURSIVE down (index, whole) AS (
      SELECT c.oid, c.oid FROM pg_class c WHERE c.relkind = 'I' AND NOT c.relispartition
      UNION ALL SELECT h.inhrelid, down.whole FROM pg_inherits h JOIN down ON h.inhparent = down.index)
    SELECT t.relname::text, i.relname::text, w.relname::text
    FROM down JOIN pg_class i ON i.oid = down.index JOIN pg_index x ON x.indexrelid = i.oid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class w ON w.oid = down.whole WHERE down.index <> down.whole
"""
_CHECKS = """
    SELECT c.relname::text, o.conname::text, w.relname::text || '_partition'
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_class w ON w.oid = pg_partition_root(c.oid)
    WHERE c.relispartition AND o.contype = 'c' AND NOT EXISTS (
      SELECT FROM pg_constraint p WHERE p.conrelid = w.oid AND p.contype = 'c' AND p.conname = o.conname)
"""
"""What a partition alone demands is part of the check that says which rows the whole table takes."""


def names_of_wholes(rows: Callable[[str], Sequence[Sequence[object]]]) -> Names:
    """Return how partitions call the constraints of the tables that they are part of.

    Args:
        rows: Gives all rows of a query of the database.
    """
    return {(str(part), str(name)): str(whole) for query in (_INDEXES, _CHECKS) for part, name, whole in rows(query)}
