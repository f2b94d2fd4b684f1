"""One column definition of a CREATE TABLE, and the references and identities it may hold, in any of the dialects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from fixturegen.schema import Check, Column, Reference, Type, Unique
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.drafts import Conflict

_ALWAYS_STOP = frozenset(
    {"CONSTRAINT", "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED"}
)
_STOPS = {
    "sqlite": _ALWAYS_STOP | {"AS"},
    "postgresql": _ALWAYS_STOP | {"STORAGE", "COMPRESSION", "DEFERRABLE", "INITIALLY", "USING", "OPTIONS"},
    "mysql": _ALWAYS_STOP
    | {"AS", "AUTO_INCREMENT", "COMMENT", "ON", "KEY", "CHARSET", "CHARACTER", "VIRTUAL", "STORED", "PERSISTENT"}
    | {
        "INVISIBLE",
        "VISIBLE",
        "FIRST",
        "AFTER",
        "COLUMN_FORMAT",
        "STORAGE",
        "SRID",
        "REF_SYSTEM_ID",
        "WITHOUT",
        "WITH",
    },
}
_ONE_ARGUMENT = frozenset({"COMMENT", "COLUMN_FORMAT", "STORAGE", "COMPRESSION", "SRID", "CHARSET", "AFTER"})
_NO_ARGUMENT = ("INVISIBLE", "VISIBLE", "FIRST", "WITH SYSTEM VERSIONING", "WITHOUT SYSTEM VERSIONING")


@dataclass(slots=True)
class ColumnDraft:
    """A column with the constraints written beside it.

    ``column.type`` is still unknown but for its native text; ``column.nullable`` is True until something says NOT NULL.
    """

    column: Column
    primary_key: Unique | None = None
    uniques: list[Unique] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def read_column(cursor: Cursor) -> ColumnDraft:
    """Read one column definition to its end.

    Args:
        cursor: Over the definition alone: ``total NUMERIC(10,2) NOT NULL CHECK (total >= 0)``.

    Raises:
        SchemaError: Something in it is not understood.
    """
    where = cursor.where
    name = cursor.name()
    path = f"{cursor.path}.{name}" if cursor.path else name
    cursor.path = path
    native = _native(cursor)
    column = Column(name=name, type=Type(kind="unknown", native=native), nullable=True, where=replace(where, path=path))
    draft = ColumnDraft(column)
    while not cursor.done:
        _read_constraint(cursor, draft)
    return draft


def _native(cursor: Cursor) -> str | None:
    stops = _STOPS[cursor.source.dialect]
    if cursor.done or (cursor.word() in stops and not _is_type_word(cursor)):
        return None  # SQLite needs no type
    start = cursor.index
    cursor.take()
    while not cursor.done and (cursor.word() not in stops or _is_type_word(cursor)):
        if cursor.sees_mark("("):
            cursor.group()
        elif cursor.sees_mark("["):
            while not cursor.accept_mark("]"):
                cursor.take()
        elif _is_name_part(cursor):
            cursor.take()
        else:
            break  # whatever it is, it is no part of a type's name
    return cursor.source.between(cursor.tokens[start : cursor.index])


def _is_name_part(cursor: Cursor) -> bool:
    token = cursor.peek()
    return token is not None and (token.kind in ("word", "name") or token.text == "." or _is_sqlite(cursor))


def _is_sqlite(cursor: Cursor) -> bool:
    return cursor.source.dialect == "sqlite"  # where a type may hold nearly anything, and the PRAGMA says what it is


def _is_type_word(cursor: Cursor) -> bool:
    """Tell CHARACTER VARYING and WITH TIME ZONE from CHARACTER SET and WITH SYSTEM VERSIONING."""
    if cursor.word() in ("CHARACTER", "WITH", "WITHOUT"):
        return cursor.word(1) not in ("SET", "SYSTEM")
    return False


def _read_constraint(cursor: Cursor, draft: ColumnDraft) -> None:
    where, name = cursor.where, ""
    if cursor.accept("CONSTRAINT"):
        named = cursor.word() not in _ALWAYS_STOP or cursor.word(1) in _ALWAYS_STOP
        name = cursor.name() if named and not cursor.done else ""
        if cursor.done:
            return
    column, dialect = draft.column, cursor.source.dialect
    if cursor.accept("NOT NULL"):
        draft.column = replace(column, nullable=False)
        read_conflict(cursor, draft.conflicts, "not null", (column.name,))
        cursor.accept("NO INHERIT")
    elif cursor.accept("NULL"):
        _skip_conflict_clause(cursor)
    elif cursor.accept("PRIMARY KEY") or cursor.accept("KEY"):
        _read_primary_key(cursor, draft, name)
    elif cursor.accept("UNIQUE"):
        cursor.accept("KEY")
        distinct = read_nulls_distinct(cursor)
        read_conflict(cursor, draft.conflicts, "unique", (column.name,))
        unique = Unique(columns=(column.name,), name=name, nulls_distinct=distinct, dialect=dialect, where=where)
        draft.uniques.append(replace(unique, deferred=read_deferral(cursor)[1]))
        skip_index_options(cursor)
    elif cursor.sees("CHECK"):
        draft.checks.append(read_check(cursor, name))
    elif cursor.sees("REFERENCES"):
        draft.references.append(read_reference(cursor, (column.name,), name))
    else:
        draft.column = _with_property(cursor, column)


def _read_primary_key(cursor: Cursor, draft: ColumnDraft, name: str) -> None:
    cursor.accept("ASC") or cursor.accept("DESC")
    column = draft.column
    read_conflict(cursor, draft.conflicts, "unique", (column.name,))
    if cursor.accept("AUTOINCREMENT"):
        column = replace(column, identity="autoincrement")
    draft.column = replace(column, nullable=False)
    key = Unique(columns=(column.name,), name=name, dialect=cursor.source.dialect, where=column.where)
    draft.primary_key = replace(key, deferred=read_deferral(cursor)[1])
    skip_index_options(cursor)


def _with_property(cursor: Cursor, column: Column) -> Column:
    if cursor.accept("DEFAULT"):
        return with_default(cursor, column)
    if cursor.accept("COLLATE"):
        return replace(column, collation=cursor.qualified()[-1])
    if cursor.accept("AUTO_INCREMENT"):
        return replace(column, identity="autoincrement")
    if cursor.sees("GENERATED") or cursor.sees("AS"):
        return read_generated(cursor, column)
    if not _skip_property(cursor):
        raise cursor.error("unknown property of a column")
    return column


def _skip_property(cursor: Cursor) -> bool:
    """Pass a property that allows no value less and no value more; tell whether there was one."""
    if cursor.word() in _ONE_ARGUMENT:
        cursor.take()
        cursor.accept_mark("=")
        cursor.take()
    elif cursor.accept("CHARACTER SET"):
        cursor.take()
    elif cursor.accept("ON UPDATE"):
        cursor.until(_STOPS[cursor.source.dialect])
    elif cursor.word() in ("DEFERRABLE", "INITIALLY") or cursor.sees("NOT DEFERRABLE"):
        read_deferral(cursor)
    else:
        return any(cursor.accept(words) for words in _NO_ARGUMENT)
    return True


def with_default(cursor: Cursor, column: Column) -> Column:
    """Read what follows DEFAULT."""
    stops = _STOPS[cursor.source.dialect] - {"AS"}
    text = cursor.until(stops).text
    # A sequence's next value is a numbering by the database, and its text means nothing in another one.
    if text.lower().replace("pg_catalog.", "").startswith("nextval"):
        return replace(column, identity="by default", default=None)
    return replace(column, default=None if text.upper() == "NULL" else text)


def read_generated(cursor: Cursor, column: Column) -> Column:
    """Read ``GENERATED ... AS IDENTITY``, ``GENERATED ALWAYS AS (x) STORED`` or ``AS (x)``."""
    cursor.accept("GENERATED")
    always = cursor.accept("ALWAYS")
    if not always and cursor.accept("BY DEFAULT"):
        cursor.accept("ON NULL")
    if not cursor.accept("AS"):
        raise cursor.error("GENERATED without AS")
    if cursor.accept("IDENTITY"):
        if cursor.sees_mark("("):
            cursor.group()
        return replace(column, identity="always" if always else "by default", nullable=False)
    expression = cursor.group().text
    for kind in ("STORED", "VIRTUAL", "PERSISTENT"):
        cursor.accept(kind)
    return replace(column, generated=expression)


def read_check(cursor: Cursor, name: str) -> Check:
    """Read ``CHECK (x)`` and what may follow it.

    >>> from fixturegen.sources.ddl_lexer import Source, tokens_of
    >>> from fixturegen.schema import NOWHERE
    >>> sql = "CHECK (a > 0 /* ) */ AND b IN ('CHECK(', ')')) NOT VALID"
    >>> check = read_check(Cursor(Source(sql, "postgresql", NOWHERE), tokens_of(sql, "postgresql")), "ab")
    >>> check.sql, check.enforced
    ("a > 0 AND b IN ('CHECK(', ')')", False)
    """
    where = cursor.where
    cursor.accept("CHECK")
    sql = cursor.group().text
    enforced = True
    while True:
        if cursor.accept("NOT VALID") or cursor.accept("NOT ENFORCED"):
            enforced = False
        elif not (cursor.accept("NO INHERIT") or cursor.accept("ENFORCED") or _skip_conflict_clause(cursor)):
            break
    return Check(sql=sql, name=name, dialect=cursor.source.dialect, enforced=enforced, where=where)


def read_reference(cursor: Cursor, columns: tuple[str, ...], name: str) -> Reference:
    """Read ``REFERENCES table (columns) ON DELETE ... DEFERRABLE ...``; the table's name joined by points."""
    where = cursor.where
    if not cursor.accept("REFERENCES"):
        raise cursor.error("FOREIGN KEY without REFERENCES")
    table = ".".join(cursor.qualified())
    target = tuple(part.name() for part in cursor.group().elements()) if cursor.sees_mark("(") else ()
    on_delete = _read_actions(cursor)
    deferrable, deferred = read_deferral(cursor)
    on_delete = _read_actions(cursor) or on_delete
    cursor.accept("NOT VALID")
    return Reference(
        columns=columns, table=table, target=target, name=name,
        deferrable=deferrable, deferred=deferred, on_delete=on_delete, where=where,
    )  # fmt: skip


