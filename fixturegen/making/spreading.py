"""Bounds that conditions carry from row to row: an order of a given moment has a customer who signed up before it.

Every condition that surely orders two columns, of one row or of a row and one that it refers to, hands the bounds of one on to
the other, until nothing moves. What arrives at a parent's column is declared there, so that parents, which are made first, leave
their children room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np

from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import Formula, Limit, Order
from fixturegen.lattice import lattice_of, measure
from fixturegen.making.deriving import Derived, known_values
from fixturegen.making.known import reduced
from fixturegen.planning.domains import base_domain, conditions, conjuncts
from fixturegen.schema import Check, Column, Constant, Path, Schema, Table

MOST_ROUNDS = 64
Place = tuple[str, str]
"""Table of the derived schema, and column."""


@dataclass(slots=True)
class _Span:
    """What is left of a column, in its measure; None where nothing bounds it."""

    low: Fraction | None
    high: Fraction | None
    step: Fraction
    moved: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    """``left <= right + offset`` (or ``<``), by which check."""

    left: Place
    right: Place
    offset: Fraction
    strict: bool
    check: Check


def spread(shape: Derived) -> Derived:
    """Return the shape with the bounds that its conditions carry to parents.

    Raises:
        ImpossibleError: If they leave a column no value; with the condition.
    """
    return _Spreading(shape.schema, shape).spread()


@dataclass(slots=True)
class _Spreading:
    schema: Schema
    shape: Derived
    spans: dict[Place, _Span] = field(default_factory=dict)
    edges: list[_Edge] = field(default_factory=list)

    def spread(self) -> Derived:
        for name, table in self.schema.tables.items():
            if name not in self.shape.empty:
                self._read(table)
        if not any(edge.left[0] != edge.right[0] for edge in self.edges):
            return self.shape
        for _ in range(MOST_ROUNDS):
            if not [edge for edge in self.edges if self._carried(edge)]:
                break
        far = {place for edge in self.edges if edge.left[0] != edge.right[0] for place in (edge.left, edge.right)}
        tables = {name: self._bounded(table, far) for name, table in self.schema.tables.items()}
        return replace(self.shape, schema=replace(self.schema, tables=tables))

    def _read(self, table: Table) -> None:
        """Note what a table's conditions surely order, and its columns' own bounds by them."""
        if not table.checks and not any(
            isinstance(bound, Path) for one in table.columns for bound in (one.low, one.high)
        ):
            return
        known, never_null = known_values(table)
        found, paths = conditions(self.schema, table, self.schema.as_of)
        for condition in found:
            for part in conjuncts(reduced(condition.formula, known, never_null)):
                for edge in self._edges(table, part, paths, condition.check):
                    self.edges.append(edge)

    def _edges(self, table: Table, part: Formula, paths: Mapping[str, Path], check: Check) -> Iterator[_Edge]:
        if isinstance(part, Limit):
            place = self._place(table, part.column, paths)
            if place is not None:
                self._limit(place, part)
        if not isinstance(part, Order) or part.relation == "<>":
            return
        left, right = self._place(table, part.left, paths), self._place(table, part.right, paths)
        if left is None or right is None:
            return
        strict = part.relation in {"<", ">"}
        if part.relation in {"<", "<=", "="}:
            yield _Edge(left, right, part.offset, strict, check)
        if part.relation in {">", ">=", "="}:
            yield _Edge(right, left, -part.offset, strict, check)

    def _place(self, table: Table, name: str, paths: Mapping[str, Path]) -> Place | None:
        """Where a dotted name leads, if a value of an ordered type surely stands there."""
        path = paths.get(name, Path((), name))
        for reference in path.references:
            found = next(one for one in table.references if one.name == reference)
            table = self.schema.tables[found.table]
        column = next(one for one in table.columns if one.name == path.column)
        lattice = lattice_of(column.type)
        if table.name in self.shape.empty or column.nullable or lattice is None or column.aggregate is not None:
            return None
        place = (table.name, column.name)
        if place not in self.spans:
            low, high = _own_bounds(self.schema, column)
            self.spans[place] = _Span(low, high, lattice.step)
        return place

    def _limit(self, place: Place, part: Limit) -> None:
        span = self.spans[place]
        if part.relation in {"<", "<="}:
            _lower_high(span, part.measure, strict=part.relation == "<")
        else:
            _raise_low(span, part.measure, strict=part.relation == ">")
        span.moved = False

    def _carried(self, edge: _Edge) -> bool:
        """Hand the bounds on; whether anything moved."""
        left, right = self.spans[edge.left], self.spans[edge.right]
        moved = False
        if right.high is not None:
            moved |= _lower_high(left, right.high + edge.offset, strict=edge.strict)
        if left.low is not None:
            moved |= _raise_low(right, left.low - edge.offset, strict=edge.strict)
        for place, span in ((edge.left, left), (edge.right, right)):
            if span.low is not None and span.high is not None and span.low > span.high:
                table, column = place
                message = f"what is asked leaves {table.rpartition('.')[2]}.{column} no value: {edge.check.name} ({edge.check.sql})"
                raise ImpossibleError(message, where=edge.check.where, hint="Ask for values that agree.")
        return moved

    def _bounded(self, table: Table, far: set[Place]) -> Table:
        moved = {
            name: span
            for (owner, name), span in self.spans.items()
            if owner == table.name and (owner, name) in far and span.moved
        }
        if not moved:
            return table
        columns = tuple(_narrowed(one, moved[one.name]) if one.name in moved else one for one in table.columns)
        return replace(table, columns=columns)


def _own_bounds(schema: Schema, column: Column) -> tuple[Fraction | None, Fraction | None]:
    domain, lattice = base_domain(column, schema.as_of), lattice_of(column.type)
    assert lattice is not None
    if domain.values is not None:
        measures = [measure(value) for value in domain.values]
        return min(measures), max(measures)
    low = None if domain.low is None else domain.low * lattice.step
    high = None if domain.high is None else domain.high * lattice.step
    return low, high


def _lower_high(span: _Span, bound: Fraction, *, strict: bool) -> bool:
    """Lower the greatest value to the last position that is not beyond a bound."""
    position = ceil(bound / span.step) - 1 if strict else floor(bound / span.step)
    high = position * span.step
    if span.high is not None and span.high <= high:
        return False
    span.high, span.moved = high, True
    return True


def _raise_low(span: _Span, bound: Fraction, *, strict: bool) -> bool:
    position = floor(bound / span.step) + 1 if strict else ceil(bound / span.step)
    low = position * span.step
    if span.low is not None and span.low >= low:
        return False
    span.low, span.moved = low, True
    return True


def _narrowed(column: Column, span: _Span) -> Column:
    """The column with these bounds declared; of listed values, those between them. Moving bounds stay as they are."""
    if column.choices:
        kept = tuple(choice for choice in column.choices if _inside(measure(choice.value), span))
        return replace(column, choices=kept or column.choices)
    low = column.low if isinstance(column.low, Path) or span.low is None else Constant(_value(column, span.low))
    high = column.high if isinstance(column.high, Path) or span.high is None else Constant(_value(column, span.high))
    return replace(column, low=low, high=high)


def _inside(value: Fraction, span: _Span) -> bool:
    return (span.low is None or span.low <= value) and (span.high is None or value <= span.high)


def _value(column: Column, at: Fraction) -> object:
    lattice = lattice_of(column.type)
    assert lattice is not None
    position = min(max(int(at / lattice.step), lattice.low), lattice.high)
    return lattice.decode(np.array([position], dtype=np.int64))[0]
