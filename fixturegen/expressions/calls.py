"""What the SQL functions share: the reading around them, and their operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import polars as pl
from sqlglot import exp

from fixturegen.expressions.reading import bare
from fixturegen.expressions.terms import EXACT, INSTANTS, NotEvaluableError, Term, read_as
from fixturegen.schema import Dialect

Operator = Callable[[pl.Expr, pl.Expr], pl.Expr]


class Reader(Protocol):
    """The evaluation around a node, see :class:`fixturegen.expressions.evaluation.Evaluation`."""

    @property
    def dialect(self) -> Dialect:
        """Whose rules hold."""

    @property
    def now(self) -> datetime:
        """The first moment for which ``now()`` stands."""

    @property
    def late(self) -> datetime:
        """The last one."""

    def at(self, now: datetime) -> Reader:
        """Return the same reading with ``now()`` at one moment."""

    def term(self, node: exp.Expr) -> Term:
        """Return the value of an expression."""

    def condition(self, node: exp.Expr, polarity: int) -> pl.Expr:
        """Return the truth of an expression, asked for (1), denied (-1) or either (0)."""

    def related(self, operator: Operator, left: Term, right: Term) -> pl.Expr:
        """Return a comparison of two terms, null where one of them is."""


Function = Callable[[Reader, exp.Expr], Term]


def arguments_of(node: exp.Expr) -> list[exp.Expr]:
    """Return the arguments of a function, whichever way sqlglot keeps them."""
    first = [node.this] if isinstance(node.this, exp.Expr) else []
    return [*first, *node.expressions]


def text_operand(reader: Reader, node: exp.Expr) -> Term:
    """Return a text operand; whole numbers are written out as SQL does."""
    term = reader.term(node)
    if term.kind == "integer":
        return Term(kind="text", expr=term.expr.cast(pl.String()))
    if term.kind not in {"text", "null"}:
        message = f"{term.kind} as text"
        raise NotEvaluableError(message)
    expr = term.expr.str.strip_chars_end(" ") if term.padded else term.expr.cast(pl.String())
    return replace(term, kind="text", expr=expr, padded=False)


def number_operand(reader: Reader, node: exp.Expr) -> Term:
    """Return an operand that has to be a number."""
    term = reader.term(node)
    if term.kind == "null":
        return Term(kind="integer", expr=pl.lit(None, dtype=pl.Int64()))
    term = read_as(term, "decimal") if term.text is not None else term
    if term.kind not in EXACT | {"float"}:
        message = f"{term.kind} as a number"
        raise NotEvaluableError(message)
    return term


def instant_operand(reader: Reader, node: exp.Expr) -> Term:
    """Return an operand that has to be a date or datetime."""
    term = reader.term(node)
    term = read_as(term, "datetime")
    if term.kind not in INSTANTS | {"null"}:
        message = f"{term.kind} as a date"
        raise NotEvaluableError(message)
    return term


def whole_argument(node: exp.Expr | None) -> int:
    """Return an argument that has to be a whole constant."""
    inner = bare(node) if node is not None else None
    sign = 1
    if isinstance(inner, exp.Neg):
        inner, sign = bare(inner.this), -1
    if isinstance(inner, exp.Literal) and not inner.is_string and inner.name.isdigit():
        return sign * int(inner.name)
    message = "a computed position, length or number of digits"
    raise NotEvaluableError(message)


def digits_of(node: exp.Expr) -> str:
    """Return the digits of a number literal, or ''."""
    inner = bare(node)
    return inner.name if isinstance(inner, exp.Literal) and not inner.is_string else ""
