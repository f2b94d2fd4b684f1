"""SQL functions on numbers, on counts, and on values of any kind (CASE, COALESCE, ...)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import polars as pl
from sqlglot import exp

from fixturegen.expressions import arithmetic
from fixturegen.expressions.calls import Function, Reader, arguments_of, digits_of, number_operand, whole_argument
from fixturegen.expressions.reading import function_name
from fixturegen.expressions.terms import NotEvaluableError, Term, combined, unified, value_term


def _abs(reader: Reader, node: exp.Expr) -> Term:
    term = number_operand(reader, node.this)
    return replace(term, kind="integer" if term.kind == "boolean" else term.kind, expr=_plain(term).abs())


def _sign(reader: Reader, node: exp.Expr) -> Term:
    return Term(kind="integer", expr=_plain(number_operand(reader, node.this)).sign().cast(pl.Int64()))


def _plain(term: Term) -> pl.Expr:
    return term.expr.cast(pl.Int64()) if term.kind == "boolean" else term.expr


def _round(reader: Reader, node: exp.Expr) -> Term:
    term = number_operand(reader, node.this)
    digits = 0 if node.args.get("decimals") is None else whole_argument(node.args["decimals"])
    if term.kind == "float":
        if digits or reader.dialect == "postgresql":
            message = "round() of a floating-point number"
            raise NotEvaluableError(message)
        return replace(term, expr=term.expr.round(mode="half_away_from_zero"))
    return replace(arithmetic.rounded(term, digits), real=term.real or reader.dialect == "sqlite")


def _floor(reader: Reader, node: exp.Expr) -> Term:
    term, upwards = number_operand(reader, node.this), isinstance(node, exp.Ceil)
    if node.args.get("decimals") is not None:
        message = "floor() or ceil() to digits"
        raise NotEvaluableError(message)
    if term.kind == "float":
        return replace(term, expr=term.expr.ceil() if upwards else term.expr.floor())
    return arithmetic.floored(term, upwards=upwards)


def _power(reader: Reader, node: exp.Expr) -> Term:
    term, times = number_operand(reader, node.this), whole_argument(node.expression)
    if not 1 <= times <= 4 or term.kind == "float":
        message = "a power"
        raise NotEvaluableError(message)
    return reduce(arithmetic.multiplied, [term] * times)


def _extreme(reader: Reader, node: exp.Expr) -> Term:
    terms = unified([reader.term(part) for part in arguments_of(node)])
    if any(term.kind in {"text", "bytes", "array"} for term in terms):
        message = "the greatest or least of texts"
        raise NotEvaluableError(message)
    expressions = [term.expr for term in terms]
    expr = pl.max_horizontal(expressions) if isinstance(node, exp.Greatest) else pl.min_horizontal(expressions)
    if reader.dialect != "postgresql":
        expr = pl.when(pl.all_horizontal([term.expr.is_not_null() for term in terms])).then(expr)
    return combined(terms, expr)


def _nulls(reader: Reader, node: exp.Expr) -> Term:
    wanted = function_name(node) == "num_nulls"
    flags = [reader.term(part).expr.is_null() == wanted for part in node.expressions]
    return Term(kind="integer", expr=pl.sum_horizontal([flag.cast(pl.Int64()) for flag in flags]))


def _elements(reader: Reader, node: exp.Expr) -> Term:
    term = reader.term(arguments_of(node)[0])
    if term.kind != "array" or (node.expression is not None and digits_of(node.expression) != "1"):
        message = "the length of an inner array"
        raise NotEvaluableError(message)
    size = term.expr.list.len().cast(pl.Int64())
    # An empty array has cardinality 0 but no length.
    return Term(kind="integer", expr=size if isinstance(node, exp.Anonymous) else pl.when(size > 0).then(size))


def _coalesce(reader: Reader, node: exp.Expr) -> Term:
    terms = unified([reader.term(part) for part in arguments_of(node)])
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


def _bits(reader: Reader, node: exp.Expr) -> Term:
    left, right = reader.term(node.this), reader.term(node.expression)
    if not {left.kind, right.kind} <= {"integer", "null"}:
        message = "bits of anything but whole numbers"
        raise NotEvaluableError(message)
    first, second = (term.expr.cast(pl.Int64()) for term in (left, right))
    return Term(kind="integer", expr=first & second if isinstance(node, exp.BitwiseAnd) else first | second)


KNOWN: Mapping[type[exp.Expr], Function] = {
    exp.Abs: _abs,
    exp.Sign: _sign,
    exp.Round: _round,
    exp.Floor: _floor,
    exp.Ceil: _floor,
    exp.Pow: _power,
    exp.BitwiseAnd: _bits,
    exp.BitwiseOr: _bits,
    exp.Greatest: _extreme,
    exp.Least: _extreme,
    exp.ArraySize: _elements,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.Case: _when,
    exp.If: _when,
}
NAMED: Mapping[str, Function] = {"num_nulls": _nulls, "num_nonnulls": _nulls, "cardinality": _elements}
