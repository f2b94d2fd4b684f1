"""Columns of which nothing is drawn: they count up with the rows, or follow from other columns by SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import cast

import numpy as np
from sqlglot import exp

from fixturegen.expressions.names import dotted, is_column
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rationals import term
from fixturegen.generator import Batch, Generator
from fixturegen.lattice import lattice_of
from fixturegen.schema import Column, Dialect
from fixturegen.strategies.asking import MOST_ANSWERS, Source, exact, held_of
from fixturegen.strategies.worlds import Row, StuckError

Maker = Callable[[Row], object]


def counted(column: Column, generator: Generator, most: int) -> Maker:
    """Return the maker of a column that counts up.

    Args:
        column: The column.
        generator: Its generator, which reads no column.
        most: Most rows that there will be.
    """
    ordinals = np.arange(most, dtype=np.int64)
    held = held_of(generator.build(Batch(height=most, ordinals=ordinals)), column.type)
    return lambda row: held[row.number]


def computed(column: Column, generator: Generator, sources: Mapping[str, Source]) -> Maker:
    """Return the maker of a column computed by SQL: exactly where arithmetic is all it takes, else by its generator.

    Args:
        column: The column, with the fill that holds the SQL.
        generator: Its generator.
        sources: The columns that it reads.
    """
    assert column.fill is not None
    dialect = cast("Dialect", column.fill.arguments.get("dialect", "sqlite"))
    tree = parsed(str(column.fill.arguments["sql"]), dialect)
    copied = _copied(column, tree, sources)
    if copied is not None:
        return copied
    lattice, nullable, name = lattice_of(column.type), column.nullable, column.name
    quick = None if lattice is None else term(tree, sources)
    slow = _built(column, generator, sources)

    def value(row: Row) -> object:
        if quick is None or lattice is None:
            return slow(row)
        found = quick(row)
        if found is None and nullable:
            return None
        at = None if found is None else exact(Fraction(found), lattice)
        if at is None:
            return slow(row)
        if not lattice.low <= at <= lattice.high:
            raise StuckError(name)
        return at

    return value


def _copied(column: Column, tree: exp.Expr, sources: Mapping[str, Source]) -> Maker | None:
    """Return the maker of a column that repeats another, position by position; None for any other."""
    own, other = lattice_of(column.type), sources[dotted(tree)] if is_column(tree) else None
    if own is None or other is None or other.lattice is None:
        return None
    theirs = other.lattice
    if (theirs.family, theirs.step) != (own.family, own.step) or theirs.low < own.low or theirs.high > own.high:
        return None
    read, nullable, name = other.read, column.nullable, column.name

    def value(row: Row) -> object:
        at = read(row)
        if at is None and not nullable:
            raise StuckError(name)
        return at

    return value


def _built(column: Column, generator: Generator, sources: Mapping[str, Source]) -> Maker:
    """Let the generator make one value, and keep it by the values that it reads."""
    made: dict[object, object] = {}

    def value(row: Row) -> object:
        held = {name: source.read(row) for name, source in sources.items()}
        key = tuple(map(repr, held.values()))
        if key not in made:
            if len(made) >= MOST_ANSWERS:
                made.clear()
            columns = {name: source.series(name, [held[name]]) for name, source in sources.items()}
            made[key] = held_of(generator.build(Batch(height=1, columns=columns)), column.type)[0]
        return made[key]

    return value
