"""The SQL functions that can be judged outside the database: text, numbers, dates; each by its dialect's own rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Protocol

import polars as pl
from sqlglot import exp

from fixturegen.expressions import arithmetic
from fixturegen.expressions.literals import Span, span
from fixturegen.expressions.reading import bare, function_name, text_of
from fixturegen.expressions.terms import (
    EXACT,
    INSTANTS,
    NotEvaluableError,
    Term,
    combined,
    read_as,
    text_literal,
    unified,
    value_term,
)
from fixturegen.schema import Dialect

_UPPER = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
_LOWER = [letter.lower() for letter in _UPPER]


class Reader(Protocol):
    """What a function needs of the evaluation around it."""

    @property
    def dialect(self) -> Dialect: ...
    @property
    def now(self) -> datetime: ...
    def term(self, node: exp.Expr) -> Term: ...
    def condition(self, node: exp.Expr, polarity: int) -> pl.Expr: ...


Function = Callable[[Reader, exp.Expr], Term]


def function_of(node: exp.Expr) -> Function | None:
    """Return the function that a node calls, or None for one that is not known."""
    if isinstance(node, exp.Anonymous):
        return NAMED.get(function_name(node))
    return next((KNOWN[kind] for kind in type(node).__mro__ if kind in KNOWN), None)


def ascii_lower(text: pl.Expr) -> pl.Expr:
    """Return a text with A to Z in lower case and all other letters as they are."""
    return text.str.replace_many(_UPPER, _LOWER)


def _text(reader: Reader, node: exp.Expr) -> Term:
    """Return a text operand; whole numbers are written out as SQL does."""
    term = reader.term(node)
    if term.kind == "integer":
        return Term(kind="text", expr=term.expr.cast(pl.String()))
    if term.kind not in {"text", "null"}:
        message = f"{term.kind} as text"
        raise NotEvaluableError(message)
    expr = term.expr.str.strip_chars_end(" ") if term.padded else term.expr.cast(pl.String())
    return replace(term, kind="text", expr=expr, padded=False)


def _made(term: Term, expr: pl.Expr) -> Term:
    return Term(kind="text", expr=expr, raw=term.raw, folded=term.folded)


def _whole(reader: Reader, node: exp.Expr | None) -> int:
    """Return an argument that has to be a whole constant."""
    inner = bare(node) if node is not None else None
    sign = 1
    if isinstance(inner, exp.Neg):
        inner, sign = bare(inner.this), -1
    if isinstance(inner, exp.Literal) and not inner.is_string and inner.name.isdigit():
        return sign * int(inner.name)
    message = "a computed position, length or number of digits"
    raise NotEvaluableError(message)


def _folding(node: exp.Expr) -> tuple[str, str]:
    return ("to_lowercase", "lower") if isinstance(node, exp.Lower) else ("to_uppercase", "upper")


def _case(reader: Reader, node: exp.Expr) -> Term:
    term = _text(reader, node.this)
    lower = isinstance(node, exp.Lower)
    if reader.dialect == "sqlite":
        expr = ascii_lower(term.expr) if lower else term.expr.str.replace_many(_LOWER, _UPPER)
    else:
        expr = term.expr.str.to_lowercase() if lower else term.expr.str.to_uppercase()
    return _made(term, expr)


def _length(reader: Reader, node: exp.Expr) -> Term:
    if reader.term(node.this).kind == "bytes":
        return Term(kind="integer", expr=reader.term(node.this).expr.bin.size().cast(pl.Int64()))
    term = _text(reader, node.this)
    octets = bool(node.args.get("binary"))
    size = term.expr.str.len_bytes() if octets else term.expr.str.len_chars()
    return Term(kind="integer", expr=size.cast(pl.Int64()))


def _octets(reader: Reader, node: exp.Expr) -> Term:
    argument = _arguments(node)[0]
    term = reader.term(argument)
    if term.kind == "bytes":
        return Term(kind="integer", expr=term.expr.bin.size().cast(pl.Int64()))
    # octet_length counts the padding of a char(n), which is not known here.
    if term.padded:
        message = "octets of a padded text"
        raise NotEvaluableError(message)
    size = _text(reader, argument).expr.str.len_bytes().cast(pl.Int64())
    return Term(kind="integer", expr=size * 8 if isinstance(node, exp.BitLength) else size)


def _trim(reader: Reader, node: exp.Expr) -> Term:
    term = _text(reader, node.this)
    letters = " " if node.expression is None else text_of(node.expression)
    if not letters or (reader.dialect == "mysql" and len(letters) > 1):
        message = "trim of computed letters or of a word"
        raise NotEvaluableError(message)
    match str(node.args.get("position") or "BOTH").upper():
        case "LEADING":
            return _made(term, term.expr.str.strip_chars_start(letters))
        case "TRAILING":
            return _made(term, term.expr.str.strip_chars_end(letters))
        case _:
            return _made(term, term.expr.str.strip_chars(letters))


def _replace(reader: Reader, node: exp.Expr) -> Term:
    term = _text(reader, node.this)
    old, new = text_of(node.expression), text_of(node.args.get("replacement") or exp.Literal.string(""))
    if not old or new is None:
        message = "replace() of a computed text"
        raise NotEvaluableError(message)
    return _made(term, term.expr.str.replace_all(old, new, literal=True))


def _left(reader: Reader, node: exp.Expr) -> Term:
    count = _whole(reader, node.expression)
    term = _text(reader, node.this)
    if count < 0:
        message = "left() or right() by a negative count"
        raise NotEvaluableError(message)
    return _made(term, term.expr.str.head(count) if isinstance(node, exp.Left) else term.expr.str.tail(count))


def _substring(reader: Reader, node: exp.Expr) -> Term:
    term, start = _text(reader, node.this), _whole(reader, node.args.get("start"))
    length = None if node.args.get("length") is None else _whole(reader, node.args["length"])
    if start < 1 or (length is not None and length < 0):
        if start >= 0 or reader.dialect == "postgresql" or (length is not None and length < -start):
            message = "substr() from before the first character"
            raise NotEvaluableError(message)
        return _made(term, term.expr.str.slice(start))
    return _made(term, term.expr.str.slice(start - 1, length))


def _position(reader: Reader, node: exp.Expr) -> Term:
    term, found = _text(reader, node.this), text_of(node.args["substr"])
    if found is None or node.args.get("position") is not None:
        message = "the position of a computed text"
        raise NotEvaluableError(message)
    expr = term.expr
    if reader.dialect == "mysql" and not term.raw:
        expr, found = expr.str.to_lowercase(), found.lower()
    if not found:
        return Term(kind="integer", expr=pl.when(expr.is_not_null()).then(pl.lit(1, dtype=pl.Int64())))
    before = expr.str.splitn(found, 2).struct[0].str.len_chars().cast(pl.Int64())
    place = pl.when(expr.str.contains(found, literal=True)).then(before + 1).otherwise(pl.lit(0, dtype=pl.Int64()))
    return Term(kind="integer", expr=pl.when(expr.is_not_null()).then(place))


def _concat(reader: Reader, node: exp.Expr) -> Term:
    parts = [_text(reader, part) for part in node.expressions]
    ignore = reader.dialect != "mysql"
    return Term(
        kind="text", expr=pl.concat_str([p.expr for p in parts], ignore_nulls=ignore), raw=any(p.raw for p in parts)
    )


def _joined(reader: Reader, node: exp.Expr) -> Term:
    left, right = _text(reader, node.this), _text(reader, node.expression)
    return Term(kind="text", expr=left.expr + right.expr, raw=left.raw or right.raw)


def _number(reader: Reader, node: exp.Expr) -> Term:
    term = reader.term(node)
    if term.kind == "null":
        return Term(kind="integer", expr=pl.lit(None, dtype=pl.Int64()))
    term = read_as(term, "decimal") if term.text is not None else term
    if term.kind not in EXACT | {"float"}:
        message = f"{term.kind} as a number"
        raise NotEvaluableError(message)
    return term


def _abs(reader: Reader, node: exp.Expr) -> Term:
    term = _number(reader, node.this)
    return replace(term, kind="integer" if term.kind == "boolean" else term.kind, expr=_plain(term).abs())


def _sign(reader: Reader, node: exp.Expr) -> Term:
    return Term(kind="integer", expr=_plain(_number(reader, node.this)).sign().cast(pl.Int64()))


def _plain(term: Term) -> pl.Expr:
    return term.expr.cast(pl.Int64()) if term.kind == "boolean" else term.expr


def _round(reader: Reader, node: exp.Expr) -> Term:
    term = _number(reader, node.this)
    digits = 0 if node.args.get("decimals") is None else _whole(reader, node.args["decimals"])
    if term.kind == "float":
        if digits or reader.dialect == "postgresql":
            message = "round() of a floating-point number"
            raise NotEvaluableError(message)
        return replace(term, expr=term.expr.round(mode="half_away_from_zero"))
    return replace(arithmetic.rounded(term, digits), real=term.real or reader.dialect == "sqlite")


def _floor(reader: Reader, node: exp.Expr) -> Term:
    term, upwards = _number(reader, node.this), isinstance(node, exp.Ceil)
    if node.args.get("decimals") is not None:
        message = "floor() or ceil() to digits"
        raise NotEvaluableError(message)
    if term.kind == "float":
        return replace(term, expr=term.expr.ceil() if upwards else term.expr.floor())
    return arithmetic.floored(term, upwards=upwards)


def _power(reader: Reader, node: exp.Expr) -> Term:
    term, times = _number(reader, node.this), _whole(reader, node.expression)
    if not 1 <= times <= 4 or term.kind == "float":
        message = "a power"
        raise NotEvaluableError(message)
    return reduce(arithmetic.multiplied, [term] * times)


def _extreme(reader: Reader, node: exp.Expr) -> Term:
    terms = unified([reader.term(part) for part in _arguments(node)])
    if any(term.kind in {"text", "bytes", "array"} for term in terms):
        message = "the greatest or least of texts"
        raise NotEvaluableError(message)
    expressions = [term.expr for term in terms]
    expr = pl.max_horizontal(expressions) if isinstance(node, exp.Greatest) else pl.min_horizontal(expressions)
    if reader.dialect != "postgresql":
        expr = pl.when(pl.all_horizontal([term.expr.is_not_null() for term in terms])).then(expr)
    return combined(terms, expr)


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    first = [node.this] if isinstance(node.this, exp.Expr) else []
    return [*first, *node.expressions]


def _nulls(reader: Reader, node: exp.Expr) -> Term:
    wanted = function_name(node) == "num_nulls"
    flags = [reader.term(part).expr.is_null() == wanted for part in node.expressions]
    return Term(kind="integer", expr=pl.sum_horizontal([flag.cast(pl.Int64()) for flag in flags]))


def _coalesce(reader: Reader, node: exp.Expr) -> Term:
    terms = unified([reader.term(part) for part in _arguments(node)])
    return combined(terms, pl.coalesce([term.expr for term in terms]))


def _nullif(reader: Reader, node: exp.Expr) -> Term:
    term = reader.term(node.this)
    same = reader.condition(exp.EQ(this=node.this.copy(), expression=node.expression.copy()), 0)
    return replace(
        term, expr=pl.when(same.fill_null(value=False)).then(None).otherwise(term.expr), text=None, span=None
    )


def _when(reader: Reader, node: exp.Expr) -> Term:
    """CASE in both forms, IF and IIF."""
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    conditions = [_branch(reader, node, branch) for branch in branches]
    last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
    values = [reader.term(branch.args["true"]) for branch in branches]
    terms = unified([*values, value_term(None) if last is None else reader.term(last)])
    expr = terms[-1].expr
    for condition, term in zip(reversed(conditions), reversed(terms[:-1]), strict=True):
        expr = pl.when(condition).then(term.expr).otherwise(expr)
    return combined(terms, expr)


def _branch(reader: Reader, node: exp.Expr, branch: exp.Expr) -> pl.Expr:
    if isinstance(node, exp.Case) and node.this is not None:
        return reader.condition(exp.EQ(this=node.this.copy(), expression=branch.this.copy()), 0)
    return reader.condition(branch.this, 0)


def _instant(reader: Reader, node: exp.Expr) -> Term:
    term = reader.term(node)
    term = read_as(term, "datetime")
    if term.kind not in INSTANTS | {"null"}:
        message = f"{term.kind} as a date"
        raise NotEvaluableError(message)
    return term


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


def _part(reader: Reader, node: exp.Expr) -> Term:
    if isinstance(node, exp.Extract):
        name, at = (text_of(node.this) or node.this.name).lower(), node.expression
    elif isinstance(node, exp.Anonymous):
        name, at = function_name(node), node.expressions[0]
    else:
        name, at = _PART_NAMES[type(node)], node.this
    term = _instant(reader, at)
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
    at = _instant(reader, node.this).expr.cast(pl.Datetime("us"))
    return Term(kind="datetime", expr=at.dt.truncate(steps[unit]))


def _date(reader: Reader, node: exp.Expr) -> Term:
    """SQLite's date() and datetime() with modifiers, everyone's date()."""
    first, *modifiers = _arguments(node)
    moved = _instant(reader, first)
    for modifier in modifiers:
        word = text_of(modifier)
        by = span(word) if word is not None else None
        if by is None:
            message = "a modifier of a date function"
            raise NotEvaluableError(message)
        moved = arithmetic.added(moved, value_term(by))
    if function_name(node) == "datetime" or isinstance(node, exp.Datetime):
        return Term(kind="datetime", expr=moved.expr.cast(pl.Datetime("us")).dt.truncate("1s"))
    return Term(kind="date", expr=moved.expr.cast(pl.Date()))


def _as_is(reader: Reader, node: exp.Expr) -> Term:
    return _instant(reader, node.this)


def _days(reader: Reader, node: exp.Expr) -> Term:
    """SQLite's julianday(), from which only differences are taken: exact to the microsecond, in days."""
    at = _instant(reader, node.expressions[0]).expr.cast(pl.Datetime("us"))
    micros = at.to_physical().cast(pl.Float64())
    return Term(kind="float", expr=micros / 86_400_000_000.0 + 2_440_587.5, real=True)


