"""The tables of an SQLite database: what its PRAGMAs tell, and from the stored CREATE statements what they do not.

SQLAlchemy's inspector is not asked: it misses UNIQUE beside a ``varchar(n)``, the options of inline references, and the
text of generated columns on one line. PRAGMAs decide what columns, keys and references there are; the statement in
``sqlite_master``, read by the same parser as DDL files, adds CHECKs, names, collations, deferral and expressions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from fixturegen.errors import RefusedError
from fixturegen.schema import MARKER_TABLE, NOWHERE, Column, Location, Reference, Type, Unique
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_index import read_create_index
from fixturegen.sources.ddl_lexer import Source, Statement, tokens_of
from fixturegen.sources.ddl_table import read_create_table
from fixturegen.sources.drafts import Draft
from fixturegen.sources.triggers import trigger_of_sqlite
from fixturegen.sources.types_sql import type_of

OLDEST = (3, 37)
"""The first SQLite whose ``pragma_table_list`` tells tables from views, virtual tables and their shadows."""

_TABLES = """
    SELECT listed.name, listed.wr, listed.strict FROM pragma_table_list AS listed
    JOIN main.sqlite_master AS stored ON stored.type = 'table' AND stored.name = listed.name
    WHERE listed.schema = 'main' AND listed.type = 'table' AND listed.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY stored.rowid
"""
_STATEMENT = "SELECT sql FROM main.sqlite_master WHERE type = ? AND name = ?"
_TRIGGERS = (
    "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid"
)
_COLUMNS = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid"
_INDEXES = "SELECT name, origin, partial FROM pragma_index_list(?, 'main') WHERE \"unique\" ORDER BY seq DESC"
_PARTS = "SELECT cid, name, coll FROM pragma_index_xinfo(?, 'main') WHERE key ORDER BY seqno"
_REFERENCES = """
    SELECT id, "table", "from", "to", on_delete FROM pragma_foreign_key_list(?, 'main') ORDER BY id DESC, seq
"""
_VIRTUAL, _STORED = 2, 3


def drafts(connection: Connection, source: Location, places: Mapping[str, Location] | None = None) -> list[Draft]:
    """Return the tables of the main database, in the order in which they were made.

    Views, virtual tables and their shadow tables, SQLite's own tables, temporary and attached ones are left out. A
    column of a primary key counts as NOT NULL, although SQLite lets most of them be NULL.

    Args:
        connection: Any open connection; nothing is written.
        source: The database, for messages.
        places: Where the tables' names stand in a file of DDL, by their names in lower case.

    Raises:
        RefusedError: SQLite is older than 3.37.
        SchemaError: A stored statement is not understood.
    """
    version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise RefusedError(f"SQLite {version} is too old to be read: 3.37 is needed", where=source)
    tables = connection.exec_driver_sql(_TABLES).all()
    return [
        _table(connection, name, bool(without_rowid), bool(strict), (places or {}).get(name.lower(), source))
        for name, without_rowid, strict in tables
        if name != MARKER_TABLE
    ]


def _table(connection: Connection, name: str, without_rowid: bool, strict: bool, source: Location) -> Draft:
    place = replace(source, path=name)
    sql = connection.exec_driver_sql(_STATEMENT, ("table", name)).scalar_one()
    written = _Written.read(sql, place)
    draft = Draft(name, where=place)
    draft.options = {key: True for key, given in (("without_rowid", without_rowid), ("strict", strict)) if given}
    rows = connection.exec_driver_sql(_COLUMNS, (name,)).all()
    for column, native, not_null, default, _, hidden in rows:
        given = written.column(column)
        draft.columns[column] = Column(
            name=column,
            type=type_of(_without_generated(native, hidden), "sqlite"),
            nullable=not not_null,
            generated=given.generated if hidden in (_VIRTUAL, _STORED) else None,
            identity=given.identity,
            default=None if default is None or default.upper() == "NULL" else default,
            collation=given.collation,
            where=replace(given.where if given.where != NOWHERE else place, path=f"{name}.{column}"),
        )
    draft.primary_key = _primary_key(rows, written, place)
    draft.uniques, indexed_key = _uniques(connection, draft, written)
    draft.references = _references(connection, draft, written)
    if not without_rowid and not indexed_key:
        _mark_rowid(draft)
    elif not without_rowid and _is_backwards(draft):
        draft.options["indexed_key"] = True
    draft.conflicts = written.draft.conflicts
    triggers = connection.exec_driver_sql(_TRIGGERS, (name,)).all()
    if triggers:
        draft.options["triggers"] = {each: trigger_of_sqlite(text, list(draft.columns)) for each, text in triggers}
    draft.checks = [replace(check, where=replace(check.where, path=name)) for check in written.draft.checks]
    return draft


def _mark_rowid(draft: Draft) -> None:
    """Mark a key that is the rowid itself as numbered by the database, but where it is another table's key."""
    columns = draft.primary_key.columns if draft.primary_key is not None else ()
    if len(columns) != 1:
        return
    column = draft.columns[columns[0]]
    if any(columns == reference.columns for reference in draft.references):
        draft.columns[column.name] = replace(column, nullable=False)  # a rowid takes no NULL, whatever is said
    else:
        draft.columns[column.name] = replace(
            column, identity=column.identity or "by default", type=Type(kind="integer", native=column.type.native)
        )


