"""Arithmetic over columns, exactly: in rational numbers, whatever their size; and solved for one of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column, mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import NOWHERE, Dialect, Location


@dataclass(frozen=True, slots=True)
class Exact:
    """An expression of sums, differences and products.

    Attributes:
        tree: The expression.
    """

    tree: exp.Expr

    @property
    def names(self) -> tuple[str, ...]:
        """The dotted names that it mentions."""
        return mentioned(self.tree)

    @property
    def column(self) -> str | None:
        """The dotted name that it is, where it is nothing more."""
        return dotted(self.tree) if is_column(self.tree) else None

    def value(self, values: Mapping[str, Fraction]) -> Fraction | None:
        """Return what it gives, None where it is more than arithmetic, or a value is not there.

        >>> exact("2 * (a + 1)", "sqlite").value({"a": Fraction(1, 2)})
        Fraction(3, 1)
        """
        return _value(self.tree, values)

    def root(self, known: Mapping[str, Fraction], name: str, wanted: Fraction) -> Fraction | None:
        """Return the value of one name for which it gives a number, None where it is not linear in that.

        >>> exact("quantity * price", "sqlite").root({"quantity": Fraction(4)}, "price", Fraction(10))
        Fraction(5, 2)
        """
        points = [self.value({**known, name: Fraction(at)}) for at in (0, 1, 2)]
        if points[0] is None or points[1] is None or points[2] is None:
            return None
        slope = points[1] - points[0]
        if slope == 0 or points[2] - points[1] != slope:
            return None
        return (wanted - points[0]) / slope


def exact(sql: str, dialect: Dialect, where: Location = NOWHERE) -> Exact:
    """Return an expression to be computed exactly.

    Raises:
        SchemaError: If it cannot be parsed.
    """
    return Exact(parsed(sql, dialect, where))


def _value(tree: exp.Expr, values: Mapping[str, Fraction]) -> Fraction | None:
    if is_column(tree):
        return values.get(dotted(tree))
    match tree:
        case exp.Paren() | exp.Neg():
            inner = _value(tree.this, values)
            return -inner if isinstance(tree, exp.Neg) and inner is not None else inner
        case exp.Literal() if not tree.is_string:
            return Fraction(Decimal(str(tree.this)))
        case exp.Add() | exp.Sub() | exp.Mul():
            left, right = (_value(side, values) for side in (tree.this, tree.expression))
            return None if left is None or right is None else _joined(tree, left, right)
        case _:
            return None


def _joined(tree: exp.Expr, left: Fraction, right: Fraction) -> Fraction:
    if isinstance(tree, exp.Mul):
        return left * right
    return left + right if isinstance(tree, exp.Add) else left - right
