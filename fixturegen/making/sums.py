"""Totals that are asked for: children whose values give exactly that sum, count, least or greatest value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product

import numpy as np

from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.exact import Exact, exact
from fixturegen.expressions.names import resolved
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.making.wishes import MOST_CHILDREN, Wish
from fixturegen.planning.domains import base_domain
from fixturegen.planning.dotted import column_at
from fixturegen.schema import Aggregate, Column, Path, Schema, Table

MOST_PARTS = 24
"""A sum is split among at most so many children that nobody asked for."""
_CANDIDATES = 12
_TRIES = 400
_FEW = 4
"""Up to so many children may differ in what they add to a sum; more share it evenly."""


def with_sums(schema: Schema, wish: Wish) -> Wish:
    """Return the wish with children that give the totals that are asked for; the totals themselves are left out of it.

    Raises:
        ImpossibleError: If no children do.
    """
    table = schema.tables[wish.table]
    parents = {name: None if one is None else with_sums(schema, one) for name, one in wish.parents.items()}
    children = {
        where: asked if isinstance(asked, int) else tuple(with_sums(schema, one) for one in asked)
        for where, asked in wish.children.items()
    }
    wish = replace(wish, parents=parents, children=children)
    for column in table.columns:
        if column.aggregate is not None and column.name in wish.values:
            wish = _Summing(schema, table, column, column.aggregate).met(wish)
    return wish


@dataclass(frozen=True, slots=True)
class _Variable:
    """A number that a child's expression reads.

    Attributes:
        name: Its name in the expression.
        path: Where it stands, from the child: a column that the expression fill of one of its columns repeats counts as that.
        lattice: The lattice of its type.
        low: Least position.
        high: Greatest position.
        listed: The only allowed measures; empty for all between.
    """

    name: str
    path: Path
    lattice: Lattice
    low: int
    high: int
    listed: tuple[Fraction, ...] = ()

    @property
    def least(self) -> Fraction:
        """The least measure."""
        return min(self.listed, default=self.low * self.lattice.step)

    @property
    def greatest(self) -> Fraction:
        """The greatest measure."""
        return max(self.listed, default=self.high * self.lattice.step)

    def candidates(self) -> list[Fraction]:
        """Return measures to try, simple ones first."""
        if self.listed:
            return list(self.listed[:_CANDIDATES])
        ones = [round(number / self.lattice.step) for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
        places = [at for at in (*ones, self.low, self.high) if self.low <= at <= self.high]
        return [at * self.lattice.step for at in dict.fromkeys(places)][:_CANDIDATES]

    def holds(self, value: Fraction) -> bool:
        """Return whether the variable can take a measure."""
        position = value / self.lattice.step
        if position.denominator != 1 or not self.low <= position <= self.high:
            return False
        return not self.listed or value in self.listed

    def value(self, at: Fraction) -> object:
        """Return the value of a measure."""
        return self.lattice.decode(np.array([int(at / self.lattice.step)], dtype=np.int64))[0]


@dataclass(frozen=True, slots=True)
class _Summing:
    schema: Schema
    table: Table
    column: Column
    aggregate: Aggregate

    def met(self, wish: Wish) -> Wish:
        """Return the wish with children that give its total."""
        where = (self.aggregate.table, self.aggregate.reference)
        asked = wish.children.get(where)
        total = wish.values[self.column.name]
        values = {name: value for name, value in wish.values.items() if name != self.column.name}
        given = [Wish(table=where[0])] * asked if isinstance(asked, int) else None if asked is None else list(asked)
        found = self._children(total, given)
        return replace(wish, values=values, children={**wish.children, where: tuple(found)})

    def _children(self, total: object, given: list[Wish] | None) -> list[Wish]:
        if self.aggregate.function == "count" and not self.aggregate.expression:
            return self._counted(total, given)
        if total is None:
            return self._none(given)
        wanted = measure(total)
        if self.aggregate.function in {"min", "max"}:
            return self._alike(wanted, given or [Wish(table=self.aggregate.table)])
        if given is not None:
            return self._summed(wanted, given)
        if wanted == 0:
            return []
        child = Wish(table=self.aggregate.table)
        for parts in range(1, MOST_PARTS + 1):
            found = self._shared(wanted, [child] * parts)
            if found is not None:
                return found
        raise self._refused(f"no {self.aggregate.expression} of up to {MOST_PARTS} rows of {child.table} sum up to it")

    def _counted(self, total: object, given: list[Wish] | None) -> list[Wish]:
        assert isinstance(total, int)
        children = [Wish(table=self.aggregate.table)] * min(total, MOST_CHILDREN + 1) if given is None else given
        if len(children) != total or total > MOST_CHILDREN:
            raise self._refused(f"{len(children):,} rows of {self.aggregate.table} are asked for")
        return children

    def _none(self, given: list[Wish] | None) -> list[Wish]:
        if given:
            raise self._refused(f"it is NULL only without rows of {self.aggregate.table}")
        return []

    def _alike(self, wanted: Fraction, children: list[Wish]) -> list[Wish]:
        found = [self._solved(child, wanted) for child in children]
        if None in found:
            raise self._refused(f"no {self.aggregate.expression} of a row of {self.aggregate.table} gives it")
        return [child for child in found if child is not None]

    def _summed(self, wanted: Fraction, children: list[Wish]) -> list[Wish]:
        """Children that give the sum: those that are settled count as they are, the rest share what is left."""
        known = [self._known(child) for child in children]
        left = wanted - sum((one for one in known if one is not None), Fraction(0))
        free = known.count(None)
        if not free:
            if left:
                raise self._refused(f"the rows that are asked for sum up to {_shown(wanted - left)}")
            return children
        found = self._shared(left, [child for child, one in zip(children, known, strict=True) if one is None])
        if found is None:
            raise self._refused(
                f"no {self.aggregate.expression} of {free} rows of {self.aggregate.table} gives what is left"
            )
        rest = iter(found)
        return [child if one is not None else next(rest) for child, one in zip(children, known, strict=True)]

    def _shared(self, wanted: Fraction, children: list[Wish]) -> list[Wish] | None:
        """Children that share a sum: in equal parts, or as simple values of all but the last make it; None where none do."""
        spans = [self._span(child) for child in children]
        if not sum(low for low, _ in spans) <= wanted <= sum(high for _, high in spans):
            return None
        lattice = lattice_of(self.column.type)
        assert lattice is not None
        share = (wanted / lattice.step // len(children)) * lattice.step
        plans = [[share] * (len(children) - 1)]
        if 1 < len(children) <= _FEW:
            simple = [self._simple(child) for child in children[:-1]]
            plans += [list(parts) for parts in islice(product(*simple), _TRIES)]
        for parts in plans:
            out = [
                self._solved(child, part) for child, part in zip(children, [*parts, wanted - sum(parts)], strict=True)
            ]
            if None not in out:
                return [child for child in out if child is not None]
        return None

    def _span(self, child: Wish) -> tuple[Fraction, Fraction]:
        """The least and greatest number that a child's expression gives: what is linear in each variable takes them at corners."""
        known, free = self._split(child)
        corners = product(*((one.least, one.greatest) for one in free))
        found = [
            self._tree().value(known | {one.name: at for one, at in zip(free, corner, strict=True)})
            for corner in corners
        ]
        values = [value for value in found if value is not None]
        return (min(values), max(values)) if values else (Fraction(0), Fraction(0))

    def _simple(self, child: Wish) -> list[Fraction]:
        """Simple numbers that a child's expression gives."""
        known, free = self._split(child)
        tries = islice(product(*(one.candidates() for one in free)), _CANDIDATES**2)
        found = (
            self._tree().value(known | {one.name: at for one, at in zip(free, tried, strict=True)}) for tried in tries
        )
        return list(dict.fromkeys(one for one in found if one is not None))

    def _refused(self, why: str) -> ImpossibleError:
        message = f"{self.table.name}.{self.column.name} cannot be what is asked: {why}"
        return ImpossibleError(
            f"{message} ({self.table.name}_{self.column.name}_{self.aggregate.function})",
            where=self.column.where,
            hint=f"Ask for the {self.aggregate.table} themselves.",
        )

    # One child ---------------------------------------------------------------------------------------------------------

    def _tree(self) -> Exact:
        return exact(self.aggregate.expression, self.schema.dialect, self.column.where)

    def _known(self, child: Wish) -> Fraction | None:
        """What a child's expression gives, if all that it reads is given."""
        values = {name: self._given(child, self._path(name)) for name in self._tree().names}
        if any(value is None for value in values.values()):
            return None
        return self._tree().value({name: value for name, value in values.items() if value is not None})

    def _given(self, child: Wish, path: Path) -> Fraction | None:
        wish: Wish | None = child
        for reference in path.references:
            wish = wish.parents.get(reference) if wish is not None else None
        value = None if wish is None else wish.values.get(path.column)
        return None if value is None else measure(value)

    def _path(self, name: str) -> Path:
        """Where a value comes from: an expression fill that repeats another column is followed to that."""
        table = self.schema.tables[self.aggregate.table]
        path = resolved(self.schema, table, name)
        if path.references:
            return path
        column = column_at(self.schema, table, path)
        if column.fill is not None and column.fill.generator == "expression":
            repeated = exact(str(column.fill.arguments.get("sql", "")), self.schema.dialect).column
            if repeated is not None:
                return resolved(self.schema, table, repeated)
        return path

    def _split(self, child: Wish) -> tuple[dict[str, Fraction], list[_Variable]]:
        """The numbers that a child's expression reads: those that are given, and those to choose."""
        names = self._tree().names
        given = {name: value for name in names if (value := self._given(child, self._path(name))) is not None}
        try:
            return given, [self._variable(name) for name in names if name not in given]
        except SchemaError:
            return given, []

    def _solved(self, child: Wish, wanted: Fraction) -> Wish | None:
        """A child whose expression gives a number: all of its variables but one tried, the last one computed."""
        tree = self._tree()
        given, free = self._split(child)
        for last in sorted(free, key=lambda one: one.low - one.high):
            others = [one for one in free if one is not last]
            for tried in islice(product(*(one.candidates() for one in others)), _TRIES):
                known = given | {one.name: value for one, value in zip(others, tried, strict=True)}
                value = tree.root(known, last.name, wanted)
                if value is not None and last.holds(value):
                    for one, number in [*zip(others, tried, strict=True), (last, value)]:
                        child = _fixed(child, self.schema, one.path, one.value(number))
                    return child
        return None

    def _variable(self, name: str) -> _Variable:
        table, path = self.schema.tables[self.aggregate.table], self._path(name)
        column = column_at(self.schema, table, path)
        lattice = lattice_of(column.type)
        if lattice is None or column.aggregate is not None or column.generated is not None:
            message = f"{name} cannot be chosen"
            raise SchemaError(message)
        domain = base_domain(column, self.schema.as_of)
        listed = () if domain.values is None else tuple(measure(value) for value in domain.values)
        low = lattice.low if domain.low is None else domain.low
        high = lattice.high if domain.high is None else domain.high
        return _Variable(name, path, lattice, low, high, listed)