def _days_apart(reader: Reader, node: exp.Expr) -> Term:
    if node.args.get("unit") is not None:
        message = "datediff() in a unit"
        raise NotEvaluableError(message)
    first, second = (_instant(reader, part).expr.cast(pl.Date()) for part in (node.this, node.expression))
    return Term(kind="integer", expr=(first - second).dt.total_days())


def _interval(reader: Reader, node: exp.Expr) -> Term:
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
    start = _instant(reader, node.this)
    return (
        arithmetic.added(start, term)
        if isinstance(node, exp.DateAdd)
        else arithmetic.subtracted(start, term, reader.dialect)
    )


def _formatted(reader: Reader, node: exp.Expr) -> Term:
    wanted = text_of(node.args["format"])
    parts = wanted.split("%")[1:] if wanted is not None else [""]
    if wanted is None or reader.dialect != "sqlite" or any(part[:1] not in set("YmdHMSj") for part in parts):
        message = "a date format"
        raise NotEvaluableError(message)
    at = _instant(reader, node.this).expr.cast(pl.Datetime("us"))
    return Term(kind="text", expr=at.dt.to_string(wanted))


def _elements(reader: Reader, node: exp.Expr) -> Term:
    term = reader.term(_arguments(node)[0])
    if term.kind != "array" or (node.expression is not None and text_of_number(node.expression) != "1"):
        message = "the length of an inner array"
        raise NotEvaluableError(message)
    size = term.expr.list.len().cast(pl.Int64())
    # An empty array has cardinality 0 but no length.
    return Term(kind="integer", expr=size if isinstance(node, exp.Anonymous) else pl.when(size > 0).then(size))


