"""Arithmetic on terms as each dialect does it: exact on integers and decimals, on dates by days and intervals."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from fixturegen.expressions.literals import MICROSECOND, Span
from fixturegen.expressions.terms import (
    EXACT,
    INSTANTS,
    NUMBERS,
    WIDE,
    WIDEST,
    Kind,
    NotEvaluableError,
    Term,
    as_float,
    met,
    unscaled,
    value_term,
)
from fixturegen.schema import Dialect

_DIVISION_DIGITS = 16
"""Digits after the point of PostgreSQL's numeric quotient, at least."""
_MYSQL_DIGITS = 4
"""``div_precision_increment`` of MySQL and MariaDB."""


def added(left: Term, right: Term, dialect: Dialect) -> Term:
    """Return ``left + right``: numbers, an instant and an interval (or days), two intervals."""
    left, right = _operands(left, right)
    kinds = (left.kind, right.kind)
    if "null" in kinds:
        return value_term(None)
    if left.kind in INSTANTS:
        return _moved(left, right, 1, dialect)
    if right.kind in INSTANTS:
        return _moved(right, left, 1, dialect)
    if kinds == ("span", "span"):
        both = None if left.span is None or right.span is None else left.span + right.span
        return _span(left, right, left.expr + right.expr, both)
    return _number(left, right, "+")


def subtracted(left: Term, right: Term, dialect: Dialect) -> Term:
    """Return ``left - right``: numbers, an instant less an interval, two instants, two intervals."""
    left, right = _operands(left, right)
    kinds = (left.kind, right.kind)
    if "null" in kinds:
        return value_term(None)
    if left.kind in INSTANTS and right.kind in INSTANTS:
        return _apart(left, right, dialect)
    if left.kind in INSTANTS:
        return _moved(left, right, -1, dialect)
    if kinds == ("time", "time"):
        return Term(kind="span", expr=left.expr.cast(pl.Duration("us")) - right.expr.cast(pl.Duration("us")))
    if kinds == ("span", "span"):
        both = None if left.span is None or right.span is None else left.span + -right.span
        return _span(left, right, left.expr - right.expr, both)
    return _number(left, right, "-")


def multiplied(left: Term, right: Term) -> Term:
    """Return ``left * right``: numbers, or an interval and a whole number."""
    left, right = _operands(left, right)
    if "null" in {left.kind, right.kind}:
        return value_term(None)
    if right.kind == "span":
        left, right = right, left
    if left.kind == "span" and right.kind == "integer":
        _monthless(left)
        micros = left.expr.dt.total_microseconds() * right.expr
        return Term(kind="span", expr=micros.cast(pl.Int64()).cast(pl.Duration("us")))
    _numbers(left, right, "*")
    if {left.kind, right.kind} <= EXACT:
        scale = left.scale + right.scale
        if scale > WIDEST:
            message = f"a product with {scale} digits after the point"
            raise NotEvaluableError(message)
        product = left.expr.cast(WIDE) * right.expr.cast(WIDE)
        return _exact(left, right, product, scale)
    return _float(as_float(left) * as_float(right))


def divided(left: Term, right: Term, dialect: Dialect) -> Term:
    """Return ``left / right``; NULL where the divisor is 0 (PostgreSQL raises there)."""
    left, right = _operands(left, right)
    if "null" in {left.kind, right.kind}:
        return value_term(None)
    _numbers(left, right, "/")
    if not {left.kind, right.kind} <= EXACT:
        return _float(_nonzero(as_float(left), as_float(right)))
    whole = {left.kind, right.kind} <= {"integer", "boolean"} and not (left.real or right.real)
    if dialect == "mysql":
        return _quotient(left, right, left.scale + _MYSQL_DIGITS)
    if whole:
        return Term(kind="integer", expr=truncated_quotient(left.expr.cast(WIDE), right.expr.cast(WIDE)))
    if dialect == "postgresql":
        return _quotient(left, right, max(left.scale, right.scale, _DIVISION_DIGITS))
    return _sqlite_quotient(left, right)


