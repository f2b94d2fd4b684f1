"""SQL text to a syntax tree: one expression, bounded in length and nesting, never executed.

The text is parsed by sqlglot as the WHERE clause of an empty query, in which every dialect writes conditions and values alike.
Whatever the text holds, the outcome is a tree or a :class:`~fixturegen.errors.SchemaError` that names the place.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.errors import SqlglotError
from sqlglot.generator import Generator
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.generators.sqlite import SQLiteGenerator
from sqlglot.tokenizer_core import Token, TokenType

from fixturegen.errors import SchemaError
from fixturegen.schema import Dialect, Location

LONGEST = 50_000
"""Most characters of one expression."""
DEEPEST = 48
"""Most brackets and CASEs within one another; the parser takes some 20 Python frames for each."""
DEEPEST_TREE = 100
"""Most operators within one another, chains of AND and OR counted once."""
FRAMES = 6_000
"""Python frames that reading such a tree may take."""

_GRAMMARS: dict[str, str] = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
_PREFIX = "SELECT 1 WHERE "
_SHOWN = 120
_QUERIES = (exp.Query, exp.Subquery, exp.Exists, exp.Window)
_ESCAPED_INTRODUCER = re.compile(r"(?<![\w'])(_utf8mb4|_utf8mb3|_utf8|_latin1|_ascii)\\'((?:[^\\']|\\\\|'')*)\\'")


_EMPTY = "is empty"
_NESTED = "is nested too deeply"
_SEVERAL = "is more than one expression"
_NONE = "is no expression"
_WINDOW = "holds a window function"
_SUBQUERY = "holds a subquery"
_PLACEHOLDER = "holds a placeholder"


class _RefusedTextError(Exception):
    """A reason, without its place, why a text is no expression; kept apart so that outcomes can be cached."""


def parsed(sql: str, dialect: Dialect, where: Location | None = None) -> exp.Expr:
    """Parse one SQL expression, a condition or a value.

    Args:
        sql: The text.
        dialect: Whose SQL it is; ``mysql`` stands for MariaDB too.
        where: Where it was written, for the message.

    Returns:
        The tree. It is shared between calls: copy it before changing it.

    Raises:
        SchemaError: The text is empty, no SQL, more than one expression, too long, nested too deeply, or holds a subquery,
            a window, an aggregate over rows or a placeholder.

    Example:
        >>> parsed("a > 1 AND b IS NULL", "sqlite").sql()
        'a > 1 AND b IS NULL'
        >>> parsed("a > (SELECT 1)", "sqlite")
        Traceback (most recent call last):
        ...
        fixturegen.errors.SchemaError: 'a > (SELECT 1)' holds a subquery. An expression reads one row: ...
    """
    outcome = _outcome(sql, dialect)
    if isinstance(outcome, exp.Expr):
        return outcome
    message = f"{shown(sql)} {outcome}"
    raise SchemaError(message, where=where, hint=_hint(str(outcome))) from None


def grammar_of(dialect: Dialect) -> str:
    """Return sqlglot's name of a dialect.

    >>> grammar_of("postgresql")
    'postgres'
    """
    return _GRAMMARS[dialect]


def rendered(expression: exp.Expr, dialect: Dialect) -> str:
    """Return the SQL text of an expression in a dialect; it parses back to an expression of the same meaning."""
    with quiet(), deep_stack():
        writer = _WRITERS[dialect](dialect=grammar_of(dialect), comments=False, normalize_functions=False)
        return writer.generate(expression)


def _searched(writer: Generator, node: exp.Expr) -> str:
    """Write REGEXP as an operator: the REGEXP_LIKE() of MySQL 8, which sqlglot prefers, is not in MariaDB."""
    assert isinstance(node, exp.RegexpLike)
    return writer.binary(node, "REGEXP")


def _date_part(writer: Generator, node: exp.Expr) -> str:
    """Write date_part() with a cast as it was: EXTRACT takes no expression for the part."""
    if isinstance(node.this, exp.Cast):
        return writer.func("date_part", node.this, node.expression)
    return f"EXTRACT({writer.sql(node, 'this')} FROM {writer.sql(node, 'expression')})"


class _MySQLWriter(MySQLGenerator):
    """MySQL as MariaDB reads it too."""

    TRANSFORMS: ClassVar = {**MySQLGenerator.TRANSFORMS, exp.RegexpLike: _searched}


class _PostgreSQLWriter(PostgresGenerator):
    """PostgreSQL as it writes its own CHECKs."""

    TRANSFORMS: ClassVar = {**PostgresGenerator.TRANSFORMS, exp.Extract: _date_part}


_WRITERS: dict[str, type[Generator]] = {
    "sqlite": SQLiteGenerator,
    "postgresql": _PostgreSQLWriter,
    "mysql": _MySQLWriter,
}


def shown(sql: str) -> str:
    """Return a text for a message: quoted, on one line, shortened in the middle.

    >>> shown("a  >" + chr(10) + "1")
    "'a > 1'"
    """
    line = " ".join(sql[: 4 * _SHOWN].split())
    return repr(line if len(line) <= _SHOWN else f"{line[: _SHOWN - 20]} ...")


@lru_cache(maxsize=4096)
def _outcome(sql: str, dialect: Dialect) -> exp.Expr | _RefusedTextError:
    try:
        with deep_stack():
            return _read(sql, dialect)
    except _RefusedTextError as refused:
        return refused
    except RecursionError:
        return _RefusedTextError(_NESTED)


def _read(sql: str, dialect: Dialect) -> exp.Expr:
    if not sql.strip():
        raise _RefusedTextError(_EMPTY)
    if len(sql) > LONGEST:
        message = f"has {len(sql)} characters, more than the {LONGEST} that are read"
        raise _RefusedTextError(message)
    grammar = Grammar.get_or_raise(grammar_of(dialect))
    text = _PREFIX + _unescaped(sql, dialect)
    try:
        with quiet():
            tokens = grammar.tokenize(text)
            _bound_nesting(tokens)
            trees = grammar.parser().parse(tokens, text)
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # sqlglot's tokenizer and builders raise plain exceptions on some malformed texts; all mean the same here.
        raise _RefusedTextError(_reason(error)) from None
    expression = _only(trees)
    _refuse_rows(expression)
    if _height(expression) > DEEPEST_TREE:
        raise _RefusedTextError(_NESTED)
    return expression


def _only(trees: list[exp.Expr | None]) -> exp.Expr:
    """Return the one condition of the one query; anything that escaped from the WHERE clause is no expression."""
    if len(trees) != 1 or not isinstance(trees[0], exp.Select):
        raise _RefusedTextError(_SEVERAL)
    query = trees[0]
    clauses = {name for name, value in query.args.items() if value and name not in {"expressions", "where", "kind"}}
    condition = query.args.get("where")
    if clauses or condition is None or len(query.expressions) != 1:
        raise _RefusedTextError(_SEVERAL)
    expression = condition.this
    if isinstance(expression, exp.Alias | exp.Star) or not isinstance(expression, exp.Expr):
        raise _RefusedTextError(_NONE)
    return expression.copy()


def _refuse_rows(expression: exp.Expr) -> None:
    for node in expression.walk():
        if isinstance(node, exp.Window):
            raise _RefusedTextError(_WINDOW)
        if isinstance(node, _QUERIES):
            raise _RefusedTextError(_SUBQUERY)
        if isinstance(node, exp.AggFunc) and not scalar_extreme(node):
            message = f"holds {node.key}(), an aggregate over rows"
            raise _RefusedTextError(message)
        if isinstance(node, exp.Placeholder | exp.Parameter):
            raise _RefusedTextError(_PLACEHOLDER)


def scalar_extreme(node: exp.Expr) -> bool:
    """Return whether this is SQLite's ``max(a, b)``, which takes the greatest of its arguments and not of rows."""
    return isinstance(node, exp.Max | exp.Min) and bool(node.expressions)


