"""Rows that a database does not even come to judge: an expression of their table has no value for them and fails."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Check, Dialect, Table

_TESTS = frozenset({"json_valid", "jsonvalid"})
"""The function that is not put out by a text that is no JSON, as it may be called."""


def unreadable(table: Table, check: Check, dialect: Dialect) -> str | None:
    """Return which other expression fails on rows that break a check of SQLite, which says that a text is JSON; None for none.

    Args:
        table: The table.
        check: The check.
        dialect: Of the database, and of what the table's computed columns are written in.

    >>> from fixturegen.schema import Column, Type
    >>> body = Column(name="body", type=Type(kind="text"))
    >>> kind = Column(name="kind", type=Type(kind="text"), generated="json_extract(body, '$.kind')")
    >>> unreadable(Table(name="t", columns=(body, kind)), Check(sql="json_valid(body)"), "sqlite")
    "then json_extract(body, '$.kind') fails, before the check is asked"
    """
    if dialect != "sqlite":
        return None
    valid = {name for function, names in _calls(check.sql, check.dialect) if function in _TESTS for name in names}
    if not valid:
        return None
    texts = [each.generated for each in table.columns if each.generated is not None]
    texts += [text for unique in table.uniques for text in unique.expressions]
    texts += [each.sql for each in table.checks if each is not check]
    for text in texts:
        if any(function not in _TESTS and valid & set(names) for function, names in _calls(text, dialect)):
            return f"then {text} fails, before the check is asked"
    return None


def _calls(text: str, dialect: Dialect) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the functions of JSON that a text calls, with the columns that they read."""
    try:
        tree = parsed(text, dialect)
    except SchemaError:
        return
    for node in tree.find_all(exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if "json" in name:
            yield name, mentioned(node)
