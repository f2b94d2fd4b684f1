"""Casts between terms, as far as every dialect agrees or the dialect's own rule is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
from sqlglot import exp

from fixturegen.expressions.arithmetic import rounded, whole_part
from fixturegen.expressions.terms import (
    EXACT,
    INSTANTS,
    NUMBERS,
    Kind,
    NotEvaluableError,
    Term,
    as_float,
    read_as,
    unscaled,
)
from fixturegen.schema import Dialect

_KINDS: dict[exp.DType, Kind] = {
    exp.DType.BOOLEAN: "boolean",
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "datetime",
    exp.DType.TIMESTAMPTZ: "datetime",
    exp.DType.TIMESTAMPLTZ: "datetime",
    exp.DType.TIMESTAMPNTZ: "datetime",
    exp.DType.DATETIME: "datetime",
    exp.DType.TIME: "time",
    exp.DType.INTERVAL: "span",
    exp.DType.DECIMAL: "decimal",
    exp.DType.FLOAT: "float",
    exp.DType.DOUBLE: "float",
}
_SIZED = {exp.DType.VARCHAR, exp.DType.CHAR, exp.DType.NCHAR, exp.DType.NVARCHAR}
_TEXT = exp.DataType.TEXT_TYPES | {exp.DType.UUID, exp.DType.BPCHAR}


def cast_kind(to: exp.DataType) -> Kind | None:
    """Return the kind that a cast leads to, or None for a type that is not known."""
    if isinstance(to.this, exp.Interval) or str(to.this).upper().startswith("INTERVAL"):
        return "span"
    if to.this in exp.DataType.INTEGER_TYPES:
        return "integer"
    if to.this in _TEXT:
        return "text"
    return _KINDS.get(to.this)


def cast_term(term: Term, to: exp.DataType, dialect: Dialect) -> Term:
    """Return ``CAST(term AS to)``."""
    if to.this == exp.DType.BINARY and term.kind == "text":
        return replace(term, raw=True)
    if to.this in {exp.DType.JSON, exp.DType.JSONB} and term.text is None and term.json:
        return term
    if to.this == exp.DType.USERDEFINED and term.kind == "text":
        return term  # an enum or a domain over text: the same text
    kind = cast_kind(to)
    if kind is None:
        message = f"a cast to {to.sql()}"
        raise NotEvaluableError(message)
    if term.kind == "null":
        return term
    if term.text is not None and kind != "text":
        term = read_as(term, kind)
    return _converted(term, kind, to, dialect)


_DIRECT: dict[tuple[Kind, Kind], Callable[[pl.Expr], pl.Expr]] = {
    ("integer", "boolean"): lambda expr: expr != 0,
    ("date", "datetime"): lambda expr: expr.cast(pl.Datetime("us")),
    ("datetime", "date"): lambda expr: expr.dt.date(),
    ("datetime", "time"): lambda expr: expr.dt.time(),
}


def _converted(term: Term, kind: Kind, to: exp.DataType, dialect: Dialect) -> Term:
    if kind == "text":
        return _as_text(term, to)
    if kind in {"integer", "decimal", "float"} and term.kind in NUMBERS:
        return _as_number(term, kind, to, dialect)
    if kind == term.kind:
        return term
    direct = _DIRECT.get((term.kind, kind))
    if direct is not None:
        return Term(kind=kind, expr=direct(term.expr))
    message = f"a cast of {term.kind} to {kind}"
    raise NotEvaluableError(message)


def _as_text(term: Term, to: exp.DataType) -> Term:
    if term.kind == "text":
        length = _parameter(to, 0) if to.this in _SIZED else None
        term = replace(term, padded=False) if to.this not in _SIZED and term.padded else term
        return term if length is None else replace(term, expr=term.expr.str.head(length), text=None)
    if term.kind == "integer":
        return Term(kind="text", expr=term.expr.cast(pl.String()))
    if term.kind == "date":
        return Term(kind="text", expr=term.expr.dt.to_string("%Y-%m-%d"))
    message = f"a cast of {term.kind} to text"
    raise NotEvaluableError(message)


def _as_number(term: Term, kind: Kind, to: exp.DataType, dialect: Dialect) -> Term:
    if kind == "float":
        return Term(kind="float", expr=as_float(term), real=True)
    if term.kind not in EXACT:
        return term if kind == "decimal" and not to.expressions else _inexact(kind)
    if kind == "integer":
        # PostgreSQL and MySQL round, SQLite drops the fraction.
        whole = whole_part(term) if dialect == "sqlite" else rounded(term, 0).expr
        return Term(kind="integer", expr=whole)
    scale = _parameter(to, 1) or 0
    if not to.expressions and dialect != "mysql":
        return replace(term, kind="decimal") if term.kind == "decimal" else Term(kind="decimal", expr=unscaled(term, 0))
    return _at_scale(rounded(term, scale), scale)


def _at_scale(term: Term, scale: int) -> Term:
    return Term(kind="decimal", expr=unscaled(term, max(scale, term.scale)), scale=max(scale, term.scale))


def _inexact(kind: Kind) -> Term:
    message = f"a cast of a floating-point number to {kind}"
    raise NotEvaluableError(message)


def _parameter(to: exp.DataType, index: int) -> int | None:
    if len(to.expressions) <= index:
        return None
    text = to.expressions[index].name
    return int(text) if text.isdigit() else None


def is_lossless(term_kind: Kind, to: exp.DataType) -> bool:
    """Return whether a cast keeps every value of a kind, so that a comparison may look through it."""
    kind = cast_kind(to)
    if kind == term_kind:
        return not to.expressions
    if kind == "decimal" and term_kind == "integer":
        return not to.expressions
    return kind == "datetime" and term_kind in INSTANTS
