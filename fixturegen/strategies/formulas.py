"""Formulas of the normal form judged for one row: functions that say whether it makes them false."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

import polars as pl

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
    columns_of,
)
from fixturegen.fills.judging import Oracle
from fixturegen.lattice import measure
from fixturegen.schema import Dialect, Table
from fixturegen.strategies.asking import Asked, Source, condition
from fixturegen.strategies.worlds import Row

Holds = Callable[[Row], bool]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Court:
    """Turns formulas into functions of a row.

    Attributes:
        table: The table.
        source: Gives the source of a dotted name.
        as_of: The frozen clock.
        oracle: Judges what only a database can judge.
    """

    table: Table
    source: Callable[[str], Source]
    as_of: date
    oracle: Oracle | None = None

    def holds(self, formula: Formula) -> Holds:
        """Return whether a row does not make a formula false."""
        match formula:
            case AllOf(parts=parts):
                every = [self.holds(part) for part in parts]
                return lambda row: all(part(row) for part in every)
            case AnyOf(parts=parts):
                some = [self.holds(part) for part in parts]
                return lambda row: any(part(row) for part in some)
            case Opaque():
                asked = condition(formula, self._sources(formula), self.as_of, self.table, self.oracle)
                return lambda row: asked.answer(row, _first) is not False
            case Solved():
                return self._solved(formula)
            case Order():
                return self._order(formula)
            case _:
                return _SINGLE[type(formula)](formula, self.source(formula.column))

    def _sources(self, formula: Formula) -> Mapping[str, Source]:
        names = formula.reads if isinstance(formula, Opaque | Solved) else columns_of(formula)
        return {name: self.source(name) for name in names}

    def _solved(self, solved: Solved) -> Holds:
        dialect: Dialect = solved.dialect  # type: ignore[assignment] # one of the dialects
        asked = Asked(solved.expression, dialect, self._sources(solved), self.as_of)
        own, compare = self.source(solved.column), _COMPARE[solved.relation]

        def holds(row: Row) -> bool:
            at = own.read(row)
            value = asked.answer(row, _first)
            if at is None or value is None:
                return True
            if own.lattice is None:
                return compare(at, value)
            return compare(at * own.lattice.step, measure(value))  # type: ignore[operator] # a position

        return holds

    def _order(self, order: Order) -> Holds:
        left, right = self.source(order.left), self.source(order.right)
        compare = _COMPARE[order.relation]
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


def _first(series: pl.Series) -> object:
    return series[0]


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
    bound, compare, read = bounds[atom.relation], _COMPARE[atom.relation], source.read
    return lambda row: (at := read(row)) is None or compare(at, bound)


def _match(atom: Match, source: Source) -> Holds:
    pattern, read = atom.pattern, source.read
    text = pattern.text
    if pattern.kind == "like":
        parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in text]
        text = r"\A" + "".join(parts) + r"\Z"
    search = re.compile(text, re.DOTALL | (re.IGNORECASE if pattern.insensitive else 0)).search
    return lambda row: (value := read(row)) is None or (search(str(value)) is not None) is not pattern.negated


def _length(atom: Length, source: Source) -> Holds:
    read, low, high = source.read, atom.low, atom.high

    def holds(row: Row) -> bool:
        value = read(row)
        if value is None:
            return True
        size = len(value if atom.unit == "characters" else str(value).encode())  # type: ignore[arg-type] # a text
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
