"""What is asked of PostgreSQL's catalogue: a handful of queries for the whole database, none for a table alone.

Every value comes as a number, a text, a truth value or an array of them, so that any driver reads it. No query holds a percent
sign, which drivers take for a placeholder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

OLDEST = 120_000
"""The first server that is read: PostgreSQL 12 brought generated columns."""

_CHOSEN = """
    WITH chosen AS (
      SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_|^fixturegen_load_[0-9a-f]{16}$' AND n.nspname <> 'information_schema'
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    )
"""
"""Tables, partitioned ones and partitions: no views, foreign or temporary tables, none of an extension, the system or an unfinished load."""

_SESSION = """
    SELECT current_setting('server_version_num')::int AS version, current_schema()::text AS own,
           current_setting('server_version')::text AS version_name
"""
_TABLES = """
    SELECT c.oid::int8 AS oid, n.nspname::text AS space, c.relname::text AS name, c.relkind::text AS kind,
           c.relispartition AS is_partition, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
           CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_key
    FROM chosen c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""
_PARTITIONS = """
    SELECT i.inhrelid::int8 AS oid, i.inhparent::int8 AS parent, c.relname::text AS name, c.relkind::text AS kind,
           pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
    ORDER BY c.relname COLLATE "C"
"""
_COLUMNS = """
    SELECT a.attrelid::int8 AS table, a.attnum::int AS number, a.attname::text AS name, a.atttypid::int8 AS type,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS native, a.attnotnull AS filled,
           a.attidentity::text AS identity, a.attgenerated::text AS generated,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
           l.collname::text AS collation, l.collisdeterministic AS exact
    FROM chosen c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN (pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace)
      ON l.oid = a.attcollation AND a.atttypid <> 'pg_catalog.name'::regtype
      AND NOT (l.collname = 'default' AND ln.nspname = 'pg_catalog')
    WHERE a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum
"""
_TYPES = """
    , used(oid) AS (
      SELECT DISTINCT a.atttypid FROM chosen c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE a.attnum > 0 AND NOT a.attisdropped
      UNION
      SELECT part.oid FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid
      CROSS JOIN LATERAL (
        SELECT t.typelem AS oid WHERE t.typelem <> 0
        UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
        UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
        MULTIRANGES
      ) part
    )
    SELECT t.oid::int8 AS oid, n.nspname::text AS space, t.typname::text AS name, t.typtype::text AS kind,
           t.typcategory::text AS category, t.typelem::int8 AS element, t.typbasetype::int8 AS base,
           CASE WHEN t.typbasetype <> 0 THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base_native,
           t.typnotnull AS filled, t.typdefault AS default_text,
           CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
                WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END AS labels,
           SUBTYPE AS subtype,
           CASE WHEN t.typtype = 'c' THEN ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END AS fields,
           CASE WHEN t.typtype = 'c' THEN ARRAY(SELECT a.atttypid::int8 FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END AS field_types,
           CASE WHEN t.typtype = 'c' THEN ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod)
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY a.attnum) END AS field_natives
    FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname <> 'pg_catalog'
"""
_SUBTYPE = "(SELECT r.rngsubtype::int8 FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)"
_SUBTYPE_14 = "(SELECT r.rngsubtype::int8 FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid))"
_MULTIRANGES = "UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid"

