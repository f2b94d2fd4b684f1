"""Formulas judged on columns at hand: whether a row's values let it take a case, or break a check after all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from fixturegen.domain import Pattern
from fixturegen.dtypes import type_of_dtype
from fixturegen.errors import SchemaError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Atom,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Relation,
    Solved,
)
from fixturegen.expressions.parsing import parsed, shown
from fixturegen.expressions.searching import matcher
from fixturegen.fills.nulls import Mask
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.schema import Type

Source = Callable[[str], pl.Series]
Types = Callable[[tuple[str, ...]], Mapping[str, Type]]
Asked = Callable[[Opaque, pl.DataFrame], pl.Series]


class Judge:
    """Judges formulas on some rows.

    Args:
        column: Gives a column by its dotted name.
        types: Gives the types of dotted names, for expressions.
        as_of: The frozen clock.
        height: Number of rows.
        asked: Asks the database about a condition on rows: a Boolean series, null where it is unknown.
    """

    def __init__(self, column: Source, types: Types, as_of: date, height: int, asked: Asked | None = None) -> None:
        self._column = column
        self._types = types
        self._as_of = as_of
        self._height = height
        self._asked = asked

    def holds(self, formula: Formula) -> Mask:
        """Return for which rows a formula is not false; a null meets every atom but a null test."""
        match formula:
            case AllOf():
                return np.array(np.logical_and.reduce([self._all(), *map(self.holds, formula.parts)]))
            case AnyOf():
                return np.array(np.logical_or.reduce([~self._all(), *map(self.holds, formula.parts)]))
            case Solved():
                return self._solved(formula)
            case Opaque():
                return self._opaque(formula).fill_null(value=True).to_numpy()
            case atom:
                return met(atom, self._column)

    def _all(self) -> Mask:
        return np.ones(self._height, dtype=bool)

    def _solved(self, solved: Solved) -> Mask:
        values = self._evaluated(solved).alias("value")
        if len(values) == 1 != self._height:
            values = pl.concat([values] * self._height)
        sides = {solved.column: self._column(solved.column), "": values}
        return met(Order(solved.column, solved.relation, ""), sides.__getitem__)

    def _opaque(self, atom: Opaque) -> pl.Series:
        if not atom.asked:
            return self._evaluated(atom)
        if self._asked is None:
            message = f"only a database can judge {shown(atom.expression)}, and none is at hand"
            raise SchemaError(message, hint="Seed the database, or plan with --accept-unverified.")
        columns = [self._column(name).alias(name) for name in atom.reads]
        return self._asked(atom, pl.DataFrame(columns) if columns else pl.DataFrame(height=self._height))

    def _evaluated(self, atom: Solved | Opaque) -> pl.Series:
        names = {name: self._column(name) for name in atom.reads}
        expression = polars_expression(
            parsed(atom.expression, atom.dialect),  # type: ignore[arg-type] # one of the dialects
            atom.dialect,  # type: ignore[arg-type] # the same
            self._types(atom.reads),
            as_of=self._as_of,
        )
        frame = pl.DataFrame(names) if names else pl.DataFrame(height=self._height)
        return frame.select(expression.alias("value")).to_series()


def met(atom: Atom, column: Source) -> Mask:
    """Return for which rows a single atom is not false.

    Args:
        atom: The atom; neither solved nor opaque.
        column: Gives a column by its dotted name.
    """
    return _JUDGES[type(atom)](atom, column)


def _among(values: pl.Series, atom: Among) -> Mask:
    allowed = frozenset(_plain(value) for value in atom.values)
    distinct = values.unique(maintain_order=True)
    inside = pl.Series([_plain(value) in allowed for value in distinct.to_list()], dtype=pl.Boolean)
    verdict = values.replace_strict(distinct, inside, return_dtype=pl.Boolean) if len(distinct) else inside
    outside = verdict.fill_null(value=False).to_numpy() == atom.negated
    return np.array(values.is_null().to_numpy() | ~outside)


def _plain(value: object) -> object:
    """A value as it compares: numbers, dates and times by their measure."""
    try:
        return measure(value)
    except TypeError:
        return value


def _limited(values: pl.Series, relation: str, bound: Fraction) -> Mask:
    lattice = lattice_of(type_of_dtype(values.dtype))
    assert lattice is not None
    at, place = lattice.positions(values), bound / lattice.step
    floor, whole = int(place // 1), place.denominator == 1
    tests: dict[str, Callable[[], Mask]] = {
        "<": lambda: at < floor if whole else at <= floor,
        "<=": lambda: at <= floor,
        ">": lambda: at > floor,
        ">=": lambda: at >= floor if whole else at > floor,
    }
    return tests[relation]()


def _ordered(atom: Order, left: pl.Series, right: pl.Series) -> Mask:
    absent = (left.is_null() | right.is_null()).to_numpy()
    one, other = _lattice(left), _lattice(right)
    if one is None or other is None:
        return absent | _compared(left, right, atom.relation)
    scale = one.step.denominator * other.step.denominator * atom.offset.denominator
    # Python integers where the product could pass 64 bits: rare, and exact.
    wide = max(int(one.step * scale), int(other.step * scale)) > 2**20
    first = one.positions(left).astype(object) if wide else one.positions(left)
    second = other.positions(right).astype(object) if wide else other.positions(right)
    difference = first * int(one.step * scale) - second * int(other.step * scale) - int(atom.offset * scale)
    tests: dict[str, Callable[[], Mask]] = {
        "<": lambda: difference < 0,
        "<=": lambda: difference <= 0,
        ">": lambda: difference > 0,
        ">=": lambda: difference >= 0,
        "=": lambda: difference == 0,
        "<>": lambda: difference != 0,
    }
    return np.array(absent | tests[atom.relation]().astype(bool))


def _compared(left: pl.Series, right: pl.Series, relation: Relation) -> Mask:
    if isinstance(left.dtype, pl.Enum):
        left = left.cast(pl.String)
    if isinstance(right.dtype, pl.Enum):
        right = right.cast(pl.String)
    tests: dict[str, Callable[[], pl.Series]] = {
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
        "=": lambda: left == right,
        "<>": lambda: left != right,
    }
    return tests[relation]().fill_null(value=True).to_numpy()


def _lattice(values: pl.Series) -> Lattice | None:
    """Return the lattice of a series, or None for a dtype without one."""
    try:
        return lattice_of(type_of_dtype(values.dtype))
    except TypeError:
        return None


def _matched(values: pl.Series, pattern: Pattern) -> Mask:
    matches = matcher(pattern)
    return np.array([value is None or matches(value) for value in values.to_list()], dtype=bool)


def _length(atom: Length, values: pl.Series) -> Mask:
    sizes = _sizes(values, atom.unit)
    fits = sizes >= atom.low if atom.high is None else sizes.is_between(atom.low, atom.high)
    return fits.fill_null(value=True).to_numpy()


def _sizes(values: pl.Series, unit: str) -> pl.Series:
    if values.dtype == pl.Binary:  # whose characters are bytes
        return values.bin.size()
    text = values.cast(pl.String)  # labels of enums have lengths too
    return text.str.len_chars() if unit == "characters" else text.str.len_bytes()


def _folded(atom: Folded, values: pl.Series) -> Mask:
    forms = {"lower": values.str.to_lowercase, "upper": values.str.to_uppercase, "trim": values.str.strip_chars}
    return (forms[atom.form]() == values).fill_null(value=True).to_numpy()


def _bounded(atom: Limit, values: pl.Series) -> Mask:
    return values.is_null().to_numpy() | _limited(values, atom.relation, atom.measure)


_JUDGES: dict[type, Callable[[Any, Source], Mask]] = {
    NullTest: lambda atom, column: (column(atom.column).is_null() == atom.null).to_numpy(),
    Among: lambda atom, column: _among(column(atom.column), atom),
    Limit: lambda atom, column: _bounded(atom, column(atom.column)),
    Order: lambda atom, column: _ordered(atom, column(atom.left), column(atom.right)),
    Length: lambda atom, column: _length(atom, column(atom.column)),
    Match: lambda atom, column: _matched(column(atom.column), atom.pattern),
    Folded: lambda atom, column: _folded(atom, column(atom.column)),
}
