"""A whole CREATE TABLE (or the part of an ALTER TABLE that adds to one) into a draft, in any of the dialects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from fixturegen.errors import SchemaError
from fixturegen.schema import Unique
from fixturegen.sources.ddl_columns import (
    ColumnDraft,
    read_check,
    read_column,
    read_conflict,
    read_deferral,
    read_nulls_distinct,
    read_reference,
    skip_index_options,
)
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.ddl_index import read_exclusion, read_index_parts
from fixturegen.sources.ddl_lexer import Statement
from fixturegen.sources.ddl_partitions import read_partitions
from fixturegen.sources.drafts import Draft

_TABLE_WORDS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"})
_MYSQL_INDEX = frozenset({"KEY", "INDEX", "FULLTEXT", "SPATIAL"})


@dataclass(slots=True)
class TableStatement:
    """A CREATE TABLE statement.

    Attributes:
        name: The table's name with its schema, if given.
        draft: The table; its name is the last part of ``name``.
        kind: ``foreign`` and ``virtual`` tables keep their rows elsewhere, ``temporary`` ones are gone with the session.
        exists: Whether IF NOT EXISTS was said.
        likes: Tables whose columns it copies (LIKE), with the words of the INCLUDING clauses that follow.
        inherits: Tables whose columns it inherits.
        partition_of: The partitioned table whose part it is, and the bounds as written.
        query: Whether its columns come from a SELECT.
    """

    name: tuple[str, ...]
    draft: Draft
    kind: Literal["table", "temporary", "foreign", "virtual"] = "table"
    exists: bool = False
    likes: list[tuple[tuple[str, ...], frozenset[str]]] = field(default_factory=list)
    inherits: list[tuple[str, ...]] = field(default_factory=list)
    partition_of: tuple[tuple[str, ...], str] | None = None
    query: bool = False


def read_create_table(statement: Statement) -> TableStatement:
    """Read a CREATE TABLE statement.

    Args:
        statement: Its tokens; the caller has seen the words CREATE and TABLE.

    Raises:
        SchemaError: Something in it is not understood.
    """
    cursor = Cursor(statement.source, statement.tokens)
    cursor.accept("CREATE")
    kind = _kind(cursor)
    exists = cursor.accept("IF NOT EXISTS")
    where = cursor.where
    name = cursor.qualified()
    made = TableStatement(name, Draft(name[-1], where=replace(where, path=name[-1])), kind, exists)
    cursor.path = name[-1]
    if kind != "virtual":
        _read_body(cursor, made)
    return made


def _kind(cursor: Cursor) -> Literal["table", "temporary", "foreign", "virtual"]:
    words = []
    while not cursor.accept("TABLE"):
        words.append(cursor.take().word)
    if "TEMP" in words or "TEMPORARY" in words:
        return "temporary"
    if "VIRTUAL" in words:
        return "virtual"
    return "foreign" if "FOREIGN" in words else "table"


def _read_body(cursor: Cursor, made: TableStatement) -> None:
    if cursor.accept("PARTITION OF"):
        parent = cursor.qualified()
        if cursor.sees_mark("("):
            for element in cursor.group().elements():
                _read_part_element(element, made.draft)
        made.partition_of = (parent, _read_bound(cursor))
        _read_options(cursor, made)
    elif cursor.accept("LIKE"):
        made.likes.append((cursor.qualified(), frozenset({"ALL"})))
    elif cursor.sees_mark("(") and cursor.word(1) == "LIKE" and cursor.source.dialect == "mysql":
        body = cursor.group()
        body.take()
        made.likes.append((body.qualified(), frozenset({"ALL"})))
    elif cursor.sees_mark("(") and cursor.word(1) not in ("SELECT", "WITH", "VALUES"):
        for element in cursor.group().elements():
            read_element(element, made)
        _read_options(cursor, made)
    elif "SELECT" in {token.word for token in cursor.tokens} or cursor.sees("AS"):
        made.query = True
    else:
        raise cursor.error("a CREATE TABLE without its columns")


def _read_bound(cursor: Cursor) -> str:
    start = cursor.index
    if not cursor.accept("DEFAULT"):
        while not cursor.done and cursor.word() not in ("PARTITION", "TABLESPACE", "USING"):
            cursor.group() if cursor.sees_mark("(") else cursor.take()
            if cursor.accept("WITH"):
                cursor.group()  # MODULUS and REMAINDER
    return cursor.source.between(cursor.tokens[start : cursor.index])


def _read_part_element(element: Cursor, draft: Draft) -> None:
    """Read a constraint of a partition; what it says of single columns repeats the parent's."""
    if element.word() in _TABLE_WORDS:
        read_table_constraint(element, draft)


def read_element(cursor: Cursor, made: TableStatement) -> None:
    """Read one element between the parentheses of a CREATE TABLE: a column, constraints, or a LIKE."""
    draft = made.draft
    if cursor.done:
        raise cursor.error("nothing stands between two commas")
    if cursor.accept("LIKE"):
        made.likes.append((cursor.qualified(), _including(cursor)))
    elif begins_constraint(cursor):
        while not cursor.done:  # SQLite needs no comma between them
            read_table_constraint(cursor, draft)
    elif cursor.accept("PERIOD FOR"):
        pass  # system versioning: its columns are generated
    else:
        add_column(draft, read_column(cursor))


def begins_constraint(cursor: Cursor) -> bool:
    """Tell whether a table constraint begins here rather than a column."""
    if cursor.word() in _TABLE_WORDS:
        return True
    if cursor.source.dialect == "mysql" and cursor.word() in _MYSQL_INDEX:
        return True
    return cursor.word() == "EXCLUDE" and (cursor.word(1) == "USING" or cursor.sees_mark("(", 1))


