"""SQL functions on dates, times and intervals, by each dialect's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
from sqlglot import exp

from fixturegen.expressions import arithmetic
from fixturegen.expressions.calls import Function, Reader, arguments_of, instant_operand, whole_argument
from fixturegen.expressions.literals import span
from fixturegen.expressions.reading import bare, function_name, text_of
from fixturegen.expressions.terms import NotEvaluableError, Term, read_as, text_literal, value_term

_PARTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "year": lambda at: at.dt.year(),
    "quarter": lambda at: at.dt.quarter(),
    "month": lambda at: at.dt.month(),
    "week": lambda at: at.dt.week(),
    "day": lambda at: at.dt.day(),
    "doy": lambda at: at.dt.ordinal_day(),
    "isodow": lambda at: at.dt.weekday(),
    "dow": lambda at: at.dt.weekday() % 7,
    "hour": lambda at: at.cast(pl.Datetime("us")).dt.hour(),
    "minute": lambda at: at.cast(pl.Datetime("us")).dt.minute(),
    "dayofweek": lambda at: at.dt.weekday() % 7 + 1,
    "weekday": lambda at: at.dt.weekday() - 1,
}
_PART_NAMES: dict[type[exp.Expr], str] = {
    exp.Year: "year",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Day: "day",
    exp.DayOfMonth: "day",
    exp.DayOfYear: "doy",
    exp.DayOfWeek: "dayofweek",
    exp.Hour: "hour",
    exp.Minute: "minute",
}


def clock_term(reader: Reader, node: exp.Expr) -> Term:
    """Return ``now()`` as the moment at which the reader stands."""
    day = isinstance(node, exp.CurrentDate | exp.UtcDate)
    return value_term(reader.now.date() if day else reader.now)


def _part(reader: Reader, node: exp.Expr) -> Term:
    if isinstance(node, exp.Extract):
        name, at = (text_of(node.this) or node.this.name).lower(), node.expression
    elif isinstance(node, exp.Anonymous):
        name, at = function_name(node), node.expressions[0]
    else:
        name, at = _PART_NAMES[type(node)], node.this
    term = instant_operand(reader, at)
    if name == "epoch":
        micros = term.expr.cast(pl.Datetime("us")).to_physical().cast(pl.Int128())
        return Term(kind="decimal", expr=micros, scale=6)
    if name == "second" and reader.dialect == "postgresql":
        whole = term.expr.cast(pl.Datetime("us"))
        micros = whole.dt.second().cast(pl.Int128()) * 10**6 + whole.dt.microsecond()
        return Term(kind="decimal", expr=micros, scale=6)
    if name not in _PARTS:
        message = f"the {name} of a date"
        raise NotEvaluableError(message)
    return Term(kind="integer", expr=_PARTS[name](term.expr.cast(pl.Datetime("us"))).cast(pl.Int64()))


def _truncated(reader: Reader, node: exp.Expr) -> Term:
    steps = {"year": "1y", "quarter": "1q", "month": "1mo", "week": "1w", "day": "1d", "hour": "1h", "minute": "1m"}
    steps["second"] = "1s"
    unit = node.args["unit"].name.lower()
    if unit not in steps:
        message = f"date_trunc() to {unit}"
        raise NotEvaluableError(message)
    at = instant_operand(reader, node.this).expr.cast(pl.Datetime("us"))
    return Term(kind="datetime", expr=at.dt.truncate(steps[unit]))


def _date(reader: Reader, node: exp.Expr) -> Term:
    """SQLite's date() and datetime() with modifiers, everyone's date()."""
    first, *modifiers = arguments_of(node)
    moved = instant_operand(reader, first)
    for modifier in modifiers:
        word = text_of(modifier)
        by = span(word) if word is not None else None
        if by is None:
            message = "a modifier of a date function"
            raise NotEvaluableError(message)
        moved = arithmetic.added(moved, value_term(by), reader.dialect)
    if function_name(node) == "datetime" or isinstance(node, exp.Datetime):
        return Term(kind="datetime", expr=moved.expr.cast(pl.Datetime("us")).dt.truncate("1s"))
    return Term(kind="date", expr=moved.expr.cast(pl.Date()))


def _as_is(reader: Reader, node: exp.Expr) -> Term:
    return instant_operand(reader, node.this)


def _days(reader: Reader, node: exp.Expr) -> Term:
    """SQLite's julianday(), from which only differences are taken: exact to the microsecond, in days."""
    at = instant_operand(reader, node.expressions[0]).expr.cast(pl.Datetime("us"))
    micros = at.to_physical().cast(pl.Float64())
    return Term(kind="float", expr=micros / 86_400_000_000.0 + 2_440_587.5, real=True)


