"""Formulas of the normal form judged for one row, of whatever rows: functions that say whether it makes them false."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Solved,
)
from fixturegen.expressions.rationals import Row, Source
from fixturegen.expressions.searching import matcher
from fixturegen.lattice import measure

Holds = Callable[[Row], bool]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Turns formulas into functions of a row.

    Attributes:
        source: Gives the source of a dotted name.
        evaluated: Turns what takes an evaluated expression; without it, such formulas are not judged.
    """

    source: Callable[[str], Source]
    evaluated: Callable[[Solved | Opaque], Holds] | None = None

    def holds(self, formula: Formula) -> Holds | None:
        """Return whether a row does not make a formula false; None where that takes an evaluated expression."""
        match formula:
            case AllOf(parts=parts):
                every = [self.holds(part) for part in parts]
                return None if None in every else lambda row: all(part(row) for part in every if part is not None)
            case AnyOf(parts=parts):
                some = [self.holds(part) for part in parts]
                return None if None in some else lambda row: any(part(row) for part in some if part is not None)
            case Opaque() | Solved():
                return None if self.evaluated is None else self.evaluated(formula)
            case Order():
                return self._order(formula)
            case _:
                return _SINGLE[type(formula)](formula, self.source(formula.column))

    def _order(self, order: Order) -> Holds:
        left, right = self.source(order.left), self.source(order.right)
        compare = COMPARE[order.relation]
        one, other = left.read, right.read
        if left.lattice is None or right.lattice is None:
            return lambda row: (a := one(row)) is None or (b := other(row)) is None or compare(a, b)
        steps = left.lattice.step, right.lattice.step, order.offset
        scale = steps[0].denominator * steps[1].denominator * steps[2].denominator
        first, second, offset = (int(step * scale) for step in steps)

        def holds(row: Row) -> bool:
            a, b = one(row), other(row)
            return a is None or b is None or compare(a * first, b * second + offset)  # type: ignore[operator] # positions

        return holds


def _null(atom: NullTest, source: Source) -> Holds:
    read, null = source.read, atom.null
    return lambda row: (read(row) is None) is null


def _among(atom: Among, source: Source) -> Holds:
    lattice, read, negated = source.lattice, source.read, atom.negated
    values: frozenset[object] = frozenset(
        atom.values if lattice is None else (measure(value) / lattice.step for value in atom.values)
    )
    return lambda row: (value := read(row)) is None or (value in values) is not negated


def _limit(atom: Limit, source: Source) -> Holds:
    assert source.lattice is not None
    place: Fraction = atom.measure / source.lattice.step
    bounds = {"<": ceil(place), "<=": floor(place), ">": floor(place), ">=": ceil(place)}
    bound, compare, read = bounds[atom.relation], COMPARE[atom.relation], source.read
    return lambda row: (at := read(row)) is None or compare(at, bound)


def _match(atom: Match, source: Source) -> Holds:
    matches, read = matcher(atom.pattern), source.read
    return lambda row: (value := read(row)) is None or matches(str(value))


def _length(atom: Length, source: Source) -> Holds:
    read, low, high = source.read, atom.low, atom.high

    def holds(row: Row) -> bool:
        value = read(row)
        if value is None:
            return True
        whole = atom.unit == "characters" or isinstance(value, bytes)
        size = len(value if whole else str(value).encode())  # type: ignore[arg-type] # a text or bytes
        return size >= low and (high is None or size <= high)

    return holds


def _folded(atom: Folded, source: Source) -> Holds:
    forms: dict[str, Callable[[Any], str]] = {"lower": str.lower, "upper": str.upper, "trim": str.strip}
    form = forms[atom.form]
    read = source.read
    return lambda row: (value := read(row)) is None or form(value) == value


_SINGLE: dict[type, Callable[[Any, Source], Holds]] = {
    NullTest: _null,
    Among: _among,
    Limit: _limit,
    Match: _match,
    Length: _length,
    Folded: _folded,
}
