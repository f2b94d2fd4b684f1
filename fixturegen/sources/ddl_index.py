"""What a unique index or an exclusion constraint covers: columns, or expressions over them."""

from __future__ import annotations

from dataclasses import replace

from fixturegen.schema import Exclusion, Unique
from fixturegen.sources.ddl_columns import read_deferral, read_nulls_distinct, skip_index_options
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.drafts import Draft, mentioned


def read_index_parts(cursor: Cursor, draft: Draft, name: str) -> Unique:
    """Read what a unique index or constraint covers: columns, or expressions where one of them is none.

    A collation that is not the column's own and MySQL's prefix (``name(10)``) make an expression of a column.

    Args:
        cursor: Over what stands between the parentheses.
        draft: The table, for its columns.
        name: Name of the constraint.
    """
    where, dialect = replace(cursor.where, path=draft.name), cursor.source.dialect
    parts = [_index_part(part) for part in cursor.elements()]
    sql = ", ".join(text for text, _ in parts)
    if all(plain is not None for _, plain in parts):
        columns = tuple(plain for _, plain in parts if plain is not None)
        return Unique(columns=columns, name=name, dialect=dialect, where=where)
    expressions = tuple(text for text, _ in parts)
    columns = mentioned(sql, draft.columns, dialect)
    return Unique(columns=columns, name=name, expressions=expressions, dialect=dialect, where=where)


def _index_part(cursor: Cursor) -> tuple[str, str | None]:
    """Return the SQL of one part of an index, and its column where it is one."""
    end = len(cursor.tokens)
    for words in (("NULLS", "FIRST"), ("NULLS", "LAST"), ("ASC",), ("DESC",)):
        if tuple(token.word for token in cursor.tokens[end - len(words) : end]) == words:
            end -= len(words)
    body = Cursor(cursor.source, cursor.tokens[:end], cursor.path)
    first = body.peek()
    if first is None:
        raise cursor.error("a column is missing")
    if first.kind == "mark" or body.sees_mark("(", 1):
        return _index_expression(body), None
    column = body.name()
    if body.done or (cursor.source.dialect == "postgresql" and body.peek() is not None and not body.sees("COLLATE")):
        return cursor.source.between(cursor.tokens[:1]), column  # an operator class changes the order, not equality
    return body.text, None


def _index_expression(body: Cursor) -> str:
    """Return an indexed expression: without its own parentheses or operator class, a prefix as ``left(x, n)``."""
    if body.sees_mark("("):
        inner = body.group()
        if not body.done and body.source.dialect != "postgresql":
            return body.text
        return _index_expression(inner) if inner.sees_mark("(") else inner.text
    tokens = body.tokens
    if body.source.dialect == "mysql" and len(tokens) == 4 and tokens[2].kind == "number":
        return f"left({body.source.between(tokens[:1])}, {tokens[2].text})"
    body.name()
    while body.accept_mark("."):
        body.name()
    body.group()
    # What follows a function call in PostgreSQL is an operator class or collation; in SQLite, more of the expression.
    return body.source.between(tokens[: body.index]) if body.source.dialect == "postgresql" else body.text


def read_exclusion(cursor: Cursor, draft: Draft, name: str) -> Exclusion:
    """Read what follows EXCLUDE: ``USING gist (room WITH =, during WITH &&) WHERE (...)``."""
    where = replace(cursor.where, path=draft.name)
    if cursor.accept("USING"):
        cursor.take()
    expressions, operators = [], []
    for part in cursor.group().elements():
        split = max(index for index, token in enumerate(part.tokens) if token.word == "WITH")
        expressions.append(part.source.between(part.tokens[:split]))
        operators.append(part.source.between(part.tokens[split + 1 :]))
    skip_index_options(cursor)
    predicate = cursor.group().text if cursor.accept("WHERE") else None
    read_deferral(cursor)
    columns = mentioned(", ".join(expressions), draft.columns, cursor.source.dialect)
    return Exclusion(
        expressions=tuple(expressions), operators=tuple(operators), columns=columns,
        name=name, predicate=predicate, where=where,
    )  # fmt: skip


def read_create_index(cursor: Cursor, draft: Draft, name: str) -> Unique:
    """Read a unique index from what follows its table's name: ``USING btree (a, lower(b)) WHERE c``.

    Args:
        cursor: Behind the table's name.
        draft: The table.
        name: Name of the index.
    """
    skip_index_options(cursor)
    unique = read_index_parts(cursor.group(), draft, name)
    distinct, predicate = True, None
    while not cursor.done:
        start = cursor.index
        skip_index_options(cursor)
        distinct = read_nulls_distinct(cursor) and distinct
        if cursor.accept("WHERE"):
            predicate = _without_parentheses(cursor)
        elif cursor.index == start:
            cursor.take()  # how the index is kept
    return replace(unique, nulls_distinct=distinct, predicate=predicate)


def _without_parentheses(cursor: Cursor) -> str:
    """Take the rest, and leave off parentheses around all of it."""
    rest = Cursor(cursor.source, cursor.tokens[cursor.index :], cursor.path)
    cursor.index = len(cursor.tokens)
    if rest.sees_mark("("):
        inner = rest.group()
        if rest.done:
            return inner.text
    return rest.text
