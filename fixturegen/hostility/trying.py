"""Hostile values tried on those who read them: rows of other tables must still find values, totals must still fit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.errors import FixturegenError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.fills.engine import Engine
from fixturegen.hostility.allowed import Candidate
from fixturegen.hostility.attempting import Attempt, Edges, VariantRows
from fixturegen.hostility.numbers import integer_edges
from fixturegen.hostility.reading import Reading, Total
from fixturegen.hostility.storable import Keeper
from fixturegen.hostility.tracks import Target
from fixturegen.lattice import lattice_of, measure
from fixturegen.planning.dotted import dotted_types
from fixturegen.planning.plan import Cased, TablePlan
from fixturegen.schema import PerParent

EXACT = 10**14
"""Units of a total that doubles add up exactly enough."""
READERS = 6
"""Rows that a value is tried on."""
TRIED_ROWS = 64
"""Rows among which one must have room for a value."""


def bearable(engine: Engine, reading: Reading, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the values of a column with which every row that was tried and reads it finds values of its own."""
    table = engine.plan.tables[reading.table]
    if not candidates or table.rows == 0:
        return list(candidates)
    sample = _sample(table, READERS)
    dtype = polars_dtype(engine.plan.tables[reading.place[0]].column(reading.place[1]).type)
    held = pl.Series([candidate.value for candidate in candidates for _ in sample], dtype=dtype)
    if reading.name in table.steps:
        held = held.cast(polars_dtype(table.column(reading.name).type))
    ordinals = np.tile(sample, len(candidates))
    attempts = tuple(np.zeros(len(ordinals), dtype=np.int64) for _ in table.settled)
    rows = VariantRows(engine, table, ordinals, attempts, {reading.name: held})
    try:
        found = np.all(Attempt(rows, reading.component).found.reshape(len(candidates), len(sample)), axis=1)
    except (FixturegenError, pl.exceptions.PolarsError):
        return []
    return [candidate for candidate, good in zip(candidates, found.tolist(), strict=True) if good]


def affordable(
    engine: Engine, total: Total, candidates: Sequence[Candidate], keeper: Keeper | None = None
) -> list[Candidate]:
    """Return the values of a column with which the total over so many children still fits its column and its bounds."""
    child, parent = engine.plan.tables[total.aggregate.table], engine.plan.tables[total.table]
    values = [candidate for candidate in candidates if candidate.value is not None]
    if not values or child.rows == 0 or total.aggregate.function not in {"sum", "min", "max"}:
        return list(candidates)
    low, high = _limits(parent, total.column, keeper)
    many = _most_children(child, parent, total) if total.aggregate.function == "sum" else 1
    spans = _spans(engine, child, total, values)
    kept = [
        candidate
        for candidate, (least, most) in zip(values, spans, strict=True)
        if low <= min(least, least * many) and max(most, most * many) <= high
    ]
    return [candidate for candidate in candidates if candidate.value is None or candidate in kept]


def _spans(
    engine: Engine, child: TablePlan, total: Total, candidates: Sequence[Candidate]
) -> list[tuple[Fraction, Fraction]]:
    """The least and the greatest value of the summed expression for each candidate, among the sample."""
    schema, sample = engine.plan.schema, _sample(child, READERS)
    expression = parsed(total.aggregate.expression, schema.dialect)
    names = mentioned(expression)
    rows = engine.rows(child.table.name, np.tile(sample, len(candidates)))
    types = dotted_types(schema, child.table, names)
    frame = pl.DataFrame({name: rows.dotted(name) for name in names})
    dtype = frame[total.name].dtype
    held = pl.Series(total.name, [candidate.value for candidate in candidates for _ in sample]).cast(dtype)
    made = polars_expression(expression, schema.dialect, types, as_of=schema.as_of)
    try:
        values = frame.with_columns(held).select(made.alias("value")).to_series().to_list()
    except pl.exceptions.PolarsError:
        values = [None] * len(held)
    out = []
    for at in range(len(candidates)):
        some = values[at * len(sample) : (at + 1) * len(sample)]
        known = [measure(value) for value in some if value is not None]
        beyond = Fraction(10) ** 100
        out.append((min(known), max(known)) if known else (-beyond, beyond))
    return out


def _limits(parent: TablePlan, name: str, keeper: Keeper | None) -> tuple[Fraction, Fraction]:
    column, lattice = parent.column(name), lattice_of(parent.column(name).type)
    assert lattice is not None
    if column.type.kind == "integer":
        least, greatest = map(Fraction, integer_edges(column.type))
    else:
        least, greatest = lattice.low * lattice.step, lattice.high * lattice.step
    if keeper is not None and keeper.dialect == "sqlite" and column.type.kind == "decimal":
        # A decimal is a double there: totals stay below the digits that it keeps.
        least, greatest = max(least, -EXACT * lattice.step), min(greatest, EXACT * lattice.step)
    domain = parent.domains.get(name)
    if domain is not None and domain.low is not None:
        least = max(least, domain.low * lattice.step)
    if domain is not None and domain.high is not None:
        greatest = min(greatest, domain.high * lattice.step)
    return least, greatest


def _most_children(child: TablePlan, parent: TablePlan, total: Total) -> int:
    count = child.count
    if isinstance(count, PerParent) and count.reference == total.aggregate.reference:
        return max(count.high, 1)
    return max(min(child.total, 1_000), -(-8 * child.total // max(parent.total, 1)))


def roomy(engine: Engine, table: TablePlan, targets: Sequence[Target]) -> list[Target]:
    """Return the targets of components for which one of the rows tried has room."""
    sample = _sample(table, TRIED_ROWS)
    attempts = tuple(np.zeros(len(sample), dtype=np.int64) for _ in table.settled)
    kept = []
    for target in targets:
        if target.plan is None or target.component is None:
            kept.append(target)
            continue
        given: dict[str, pl.Series] = {}
        if not isinstance(target.plan.steps[target.column], Cased):
            dtype = polars_dtype(table.column(target.column).type)
            given[target.column] = pl.Series([target.candidate.value] * len(sample), dtype=dtype)
        edges: Edges = {(target.column,): target.edge} if target.edge else {}
        rows = VariantRows(engine, target.plan, sample, attempts, given, edges)
        try:
            if Attempt(rows, target.component).found.any():
                kept.append(target)
        except (FixturegenError, pl.exceptions.PolarsError):
            continue
    return kept


def _sample(table: TablePlan, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    count = min(size, table.rows)
    return np.unique(np.linspace(table.existing, table.total - 1, count).astype(np.int64))
