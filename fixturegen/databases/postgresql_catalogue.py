"""What a loader asks PostgreSQL's catalogue: tables, references, sequences, triggers; few questions for any number of tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.quoting import quoted, quoted_table


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference between tables as the database has it.

    Attributes:
        name: Its name.
        table: Object number of the table that refers.
        columns: Its columns.
        parent: Object number of the table referred to.
        target: Its columns.
        deferrable: Whether it can be judged at commit.
    """

    name: str
    table: int
    columns: tuple[str, ...]
    parent: int
    target: tuple[str, ...]
    deferrable: bool


@dataclass(frozen=True, slots=True)
class Numbering:
    """A sequence that numbers a column.

    Attributes:
        name: The sequence's quoted name.
        table: Object number of the table.
        column: The column.
        least: Least number that the sequence gives.
        greatest: Greatest one.
        step: What it adds each time; negative where it counts downwards.
        owned: Whether we may alter it.
        settable: Whether we may set it.
    """

    name: str
    table: int
    column: str
    least: int
    greatest: int
    step: int
    owned: bool
    settable: bool


# A partition's references are its parent's, so are counted once, and for the table at the top.
_REFERENCES = """
SELECT c.conname, coalesce(pg_partition_root(c.conrelid), c.conrelid)::oid::bigint,
       (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(at, n)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.at),
       coalesce(pg_partition_root(c.confrelid), c.confrelid)::oid::bigint,
       (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(at, n)
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.at),
       c.condeferrable
FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0
ORDER BY c.conrelid, c.conname
"""

# A column is numbered by a sequence that is its own (identity), or that its default reads (serial and by hand).
_SEQUENCES = """
WITH numbered(sequence, relation, attribute) AS (
  SELECT objid, refobjid, refobjsubid FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype = 'i' AND refobjsubid > 0
  UNION
  SELECT d.refobjid, f.adrelid, f.adnum FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
  WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
)
SELECT format('%%I.%%I', n.nspname, c.relname), relation::bigint, a.attname::text, s.seqmin, s.seqmax, s.seqincrement,
       pg_has_role(c.relowner, 'USAGE'), has_sequence_privilege(c.oid, 'UPDATE')
FROM numbered
JOIN pg_sequence s ON s.seqrelid = sequence JOIN pg_class c ON c.oid = sequence JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = relation AND a.attnum = attribute
WHERE relation = ANY(%s) AND a.atttypid = ANY('{int2,int4,int8,numeric}'::regtype[])
ORDER BY 1, 2, 3
"""

_TRIGGERS = """
SELECT c.relname, f.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = coalesce(pg_partition_root(t.tgrelid), t.tgrelid)
JOIN pg_proc f ON f.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY 1, t.tgname
"""


class Catalogue:
    """Answers about one database, kept where they cannot change under the load."""

    def __init__(self, opened: Session) -> None:
        self._session = opened
        self._numbers: dict[str, int | None] = {}

    def number(self, table: str) -> int | None:
        """Return the object number of a table, partitioned or not; None where there is none of that name."""
        if self._numbers.get(table) is None:
            query = "SELECT oid::bigint FROM pg_class WHERE oid = to_regclass(%s) AND relkind IN ('r', 'p')"
            self._numbers[table] = self._session.value(query, (quoted_table(table, "postgresql"),))
        return self._numbers[table]

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns."""
        query = "SELECT attname::text FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        return tuple(str(row[0]) for row in self._session.rows(query, (self.number(table),)))

    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Return the references of the whole database."""
        return tuple(
            ForeignKey(str(name), table, tuple(columns), parent, tuple(target), bool(deferrable))
            for name, table, columns, parent, target, deferrable in self._session.rows(_REFERENCES)
        )

    def sequences(self, tables: Iterable[str]) -> tuple[Numbering, ...]:
        """Return the sequences that number integer columns of tables."""
        return tuple(Numbering(*row) for row in self._session.rows(_SEQUENCES, (self._known(tables),)))

    def triggers(self) -> tuple[tuple[str, str], ...]:
        """Return each trigger of a user: the bare name of its table and its text."""
        return tuple((str(table), str(body)) for table, body in self._session.rows(_TRIGGERS))

    def top(self, schema: str | None, table: str | None) -> int | None:
        """Return the object number of a table by both its names; that of the table at the top for a partition."""
        query = """SELECT coalesce(pg_partition_root(oid), oid)::bigint FROM pg_class
                   WHERE oid = to_regclass(format('%%I.%%I', %s::text, %s::text))"""
        found = None if None in (schema, table) else self._session.value(query, (schema, table))
        return None if found is None else int(found)

    def name(self, number: int) -> str:
        """Return a table's quoted name, with its schema."""
        query = "SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s"
        return str(self._session.value(query, (number,)))

    def own_rows(self, number: int) -> str:
        """Return what stands after FROM for a table's own rows: without those of tables that inherit from it."""
        kind = self._session.value("SELECT relkind::text FROM pg_class WHERE oid = %s", (number,))
        return f"ONLY {self.name(number)}" if kind == "r" else self.name(number)

    def plain_name(self, number: int) -> str:
        """Return a table's name as messages have it: without quotes, with its schema where that is not searched."""
        query = """SELECT CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s"""
        return str(self._session.value(query, (number,)))

    def _known(self, tables: Iterable[str]) -> list[int]:
        return [number for number in map(self.number, tables) if number is not None]


def dangling(key: ForeignKey, parents: Sequence[str]) -> str:
    """Return the condition on a row ``c`` that its reference leads nowhere.

    Args:
        key: The reference.
        parents: Quoted tables, in any of which the parent may be.

    >>> print(dangling(ForeignKey("k", 1, ("a",), 2, ("id",), False), ['"p"']))
    c."a" IS NOT NULL AND NOT EXISTS (SELECT FROM "p" p WHERE p."id" = c."a")
    """
    filled = " AND ".join(f"c.{quoted(name, 'postgresql')} IS NOT NULL" for name in key.columns)
    pairs = zip(key.columns, key.target, strict=True)
    same = " AND ".join(f"p.{quoted(target, 'postgresql')} = c.{quoted(name, 'postgresql')}" for name, target in pairs)
    absent = [f"NOT EXISTS (SELECT FROM {parent} p WHERE {same})" for parent in parents]
    return " AND ".join([filled, *absent])
