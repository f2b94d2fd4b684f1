"""The boundary of a comparison of sums and products: where a change of one column makes both sides equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl
from sqlglot import exp

from fixturegen.breaking.values import around, at_measure, measured
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.names import is_column
from fixturegen.expressions.reading import bare
from fixturegen.schema import Dialect, Type

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_ROUNDS = 3
"""Steps of the secant method; sums take one."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A comparison of two values, one of which is more than a column or a constant.

    Attributes:
        difference: Left less right.
        dialect: Whose rules hold.
        types: Types of the columns it mentions, by name.
        as_of: The frozen clock.
    """

    difference: exp.Expr
    dialect: Dialect
    types: Mapping[str, Type]
    as_of: date

    def values(self, row: Mapping[str, object], name: str) -> Iterator[object]:
        """Yield values of one column around that which makes both sides of the comparison equal.

        Args:
            row: The values of all columns of the comparison.
            name: The column to change.
        """
        type_ = self.types[name]
        start = measured(row[name])
        if start is None:
            return
        steps = around(row[name], type_)[1:]
        if not steps:
            return
        points = [(start, self._at(row)), (measured(steps[-1]), self._at({**row, name: steps[-1]}))]
        for _ in range(_ROUNDS):
            (first, low), (second, high) = points[-2:]
            if first is None or second is None or low is None or high is None or low == high:
                return
            goal = second - high * (second - first) / (high - low)
            near = at_measure(goal, type_)
            yield from near
            if not near:
                return
            points.append((measured(near[0]), self._at({**row, name: near[0]})))
            if points[-1][0] == second:
                return

    def _at(self, row: Mapping[str, object]) -> Fraction | None:
        """Return the difference for a row; None where it has none."""
        try:
            value = polars_expression(self.difference, self.dialect, self.types, self.as_of)
            columns = [pl.Series(each, [row[each]], dtype=polars_dtype(type_)) for each, type_ in self.types.items()]
            return measured(pl.DataFrame(columns).select(value).item())
        except (SchemaError, pl.exceptions.PolarsError, TypeError, ValueError, OverflowError, RecursionError):
            return None


def balance_of(node: exp.Expr, dialect: Dialect, types: Mapping[str, Type], as_of: date) -> Balance | None:
    """Return the balance of a clause, if it compares with something that is computed; else None."""
    if not isinstance(node, _COMPARISONS):
        return None
    sides = [bare(node.this), bare(node.expression)]
    if all(is_column(side) or isinstance(side, exp.Literal) for side in sides):
        return None
    difference = exp.Sub(this=exp.Paren(this=sides[0].copy()), expression=exp.Paren(this=sides[1].copy()))
    return Balance(difference, dialect, types, as_of)
