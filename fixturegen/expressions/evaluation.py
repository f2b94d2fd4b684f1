"""SQL expressions judged by Polars with SQL's three-valued logic: true, false, or unknown as null.

``now()`` stands for every moment from ``as_of`` to twenty years later. An ordering against it holds when it holds for all of
them; hence a condition is read with its polarity, and ``NOT (at > now())`` asks for ``at`` before all of them. Elsewhere
``now()`` is ``as_of``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache

import polars as pl
from sqlglot import exp

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions import arithmetic, literals
from fixturegen.expressions.calls import Operator, Reader
from fixturegen.expressions.casts import cast_term
from fixturegen.expressions.conditions import CONDITIONS
from fixturegen.expressions.date_functions import clock_term
from fixturegen.expressions.functions import function_of
from fixturegen.expressions.names import is_column
from fixturegen.expressions.parsing import deep_stack, parsed, rendered
from fixturegen.expressions.reading import array_items, bare, column_name, is_clock, is_truth, text_of
from fixturegen.expressions.terms import (
    NUMBERS,
    NotEvaluableError,
    Term,
    column_term,
    comparable,
    met,
    text_literal,
    value_expr,
    value_term,
)
from fixturegen.expressions.texts import compared_texts
from fixturegen.schema import Dialect, Type

YEARS_OF_NOW = 20
"""How long after ``as_of`` the moments end for which ``now()`` stands."""


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
    return _read(_Tree(expression), dialect, tuple(types.items()), as_of)


@dataclass(frozen=True, slots=True, eq=False)
class _Tree:
    """A tree that is known again by itself, not by what it holds, which would take long to compare; it is never changed."""

    expression: exp.Expr

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tree) and other.expression is self.expression

    def __hash__(self) -> int:
        return id(self.expression)


@lru_cache(maxsize=512)
def _read(tree: _Tree, dialect: Dialect, types: tuple[tuple[str, Type], ...], as_of: date) -> pl.Expr:
    """Read a tree as an expression; the same rows are asked for it again and again."""
    reader = Evaluation(dialect, dict(types), *moments_of_now(as_of))
    with deep_stack():
        if is_truth(tree.expression):
            return reader.condition(tree.expression, 1)
        return value_expr(reader.term(tree.expression))


def polars_condition(sql: str | exp.Expr, dialect: Dialect, types: Mapping[str, Type], as_of: date) -> pl.Expr:
    """Return an SQL condition as a Boolean Polars expression; a number is true where it is not 0.

    Like :func:`polars_expression`, for a text that is known to be a condition, such as ``active`` or ``COALESCE(a, b)``.
    """
    expression = parsed(sql, dialect) if isinstance(sql, str) else sql
    reader = Evaluation(dialect, types, *moments_of_now(as_of))
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


class OpenText(str):
    """A quoted text whose type is open until it meets another value."""

    __slots__ = ()


def constant(node: exp.Expr, dialect: Dialect, now: datetime) -> object:
    """Return the value of an expression without columns, with ``now()`` at ``now``.

    Returns:
        A Python value, None for NULL, an :class:`OpenText` for a quoted text, a
        :class:`~fixturegen.expressions.literals.Span` for an interval.

    Raises:
        NotEvaluableError: It cannot be evaluated.
        SchemaError: It names a column.
    """
    term = Evaluation(dialect, {}, now, now).term(node)
    if term.text is not None:
        return OpenText(term.text)
    if term.span is not None:
        return term.span
    try:
        value: object = pl.select(value_expr(term)).item()
    except pl.exceptions.PolarsError as error:
        message = "a constant out of range"
        raise NotEvaluableError(message) from error
    return value


def moments_of_now(as_of: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment for which ``now()`` stands.

    >>> moments_of_now(date(2026, 1, 1))
    (datetime.datetime(2026, 1, 1, 0, 0), datetime.datetime(2046, 1, 1, 0, 0))
    """
    return datetime.combine(as_of, time()), _late(as_of)


def _late(as_of: date) -> datetime:
    start = datetime.combine(as_of, time())
    try:
        moved = literals.shifted(start, literals.Span(12 * YEARS_OF_NOW))
    except OverflowError:
        return datetime.max  # noqa: DTZ901 - zone-less moments are never converted
    assert isinstance(moved, datetime)
    return moved


@dataclass(frozen=True, slots=True)
class Evaluation:
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
        maker = CONDITIONS.get(type(node))
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

    def at(self, now: datetime) -> Evaluation:
        """Return the same reading with ``now()`` at one moment."""
        return replace(self, now=now, late=now)

    def related(self, operator: Operator, left: Term, right: Term) -> pl.Expr:
        """Return a comparison of two terms, null where one of them is."""
        if "null" in {left.kind, right.kind}:
            return pl.lit(None, dtype=pl.Boolean())
        if left.kind == right.kind == "text":
            return compared_texts(operator, left, right, self.dialect)
        left, right = met(left, right)
        if {left.kind, right.kind} == {"span"} and any(term.span and term.span.months for term in (left, right)):
            message = "an interval of months in a comparison"
            raise NotEvaluableError(message)
        first, second = comparable(left, right, self.dialect)
        return operator(first, second)


def _literal(_reader: Reader, node: exp.Expr) -> Term:
    text = text_of(node)
    if text is not None:
        return text_literal(text)
    value = literals.number(node.name)
    if value is None:
        message = "a number of more than 38 digits"
        raise NotEvaluableError(message)
    return value_term(value)


def _cast(reader: Reader, node: exp.Expr) -> Term:
    assert isinstance(node, exp.Cast)
    if array_items(node) is not None:
        message = "an array as a value"
        raise NotEvaluableError(message)
    return cast_term(reader.term(node.this), node.to, reader.dialect)


def _bytes(_reader: Reader, node: exp.Expr) -> Term:
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
    exp.Add: _by_dialect(arithmetic.added),
    exp.Sub: _by_dialect(arithmetic.subtracted),
    exp.Mul: _binary(arithmetic.multiplied),
    exp.Div: _by_dialect(arithmetic.divided),
    exp.IntDiv: _binary(arithmetic.divided_whole),
    exp.Mod: _by_dialect(arithmetic.remainder),
}