def text_of_number(node: exp.Expr) -> str:
    """Return the digits of a number literal, or ''."""
    inner = bare(node)
    return inner.name if isinstance(inner, exp.Literal) and not inner.is_string else ""


def _valid_json(reader: Reader, node: exp.Expr) -> Term:
    term = _text(reader, node.expressions[0])
    if term.json:
        return Term(kind="boolean", expr=pl.when(term.expr.is_not_null()).then(pl.lit(value=True)))
    return Term(kind="boolean", expr=term.expr.map_elements(_is_json, return_dtype=pl.Boolean(), skip_nulls=True))


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> None:
    message = f"{word} is no JSON"
    raise ValueError(message)


def _finite(reader: Reader, node: exp.Expr) -> Term:
    term = _instant(reader, node.expressions[0])
    return Term(kind="boolean", expr=pl.when(term.expr.is_not_null()).then(pl.lit(value=True)))


def _made_date(reader: Reader, node: exp.Expr) -> Term:
    year, month, day = (_whole(reader, part) for part in node.expressions)
    return read_as(text_literal(f"{year:04d}-{month:02d}-{day:02d}"), "date")


def _collated(reader: Reader, node: exp.Expr) -> Term:
    name = node.expression.name.lower()
    term = _text(reader, node.this)
    if name in {"c", "posix", "binary", "ucs_basic"} or name.endswith("_bin"):
        return replace(term, raw=True, folded=False)
    if name == "nocase":
        return replace(term, raw=False, folded=True)
    message = f"the collation {node.expression.name}"
    raise NotEvaluableError(message)


