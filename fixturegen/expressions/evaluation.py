"""SQL expressions judged by Polars with SQL's three-valued logic: true, false, or unknown as null.

``now()`` stands for every moment from ``as_of`` to twenty years later. An ordering against it holds when it holds for all of
them; hence a condition is read with its polarity, and ``NOT (at > now())`` asks for ``at`` before all of them. Elsewhere
``now()`` is ``as_of``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import polars as pl
from sqlglot import exp

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions import arithmetic, literals, matches
from fixturegen.expressions.casts import cast_term
from fixturegen.expressions.functions import clock_term, function_of
from fixturegen.expressions.names import is_column
from fixturegen.expressions.parsing import deep_stack, parsed, rendered
from fixturegen.expressions.reading import (
    array_items,
    bare,
    column_name,
    is_clock,
    is_truth,
    mentions_clock,
    quantified,
    text_of,
)
from fixturegen.expressions.terms import (
    NUMBERS,
    NotEvaluableError,
    Term,
    column_term,
    comparable,
    text_literal,
    value_expr,
    value_term,
)
from fixturegen.expressions.texts import compared_texts
from fixturegen.schema import Dialect, Type

YEARS_OF_NOW = 20
"""How long after ``as_of`` the moments end for which ``now()`` stands."""

Operator = Callable[[pl.Expr, pl.Expr], pl.Expr]
_COMPARISONS: dict[type[exp.Expr], Operator] = {
    exp.EQ: eq,
    exp.NEQ: ne,
    exp.LT: lt,
    exp.LTE: le,
    exp.GT: gt,
    exp.GTE: ge,
}
_ORDERINGS = (exp.LT, exp.LTE, exp.GT, exp.GTE)


def polars_expression(sql: str | exp.Expr, dialect: Dialect, types: Mapping[str, Type], as_of: date) -> pl.Expr:
    """Return an SQL condition or value as a Polars expression.

    Args:
        sql: The text or its tree.
        dialect: Whose rules it follows.
        types: Type of every column by its dotted name, under which the frame has it.
        as_of: The frozen clock.

    Returns:
        For a condition a Boolean, null where SQL says unknown. For a value its exact type: a whole number as Int64, a decimal
        as Decimal(38, s) with the scale of exact arithmetic, a datetime without zone.

    Raises:
        NotEvaluableError: It holds something that only the database can judge.
        SchemaError: It is no SQL, or names an unknown column.

    Example:
        >>> types = {"quantity": Type(kind="integer"), "unit_price": Type(kind="decimal", precision=10, scale=2)}
        >>> value = polars_expression("quantity * unit_price", "sqlite", types, date(2026, 1, 1))
        >>> pl.DataFrame({"quantity": [3], "unit_price": [literals.number("1.25")]}).select(value).item()
        Decimal('3.75')
    """
    expression = parsed(sql, dialect) if isinstance(sql, str) else sql
    reader = Reader(dialect, types, datetime.combine(as_of, time()), _late(as_of))
    with deep_stack():
        if is_truth(expression):
            return reader.condition(expression, 1)
        return value_expr(reader.term(expression))


def polars_condition(sql: str | exp.Expr, dialect: Dialect, types: Mapping[str, Type], as_of: date) -> pl.Expr:
    """Return an SQL condition as a Boolean Polars expression; a number is true where it is not 0.

    Like :func:`polars_expression`, for a text that is known to be a condition, such as ``active`` or ``COALESCE(a, b)``.
    """
    expression = parsed(sql, dialect) if isinstance(sql, str) else sql
    reader = Reader(dialect, types, datetime.combine(as_of, time()), _late(as_of))
    with deep_stack():
        return reader.condition(expression, 1)


def evaluable(sql: str | exp.Expr, types: Mapping[str, Type], dialect: Dialect) -> bool:
    """Return whether an expression can be judged outside the database, tried on an empty frame of these types.

    >>> evaluable("lower(a) = 'x'", {"a": Type(kind="text")}, "sqlite")
    True
    >>> evaluable("is_valid(a)", {"a": Type(kind="text")}, "sqlite")
    False
    """
    try:
        expression = polars_expression(sql, dialect, types, date(2026, 1, 1))
        needed = expression.meta.root_names()
        pl.DataFrame(schema={name: polars_dtype(types[name]) for name in needed}).select(expression)
    except (SchemaError, pl.exceptions.PolarsError, RecursionError, OverflowError):
        return False
    return True


def violations(
    frame: pl.DataFrame, sql: str | exp.Expr, dialect: Dialect, types: Mapping[str, Type], as_of: date
) -> pl.DataFrame:
    """Return the rows of ``frame`` for which a condition is false; unknown is no violation.

    Example:
        >>> rows = pl.DataFrame({"a": [1, 5, None]})
        >>> violations(rows, "a > 3", "sqlite", {"a": Type(kind="integer")}, date(2026, 1, 1)).to_dicts()
        [{'a': 1}]
    """
    return frame.filter(~polars_condition(sql, dialect, types, as_of))


def constant(node: exp.Expr, dialect: Dialect, now: datetime) -> Term:
    """Return an expression without columns as the term of its value, with ``now()`` at ``now``.

    A quoted text and an interval of months stay as they are.

    Raises:
        NotEvaluableError: It cannot be evaluated.
    """
    term = Reader(dialect, {}, now, now).term(node)
    if term.text is not None or term.span is not None:
        return term
    try:
        return replace(value_term(pl.select(value_expr(term)).item()), kind=term.kind)
    except pl.exceptions.PolarsError as error:
        message = "a constant out of range"
        raise NotEvaluableError(message) from error


def _late(as_of: date) -> datetime:
    start = datetime.combine(as_of, time())
    try:
        moved = literals.shifted(start, literals.Span(12 * YEARS_OF_NOW))
    except OverflowError:
        return datetime.max
    assert isinstance(moved, datetime)
    return moved


@dataclass(frozen=True, slots=True)
class Reader:
    """One reading of expressions: a dialect, the columns' types, and the moment for which ``now()`` stands.

    Attributes:
        dialect: Whose rules hold.
        types: Type of every column.
        now: Where ``now()`` stands; without zone.
        late: The last moment for which it stands.
    """

    dialect: Dialect
    types: Mapping[str, Type]
    now: datetime
    late: datetime

    def term(self, node: exp.Expr) -> Term:
        """Return the value of an expression."""
        node = bare(node)
        if is_column(node):
            return self._column(node)
        if is_clock(node):
            return clock_term(self, node)
        maker = _TERMS.get(type(node))
        if maker is not None:
            return maker(self, node)
        function = function_of(node)
        if function is not None:
            return function(self, node)
        if is_truth(node):
            return Term(kind="boolean", expr=self.condition(node, 0))
        message = f"{node.name}()" if isinstance(node, exp.Anonymous) else rendered(node, self.dialect)[:60]
        raise NotEvaluableError(message)

    def condition(self, node: exp.Expr, polarity: int) -> pl.Expr:
        """Return the truth of an expression.

        Args:
            node: The expression.
            polarity: 1 where its truth is asked for, -1 under NOT, 0 where both may be.
        """
        node = bare(node)
        maker = _CONDITIONS.get(type(node))
        return maker(self, node, polarity) if maker is not None else self._truth(node)

    def _truth(self, node: exp.Expr) -> pl.Expr:
        term = self.term(node)
        if term.kind == "boolean":
            return term.expr
        if term.kind == "null":
            return term.expr.cast(pl.Boolean())
        if term.kind in NUMBERS:
            return term.expr != 0
        value = None if term.text is None else literals.boolean(term.text)
        if value is None:
            message = f"{term.kind} as a condition"
            raise NotEvaluableError(message)
        return pl.lit(value=value)

    def _column(self, node: exp.Expr) -> Term:
        name = column_name(node, self.types, self.dialect)
        return text_literal(node.name) if name is None else column_term(name, self.types[name])

    def compared(self, operator: Operator, left: exp.Expr, right: exp.Expr) -> pl.Expr:
        """Return a comparison of two values."""
        return self.related(operator, self.term(left), self.term(right))

    def related(self, operator: Operator, left: Term, right: Term) -> pl.Expr:
        """Return a comparison of two terms, null where one of them is."""
        if "null" in {left.kind, right.kind}:
            return pl.lit(None, dtype=pl.Boolean())
        if left.kind == right.kind == "text":
            return compared_texts(operator, left, right, self.dialect)
        left, right = _before_midnight(left, right, self.dialect)
        if {left.kind, right.kind} == {"span"} and any(term.span and term.span.months for term in (left, right)):
            message = "an interval of months in a comparison"
            raise NotEvaluableError(message)
        first, second = comparable(left, right)
        return operator(first, second)


def _before_midnight(left: Term, right: Term, dialect: Dialect) -> tuple[Term, Term]:
    """SQLite compares moments as texts, in which a bare date stands just before its own midnight."""
    if dialect != "sqlite" or {left.kind, right.kind} != {"datetime", "text"}:
        return left, right
    return _just_before(left), _just_before(right)


def _just_before(term: Term) -> Term:
    at = literals.moment(term.text) if term.text is not None else None
    if at is None or isinstance(at, datetime):
        return term
    midnight = datetime.combine(at, time())
    return value_term(midnight - literals.MICROSECOND if midnight > datetime.min else midnight)


def _balanced(parts: list[pl.Expr], join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
    """Join many conditions as a balanced tree, so that no expression grows deep."""
    while len(parts) > 1:
        parts = [reduce(join, parts[at : at + 2]) for at in range(0, len(parts), 2)]
    return parts[0]


def _chain(join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> _Condition:
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
        early, late = (_compared(replace(reader, now=now), node) for now in (reader.now, reader.late))
        return early & late if polarity > 0 else early | late
    return _compared(reader, node)


def _compared(reader: Reader, node: exp.Expr) -> pl.Expr:
    operator, left, right = _COMPARISONS[type(node)], bare(node.this), bare(node.expression)
    many = quantified(right)
    if many is not None:
        word, items = many
        parts = [reader.compared(operator, left, item) for item in items]
        return _any(parts) if word == "any" else _all(parts)
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        return _rows(reader, node, left, right)
    return reader.compared(operator, left, right)


def _rows(reader: Reader, node: exp.Expr, left: exp.Expr, right: exp.Expr) -> pl.Expr:
    if not isinstance(node, exp.EQ | exp.NEQ) or len(left.expressions) != len(right.expressions):
        message = "an ordering of row values"
        raise NotEvaluableError(message)
    pairs = zip(left.expressions, right.expressions, strict=True)
    parts = [reader.compared(_COMPARISONS[type(node)], first, second) for first, second in pairs]
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


_Condition = Callable[[Reader, exp.Expr, int], pl.Expr]
_CONDITIONS: dict[type[exp.Expr], _Condition] = {
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


def _literal(reader: Reader, node: exp.Expr) -> Term:
    text = text_of(node)
    if text is not None:
        return text_literal(text)
    value = literals.number(node.name)
    if value is None:
        message = "a number of more than 38 digits"
        raise NotEvaluableError(message)
    return value_term(value)


def _cast(reader: Reader, node: exp.Expr) -> Term:
    if array_items(node) is not None:
        message = "an array as a value"
        raise NotEvaluableError(message)
    return cast_term(reader.term(node.this), node.to, reader.dialect)


def _bytes(reader: Reader, node: exp.Expr) -> Term:
    del reader
    try:
        return value_term(bytes.fromhex(str(node.this)))
    except ValueError as error:
        message = "a hexadecimal literal"
        raise NotEvaluableError(message) from error


def _binary(operation: Callable[[Term, Term], Term]) -> Callable[[Reader, exp.Expr], Term]:
    return lambda reader, node: operation(reader.term(node.this), reader.term(node.expression))


def _by_dialect(operation: Callable[[Term, Term, Dialect], Term]) -> Callable[[Reader, exp.Expr], Term]:
    return lambda reader, node: operation(reader.term(node.this), reader.term(node.expression), reader.dialect)


_TERMS: dict[type[exp.Expr], Callable[[Reader, exp.Expr], Term]] = {
    exp.Literal: _literal,
    exp.ByteString: _literal,
    exp.National: _literal,
    exp.Introducer: _literal,
    exp.HexString: _bytes,
    exp.Null: lambda _reader, _node: value_term(None),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Neg: lambda reader, node: arithmetic.negated(reader.term(node.this)),
    exp.Add: _binary(arithmetic.added),
    exp.Sub: _by_dialect(arithmetic.subtracted),
    exp.Mul: _binary(arithmetic.multiplied),
    exp.Div: _by_dialect(arithmetic.divided),
    exp.IntDiv: _binary(arithmetic.divided_whole),
    exp.Mod: _by_dialect(arithmetic.remainder),
}