def divided_whole(left: Term, right: Term) -> Term:
    """Return MySQL's ``left DIV right``: the quotient without its fraction, NULL where the divisor is 0."""
    left, right = _operands(left, right)
    if not {left.kind, right.kind} <= EXACT:
        message = "DIV of inexact numbers"
        raise NotEvaluableError(message)
    scale = max(left.scale, right.scale)
    return Term(kind="integer", expr=truncated_quotient(unscaled(left, scale), unscaled(right, scale)))


def remainder(left: Term, right: Term, dialect: Dialect) -> Term:
    """Return ``left % right`` with the sign of ``left``; SQLite drops both fractions before."""
    left, right = _operands(left, right)
    if "null" in {left.kind, right.kind}:
        return value_term(None)
    if not {left.kind, right.kind} <= EXACT:
        message = "% of inexact numbers"
        raise NotEvaluableError(message)
    if dialect == "sqlite":
        left, right = (Term(kind="integer", expr=whole_part(term)) for term in (left, right))
    scale = max(left.scale, right.scale)
    top, bottom = unscaled(left, scale), unscaled(right, scale)
    rest = top - truncated_quotient(top, bottom) * bottom
    return _exact(left, right, rest, scale)


def negated(term: Term) -> Term:
    """Return ``-term``."""
    if term.kind == "null":
        return term
    if term.kind == "span":
        return Term(kind="span", expr=-term.expr, span=None if term.span is None else -term.span)
    if term.kind not in NUMBERS:
        message = f"minus {term.kind}"
        raise NotEvaluableError(message)
    if term.kind == "float":
        return Term(kind="float", expr=-term.expr, real=term.real)
    kind: Kind = "decimal" if term.kind == "decimal" else "integer"
    return Term(kind=kind, expr=opposite(term.expr.cast(WIDE)), scale=term.scale, real=term.real)


def opposite(expr: pl.Expr) -> pl.Expr:
    """Return the negative of an Int128, for which Polars has no operator."""
    return pl.lit(0, dtype=WIDE) - expr