def _read_actions(cursor: Cursor) -> str | None:
    on_delete = None
    while True:
        if cursor.accept("MATCH"):
            cursor.take()
        elif cursor.accept("ON DELETE"):
            on_delete = _action(cursor)
        elif cursor.accept("ON UPDATE"):
            _action(cursor)
        else:
            return on_delete


def _action(cursor: Cursor) -> str:
    for action in ("SET NULL", "SET DEFAULT", "NO ACTION", "CASCADE", "RESTRICT"):
        if cursor.accept(action):
            if cursor.sees_mark("("):
                cursor.group()
            return action
    raise cursor.error("unknown action of a reference")


def read_deferral(cursor: Cursor) -> tuple[bool, bool]:
    """Read ``[NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]``: whether it can wait for the commit, and does."""
    deferrable = deferred = False
    while True:
        if cursor.accept("NOT DEFERRABLE"):
            deferrable = False
        elif cursor.accept("DEFERRABLE"):
            deferrable = True
        elif cursor.accept("INITIALLY DEFERRED"):
            deferred = True
        elif not cursor.accept("INITIALLY IMMEDIATE"):
            break
    # PostgreSQL takes INITIALLY DEFERRED for DEFERRABLE as well; SQLite defers only what is said to be deferrable.
    deferrable = deferrable or (deferred and cursor.source.dialect == "postgresql")
    return deferrable, deferrable and deferred