def _height(expression: exp.Expr) -> int:
    """Return how many operators stand within one another, without recursion; a chain of AND or OR counts once."""
    highest, todo = 0, [(expression, 1)]
    while todo:
        node, height = todo.pop()
        highest = max(highest, height)
        for child in node.iter_expressions():
            chained = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            todo.append((child, height if chained else height + 1))
    return highest


def _bound_nesting(tokens: list[Token]) -> None:
    opening = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
    closing = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
    depth = 0
    for token in tokens:
        depth += (token.token_type in opening) - (token.token_type in closing)
        if depth > DEEPEST:
            message = f"nests more than {DEEPEST} brackets"
            raise _RefusedTextError(message)
        if token.token_type == TokenType.SEMICOLON:
            raise _RefusedTextError(_SEVERAL)


def _unescaped(sql: str, dialect: Dialect) -> str:
    r"""Undo MySQL 8's way of storing CHECKs, in which ``'a'`` is written ``_utf8mb4\'a\'``."""
    return _ESCAPED_INTRODUCER.sub(r"\1'\2'", sql) if dialect == "mysql" and "\\'" in sql else sql


def _reason(error: Exception) -> str:
    found = re.search(r"Col: (\d+)", str(error))
    column = int(found.group(1)) - len(_PREFIX) if found else 0
    return f"is no SQL expression (near character {column})" if column > 0 else "is no SQL expression"


def _hint(reason: str) -> str | None:
    if "subquery" in reason or "window" in reason or "aggregate" in reason:
        return "An expression reads one row: the columns of its table and, dotted, of the rows it refers to."
    if "nest" in reason:
        return "Write it as several rules."
    return None


_frames = threading.RLock()


@contextmanager
def deep_stack() -> Iterator[None]:
    """Allow the recursion that the deepest tree needs, wherever on the stack the caller stands."""
    with _frames:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, FRAMES))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep sqlglot's remarks about text it does not support out of the user's terminal."""
    logger = logging.getLogger("sqlglot")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
