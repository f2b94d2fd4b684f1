"""The classes of a column: its choices, NULL, the edges of its range, how long its text is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from fixturegen.domain import Domain
from fixturegen.expressions.normal import AllOf, Among, Formula, Length, Limit, NullTest
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.schema import Type

MOST_VALUES = 16
"""So many choices are a class each; of more, the first, the last and what is between are."""
FEW_POSITIONS = 4
LONGEST = 2_000
"""Texts of more characters are not asked for."""
NULL = "NULL"
GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Some of the values that a column may have.

    Attributes:
        name: What it is called in reports.
        null: NULL, and nothing else.
        values: These values, for types without a lattice.
        runs: Positions on the type's lattice from (inclusive) to (inclusive), None for no end.
        lengths: Texts of so many characters, from (inclusive) to (inclusive).
    """

    name: str
    null: bool = False
    values: tuple[object, ...] | None = None
    runs: tuple[tuple[int | None, int | None], ...] | None = None
    lengths: tuple[int, int | None] | None = None

    def formula(self, column: str, type_: Type) -> Formula:
        """Return the condition that a column is of this class."""
        return AllOf((NullTest(column, null=self.null), *self._narrowing(column, type_)))

    def _narrowing(self, column: str, type_: Type) -> Iterator[Formula]:
        lattice = lattice_of(type_)
        if self.values is not None:
            yield Among(column, self.values)
        if self.lengths is not None:
            yield Length(column, *self.lengths)
        if self.runs is not None and lattice is not None:
            points = [low for low, high in self.runs if low is not None and low == high]
            if len(points) == len(self.runs):
                yield Among(column, tuple(lattice.value(point) for point in points))
                return
            low, high = self.runs[0]
            if low is not None:
                yield Limit(column, ">=", low * lattice.step)
            if high is not None:
                yield Limit(column, "<=", high * lattice.step)

    def holds(self, values: pl.Series, type_: Type) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which values are of this class."""
        absent = values.is_null().to_numpy()
        if self.null:
            return np.array(absent, dtype=np.bool_)
        inside = np.ones(len(values), dtype=np.bool_)
        lattice = lattice_of(type_)
        if self.values is not None:
            allowed = set(self.values)
            inside = np.array([value in allowed for value in values.to_list()], dtype=np.bool_)
        if self.lengths is not None:
            least, most = self.lengths
            sizes = values.str.len_chars().fill_null(0).to_numpy()
            inside = (sizes >= least) & (sizes <= (most if most is not None else sizes))
        if self.runs is not None and lattice is not None:
            at = lattice.positions(values)
            inside = np.zeros(len(values), dtype=np.bool_)
            for low, high in self.runs:
                inside |= (at >= (at if low is None else low)) & (at <= (at if high is None else high))
        return np.array(inside & ~absent, dtype=np.bool_)


def value_classes(type_: Type, domain: Domain) -> tuple[Class, ...]:
    """Return the classes of a column's values, NULL aside; one class, or none, where nothing tells its values apart.

    >>> [one.name for one in value_classes(Type(kind="integer"), Domain(low=1, high=9))]
    ['low (1)', 'above low', 'middle', 'below high', 'high (9)']
    """
    lattice = lattice_of(type_)
    values = type_.labels if type_.kind == "enum" and domain.values is None else domain.values
    if lattice is not None:
        return tuple(_ordered(type_, domain, lattice))
    if values is not None:
        return tuple(_listed(tuple(dict.fromkeys(values))))
    if type_.kind == "text" and type_.form is None and not domain.patterns and domain.letters is None:
        return tuple(_lengths(domain, type_))
    return ()


def _listed(values: tuple[object, ...]) -> Iterator[Class]:
    if len(values) > MOST_VALUES:
        values, between = (values[0], values[-1]), values[1:-1]
        yield Class(name="others", values=between)
    for value in values:
        yield Class(name=str(value), values=(value,))


def _ordered(type_: Type, domain: Domain, lattice: Lattice) -> Iterator[Class]:
    if domain.values is not None:
        yield from _chosen(domain.values, lattice)
        return
    low, high = _ends(type_, domain, lattice)
    if low is not None and high is not None and high - low < FEW_POSITIONS:
        for at in range(low, high + 1):
            yield Class(name=str(lattice.value(at)), runs=((at, at),))
    elif low is None and high is None:
        if lattice.family == "number":
            yield Class(name="negative", runs=((None, -1),))
            yield Class(name="0", runs=((0, 0),))
            yield Class(name="positive", runs=((1, None),))
    else:
        yield from _edges(low, high, lattice)


def _edges(low: int | None, high: int | None, lattice: Lattice) -> Iterator[Class]:
    """The ends, what is next to them, and what is between: each in one piece, so that one class is wholly above another."""
    if low is not None:
        yield Class(name=f"low ({lattice.value(low)})", runs=((low, low),))
        yield Class(name="above low", runs=((low + 1, low + 1),))
    word = "middle" if low is not None and high is not None else "beyond" if high is None else "below"
    yield Class(name=word, runs=((None if low is None else low + 2, None if high is None else high - 2),))
    if high is not None:
        yield Class(name="below high", runs=((high - 1, high - 1),))
        yield Class(name=f"high ({lattice.value(high)})", runs=((high, high),))


def _chosen(values: tuple[object, ...], lattice: Lattice) -> Iterator[Class]:
    exact = ((lattice.position(value), value) for value in values)
    listed = list({int(place): value for place, value in exact if place.denominator == 1}.items())
    if len(listed) > MOST_VALUES:
        listed, between = [listed[0], listed[-1]], listed[1:-1]
        yield Class(name="others", runs=tuple((at, at) for at, _ in between))
    for at, value in listed:
        yield Class(name=str(value), runs=((at, at),))


def _ends(type_: Type, domain: Domain, lattice: Lattice) -> tuple[int | None, int | None]:
    """The ends of a column's range, where they are declared or the type has ends that people think of."""
    low, high = domain.low, domain.high
    if type_.kind in {"boolean", "time"}:
        low, high = lattice.low if low is None else low, lattice.high if high is None else high
    if type_.kind == "integer" and not type_.signed and low is None:
        low = 0
    return low, high


def _lengths(domain: Domain, type_: Type) -> Iterator[Class]:
    limits = [limit for limit in (domain.max_length, type_.length) if limit is not None]
    least, most = domain.min_length, min(limits, default=None)
    if least == 0:
        yield Class(name="empty", lengths=(0, 0))
    first = max(least, 1)
    if most is None or most > LONGEST:
        yield Class(name="short", lengths=(first, most))
        return
    if first < most:
        yield Class(name="short", lengths=(first, most - 1))
    if first <= most:
        yield Class(name=f"maximal ({most})", lengths=(most, most))
