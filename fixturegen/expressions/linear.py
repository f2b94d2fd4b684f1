"""Sums of columns: an expression as ``c1 * x1 + ... + constant``, exactly, in the measure of one family.

The constant is a range: ``now()`` stands for many moments, and a month for 28 to 31 days. What is asked of the sum has to hold
over the whole range.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from sqlglot import exp

from fixturegen.expressions.casts import is_lossless
from fixturegen.expressions.evaluation import OpenText
from fixturegen.expressions.literals import Span, clock, moment, number, shifted, span
from fixturegen.expressions.reading import bare, function_name
from fixturegen.expressions.scope import Scope
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.lattice import SECONDS_A_DAY, Family, lattice_of, measure

_JULIAN_EPOCH = Fraction(24405875, 10)
_DAY = Fraction(SECONDS_A_DAY)


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum.

    Attributes:
        family: What it measures.
        terms: Factor of every column, none 0, in order of mention.
        low: Least constant.
        high: Greatest constant.
        days: Whether it is a date, to which PostgreSQL adds whole days.
    """

    family: Family
    terms: Mapping[str, Fraction]
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    days: bool = False

    def times(self, factor: Fraction, family: Family | None = None) -> Linear:
        """Return the sum multiplied by a factor."""
        terms = {name: value * factor for name, value in self.terms.items() if value * factor}
        low, high = sorted((self.low * factor, self.high * factor))
        return Linear(family or self.family, terms, low, high)

    def plus(self, other: Linear, family: Family) -> Linear:
        """Return the sum of two."""
        terms = dict(self.terms)
        for name, value in other.terms.items():
            terms[name] = terms.get(name, Fraction(0)) + value
        kept = {name: value for name, value in terms.items() if value}
        return Linear(family, kept, self.low + other.low, self.high + other.high)

    def minus(self, other: Linear, family: Family) -> Linear:
        """Return the difference of two."""
        return self.plus(other.times(Fraction(-1)), family)


def linear_of(node: exp.Expr, scope: Scope) -> Linear | None:
    """Return an expression as a sum of columns, or None where it is none."""
    node = bare(node)
    name = scope.column(node)
    if name is not None:
        return _column(name, scope, whole_day=not isinstance(node, exp.Cast))
    if scope.is_constant(node):
        return _constant(node, scope)
    reader = _READERS.get(type(node)) or _NAMED.get(function_name(node))
    return None if reader is None else reader(node, scope)


def as_family(node: exp.Expr, family: Family, scope: Scope) -> Linear | None:
    """Return a sum; an open text literal is read as a value of ``family``."""
    found = linear_of(node, scope)
    if found is not None or not scope.is_constant(node):
        return found
    try:
        value, _ = scope.constants(node)
    except NotEvaluableError:
        return None
    return _opened(value, family) if isinstance(value, OpenText) else None


_OPENERS: Mapping[Family, Callable[[str], object]] = {"number": number, "instant": moment, "clock": clock, "span": span}


def _opened(text: OpenText, family: Family) -> Linear | None:
    value = _OPENERS[family](text)
    if isinstance(value, Span):
        value = None if value.months else value.rest
    if value is None:
        return None
    at = measure(value)
    days = isinstance(value, date) and not isinstance(value, datetime)
    return Linear(family, {}, at, at, days)


def _column(name: str, scope: Scope, *, whole_day: bool) -> Linear | None:
    type_ = scope.types[name]
    lattice = lattice_of(type_)
    if lattice is None or type_.kind == "boolean":
        return None
    return Linear(lattice.family, {name: Fraction(1)}, days=whole_day and type_.kind == "date")


def _constant(node: exp.Expr, scope: Scope) -> Linear | None:
    try:
        values = scope.constants(node)
    except NotEvaluableError:
        return None
    if any(value is None or isinstance(value, str | bytes | bool) for value in values):
        return None
    first = values[0]
    if isinstance(first, Span):
        rest = measure(first.rest)
        fewest, most = _days_of(first.months)
        return Linear("span", {}, rest + fewest * _DAY, rest + most * _DAY)
    low, high = sorted(measure(value) for value in values)
    days = isinstance(first, date) and not isinstance(first, datetime)
    return Linear(_family(first), {}, low, high, days)


def _family(value: object) -> Family:
    if isinstance(value, date):
        return "instant"
    if isinstance(value, timedelta):
        return "span"
    return "number" if not hasattr(value, "hour") else "clock"


