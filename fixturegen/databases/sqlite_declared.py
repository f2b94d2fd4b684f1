"""What tables of SQLite declare beyond the model: keys that are no rowid, and what answers a row that breaks a constraint."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from fixturegen.schema import Column, Schema, Table, Unique

_ANSWERS = frozenset({"ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"})
_PARTS = 3


def is_null_key(schema: Schema, table: Table, column: Column) -> bool:
    """Whether SQLite, where the schema comes from, takes NULL in this column of the key."""
    listed = table.options.get("null_keys") if schema.dialect == "sqlite" else None
    return isinstance(listed, list | tuple) and column.name in listed


def is_rowid(schema: Schema, table: Table, column: Column) -> bool:
    """Whether a column is to be the row's own number: each integer key is, unless SQLite's declaration said otherwise.

    A key declared ``INT``, ``BIGINT`` or ``INTEGER PRIMARY KEY DESC`` is an ordinary column with an index there, and may take
    NULL, or texts.

    Args:
        schema: The schema, that says whose declarations these are.
        table: The table.
        column: A column of it.

    >>> from fixturegen.schema import Type
    >>> column = Column(name="id", type=Type(kind="integer", bits=32, native="INT"))
    >>> table = Table(name="t", columns=(column,), primary_key=Unique(columns=("id",)))
    >>> [is_rowid(Schema(tables={}, dialect=dialect), table, column) for dialect in ("sqlite", "mysql")]
    [False, True]
    """
    key, native = table.primary_key, column.type.native
    if key is None or key.columns != (column.name,) or column.type.kind != "integer":
        return False
    other = native is not None and native.upper() != "INTEGER" and column.identity is None
    indexed = other or bool(table.options.get("indexed_key"))
    return not (is_null_key(schema, table, column) or (indexed and schema.dialect == "sqlite"))


def answer(schema: Schema, table: Table, kind: Literal["unique", "not null"], columns: Collection[str]) -> str | None:
    """Return the word behind ``ON CONFLICT`` of a constraint; None where nothing was declared.

    Args:
        schema: The schema, that says whose declarations these are.
        table: The table.
        kind: What the constraint demands; a primary key is unique.
        columns: The columns of the constraint.

    >>> table = Table(name="t", columns=(), options={"on_conflict": [["unique", ["b", "a"], "REPLACE"]]})
    >>> answer(Schema(tables={}), table, "unique", ("a", "b"))
    'REPLACE'
    """
    listed = table.options.get("on_conflict") if schema.dialect == "sqlite" else None
    for one in listed if isinstance(listed, list | tuple) else ():
        if not isinstance(one, list | tuple) or len(one) != _PARTS:
            continue
        said, named, word = one
        if said == kind and isinstance(named, list | tuple) and set(named) == set(columns) and word in _ANSWERS:
            return str(word)
    return None


def is_in_table(table: Table, unique: Unique) -> bool:
    """Whether a unique is a constraint of the table: an index alone has a predicate, or expressions beyond a collation.

    Where there are two over the same columns, the one that says no collation is taken for the constraint.
    """
    if not unique.expressions and unique.predicate is None:
        return True
    keys = [table.primary_key] if table.primary_key is not None else []
    plain = [key.columns for key in (*keys, *table.uniques) if not key.expressions and key.predicate is None]
    beyond = unique.predicate is not None or any("(" in expression for expression in unique.expressions)
    return not beyond and set(unique.columns) not in map(set, plain)
