"""Functions of the database's own that are one expression of SQL: where a condition calls one, it is spelt out.

``CHECK (is_code(a))`` says nothing of what ``a`` may hold, the function's body does. PostgreSQL itself does the same with them
before it runs a query (manual: 38.5). Functions that read tables, that are overloaded, or that are written in another language
are left as calls, for the database to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlalchemy import Row
from sqlglot import exp
from sqlglot.errors import SqlglotError

from fixturegen.errors import SchemaError
from fixturegen.expressions.parsing import LONGEST, deep_stack, parsed, quiet, rendered

_DEEPEST = 8
"""Calls within the bodies of functions that are followed."""
_ROWS = (exp.Query, exp.Subquery, exp.Exists, exp.Window, exp.AggFunc, exp.Placeholder)
_STANDARD = re.compile(r"\s*(?:RETURN\b(?P<value>.*)|BEGIN\s+ATOMIC\b(?P<query>.*);\s*END\s*)", re.DOTALL)
Name = tuple[str | None, str, int]
"""Schema (None where the search path finds it), name and number of arguments."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A function that is one expression.

    Attributes:
        name: Its bare name: ``name.parameter`` is one way of writing a parameter.
        parameters: Names of the parameters in lower case, '' for those without.
        result: Type of the value.
        strict: Whether it is NULL wherever an argument is.
        body: The expression.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    strict: bool
    body: exp.Expr

    def value(self, arguments: Sequence[exp.Expr]) -> exp.Expr | None:
        """Return what a call with these arguments stands for; None where the body mentions what is none of them."""
        held = exp.Paren(this=self.body.copy())
        for node in list(held.find_all(exp.Column, exp.Parameter)):
            argument = self._argument(node, arguments)
            if argument is None:
                return None
            node.replace(argument)
        value: exp.Expr = held.this
        if self.result != "boolean":
            value = exp.cast(exp.Paren(this=value), self.result, dialect="postgres")
        if self.strict and arguments:
            filled = [
                exp.Not(this=exp.Is(this=exp.Paren(this=each.copy()), expression=exp.null())) for each in arguments
            ]
            value = exp.Case(ifs=[exp.If(this=exp.and_(*filled), true=value)])
        return value

    def _argument(self, node: exp.Expr, arguments: Sequence[exp.Expr]) -> exp.Expr | None:
        """Return what stands for a parameter: ``v``, ``name.v``, ``$1``, or a field of a whole row, ``r.a``."""
        if isinstance(node, exp.Parameter):
            number = node.name
            known = number.isdecimal() and 0 < int(number) <= len(arguments)
            return exp.Paren(this=arguments[int(number) - 1].copy()) if known else None
        table, name = node.text("table").lower(), node.name.lower()
        if table in {"", self.name} and name in self.parameters:
            return exp.Paren(this=arguments[self.parameters.index(name)].copy())
        if table in self.parameters and _is_row(whole := arguments[self.parameters.index(table)]):
            return exp.column(node.this.copy(), table=whole.args.get("table"))
        return None


def _is_row(node: exp.Expr) -> bool:
    """Whether an argument is a row as a whole: ``t.*``."""
    return isinstance(node, exp.Column) and isinstance(node.this, exp.Star)


class Functions:
    """The functions by name.

    Args:
        rows: What the catalogue says of every function of people's own.
    """

    def __init__(self, rows: Iterable[Row[Any]]) -> None:
        self._rows: dict[Name, list[Row[Any]]] = {}
        for row in rows:
            for space in (row.space, None) if row.visible else (row.space,):
                self._rows.setdefault((space, row.name.lower(), row.arguments), []).append(row)
        self._names = frozenset(name for _, name, _ in self._rows)
        self._read: dict[Name, _Function | None] = {}

    def inlined(self, sql: str) -> str:
        """Return an expression with the calls spelt out, itself where it calls none of the functions or cannot be read."""
        lowered = sql.lower()
        if not any(name in lowered for name in self._names):
            return sql
        try:
            with deep_stack():
                found = self._spelt_out(parsed(sql, "postgresql"), 0)
            text = sql if found is None else rendered(found, "postgresql")
        except (SchemaError, SqlglotError, RecursionError):
            return sql
        return text if len(text) <= LONGEST else sql

    def _spelt_out(self, tree: exp.Expr, depth: int) -> exp.Expr | None:
        """Return a copy with the calls spelt out; None where there is none."""
        changed = False
        copy = exp.Paren(this=tree.copy())
        for node in list(copy.find_all(exp.Anonymous)):
            called = self._called(node)
            if called is None or depth == _DEEPEST:
                continue
            value = called.value(node.expressions)
            if value is not None:
                place = node.parent if isinstance(node.parent, exp.Dot) else node
                place.replace(exp.Paren(this=self._spelt_out(value, depth + 1) or value))
                changed = True
        return copy.this if changed else None

    def _called(self, node: exp.Anonymous) -> _Function | None:
        dot = node.parent
        space = dot.this.name if isinstance(dot, exp.Dot) and dot.expression is node else None
        name = (space, node.name.lower(), len(node.expressions))
        if name not in self._read:
            rows = self._rows.get(name, [])
            self._read[name] = _function(rows[0]) if len(rows) == 1 else None  # an overloaded one has several
        return self._read[name]


def _function(row: Row[Any]) -> _Function | None:
    body = _body(row)
    if body is None:
        return None
    parameters = tuple(name.lower() for name in row.parameters or ()) or ("",) * row.arguments
    return _Function(row.name.lower(), parameters, row.result, row.strict, body)


def _body(row: Row[Any]) -> exp.Expr | None:
    """Return the one expression that a function is, or None."""
    if not row.inlines:
        return None
    try:
        with deep_stack(), quiet():
            statements = [each for each in sqlglot.parse(_query(row), read="postgres") if each is not None]
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return None
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return None
    query = statements[0]
    clauses = {name for name, value in query.args.items() if value and name not in {"expressions", "kind"}}
    if clauses or len(query.expressions) != 1:
        return None
    body = query.expressions[0].unalias()
    return None if isinstance(body, exp.Star) or body.find(*_ROWS) else body


def _query(row: Row[Any]) -> str:
    """Return the statement within: of a text as it is, of a body of standard SQL (PostgreSQL 14) as its words say."""
    standard = _STANDARD.fullmatch(row.body or "")
    if standard is None:
        return str(row.source)
    value = standard["value"]
    return f"SELECT {value}" if value is not None else standard["query"].removesuffix(";")