def truncated_quotient(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Return the integer quotient rounded towards zero, null where ``bottom`` is 0."""
    return (top.abs() // _unless_zero(bottom.abs())) * top.sign() * bottom.sign()


def rounded(term: Term, digits: int) -> Term:
    """Return an exact number rounded to ``digits`` after the point, halves away from zero."""
    if term.scale <= digits:
        return term
    unit = 10 ** (term.scale - max(digits, 0))
    if digits < 0:
        unit = 10 ** (term.scale - digits)
    size = (term.expr.cast(WIDE).abs() + pl.lit(unit // 2, dtype=WIDE)) // pl.lit(unit, dtype=WIDE)
    size = size * pl.lit(10 ** max(-digits, 0), dtype=WIDE) * term.expr.sign().cast(WIDE)
    return Term(kind="decimal" if digits > 0 else "integer", expr=size, scale=max(digits, 0))


def whole_part(term: Term) -> pl.Expr:
    """Return an exact number without its fraction, as Int128."""
    if not term.scale:
        return term.expr.cast(WIDE)
    return truncated_quotient(term.expr, pl.lit(10**term.scale, dtype=WIDE))


def floored(term: Term, *, upwards: bool) -> Term:
    """Return the greatest whole number not above an exact number (or the least not below it)."""
    unit = pl.lit(10**term.scale, dtype=WIDE)
    expr = term.expr.cast(WIDE)
    return Term(kind="integer", expr=opposite(opposite(expr) // unit) if upwards else expr // unit)


def _operands(left: Term, right: Term) -> tuple[Term, Term]:
    """Give an open literal the type of the other operand; beside a date it could be an interval as well as a date."""
    for open_, other in ((left, right), (right, left)):
        if open_.text is not None and other.kind in INSTANTS:
            message = "a text literal beside a date in arithmetic"
            raise NotEvaluableError(message)
    return met(left, right)


def _numbers(left: Term, right: Term, operator: str) -> None:
    if not {left.kind, right.kind} <= NUMBERS:
        message = f"{left.kind} {operator} {right.kind}"
        raise NotEvaluableError(message)


def _number(left: Term, right: Term, operator: str) -> Term:
    _numbers(left, right, operator)
    if {left.kind, right.kind} <= EXACT:
        scale = max(left.scale, right.scale)
        first, second = unscaled(left, scale), unscaled(right, scale)
        return _exact(left, right, first + second if operator == "+" else first - second, scale)
    first, second = as_float(left), as_float(right)
    return _float(first + second if operator == "+" else first - second)


def _exact(left: Term, right: Term, expr: pl.Expr, scale: int) -> Term:
    kind: Kind = "decimal" if "decimal" in {left.kind, right.kind} else "integer"
    return Term(kind=kind, expr=expr, scale=scale, real=left.real or right.real)


def _float(expr: pl.Expr) -> Term:
    return Term(kind="float", expr=expr, real=True)


def _unless_zero(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr != 0).then(expr)


def _nonzero(top: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    return top / _unless_zero(bottom)


def _quotient(left: Term, right: Term, scale: int) -> Term:
    """Return a decimal quotient at ``scale``, halves rounded away from zero."""
    # left/10^a / (right/10^b) at scale s is left * 10^(s - a + b) / right, rounded.
    factor = pl.lit(10 ** max(0, scale - left.scale + right.scale), dtype=WIDE)
    top, bottom = left.expr.cast(WIDE) * factor, _unless_zero(right.expr.cast(WIDE))
    size = (top.abs() * 2 + bottom.abs()) // (bottom.abs() * 2)
    return Term(kind="decimal", expr=size * top.sign() * bottom.sign(), scale=scale)


def _sqlite_quotient(left: Term, right: Term) -> Term:
    """SQLite keeps a whole value of a NUMERIC column as an integer, so whether ``/`` truncates depends on the values."""
    real = _nonzero(as_float(left), as_float(right))
    if left.real or right.real:
        return _float(real)
    whole = truncated_quotient(whole_part(left), whole_part(right)).cast(pl.Float64())
    return _float(pl.when(_is_whole(left) & _is_whole(right)).then(whole).otherwise(real))


def _is_whole(term: Term) -> pl.Expr:
    return (term.expr.cast(WIDE) % pl.lit(10**term.scale, dtype=WIDE)) == 0


def _moved(start: Term, by: Term, sign: int, dialect: Dialect) -> Term:
    """Return an instant moved by an interval, or a date moved by a whole number of days."""
    if by.kind == "integer" and start.kind == "date":
        days = by.expr.cast(pl.Int64()) * sign * (timedelta(days=1) // MICROSECOND)
        return Term(
            kind="date", expr=(start.expr.cast(pl.Datetime("us")) + days.cast(pl.Duration("us"))).cast(pl.Date())
        )
    if by.kind != "span":
        message = f"{start.kind} {'+' if sign > 0 else '-'} {by.kind}"
        raise NotEvaluableError(message)
    at = start.expr.cast(pl.Datetime("us"))
    if by.span is not None:
        span = by.span if sign > 0 else -by.span
        at = at.dt.offset_by(f"{span.months}mo") if span.months else at
        moved = at + pl.lit(span.rest, dtype=pl.Duration("us"))
        if start.kind == "date" and dialect != "postgresql" and not span.rest % timedelta(days=1):
            return Term(kind="date", expr=moved.cast(pl.Date()))
        return Term(kind="datetime", expr=moved)
    return Term(kind="datetime", expr=at + by.expr if sign > 0 else at - by.expr)


def _apart(left: Term, right: Term, dialect: Dialect) -> Term:
    if dialect != "postgresql":
        # SQLite subtracts the years of the texts, MySQL the digits: neither is what anyone means.
        message = f"the difference of two dates in {dialect}"
        raise NotEvaluableError(message)
    if left.kind == right.kind == "date":
        return Term(kind="integer", expr=(left.expr - right.expr).dt.total_days())
    moment = pl.Datetime("us")
    return Term(kind="span", expr=left.expr.cast(moment) - right.expr.cast(moment))


def _span(left: Term, right: Term, expr: pl.Expr, both: Span | None) -> Term:
    if both is None:
        _monthless(left)
        _monthless(right)
    return Term(kind="span", expr=expr, span=both)


def _monthless(term: Term) -> None:
    if term.span is not None and term.span.months:
        message = "arithmetic on an interval of months"
        raise NotEvaluableError(message)