def _is_backwards(draft: Draft) -> bool:
    """Whether an indexed key is spelled as a rowid is: ``INTEGER PRIMARY KEY DESC`` is none, by an old mistake that SQLite keeps."""
    columns = draft.primary_key.columns if draft.primary_key is not None else ()
    return len(columns) == 1 and (draft.columns[columns[0]].type.native or "").upper() == "INTEGER"


def _without_generated(native: str, hidden: int) -> str:
    """SQLite counts GENERATED ALWAYS among the words of the type."""
    words = native.split()
    if hidden and [word.upper() for word in words[-2:]] == ["GENERATED", "ALWAYS"]:
        words = words[:-2]
    return " ".join(words)


def _primary_key(rows: Sequence[Row[Any]], written: _Written, place: Location) -> Unique | None:
    keyed = sorted((row.pk, row.name) for row in rows if row.pk)
    if not keyed:
        return None
    name = written.draft.primary_key.name if written.draft.primary_key is not None else ""
    return Unique(columns=tuple(column for _, column in keyed), name=name, where=place)


def _uniques(connection: Connection, draft: Draft, written: _Written) -> tuple[list[Unique], bool]:
    """Return the unique constraints and indexes, and whether the primary key has an index (else it is the rowid)."""
    found, indexed_key = [], False
    for index, origin, partial in connection.exec_driver_sql(_INDEXES, (draft.name,)).all():
        indexed_key = indexed_key or origin == "pk"
        parts = connection.exec_driver_sql(_PARTS, (index,)).all()
        plain = all(
            cid >= 0 and coll == (draft.columns[name].collation or "BINARY").upper() for cid, name, coll in parts
        )
        columns = tuple(name for _, name, _ in parts)
        if origin == "u":
            said = written.unique(columns)
            found.append(replace(said, columns=columns, expressions=()) if plain else said)
        elif origin == "c":
            said = _index(connection, draft, index)
            found.append(said if partial or not plain else replace(said, columns=columns, expressions=()))
    return found, indexed_key


def _index(connection: Connection, draft: Draft, name: str) -> Unique:
    sql = connection.exec_driver_sql(_STATEMENT, ("index", name)).scalar_one()
    cursor = Cursor(Source(sql, "sqlite", replace(draft.where, path=f"{draft.name}.{name}")), tokens_of(sql, "sqlite"))
    while not cursor.accept("ON"):
        cursor.take()
    cursor.name()
    return replace(read_create_index(cursor, draft, name), where=draft.where)


def _references(connection: Connection, draft: Draft, written: _Written) -> list[Reference]:
    """Return the foreign keys in the order they are written: SQLite numbers them backwards."""
    rows = connection.exec_driver_sql(_REFERENCES, (draft.name,)).all()
    found = []
    for position, (_, parts) in enumerate(groupby(rows, key=lambda row: row.id)):
        listed = list(parts)
        columns = tuple(row[2] for row in listed)
        said = written.reference(position, columns)
        found.append(
            replace(
                said,
                columns=columns,
                table=listed[0].table,
                target=tuple(row.to for row in listed if row.to is not None),
                on_delete=None if listed[0].on_delete == "NO ACTION" else listed[0].on_delete,
                where=said.where if said.where != NOWHERE else draft.where,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Written:
    """What the stored CREATE TABLE says beyond the PRAGMAs."""

    draft: Draft

    @classmethod
    def read(cls, sql: str, place: Location) -> _Written:
        tokens = tokens_of(sql, "sqlite")
        return cls(read_create_table(Statement(Source(sql, "sqlite", place), tokens)).draft)

    def column(self, name: str) -> Column:
        """Return a column as written; a plain one where the statement does not show it."""
        folded = {column.lower(): given for column, given in self.draft.columns.items()}
        return folded.get(name.lower()) or Column(name=name, type=Type(kind="unknown"))

    def unique(self, columns: tuple[str | None, ...]) -> Unique:
        """Return the unique constraint over these columns."""
        wanted = [str(column).lower() for column in columns]
        for unique in self.draft.uniques:
            if [column.lower() for column in unique.columns] == wanted:
                return unique
        return Unique(columns=tuple(column for column in columns if column is not None))

    def reference(self, position: int, columns: tuple[str, ...]) -> Reference:
        """Return the reference written at a position, or failing that one over the same columns."""
        wanted = [column.lower() for column in columns]
        same = [given for given in self.draft.references if [name.lower() for name in given.columns] == wanted]
        at = self.draft.references[position : position + 1]
        chosen = at if at and at[0] in same else same[:1]
        return chosen[0] if chosen else Reference(columns=columns, table="", target=())