@lru_cache(maxsize=256)
def _days_of(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that so many months take, over all starts in four centuries' kinds of years."""
    if not months:
        return 0, 0
    years = (*range(1999, 2005), *range(2095, 2105))
    days = ((year, month, day) for year in years for month in range(1, 13) for day in (1, 28, 29, 30, 31))
    starts = [date(year, month, day) for year, month, day in days if day <= monthrange(year, month)[1]]
    spans = [(shifted(start, Span(months)) - start).days for start in starts]
    # A century without its leap day, or with it, may lie inside longer spans.
    slack = abs(months) // 1200 + 1 if abs(months) > 48 else 0
    return min(spans) - slack, max(spans) + slack


def _negated(node: exp.Expr, scope: Scope) -> Linear | None:
    inner = linear_of(node.this, scope)
    return None if inner is None or inner.family not in {"number", "span"} else inner.times(Fraction(-1))


def _sum(node: exp.Expr, scope: Scope) -> Linear | None:
    left, right = linear_of(node.this, scope), linear_of(node.expression, scope)
    if left is None or right is None:
        return None
    if right.family == "instant":
        left, right = right, left
    return _moved(left, right, scope) if left.family == "instant" else _alike(left, right)


def _alike(left: Linear, right: Linear) -> Linear | None:
    if left.family != right.family or left.family not in {"number", "span"}:
        return None
    return left.plus(right, left.family)


def _moved(start: Linear, by: Linear, scope: Scope) -> Linear | None:
    if by.family == "span":
        return start.plus(by, "instant")
    if by.family == "number" and start.days and scope.dialect == "postgresql":
        moved = start.plus(by.times(_DAY), "instant")
        return Linear("instant", moved.terms, moved.low, moved.high, days=True)
    return None


def _difference(node: exp.Expr, scope: Scope) -> Linear | None:
    left, right = linear_of(node.this, scope), linear_of(node.expression, scope)
    if left is None or right is None:
        return None
    if left.family == right.family == "instant":
        return _apart(left, right, scope)
    if left.family == right.family == "clock":
        return left.minus(right, "span")
    return (
        _moved(left, right.times(Fraction(-1)), scope)
        if left.family == "instant"
        else _alike(left, right.times(Fraction(-1)))
    )


def _apart(left: Linear, right: Linear, scope: Scope) -> Linear | None:
    if scope.dialect != "postgresql":
        return None
    apart = left.minus(right, "span")
    return apart.times(1 / _DAY, "number") if left.days and right.days else apart


def _product(node: exp.Expr, scope: Scope) -> Linear | None:
    left, right = linear_of(node.this, scope), linear_of(node.expression, scope)
    if left is None or right is None:
        return None
    if left.terms:
        left, right = right, left
    if left.terms or left.low != left.high or left.family != "number" or right.family not in {"number", "span"}:
        return None
    return right.times(left.low)


def _cast(node: exp.Expr, scope: Scope) -> Linear | None:
    inner = linear_of(node.this, scope)
    assert isinstance(node, exp.Cast)
    if inner is None or inner.family != "number":
        return None
    # A sum of numbers keeps its value where the cast neither rounds nor cuts.
    return inner if is_lossless("decimal", node.to) else None


def _shifted(node: exp.Expr, scope: Scope) -> Linear | None:
    """date_add() and date_sub() by a constant."""
    given = node.expression
    interval = given if isinstance(given, exp.Interval) else exp.Interval(this=given.copy(), unit=node.args.get("unit"))
    start, by = linear_of(node.this, scope), linear_of(interval, scope)
    if start is None or by is None or start.family != "instant" or by.family != "span":
        return None
    return start.plus(by, "instant") if isinstance(node, exp.DateAdd) else start.minus(by, "instant")


def _days_apart(node: exp.Expr, scope: Scope) -> Linear | None:
    left, right = linear_of(node.this, scope), linear_of(node.expression, scope)
    if left is None or right is None or node.args.get("unit") is not None or not (left.days and right.days):
        return None
    return left.minus(right, "span").times(1 / _DAY, "number")


def _julian(node: exp.Expr, scope: Scope) -> Linear | None:
    at = linear_of(node.expressions[0], scope) if len(node.expressions) == 1 else None
    if at is None or at.family != "instant":
        return None
    days = at.times(1 / _DAY, "number")
    return Linear("number", days.terms, days.low + _JULIAN_EPOCH, days.high + _JULIAN_EPOCH)


def _modified(node: exp.Expr, scope: Scope) -> Linear | None:
    """SQLite's date(column, '+1 day') where the column is a date, so that nothing is cut."""
    parts = [node.this, *node.expressions] if isinstance(node, exp.Date | exp.TsOrDsToDate) else node.expressions
    at = linear_of(parts[0], scope) if parts else None
    if at is None or not at.days:
        return None
    for part in parts[1:]:
        by = linear_of(exp.Interval(this=bare(part).copy()), scope)
        if by is None or by.family != "span" or by.low % _DAY:
            return None
        at = at.plus(by, "instant")
    return Linear("instant", at.terms, at.low, at.high, days=True)


_READERS: dict[type[exp.Expr], Callable[[exp.Expr, Scope], Linear | None]] = {
    exp.Neg: _negated,
    exp.Add: _sum,
    exp.Sub: _difference,
    exp.Mul: _product,
    exp.Cast: _cast,
    exp.DateAdd: _shifted,
    exp.DateSub: _shifted,
    exp.DateDiff: _days_apart,
    exp.Date: _modified,
    exp.TsOrDsToDate: _modified,
}
_NAMED: dict[str, Callable[[exp.Expr, Scope], Linear | None]] = {"julianday": _julian, "date": _modified}
