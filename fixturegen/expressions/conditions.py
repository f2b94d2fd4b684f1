"""Conditions in SQL's three-valued logic as Polars expressions: AND, OR, NOT, comparisons, IS, IN, BETWEEN, LIKE.

An ordering against ``now()`` holds when it holds for every moment for which ``now()`` stands; hence each condition is read with
its polarity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import polars as pl
from sqlglot import exp

from fixturegen.expressions import matches
from fixturegen.expressions.calls import Operator, Reader
from fixturegen.expressions.reading import bare, mentions_clock, quantified
from fixturegen.expressions.terms import NotEvaluableError, Term

Condition = Callable[[Reader, exp.Expr, int], pl.Expr]
_COMPARISONS: dict[type[exp.Expr], Operator] = {
    exp.EQ: eq,
    exp.NEQ: ne,
    exp.LT: lt,
    exp.LTE: le,
    exp.GT: gt,
    exp.GTE: ge,
}
_ORDERINGS = (exp.LT, exp.LTE, exp.GT, exp.GTE)


def _balanced(parts: list[pl.Expr], join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
    """Join many conditions as a balanced tree, so that no expression grows deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0]


def _chain(join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Condition:
    def chained(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
        return _balanced([reader.condition(part, polarity) for part in node.flatten()], join)

    return chained


def _not(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    return ~reader.condition(node.this, -polarity)


def _xor(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    del polarity
    return reader.condition(node.this, 0) != reader.condition(node.expression, 0)


def _comparison(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    if isinstance(node, _ORDERINGS) and polarity and mentions_clock(node):
        early, late = (_compared(reader.at(now), node) for now in (reader.now, reader.late))
        return early & late if polarity > 0 else early | late
    return _compared(reader, node)


def _compared(reader: Reader, node: exp.Expr) -> pl.Expr:
    operator, left, right = _COMPARISONS[type(node)], bare(node.this), bare(node.expression)
    many = quantified(right)
    if many is not None:
        word, items = many
        parts = [_judged(reader, operator, left, item) for item in items]
        return _any(parts) if word == "any" else _all(parts)
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        return _rows(reader, node, left, right)
    return _judged(reader, operator, left, right)


def _judged(reader: Reader, operator: Operator, left: exp.Expr, right: exp.Expr) -> pl.Expr:
    return reader.related(operator, reader.term(left), reader.term(right))


def _rows(reader: Reader, node: exp.Expr, left: exp.Expr, right: exp.Expr) -> pl.Expr:
    if not isinstance(node, exp.EQ | exp.NEQ) or len(left.expressions) != len(right.expressions):
        message = "an ordering of row values"
        raise NotEvaluableError(message)
    pairs = zip(left.expressions, right.expressions, strict=True)
    parts = [_judged(reader, _COMPARISONS[type(node)], first, second) for first, second in pairs]
    return _all(parts) if isinstance(node, exp.EQ) else _any(parts)


def _any(parts: list[pl.Expr]) -> pl.Expr:
    return _balanced(parts, or_) if parts else pl.lit(value=False)


def _all(parts: list[pl.Expr]) -> pl.Expr:
    return _balanced(parts, and_) if parts else pl.lit(value=True)


def _distinct(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    del polarity
    left, right = reader.term(node.this), reader.term(node.expression)
    same = reader.related(eq, left, right).fill_null(value=False) | (_null(left) & _null(right))
    return ~same if isinstance(node, exp.NullSafeNEQ) else same


def _null(term: Term) -> pl.Expr:
    return pl.lit(value=True) if term.kind == "null" else term.expr.is_null()


def _is(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    subject, wanted = bare(node.this), bare(node.expression)
    negated = bool(node.args.get("negate"))
    if isinstance(wanted, exp.Null):
        return _is_null(reader, subject, negated=negated)
    if not isinstance(wanted, exp.Boolean):
        message = f"IS {wanted.sql()[:30]}"
        raise NotEvaluableError(message)
    if bool(wanted.this):
        held = reader.condition(subject, -polarity if negated else polarity).fill_null(value=False)
    else:
        held = (~reader.condition(subject, polarity if negated else -polarity)).fill_null(value=False)
    return ~held if negated else held


def _is_null(reader: Reader, subject: exp.Expr, *, negated: bool) -> pl.Expr:
    parts = subject.expressions if isinstance(subject, exp.Tuple) else [subject]
    nulls = [_null(reader.term(part)) for part in parts]
    return _all([~null for null in nulls] if negated else nulls)


def _in(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    del polarity
    if node.args.get("query") is not None or node.args.get("unnest") is not None or node.args.get("field") is not None:
        message = "IN a set of rows"
        raise NotEvaluableError(message)
    subject = bare(node.this)
    if isinstance(subject, exp.Tuple):
        return _any(
            [_compared(reader, exp.EQ(this=subject.copy(), expression=item.copy())) for item in node.expressions]
        )
    left = reader.term(subject)
    return _any([reader.related(eq, left, reader.term(item)) for item in node.expressions])


def _between(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    low, high = node.args["low"], node.args["high"]

    def within(first: exp.Expr, second: exp.Expr) -> pl.Expr:
        above = exp.GTE(this=node.this.copy(), expression=first.copy())
        below = exp.LTE(this=node.this.copy(), expression=second.copy())
        return _comparison(reader, above, polarity) & _comparison(reader, below, polarity)

    return within(low, high) | within(high, low) if node.args.get("symmetric") else within(low, high)


def _matched(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    del polarity
    match = matches.read(node, reader.dialect)
    subject = reader.term(match.subject)
    found = [matches.judged(subject, text, match, reader.dialect) for text in match.patterns]
    held = _all(found) if match.every else _any(found)
    return ~held if match.negated else held


def _boolean(reader: Reader, node: exp.Expr, polarity: int) -> pl.Expr:
    del reader, polarity
    return pl.lit(bool(node.this))


CONDITIONS: Mapping[type[exp.Expr], Condition] = {
    exp.And: _chain(and_),
    exp.Or: _chain(or_),
    exp.Not: _not,
    exp.Xor: _xor,
    **dict.fromkeys(_COMPARISONS, _comparison),
    exp.NullSafeEQ: _distinct,
    exp.NullSafeNEQ: _distinct,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Boolean: _boolean,
    **dict.fromkeys(matches.NODES, _matched),
}
