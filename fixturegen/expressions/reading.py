"""The many spellings of one thing in sqlglot's trees, read in one place: brackets, arrays, now(), names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp

from fixturegen.errors import SchemaError
from fixturegen.expressions.names import dotted, is_column, matching
from fixturegen.schema import Dialect, Type

_CLOCKS = (
    exp.CurrentTimestamp,
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.Localtimestamp,
    exp.UtcTimestamp,
    exp.UtcDate,
)
_CLOCK_NAMES = {
    "now",
    "sysdate",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "utc_timestamp",
    "localtime",
    "localtimestamp",
}
TRUTHS = (
    exp.And, exp.Or, exp.Not, exp.Xor, exp.Predicate, exp.Boolean, exp.Is, exp.In, exp.Between, exp.Escape, exp.RegexpLike,
    exp.RegexpILike, exp.SimilarTo, exp.Glob, exp.StartsWith,
)  # fmt: skip
"""Nodes whose value is a truth value in every dialect."""


def bare(node: exp.Expr) -> exp.Expr:
    """Return what stands within brackets."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_truth(node: exp.Expr) -> bool:
    """Return whether a node is a condition by its form (a column may be one by its type)."""
    return isinstance(bare(node), TRUTHS)


def operand(node: exp.Expr) -> exp.Expr:
    """Return a copy of a node to stand beside an operator: a condition keeps brackets around it."""
    return exp.Paren(this=node.copy()) if is_truth(node) and not isinstance(node, exp.Paren) else node.copy()


def function_name(node: exp.Expr) -> str:
    """Return the lower-case name of a function that sqlglot does not know, or ''."""
    return str(node.this).lower() if isinstance(node, exp.Anonymous) else ""


def is_clock(node: exp.Expr) -> bool:
    """Return whether a node is ``now()`` by any of its names."""
    if isinstance(node, _CLOCKS) or function_name(node) in _CLOCK_NAMES:
        return True
    return isinstance(node, exp.Literal) and node.is_string and node.name.lower() == "now" and in_date_function(node)


def in_date_function(node: exp.Expr) -> bool:
    """Return whether ``node`` is the first argument of SQLite's date(), datetime() and their like, or cast to a moment."""
    parent = node.parent
    if isinstance(parent, exp.Date | exp.Datetime | exp.TsOrDsToTimestamp | exp.TsOrDsToDate | exp.Timestamp):
        return True
    if isinstance(parent, exp.Cast):
        return parent.to.this in _MOMENT_TYPES
    return function_name(parent) in {"date", "datetime", "julianday"} if parent is not None else False


_MOMENT_TYPES = {exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.DATETIME}


def mentions_clock(node: exp.Expr) -> bool:
    """Return whether the value of an expression depends on the moment it is taken."""
    return any(is_clock(inner) for inner in node.walk())


def text_of(node: exp.Expr) -> str | None:
    """Return the text of a quoted literal in any of its spellings, casts to text included; else None."""
    node = bare(node)
    if isinstance(node, exp.Literal) and node.is_string:
        return node.name
    if isinstance(node, exp.ByteString | exp.National | exp.RawString | exp.UnicodeString):
        return node.name
    if isinstance(node, exp.Introducer):
        return text_of(node.expression)
    if isinstance(node, exp.Cast) and node.to.this in _TEXT_TYPES and not node.to.expressions:
        return text_of(node.this)
    return None


_TEXT_TYPES = exp.DataType.TEXT_TYPES | {exp.DType.BPCHAR, exp.DType.UUID, exp.DType.USERDEFINED}


def columns(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the nodes that name columns."""
    return (inner for inner in node.dfs() if is_column(inner))


def column_name(node: exp.Expr, types: Mapping[str, Type], dialect: Dialect) -> str | None:
    """Return the key in ``types`` of the column a node names; None for SQLite's text in double quotes.

    Raises:
        SchemaError: There is no such column.
    """
    given = dotted(node)
    found = matching(given, types)
    if found is not None:
        return found
    if dialect == "sqlite" and isinstance(node, exp.Column) and node.this.quoted and "." not in given:
        return None
    message = f"unknown column {given!r}"
    raise SchemaError(message, given=given, exists=types)


def with_texts(expression: exp.Expr, types: Mapping[str, Type]) -> exp.Expr:
    """Return an expression in which SQLite's texts in double quotes, which name no column, are texts."""
    names = [node for node in columns(expression) if column_name(node, types, "sqlite") is None]
    if not names:
        return expression
    given = {dotted(node) for node in names}

    def text(node: exp.Expr) -> exp.Expr:
        return exp.Literal.string(node.name) if isinstance(node, exp.Column) and dotted(node) in given else node

    return expression.transform(text)


def array_items(node: exp.Expr) -> list[exp.Expr] | None:
    """Return the elements of a constant array (``ARRAY[...]``, ``'{...}'::t[]``) with its casts moved to them; else None."""
    node = bare(node)
    if isinstance(node, exp.Array):
        return list(node.expressions)
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    if isinstance(node, exp.Cast) and node.to.is_type(exp.DType.ARRAY):
        inner = array_items(node.this)
        if inner is None:
            inner = _written_items(text_of(node.this))
        element = node.to.expressions[0] if node.to.expressions else None
        return inner if inner is None or element is None else [exp.Cast(this=item.copy(), to=element) for item in inner]
    return None


def _written_items(text: str | None) -> list[exp.Expr] | None:
    """Return the elements of PostgreSQL's ``{a,"b c",NULL}``; nested ones are not read."""
    if text is None or not re.fullmatch(r"\{[^{}]*\}", text):
        return None
    found = re.findall(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"\s][^,"]*))\s*(?:,|$)', text[1:-1])
    return [_item(quoted, plain.strip()) for quoted, plain in found]


def _item(quoted: str, plain: str) -> exp.Expr:
    if plain.upper() == "NULL":
        return exp.Null()
    return exp.Literal.string(plain or re.sub(r"\\(.)", r"\1", quoted))


def quantified(node: exp.Expr) -> tuple[str, list[exp.Expr]] | None:
    """Return ``any`` or ``all`` and the elements where a comparison's right side is ``ANY (ARRAY[...])``; else None."""
    node = bare(node)
    if isinstance(node, exp.Any):
        word, inside = "any", node.this
    elif isinstance(node, exp.All):
        word, inside = "all", node.this
    elif function_name(node) in {"all", "any", "some"} and len(node.expressions) == 1:
        word, inside = ("all" if function_name(node) == "all" else "any"), node.expressions[0]
    else:
        return None
    items = array_items(inside)
    return None if items is None else (word, items)