def _including(cursor: Cursor) -> frozenset[str]:
    """Return what INCLUDING names and no later EXCLUDING takes back."""
    words: set[str] = set()
    while not cursor.done:
        verb = cursor.take().word
        what = cursor.take().word
        words = words | {what} if verb == "INCLUDING" else words - {what}
    return frozenset(words)


def add_column(draft: Draft, column: ColumnDraft) -> None:
    """Add a column and what is written beside it.

    Raises:
        SchemaError: The table has a column of that name.
    """
    name = column.column.name
    if name in draft.columns:
        raise SchemaError(f"table {draft.name!r} has two columns {name!r}", where=column.column.where)
    draft.columns[name] = column.column
    draft.primary_key = column.primary_key or draft.primary_key
    draft.uniques += column.uniques
    draft.references += column.references
    draft.checks += column.checks
    draft.conflicts += column.conflicts


def read_table_constraint(cursor: Cursor, draft: Draft) -> None:
    """Read one constraint of a table into its draft; an index that is not unique demands nothing and is passed."""
    where, name, dialect = replace(cursor.where, path=draft.name), "", cursor.source.dialect
    if cursor.accept("CONSTRAINT"):
        named = cursor.word() not in (_TABLE_WORDS | {"EXCLUDE"}) or cursor.word(1) in (_TABLE_WORDS | {"EXCLUDE"})
        name = cursor.name() if named else ""
    if cursor.accept("PRIMARY KEY"):
        columns = _key_columns(cursor)
        key = Unique(columns=columns, name=name, dialect=dialect, where=where)
        draft.primary_key = replace(key, deferred=_finish_key(cursor, draft, columns))
    elif cursor.accept("UNIQUE"):
        cursor.accept("KEY") or cursor.accept("INDEX")
        _read_unique(cursor, draft, name)
    elif cursor.accept("FOREIGN KEY"):
        cursor.accept("IF NOT EXISTS")
        index = "" if cursor.sees_mark("(") else cursor.name()
        columns = tuple(part.name() for part in cursor.group().elements())
        start = cursor.index
        draft.references.append(replace(read_reference(cursor, columns, name or index), where=where))
        words = [token.word for token in cursor.tokens[start : cursor.index]]
        if dialect == "postgresql" and ("MATCH", "FULL") in pairwise(words):  # the others read it and do nothing
            draft.full_matches.append(columns)
    elif cursor.sees("CHECK"):
        draft.checks.append(replace(read_check(cursor, name), where=where))
    elif cursor.accept("EXCLUDE"):
        draft.exclusions.append(read_exclusion(cursor, draft, name))
    elif dialect == "mysql" and cursor.word() in _MYSQL_INDEX:
        cursor.until(frozenset())
    elif dialect == "sqlite" and name:
        return  # SQLite takes a name that names nothing
    else:
        raise cursor.error("unknown constraint")


def _key_columns(cursor: Cursor) -> tuple[str, ...]:
    while not cursor.sees_mark("(") and not cursor.done:
        cursor.take()  # MySQL: a name that counts for nothing, USING BTREE
    return tuple(part.name() for part in cursor.group().elements())


def _read_unique(cursor: Cursor, draft: Draft, name: str) -> None:
    cursor.accept("IF NOT EXISTS")
    distinct = read_nulls_distinct(cursor)
    if cursor.accept("USING INDEX"):
        _adopt_index(cursor.name(), draft, name)
        read_deferral(cursor)
        return
    if not cursor.sees_mark("(") and not cursor.sees("USING"):
        name = name or cursor.name()
        cursor.index += not cursor.sees_mark("(") and not cursor.sees("USING")  # CONSTRAINT a UNIQUE KEY b (...)
    skip_index_options(cursor)
    unique = read_index_parts(cursor.group(), draft, name)
    deferred = _finish_key(cursor, draft, unique.columns)
    draft.uniques.append(replace(unique, nulls_distinct=distinct, deferred=deferred))


def _adopt_index(index: str, draft: Draft, name: str) -> None:
    """Give a unique index the constraint's name: PostgreSQL renames it."""
    draft.uniques = [replace(item, name=name or index) if item.name == index else item for item in draft.uniques]


def _finish_key(cursor: Cursor, draft: Draft, columns: tuple[str, ...]) -> bool:
    skip_index_options(cursor)
    read_conflict(cursor, draft.conflicts, "unique", columns)
    deferred = read_deferral(cursor)[1]
    skip_index_options(cursor)
    return deferred


def _read_options(cursor: Cursor, made: TableStatement) -> None:
    """Read what follows the parentheses, where it concerns rows: partitions, inheritance, SQLite's table kinds."""
    options = made.draft.options
    while not cursor.done:
        if cursor.accept("PARTITION BY"):
            start = cursor.index
            while not cursor.done and not cursor.sees_mark("("):
                cursor.take()
            cursor.group()
            options["partition_by"] = cursor.source.between(cursor.tokens[start : cursor.index])
            if cursor.source.dialect == "mysql":
                read_partitions(cursor, made.draft)
        elif cursor.accept("INHERITS"):
            made.inherits = [part.qualified() for part in cursor.group().elements()]
        elif cursor.accept("WITHOUT ROWID"):
            options["without_rowid"] = True
        elif cursor.source.dialect == "sqlite" and cursor.accept("STRICT"):
            options["strict"] = True
        elif cursor.sees("AS SELECT") or cursor.sees("SELECT") or cursor.sees("AS WITH"):
            made.query = True
            return
        elif cursor.sees("CREATE") or cursor.sees("ALTER") or cursor.sees("INSERT"):
            raise cursor.error("the semicolon before this statement is missing")
        else:
            cursor.take()