def _fixed(wish: Wish, schema: Schema, path: Path, value: object) -> Wish:
    """The wish with a value at the end of a path."""
    if not path.references:
        return replace(wish, values={**wish.values, path.column: value})
    first = path.references[0]
    reference = next(one for one in schema.tables[wish.table].references if one.name == first)
    parent = wish.parents.get(first) or Wish(table=reference.table)
    below = _fixed(parent, schema, Path(path.references[1:], path.column), value)
    return replace(wish, parents={**wish.parents, first: below})


def _shown(number: Fraction) -> str:
    return f"{float(number):,.10g}"


def needy(schema: Schema, table: Table) -> Iterator[tuple[str, str]]:
    """Yield the child tables and references without whose rows a row cannot be: what sums them up may not be 0 or NULL."""
    for column in table.columns:
        aggregate = column.aggregate
        if aggregate is None:
            continue
        empty = Fraction(0) if aggregate.function in {"sum", "count"} else None
        if (empty is None and not column.nullable) or (empty is not None and _excluded(schema, column)):
            yield aggregate.table, aggregate.reference


def _excluded(schema: Schema, column: Column) -> bool:
    """Whether 0 lies outside a column's bounds."""
    domain = base_domain(column, schema.as_of)
    return (domain.low is not None and domain.low > 0) or (domain.high is not None and domain.high < 0)