_CONSTRAINTS = """
    SELECT k.conrelid::int8 AS table, k.conname::text AS name, k.contype::text AS kind,
           k.conkey::int[] AS columns, k.confrelid::int8 AS target, k.confkey::int[] AS target_columns,
           k.condeferrable AS deferrable, k.condeferred AS deferred, k.confdeltype::text AS on_delete,
           k.convalidated AS validated, k.confmatchtype::text AS matching, ENFORCED AS enforced,
           CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END AS expression,
           k.conislocal AND k.coninhcount = 0 AS own
    FROM chosen c JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
    WHERE k.contype IN ('c', 'f') AND k.conparentid = 0
    ORDER BY k.conrelid, k.conname COLLATE "C", k.oid
"""
_DOMAIN_CHECKS = """
    SELECT k.contypid::int8 AS type, k.conname::text AS name, pg_catalog.pg_get_expr(k.conbin, 0) AS expression
    FROM pg_catalog.pg_constraint k
    WHERE k.contypid <> 0 AND k.contype = 'c' AND k.contypid >= 16384
    ORDER BY k.contypid, k.conname COLLATE "C"
"""
_INDEXES = """
    SELECT i.indrelid::int8 AS table, x.relname::text AS name, i.indisprimary AS is_primary,
           i.indnkeyatts::int AS width, i.indkey::int2[]::int[] AS columns, NULLS_DISTINCT AS nulls_distinct,
           pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
           COALESCE(k.condeferrable, false) AS deferrable, COALESCE(k.condeferred, false) AS deferred,
           CASE WHEN i.indexprs IS NOT NULL OR k.conexclop IS NOT NULL THEN
             ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, g, false)
                   FROM generate_series(1, i.indnkeyatts::int) g ORDER BY g) END AS expressions,
           CASE WHEN k.conexclop IS NOT NULL THEN
             ARRAY(SELECT o.oprname::text FROM unnest(k.conexclop) WITH ORDINALITY e(oid, at)
                   JOIN pg_catalog.pg_operator o ON o.oid = e.oid ORDER BY e.at) END AS operators
    FROM chosen c
    JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    LEFT JOIN pg_catalog.pg_constraint k
      ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
    WHERE (i.indisunique OR i.indisexclusion) AND i.indisready AND i.indislive
      AND NOT (c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid))
    ORDER BY i.indrelid, NOT i.indisprimary, x.relname COLLATE "C"
"""
_TRIGGERS = r"""
    SELECT g.tgrelid::int8 AS table, g.tgname::text AS name, g.tgtype::int AS bits, g.tgconstraint <> 0 AS is_constraint,
           g.tginitdeferred AS deferred, p.proname::text AS function, p.prosrc AS body, l.lanname::text AS language,
           pg_catalog.pg_get_triggerdef(g.oid) AS definition,
           p.prosrc ~* '\mraise\M(?!\s+(notice|info|log|debug|warning)\M)|\massert\M'
             OR (g.tgtype & 2 <> 0 AND p.prosrc ~* '\mreturn\s+null\M') AS refuses
    FROM chosen c JOIN pg_catalog.pg_trigger g ON g.tgrelid = c.oid JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
    ORDER BY g.tgrelid, g.tgname COLLATE "C"
"""
_RULES = """
    SELECT r.ev_class::int8 AS table, r.rulename::text AS name, r.is_instead AS instead
    FROM chosen c JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
    WHERE r.ev_type = '3' AND r.ev_enabled IN ('O', 'A')
    ORDER BY r.ev_class, r.rulename COLLATE "C"
"""
_FUNCTIONS = """
    SELECT n.nspname::text AS space, p.proname::text AS name, p.pronargs::int AS arguments, p.proargnames AS parameters,
           pg_catalog.format_type(p.prorettype, NULL) AS result, p.proisstrict AS strict, p.prosrc AS source,
           pg_catalog.pg_function_is_visible(p.oid) AS visible, STANDARD AS body,
           l.lanname = 'sql' AND p.prokind = 'f' AND NOT p.proretset AND NOT p.prosecdef AND p.proconfig IS NULL
             AND p.pronargdefaults = 0 AND p.provariadic = 0 AND p.proargmodes IS NULL AS inlines
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.oid >= 16384 AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY n.nspname COLLATE "C", p.proname COLLATE "C", p.oid
"""

Rows = Sequence[Row[Any]]


class Catalogue:
    """The answers, each asked for once.

    Attributes:
        version: The server's version as a number, such as 150020.
        own: The schema in which a bare name is found first; None where there is none.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        session = self._asked(_SESSION)[0]
        self.version: int = session.version
        self.version_name: str = session.version_name
        self.own: str | None = session.own

    def tables(self) -> Rows:
        """Return the tables, partitions among them, by schema and name."""
        return self._asked(_CHOSEN + _TABLES)

    def partitions(self) -> Rows:
        """Return every partition with its parent and its bounds."""
        return self._asked(_PARTITIONS)

    def columns(self) -> Rows:
        """Return the columns of all tables in their order."""
        return self._asked(_CHOSEN + _COLUMNS)

    def types(self) -> Rows:
        """Return the types that columns are made of and that are not the system's own."""
        new = self.version >= 140_000
        body = _TYPES.replace("SUBTYPE", _SUBTYPE_14 if new else _SUBTYPE)
        body = body.replace("MULTIRANGES", _MULTIRANGES if new else "")
        return self._asked(_CHOSEN.replace("WITH", "WITH RECURSIVE", 1) + body)

    def domain_checks(self) -> Rows:
        """Return the checks of domains."""
        return self._asked(_DOMAIN_CHECKS)

    def constraints(self) -> Rows:
        """Return checks and references; those that partitions inherit are left out."""
        return self._asked(
            _CHOSEN + _CONSTRAINTS.replace("ENFORCED", "k.conenforced" if self.version >= 180_000 else "true")
        )

    def indexes(self) -> Rows:
        """Return primary keys, unique constraints, unique indexes and exclusion constraints."""
        nulls = "NOT i.indnullsnotdistinct" if self.version >= 150_000 else "true"
        return self._asked(_CHOSEN + _INDEXES.replace("NULLS_DISTINCT", nulls))

    def triggers(self) -> Rows:
        """Return the triggers that fire in an ordinary session."""
        return self._asked(_CHOSEN + _TRIGGERS)

    def rules(self) -> Rows:
        """Return the rules that rewrite an INSERT."""
        return self._asked(_CHOSEN + _RULES)

    def functions(self) -> Rows:
        """Return the functions of people's own, with what tells whether a call can be spelt out."""
        standard = "pg_catalog.pg_get_function_sqlbody(p.oid)" if self.version >= 140_000 else "NULL"
        return self._asked(_FUNCTIONS.replace("STANDARD", standard))

    def _asked(self, query: str) -> Rows:
        return self._connection.exec_driver_sql(query).all()
