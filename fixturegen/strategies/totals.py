"""Columns that are functions of a row's children: sums, counts, least and greatest, exact."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.expressions.names import dotted, is_column, mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rationals import term
from fixturegen.expressions.rounding import digits_held, rounded
from fixturegen.lattice import lattice_of
from fixturegen.schema import Aggregate, Dialect
from fixturegen.strategies.asking import Asked, Source, exact, held_of
from fixturegen.strategies.parents import parent_of
from fixturegen.strategies.worlds import Row, StuckError

if TYPE_CHECKING:
    from fixturegen.strategies.compiling import TableWork


def children(row: Row, table: str, reference: str) -> list[Row]:
    """Return the rows of a table that refer to a row, in order."""
    families = row.world.families
    if (table, reference) not in families:
        found: dict[int, list[Row]] = {}
        for child in row.world.rows[table]:
            parent = parent_of(child, reference)
            if parent is not None:
                found.setdefault(id(parent), []).append(child)
        families[table, reference] = found
    return families[table, reference].get(id(row), [])


def total(work: TableWork, name: str, aggregate: Aggregate) -> Callable[[Row], object]:
    """Return the function that gives an aggregated column of a row.

    Args:
        work: The table's work.
        name: The column.
        aggregate: What it is.
    """
    table, reference = aggregate.table, aggregate.reference
    column = work.columns[name]
    lattice = lattice_of(column.type)
    if aggregate.function == "count":
        assert lattice is not None
        return lambda row: _within(exact(Fraction(len(children(row, table, reference))), lattice), lattice, name)
    child, dialect = work.others[table], work.whole.schema.dialect
    tree = parsed(aggregate.expression, dialect)
    sources = {one: child.source(one) for one in mentioned(tree)}
    quick = term(tree, sources)
    if is_column(tree) and aggregate.function in {"min", "max"} and lattice is not None:
        return _extreme(sources[dotted(tree)], aggregate, column.type == sources[dotted(tree)].type, work, name)
    slow = _polars(work, name, aggregate, sources, dialect)
    if quick is None or lattice is None or aggregate.function != "sum":
        return slow
    one_child = quick

    def value(row: Row) -> object:
        parts = [one_child(each) for each in children(row, table, reference)]
        place = exact(Fraction(sum(part for part in parts if part is not None)), lattice)
        return slow(row) if place is None else _within(place, lattice, name)

    return value


def _within(at: int | None, lattice: object, name: str) -> int:
    if at is None or not lattice.low <= at <= lattice.high:  # type: ignore[attr-defined] # a lattice
        raise StuckError(name)
    return at


def _extreme(source: Source, aggregate: Aggregate, same: bool, work: TableWork, name: str) -> Callable[[Row], object]:
    if not same:
        dialect = work.whole.schema.dialect
        column = next(iter(mentioned(parsed(aggregate.expression, dialect))))
        return _polars(work, name, aggregate, {column: source}, dialect)
    pick = min if aggregate.function == "min" else max

    def value(row: Row) -> object:
        held = [
            at
            for child in children(row, aggregate.table, aggregate.reference)
            if (at := source.read(child)) is not None
        ]
        return _nullable(work, name, pick(held, default=None))  # type: ignore[type-var] # positions

    return value


def _nullable(work: TableWork, name: str, value: object) -> object:
    if value is None and not work.columns[name].nullable:
        raise StuckError(name)
    return value


def _polars(
    work: TableWork, name: str, aggregate: Aggregate, sources: dict[str, Source], dialect: Dialect
) -> Callable[[Row], object]:
    """Evaluate the expression over the children by Polars, and reduce it as the bulk engine does."""
    asked = Asked(aggregate.expression, dialect, sources, work.as_of)
    column = work.columns[name]
    dtype = work.dtypes[name]

    def value(row: Row) -> object:
        found = [asked.series(child) for child in children(row, aggregate.table, aggregate.reference)]
        if not found:
            return 0 if aggregate.function == "sum" else _nullable(work, name, None)
        whole = pl.concat(found)
        reduced = {"sum": pl.col("value").sum(), "min": pl.col("value").min(), "max": pl.col("value").max()}
        try:
            series = pl.DataFrame({"value": whole}).select(reduced[aggregate.function]).to_series()
            series = rounded(series, series.dtype, digits_held(column.type)).cast(dtype)
        except pl.exceptions.PolarsError:
            raise StuckError(name) from None
        return _nullable(work, name, held_of(series, column.type)[0])

    return value