def _days_apart(reader: Reader, node: exp.Expr) -> Term:
    if node.args.get("unit") is not None:
        message = "datediff() in a unit"
        raise NotEvaluableError(message)
    first, second = (instant_operand(reader, part).expr.cast(pl.Date()) for part in (node.this, node.expression))
    return Term(kind="integer", expr=(first - second).dt.total_days())


def _interval(_reader: Reader, node: exp.Expr) -> Term:
    unit = node.args.get("unit")
    if unit is not None and not isinstance(unit, exp.Var):
        message = "an interval between units"
        raise NotEvaluableError(message)
    return _spanned(node.this, unit)


def _spanned(count: exp.Expr, unit: exp.Expr | None) -> Term:
    count = bare(count)
    sign = 1
    if isinstance(count, exp.Neg):
        count, sign = bare(count.this), -1
    text = text_of(count)
    if text is None and isinstance(count, exp.Literal):
        text = count.name
    found = None if text is None else span(text, unit.name if unit is not None else None)
    if found is None:
        message = "a computed interval"
        raise NotEvaluableError(message)
    return value_term(found if sign > 0 else -found)


def _shifted(reader: Reader, node: exp.Expr) -> Term:
    """date_add() and date_sub()."""
    by = node.expression
    term = reader.term(by) if isinstance(by, exp.Interval) else _spanned(by, node.args.get("unit"))
    start = instant_operand(reader, node.this)
    return (
        arithmetic.added(start, term, reader.dialect)
        if isinstance(node, exp.DateAdd)
        else arithmetic.subtracted(start, term, reader.dialect)
    )


def _formatted(reader: Reader, node: exp.Expr) -> Term:
    wanted = text_of(node.args["format"])
    parts = wanted.split("%")[1:] if wanted is not None else [""]
    if wanted is None or reader.dialect != "sqlite" or any(part[:1] not in set("YmdHMSj") for part in parts):
        message = "a date format"
        raise NotEvaluableError(message)
    at = instant_operand(reader, node.this).expr.cast(pl.Datetime("us"))
    return Term(kind="text", expr=at.dt.to_string(wanted))


def _finite(reader: Reader, node: exp.Expr) -> Term:
    term = instant_operand(reader, node.expressions[0])
    return Term(kind="boolean", expr=pl.when(term.expr.is_not_null()).then(pl.lit(value=True)))


def _made_date(_reader: Reader, node: exp.Expr) -> Term:
    year, month, day = (whole_argument(part) for part in node.expressions)
    return read_as(text_literal(f"{year:04d}-{month:02d}-{day:02d}"), "date")


KNOWN: Mapping[type[exp.Expr], Function] = {
    **dict.fromkeys(_PART_NAMES, _part),
    exp.Extract: _part,
    exp.Date: _date,
    exp.TsOrDsToDate: _date,
    exp.Datetime: _date,
    exp.TsOrDsToTimestamp: _as_is,
    exp.DateDiff: _days_apart,
    exp.Interval: _interval,
    exp.DateAdd: _shifted,
    exp.DateSub: _shifted,
    exp.TimestampTrunc: _truncated,
    exp.DateTrunc: _truncated,
    exp.TimeToStr: _formatted,
}
NAMED: Mapping[str, Function] = {
    "date": _date,
    "datetime": _date,
    "julianday": _days,
    "weekday": _part,
    "isfinite": _finite,
    "make_date": _made_date,
}
