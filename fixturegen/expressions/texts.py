"""Comparison of texts as each dialect's default collation has it."""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ne

import polars as pl

from fixturegen.expressions.terms import NotEvaluableError, Term
from fixturegen.expressions.text_functions import ascii_lower
from fixturegen.schema import Dialect


def compared_texts(
    operator: Callable[[pl.Expr, pl.Expr], pl.Expr], left: Term, right: Term, dialect: Dialect
) -> pl.Expr:
    """Return a comparison of two texts.

    SQLite compares bytes. PostgreSQL does so for equality, while its order is the locale's, which is not known here.
    MySQL and MariaDB fold case and ignore trailing spaces; accents, which their default collation ignores as well, are not.
    """
    raw = left.raw or right.raw
    ordering = operator not in {eq, ne}
    if ordering and (left.labelled or right.labelled) and dialect != "sqlite":
        message = "the order of an enum"
        raise NotEvaluableError(message)
    if ordering and dialect != "sqlite" and not raw:
        message = "the order of texts in a locale"
        raise NotEvaluableError(message)
    padded = left.padded or right.padded
    first, second = (_ground(term, dialect, raw=raw, padded=padded) for term in (left, right))
    if left.folded or right.folded:
        first, second = ascii_lower(first), ascii_lower(second)
    return operator(first, second)


def _ground(term: Term, dialect: Dialect, *, raw: bool, padded: bool) -> pl.Expr:
    if dialect == "mysql" and not raw:
        return term.expr.str.to_lowercase().str.strip_chars_end(" ")
    return term.expr.str.strip_chars_end(" ") if padded and dialect != "sqlite" else term.expr
