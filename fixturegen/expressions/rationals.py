"""Arithmetic over a row in exact rational numbers: sums, products and CASE, as Python functions. All else is left to Polars."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Protocol

from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column
from fixturegen.expressions.parsing import deep_stack
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.schema import Type

Number = int | Fraction | None
Row = Any
"""Whatever the sources read: nothing else is asked of it."""
Term = Callable[[Row], Number]
Truth = Callable[[Row], bool | None]


class Source(Protocol):
    """A column as an expression reads it."""

    @property
    def read(self) -> Callable[[Row], object]:
        """Gives the column's position on its lattice for a row, None for NULL."""

    @property
    def type(self) -> Type:
        """Its type."""

    @property
    def lattice(self) -> Lattice | None:
        """Its lattice, or None for a type without order."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row that gives its columns by name."""

    read: Callable[[Row], object]
    type: Type
    lattice: Lattice | None


def term_over(tree: exp.Expr, types: Mapping[str, Type], read: Callable[[Row, str], object]) -> Term | None:
    """Return an expression as a function of a row, as :func:`term` does.

    Args:
        tree: The expression.
        types: Type of every column that it names, by dotted name.
        read: Gives a row's column by that name: its position on its lattice, None for NULL.

    >>> from fixturegen.expressions.parsing import parsed
    >>> value = term_over(parsed("2 * a - 1", "sqlite"), {"a": Type(kind="integer")}, lambda row, name: row[name])
    >>> value({"a": 3}), value({"a": None})
    (5, None)
    """
    sources = {name: Column(partial(_named, read, name), type_, lattice_of(type_)) for name, type_ in types.items()}
    with deep_stack():
        return term(tree, sources)


def _named(read: Callable[[Row, str], object], name: str, row: Row) -> object:
    return read(row, name)


_BINARY: dict[type, Callable[[int | Fraction, int | Fraction], int | Fraction]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
}
_COMPARISONS: dict[type, Callable[[int | Fraction, int | Fraction], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}


def term(node: exp.Expr, sources: Mapping[str, Source]) -> Term | None:
    """Return an expression as a function of a row that gives its measure, None for NULL; None where it is more than that.

    Args:
        node: The tree.
        sources: The columns, by dotted name.
    """
    if is_column(node):
        return _column(sources[dotted(node)])
    match node:
        case exp.Literal():
            return None if node.is_string else _constant(Fraction(node.name))
        case exp.Paren():
            return term(node.this, sources)
        case exp.Neg():
            return _applied(operator.sub, _constant(Fraction(0)), term(node.this, sources))
        case exp.Case() if node.this is None:
            return _case(node, sources)
    apply = _BINARY.get(type(node))
    return None if apply is None else _applied(apply, term(node.this, sources), term(node.expression, sources))


def _constant(value: Fraction) -> Term:
    number = value.numerator if value.denominator == 1 else value
    return lambda _: number


def _column(source: Source) -> Term | None:
    lattice, read = source.lattice, source.read
    if lattice is None or lattice.family != "number" or source.type.kind not in {"integer", "decimal"}:
        return None
    step = lattice.step
    if step == 1:
        return read  # type: ignore[return-value] # a position is the number itself
    return lambda row: None if (at := read(row)) is None else at * step  # type: ignore[operator] # a position


def _applied(
    apply: Callable[[int | Fraction, int | Fraction], int | Fraction], left: Term | None, right: Term | None
) -> Term | None:
    if left is None or right is None:
        return None

    def value(row: Row) -> Number:
        one, other = left(row), right(row)
        return None if one is None or other is None else apply(one, other)

    return value


def _case(node: exp.Case, sources: Mapping[str, Source]) -> Term | None:
    branches: list[tuple[Truth, Term]] = []
    for branch in node.args["ifs"]:
        test, then = _truth(branch.this, sources), term(branch.args["true"], sources)
        if test is None or then is None:
            return None
        branches.append((test, then))
    default = node.args.get("default")
    otherwise = _null if default is None else term(default, sources)
    if otherwise is None:
        return None
    last = otherwise

    def value(row: Row) -> Number:
        return next((then(row) for test, then in branches if test(row)), last(row))

    return value


def _null(_: Row) -> Number:
    return None


def _truth(node: exp.Expr, sources: Mapping[str, Source]) -> Truth | None:
    compare = _COMPARISONS.get(type(node))
    if compare is None:
        return None
    left, right = term(node.this, sources), term(node.expression, sources)
    if left is None or right is None:
        return None
    one, other = left, right

    def holds(row: Row) -> bool | None:
        first, second = one(row), other(row)
        return None if first is None or second is None else compare(first, second)

    return holds
