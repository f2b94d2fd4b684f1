"""Windows: bounds of a column that differ from row to row, as positions of its lattice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.dtypes import polars_dtype, type_of_dtype
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.normal import Solved
from fixturegen.expressions.parsing import parsed
from fixturegen.lattice import SECONDS_A_DAY, Lattice, lattice_of, measure
from fixturegen.planning.components import Narrowing, Reach
from fixturegen.planning.dotted import dotted_types
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import Column, Schema

UNBOUNDED = 2**62
NUMBER_SPREAD = Fraction(1_000)
INSTANT_SPREAD = Fraction(30 * SECONDS_A_DAY)


@dataclass(frozen=True, slots=True)
class Window:
    """Inclusive bounds of each row, and positions between them that are taken.

    Attributes:
        low: Least position.
        high: Greatest position.
        taken: Positions that are not allowed, ascending in each row; a position outside the bounds counts for nothing.
        listed: The only positions that are allowed, ascending; then the other fields count places in this list.
    """

    low: Integers
    high: Integers
    taken: list[Integers] = field(default_factory=list)
    listed: Integers | None = None

    def spans(self) -> Integers:
        """Return how many positions are left."""
        spans = self.high - self.low + 1
        for taken in self.taken:
            spans = spans - ((taken >= self.low) & (taken <= self.high))
        return spans

    def place(self, index: Integers) -> Integers:
        """Return the position of the index-th one that is left: stepping over each taken position at or before it."""
        at = self.low + index
        for taken in self.taken:
            at = at + ((taken >= self.low) & (taken <= at))
        return at if self.listed is None else self.listed[np.clip(at, 0, len(self.listed) - 1)]

    def indexed(self) -> Window:
        """Return the same window with bounds and taken positions as places in the list of allowed ones."""
        assert self.listed is not None
        low = np.searchsorted(self.listed, self.low)
        high = np.searchsorted(self.listed, self.high, side="right") - 1
        taken = [
            np.where(np.isin(one, self.listed), np.searchsorted(self.listed, one), -UNBOUNDED) for one in self.taken
        ]
        return Window(low, high, taken, self.listed)


def window(
    plan: TablePlan, column: Column, narrowing: Narrowing, known: pl.DataFrame, schema: Schema
) -> Window | pl.Series:
    """Return the window of a column for the rows of ``known``, or its values where an equation leaves no choice.

    Args:
        plan: The table's plan, for the types of dotted names.
        column: The column.
        narrowing: What the case leaves: static bounds, reaches, differing columns, solved expressions.
        known: The columns that the narrowing reads.
        schema: The schema.
    """
    equal = next((solved for solved in narrowing.solved if solved.relation == "="), None)
    if equal is not None:
        return solved_values(plan, column, equal, known, schema)
    lattice = lattice_of(column.type)
    assert lattice is not None, column.name
    low, high = _static(lattice, narrowing, len(known))
    for reach in narrowing.at_least:
        low = np.maximum(low, _reached(lattice, known[reach.column], reach, upward=True))
    for reach in narrowing.at_most:
        high = np.minimum(high, _reached(lattice, known[reach.column], reach, upward=False))
    for solved in narrowing.solved:
        low, high = _solved_bounds(lattice, solved_values(plan, column, solved, known, schema), solved, low, high)
    taken = _taken(lattice, narrowing, known)
    if narrowing.domain.values is not None:
        listed = np.array(sorted(int(lattice.position(value)) for value in narrowing.domain.values), dtype=np.int64)
        return Window(low, high, taken, listed).indexed()
    low, high = _finite(lattice, low, high, schema.as_of)
    return Window(low, high, taken)


def solved_values(plan: TablePlan, column: Column, solved: Solved, known: pl.DataFrame, schema: Schema) -> pl.Series:
    """Return the expression's values, in the column's dtype where the column equals them."""
    dialect = schema.dialect
    types = dotted_types(schema, plan.table, solved.reads)
    expression = polars_expression(parsed(solved.expression, dialect), dialect, types, as_of=schema.as_of)
    values = known.select(expression.alias(column.name)).to_series()
    if len(values) != len(known):
        values = pl.concat([values] * len(known)) if len(known) else values.head(0)
    return values.cast(polars_dtype(column.type)) if solved.relation == "=" else values


def _static(lattice: Lattice, narrowing: Narrowing, height: int) -> tuple[Integers, Integers]:
    domain = narrowing.domain
    low = -UNBOUNDED if domain.low is None else max(domain.low, lattice.low)
    high = UNBOUNDED if domain.high is None else min(domain.high, lattice.high)
    return np.full(height, low, dtype=np.int64), np.full(height, high, dtype=np.int64)


def _reached(lattice: Lattice, values: pl.Series, reach: Reach, *, upward: bool) -> Integers:
    """Positions that a reach sets, rounded into the allowed side; a null lifts the bound."""
    other = _source_lattice(values)
    at = other.positions(values)
    ratio, offset = other.step / lattice.step, reach.offset / lattice.step
    common = ratio.denominator * offset.denominator
    factor, shift = ratio.numerator * offset.denominator, offset.numerator * ratio.denominator
    scaled = at if factor == 1 else at * factor
    scaled = scaled if shift == 0 else scaled + shift
    if common == 1:
        bound = scaled + (1 if upward else -1) if reach.strict else scaled
    elif upward:
        bound = scaled // common + 1 if reach.strict else -(-scaled // common)
    else:
        bound = -(-scaled // common) - 1 if reach.strict else scaled // common
    if values.null_count() == 0:
        return bound
    return np.where(values.is_null().to_numpy(), -UNBOUNDED if upward else UNBOUNDED, bound)


def _source_lattice(values: pl.Series) -> Lattice:
    """The lattice on which values of a dtype lie without loss."""
    lattice = lattice_of(type_of_dtype(values.dtype))
    assert lattice is not None, values.dtype
    return lattice


def _solved_bounds(
    lattice: Lattice, values: pl.Series, solved: Solved, low: Integers, high: Integers
) -> tuple[Integers, Integers]:
    strict = solved.relation in {"<", ">"}
    reach = Reach(solved.column, strict=strict)
    if solved.relation in {">", ">="}:
        return np.maximum(low, _reached(lattice, values, reach, upward=True)), high
    if solved.relation in {"<", "<="}:
        return low, np.minimum(high, _reached(lattice, values, reach, upward=False))
    return low, high


def _finite(lattice: Lattice, low: Integers, high: Integers, as_of: date) -> tuple[Integers, Integers]:
    """Give sides that nothing bounds a sensible distance: instants end at the frozen clock where they can."""
    spread = int((INSTANT_SPREAD if lattice.family in {"instant", "clock", "span"} else NUMBER_SPREAD) / lattice.step)
    spread = max(spread, 1)
    open_low, open_high = low <= -UNBOUNDED, high >= UNBOUNDED
    if not (open_low.any() or open_high.any()):
        return np.maximum(low, lattice.low), np.minimum(high, lattice.high)
    clock = int(measure(as_of) / lattice.step) if lattice.family == "instant" else 0
    high = np.where(open_high & open_low, clock + (0 if lattice.family == "instant" else spread), high)
    low = np.where(
        open_low, np.minimum(high - spread, high) if lattice.family == "instant" else _floor(high, spread), low
    )
    reach = low + spread
    if lattice.family == "instant":
        reach = np.where((low < clock) & (reach > clock), clock, reach)
    high = np.where(open_high & ~open_low, reach, high)
    return np.maximum(low, lattice.low), np.minimum(high, lattice.high)


def _floor(high: Integers, spread: int) -> Integers:
    """Zero where the upper bound allows it, for numbers below zero are rare; else the spread below."""
    return np.where(high >= 0, np.maximum(0, high - spread), high - spread)


def _taken(lattice: Lattice, narrowing: Narrowing, known: pl.DataFrame) -> list[Integers]:
    """Excluded and differing positions, each row's in ascending order."""
    columns = [np.full(len(known), position, dtype=np.int64) for position in sorted(narrowing.domain.excluded)]
    for name in narrowing.differs:
        values = known[name]
        at = _reached(lattice, values, Reach(name), upward=False)
        exact = _reached(lattice, values, Reach(name), upward=True) == at
        columns.append(np.where(exact & ~values.is_null().to_numpy(), at, -UNBOUNDED))
    if len(columns) < 2:
        return columns
    ordered = np.sort(np.stack(columns), axis=0)
    repeated = np.concatenate([np.zeros((1, len(known)), dtype=bool), ordered[1:] == ordered[:-1]])
    ordered[repeated] = -UNBOUNDED
    return list(np.sort(ordered, axis=0))
