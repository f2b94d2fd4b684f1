"""Atoms judged on columns at hand: whether a row's given values let it take a case."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import polars as pl

from fixturegen.domain import Pattern
from fixturegen.dtypes import type_of_dtype
from fixturegen.expressions.normal import Among, Atom, Folded, Length, Limit, Match, NullTest, Order
from fixturegen.fills.nulls import Mask
from fixturegen.lattice import lattice_of, measure

Source = Callable[[str], pl.Series]


def met(atom: Atom, column: Source) -> Mask:
    """Return for which rows an atom is not false; a null meets every atom but a null test.

    Args:
        atom: The atom.
        column: Gives a column by its dotted name.
    """
    match atom:
        case NullTest():
            return (column(atom.column).is_null() == atom.null).to_numpy()
        case Among():
            values = column(atom.column)
            inside = np.array([_plain(value) in _among(atom) for value in values.to_list()], dtype=bool)
            return values.is_null().to_numpy() | (inside != atom.negated)
        case Limit():
            values = column(atom.column)
            return values.is_null().to_numpy() | _compared(values, atom.relation, atom.measure)
        case Order():
            return _ordered(atom, column)
        case Length():
            values = column(atom.column)
            sizes = values.str.len_chars() if atom.unit == "characters" else values.str.len_bytes()
            fits = sizes.is_between(atom.low, 2**62 if atom.high is None else atom.high)
            return fits.fill_null(True).to_numpy()
        case Match():
            return _matched(column(atom.column), atom.pattern)
        case Folded():
            values = column(atom.column)
            forms = {"lower": values.str.to_lowercase, "upper": values.str.to_uppercase, "trim": values.str.strip_chars}
            return (forms[atom.form]() == values).fill_null(True).to_numpy()
        case _:
            # Solved and opaque conditions are judged once their columns are drawn.
            return np.ones(0, dtype=bool)


def _plain(value: object) -> object:
    """A value as it compares: numbers, dates and times by their measure."""
    try:
        return measure(value)
    except TypeError:
        return value


def _among(atom: Among) -> frozenset[object]:
    return frozenset(_plain(value) for value in atom.values)


def _compared(values: pl.Series, relation: str, bound: Fraction) -> Mask:
    lattice = lattice_of(type_of_dtype(values.dtype))
    assert lattice is not None
    at, place = lattice.positions(values), bound / lattice.step
    floor, whole = int(place // 1), place.denominator == 1
    match relation:
        case "<":
            return at < floor if whole else at <= floor
        case "<=":
            return at <= floor
        case ">":
            return at > floor
        case _:
            return at >= floor if whole else at > floor


def _ordered(atom: Order, column: Source) -> Mask:
    left, right = column(atom.left), column(atom.right)
    absent = (left.is_null() | right.is_null()).to_numpy()
    if lattice_of_dtype(left) is None:
        equal = (left == right).fill_null(True).to_numpy()
        return absent | (equal if atom.relation == "=" else ~equal)
    one, other = lattice_of_dtype(left), lattice_of_dtype(right)
    assert one is not None
    assert other is not None
    scale = (one.step.denominator * other.step.denominator * atom.offset.denominator)
    difference = one.positions(left) * int(one.step * scale) - other.positions(right) * int(other.step * scale)
    difference = difference - int(atom.offset * scale)
    tests = {
        "<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0,
        "=": difference == 0, "<>": difference != 0,
    }  # fmt: skip
    return absent | tests[atom.relation]


def lattice_of_dtype(values: pl.Series) -> object:
    """Return the lattice of a series, or None for a dtype without one."""
    try:
        return lattice_of(type_of_dtype(values.dtype))
    except TypeError:
        return None


def _matched(values: pl.Series, pattern: Pattern) -> Mask:
    text = pattern.text
    if pattern.kind == "like":
        parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in text]
        text = "^" + "".join(parts) + "$"
    flags = re.DOTALL | (re.IGNORECASE if pattern.insensitive else 0)
    compiled = re.compile(text, flags)
    return np.array(
        [value is None or (compiled.search(value) is not None) != pattern.negated for value in values.to_list()], dtype=bool
    )