KNOWN: Mapping[type[exp.Expr], Function] = {
    exp.Lower: _case, exp.Upper: _case, exp.Length: _length, exp.BitLength: _octets, exp.Trim: _trim, exp.Replace: _replace,
    exp.Left: _left, exp.Right: _left, exp.Substring: _substring, exp.StrPosition: _position, exp.Concat: _concat,
    exp.DPipe: _joined, exp.Abs: _abs, exp.Sign: _sign, exp.Round: _round, exp.Floor: _floor, exp.Ceil: _floor,
    exp.Pow: _power, exp.Greatest: _extreme, exp.Least: _extreme, exp.Coalesce: _coalesce, exp.Nullif: _nullif,
    exp.Case: _when, exp.If: _when, exp.Extract: _part, exp.Date: _date, exp.TsOrDsToDate: _date, exp.Datetime: _date,
    exp.TsOrDsToTimestamp: _as_is, exp.DateDiff: _days_apart, exp.Interval: _interval, exp.DateAdd: _shifted,
    exp.DateSub: _shifted, exp.TimestampTrunc: _truncated, exp.DateTrunc: _truncated, exp.TimeToStr: _formatted,
    exp.ArraySize: _elements, exp.Collate: _collated, **dict.fromkeys(_PART_NAMES, _part),
}  # fmt: skip
NAMED: Mapping[str, Function] = {
    "octet_length": _octets, "num_nulls": _nulls, "num_nonnulls": _nulls, "date": _date, "datetime": _date,
    "julianday": _days, "weekday": _part, "cardinality": _elements, "json_valid": _valid_json, "isfinite": _finite,
    "make_date": _made_date,
}  # fmt: skip


def clock_term(reader: Reader, node: exp.Expr) -> Term:
    """Return ``now()`` as the moment at which the reader stands."""
    day = isinstance(node, exp.CurrentDate | exp.UtcDate)
    return value_term(reader.now.date() if day else reader.now)


def day_shift(node: exp.Expr) -> Span | None:
    """Return the constant interval that a node is, or None."""
    node = bare(node)
    if isinstance(node, exp.Interval) and isinstance(node.args.get("unit"), exp.Var | None):
        try:
            return _spanned(node.this, node.args.get("unit")).span
        except NotEvaluableError:
            return None
    return None
