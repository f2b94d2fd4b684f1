"""A term: one scalar SQL value as a Polars expression together with the static type by which SQL would treat it.

Numbers are exact. An integer is Int64 (Int128 once computed); a decimal is its unscaled Int128 with a static scale, because
Polars' own decimal product keeps only the larger scale and rounds. Both hold 38 digits; larger products are not representable
in a decimal column either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions import literals
from fixturegen.expressions.literals import Span
from fixturegen.schema import Dialect, Type

Kind = Literal[
    "null", "integer", "decimal", "float", "boolean", "text", "bytes", "date", "datetime", "time", "span", "array"
]
NUMBERS = frozenset({"integer", "decimal", "float", "boolean"})
EXACT = frozenset({"integer", "decimal", "boolean"})
INSTANTS = frozenset({"date", "datetime"})
WIDEST = 38
WIDE = pl.Int128()


class NotEvaluableError(SchemaError):
    """An expression holds something that is not evaluated here; the message names it. The database can still judge it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"not evaluated outside the database: {name}")
        self.name = name

    def __reduce__(self) -> tuple[object, ...]:
        return (NotEvaluableError, (self.name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A scalar.

    Attributes:
        kind: How SQL treats it.
        expr: Its values: ``decimal`` unscaled as Int128, ``integer`` of any width, ``datetime`` without zone (UTC), ``uuid``,
            ``json``, enum labels and the like as text.
        scale: Digits after the point of a ``decimal``.
        text: A text literal whose type is still open: SQL reads it as the type of what it meets.
        span: A constant interval; only then may it have months.
        real: A number that SQLite keeps as a floating-point number even where it is whole.
        raw: A text compared byte by byte whatever the dialect's collation (uuid, ``COLLATE "C"``, ``BINARY``).
        folded: A text compared without regard to ASCII case (``COLLATE NOCASE``).
        padded: A ``char(n)``: trailing spaces do not count.
        labelled: An enum, which some dialects order by declaration.
        json: Text that is known to be JSON.
    """

    kind: Kind
    expr: pl.Expr
    scale: int = 0
    text: str | None = None
    span: Span | None = None
    real: bool = False
    raw: bool = False
    folded: bool = False
    padded: bool = False
    labelled: bool = False
    json: bool = False


def column_term(name: str, type_: Type) -> Term:
    """Return the term of a column held as :func:`fixturegen.dtypes.polars_dtype` says."""
    column = pl.col(name)
    kind = _COLUMN_KINDS.get(type_.kind)
    if kind is None:
        message = f"columns of type {type_.native or type_.kind}"
        raise NotEvaluableError(message)
    if kind == "text":
        known = type_.kind in {"uuid", "json", "ip", "mac"}
        return Term(
            kind=kind,
            expr=column.cast(pl.String()) if type_.kind == "enum" else column,
            padded=type_.fixed,
            raw=known,
            json=type_.kind == "json",
            labelled=type_.kind == "enum",
        )
    scale = type_.scale if kind == "decimal" else 0
    return Term(kind=kind, expr=_held(column, kind, type_), scale=scale)


_COLUMN_KINDS: dict[str, Kind] = {
    "integer": "integer",
    "decimal": "decimal",
    "float": "float",
    "boolean": "boolean",
    "text": "text",
    "bytes": "bytes",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "interval": "span",
    "array": "array",
    **dict.fromkeys(("uuid", "json", "ip", "mac", "url", "enum"), "text"),
}


def _held(column: pl.Expr, kind: Kind, type_: Type) -> pl.Expr:
    if kind == "integer":
        return column.cast(WIDE if type_.bits >= 64 and not type_.signed else pl.Int64())
    if kind == "decimal":
        return column.cast(polars_dtype(type_)).to_physical().cast(WIDE)
    return _zoneless(column, type_) if kind == "datetime" else column


def _zoneless(column: pl.Expr, type_: Type) -> pl.Expr:
    return column.dt.replace_time_zone(None) if type_.zone else column


def value_term(value: object) -> Term:
    """Return the term of a Python value; datetimes without zone, None for NULL.

    >>> value_term(Decimal("1.50")).scale
    2
    """
    if value is None:
        return Term(kind="null", expr=pl.lit(None))
    kind = next((kind for python, kind in _PYTHON if isinstance(value, python)), None)
    if kind is None:
        message = f"a {type(value).__name__}"
        raise NotEvaluableError(message)
    if isinstance(value, Decimal):
        scale = max(0, -_exponent(value))
        return Term(kind="decimal", expr=pl.lit(int(value.scaleb(scale)), dtype=WIDE), scale=scale, real=True)
    if isinstance(value, Span | timedelta):
        span = value if isinstance(value, Span) else Span(0, value)
        return Term(kind="span", expr=pl.lit(span.rest, dtype=pl.Duration("us")), span=span)
    return Term(kind=kind, expr=pl.lit(value, dtype=_dtype(value)), real=kind == "float")


_PYTHON: tuple[tuple[type, Kind], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "decimal"),
    (float, "float"),
    (str, "text"),
    (bytes, "bytes"),
    (datetime, "datetime"),
    (date, "date"),
    (time, "time"),
    (timedelta, "span"),
    (Span, "span"),
)
_LITERAL_DTYPES: dict[type, pl.DataType] = {
    bool: pl.Boolean(),
    float: pl.Float64(),
    str: pl.String(),
    bytes: pl.Binary(),
    datetime: pl.Datetime("us"),
    date: pl.Date(),
    time: pl.Time(),
}


def _dtype(value: object) -> pl.DataType:
    if isinstance(value, int) and not isinstance(value, bool):
        return pl.Int64() if -(2**63) <= value < 2**63 else WIDE
    return _LITERAL_DTYPES[type(value)]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


def text_literal(text: str) -> Term:
    """Return the term of a quoted text, whose type is open until it meets another."""
    return Term(kind="text", expr=pl.lit(text), text=text)


_READERS: dict[str, Callable[[str], object]] = {
    "integer": literals.number,
    "decimal": literals.number,
    "float": literals.number,
    "boolean": literals.boolean,
    "date": literals.moment,
    "datetime": literals.moment,
    "time": literals.clock,
    "span": literals.span,
    "bytes": literals.octets,
}


def read_as(term: Term, kind: Kind) -> Term:
    """Return an open text literal as the type of what it meets; any other term as it is."""
    if term.text is None or kind not in _READERS:
        return term
    value = _READERS[kind](term.text)
    if value is None:
        message = f"a text literal that is no {kind}"
        raise NotEvaluableError(message)
    return value_term(value)


def met(left: Term, right: Term) -> tuple[Term, Term]:
    """Return two terms after the open literals among them took the type of the other."""
    if left.text is not None and right.text is None:
        return read_as(left, right.kind), right
    if right.text is not None and left.text is None:
        return left, read_as(right, left.kind)
    return left, right


def unscaled(term: Term, scale: int) -> pl.Expr:
    """Return an exact number as Int128 at ``scale``, at least its own."""
    expr = term.expr.cast(WIDE)
    return expr if scale == term.scale else expr * pl.lit(10 ** (scale - term.scale), dtype=WIDE)


def as_float(term: Term) -> pl.Expr:
    """Return a number as Float64."""
    expr = term.expr.cast(pl.Float64())
    return expr / float(10**term.scale) if term.scale else expr


def comparable(left: Term, right: Term, dialect: Dialect) -> tuple[pl.Expr, pl.Expr]:
    """Return two terms of one family on common ground: same scale, same unit; NULL literals pass.

    Raises:
        NotEvaluableError: The families differ.
    """
    left, right = met(left, right)
    kinds = {left.kind, right.kind}
    if "null" in kinds or (len(kinds) == 1 and not kinds & {"decimal", "array"}):
        return left.expr, right.expr
    if kinds <= EXACT:
        scale = max(left.scale, right.scale)
        if kinds == {"integer"} or scale > WIDEST:
            return left.expr, right.expr
        return unscaled(left, scale), unscaled(right, scale)
    if kinds <= NUMBERS:
        return as_float(left), as_float(right)
    if kinds == INSTANTS:
        return _moment(left, dialect), _moment(right, dialect)
    message = f"{left.kind} against {right.kind}"
    raise NotEvaluableError(message)


def _moment(term: Term, dialect: Dialect) -> pl.Expr:
    """SQLite compares moments as texts, in which a date without time stands just before its own midnight."""
    expr = term.expr.cast(pl.Datetime("us"))
    return expr - pl.duration(microseconds=1) if dialect == "sqlite" and term.kind == "date" else expr


def unified(terms: list[Term]) -> list[Term]:
    """Return the branches of a CASE or COALESCE as terms of one kind and scale; NULLs stay what they are."""
    known = [term for term in terms if term.kind != "null" and term.text is None]
    if not known:
        return terms
    terms = [read_as(term, known[0].kind) for term in terms]
    kinds = {term.kind for term in terms} - {"null"}
    if (kinds <= EXACT and len(kinds) > 1) or kinds == {"decimal"}:
        scale = max(term.scale for term in terms)
        kind: Kind = "decimal" if "decimal" in kinds else "integer"
        return [
            term if term.kind == "null" else replace(term, kind=kind, expr=unscaled(term, scale), scale=scale)
            for term in terms
        ]
    if kinds <= NUMBERS and len(kinds) > 1:
        return [t if t.kind == "null" else replace(t, kind="float", expr=as_float(t), scale=0) for t in terms]
    if kinds == INSTANTS:
        moment = pl.Datetime("us")
        return [t if t.kind == "null" else replace(t, kind="datetime", expr=t.expr.cast(moment)) for t in terms]
    if len(kinds) > 1:
        message = f"{' and '.join(sorted(kinds))} as values of one expression"
        raise NotEvaluableError(message)
    return terms


def combined(terms: list[Term], expr: pl.Expr) -> Term:
    """Return ``expr`` with the type that unified terms share."""
    first = next((term for term in terms if term.kind != "null"), terms[0])
    alone = [term for term in terms if term.kind != "null"]
    return replace(
        first, expr=expr, text=None, span=None, real=any(t.real for t in alone), labelled=any(t.labelled for t in alone)
    )


def value_expr(term: Term) -> pl.Expr:
    """Return the term as users hold it: a decimal as Decimal(38, scale), an integer as Int64."""
    if term.kind == "decimal":
        # The integers at hand, read with a point in them: the cast refuses what has too many digits.
        return term.expr.cast(pl.Decimal(WIDEST, 0)).to_physical().reinterpret(dtype=pl.Decimal(WIDEST, term.scale))
    if term.kind == "integer":
        return term.expr.cast(pl.Int64())
    if term.span is not None and term.span.months:
        message = "an interval of months as a value"
        raise NotEvaluableError(message)
    return term.expr