def read_nulls_distinct(cursor: Cursor) -> bool:
    """Read ``NULLS [NOT] DISTINCT``: whether rows with a NULL are free."""
    if cursor.accept("NULLS NOT DISTINCT"):
        return False
    cursor.accept("NULLS DISTINCT")
    return True


def skip_index_options(cursor: Cursor) -> None:
    """Pass what says how an index is kept, not what it demands: ``USING btree``, ``WITH (...)``, ``INCLUDE (...)``."""
    while True:
        if cursor.word() in ("USING", "TABLESPACE", "COMMENT", "KEY_BLOCK_SIZE") or cursor.sees("WITH PARSER"):
            cursor.take()
            cursor.accept("PARSER")
            cursor.accept("INDEX")
            cursor.accept_mark("=")
            cursor.take()
        elif cursor.accept("INCLUDE") or (cursor.sees("WITH") and cursor.sees_mark("(", 1) and cursor.accept("WITH")):
            cursor.group()
        elif not (cursor.accept("VISIBLE") or cursor.accept("INVISIBLE") or cursor.accept("IGNORED")):
            return


def read_conflict(
    cursor: Cursor, found: list[Conflict], kind: Literal["not null", "unique"], columns: tuple[str, ...]
) -> None:
    """Read SQLite's ``ON CONFLICT ...``, if it stands there, and note it where it says more than that a row is refused."""
    if cursor.accept("ON CONFLICT") and (word := cursor.take().word) != "ABORT":
        found.append((kind, columns, word))


def _skip_conflict_clause(cursor: Cursor) -> bool:
    """Pass ``ON CONFLICT ...`` where SQLite reads it and does nothing."""
    if not cursor.accept("ON CONFLICT"):
        return False
    cursor.take()
    return True
