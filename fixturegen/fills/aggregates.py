"""Columns that are functions of child rows: sums, counts, least and greatest, exact until rounded once to their column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rounding import digits_held, rounded
from fixturegen.expressions.units import Units, reckoned, units_of
from fixturegen.fills.chunks import cuts
from fixturegen.planning.dotted import dotted_types
from fixturegen.schema import Aggregate, PerParent, Type

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.fills.rows import TableRows

CHUNK = 65_536
"""Children computed at a time."""


def aggregated(rows: TableRows, name: str, aggregate: Aggregate) -> pl.Series:
    """Return the aggregate over the children of each row, in the column's dtype."""
    engine = rows.engine
    child = engine.plan.tables[aggregate.table]
    if not (isinstance(child.count, PerParent) and child.count.reference == aggregate.reference):
        return engine.aggregate(rows.name, name)[pl.Series(rows.ordinals)]
    type_ = rows.plan.column(name).type
    counts = engine.counts(aggregate.table)
    starts, sizes = counts.starts(rows.ordinals), counts.sizes(rows.ordinals)
    if aggregate.function == "count":
        return _fitted(pl.Series(sizes), aggregate, type_)
    if aggregate.function == "sum":
        total = _consecutive_sums(engine, aggregate, starts, sizes)
        if total is not None:
            return _fitted(total, aggregate, type_)
    children, owners = _own_children(starts, sizes)
    return _reduced(engine, aggregate, children, owners, len(rows), type_)


def whole_aggregate(engine: Engine, table: str, name: str, aggregate: Aggregate) -> pl.Series:
    """Return the aggregate for every row of a table whose children choose their parents: one pass over the children."""
    plan = engine.plan.tables[table]
    ordinals = np.arange(engine.plan.tables[aggregate.table].total, dtype=np.int64)
    owners = engine.rows(aggregate.table, ordinals).parents(aggregate.reference)
    return _reduced(engine, aggregate, ordinals, owners, plan.total, plan.column(name).type)


def _own_children(starts: Integers, sizes: Integers) -> tuple[Integers, Integers]:
    """Ordinals of the children of these parents, and for each the place of its parent among them."""
    owners = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return starts[owners] + within, owners


def _consecutive_sums(engine: Engine, aggregate: Aggregate, starts: Integers, sizes: Integers) -> pl.Series | None:
    """Return sums over children of consecutive parents, which are consecutive too: differences of running sums.

    None where parents are not consecutive, or values are not integers at heart, or so great that a sum could pass 64 bits.
    """
    if len(starts) == 0 or (starts[1:] != starts[:-1] + sizes[:-1]).any():
        return None
    first, last = int(starts[0]), int(starts[-1] + sizes[-1])
    borders = np.append(starts, last)
    sums, scales = np.zeros(len(starts), dtype=np.int64), set[int]()
    if first == last:
        return pl.Series(sums)
    for at, stop in cuts(engine, aggregate.table, first, last):
        rows = engine.run(aggregate.table, at, stop)
        units = _units(rows, aggregate)
        if units is None or units.most * int(sizes.max()) >= 2**63 or not scales <= {units.scale}:
            return None
        scales.add(units.scale)
        running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(units.counted())])
        low, high = int(np.searchsorted(borders, at, side="right")) - 1, int(np.searchsorted(borders, stop))
        sums[low:high] += np.diff(running[np.clip(borders[low : high + 1], at, stop) - at])
        engine.keeper.keep(rows)
    scale = scales.pop()
    return pl.Series(sums) if scale == 0 else pl.Series(sums).cast(pl.Int128).reinterpret(dtype=pl.Decimal(38, scale))


def _units(rows: TableRows, aggregate: Aggregate) -> Units | None:
    """Return what is summed as integers, by integers where it can be reckoned so."""
    units = reckoned(parsed(aggregate.expression, rows.engine.plan.schema.dialect), rows.dotted)
    return units or units_of(_values(rows, aggregate))


def _reduced(
    engine: Engine, aggregate: Aggregate, children: Integers, owners: Integers, height: int, type_: Type
) -> pl.Series:
    """Reduce the children's values by owner, chunk by chunk; sums and counts of nothing are 0."""
    partial = [
        _grouped(engine, aggregate, children[at : at + CHUNK], owners[at : at + CHUNK])
        for at in range(0, max(len(children), 1), CHUNK)
    ]
    combine = {"sum": pl.col("value").sum(), "count": pl.col("value").sum()}
    extreme = {"min": pl.col("value").min(), "max": pl.col("value").max()}
    reducer = (combine | extreme)[aggregate.function]
    grouped = pl.concat(partial).filter(pl.col("owner") >= 0).group_by("owner", maintain_order=True).agg(reducer)
    everyone = pl.DataFrame({"owner": np.arange(height, dtype=np.int64)})
    values = everyone.join(grouped, on="owner", how="left", maintain_order="left")["value"]
    if aggregate.function in combine:
        values = values.fill_null(0)
    return _fitted(values, aggregate, type_)


def _fitted(values: pl.Series, aggregate: Aggregate, type_: Type) -> pl.Series:
    dtype = polars_dtype(type_)
    try:
        return rounded(values, values.dtype, digits_held(type_)).cast(dtype)
    except pl.exceptions.PolarsError:
        message = f"a {aggregate.function} over {aggregate.table} is more than {dtype} holds"
        raise ImpossibleError(message, hint="Widen the column's type, or ask for fewer or smaller children.") from None


def _grouped(engine: Engine, aggregate: Aggregate, children: Integers, owners: Integers) -> pl.DataFrame:
    values = child_values(engine, aggregate, children)
    if values.dtype.is_integer() and aggregate.function == "sum":
        values = values.cast(pl.Int128)
    frame = pl.DataFrame({"owner": owners, "value": values})
    reducers = {
        "sum": pl.col("value").sum(),
        "count": pl.col("value").sum(),
        "min": pl.col("value").min(),
        "max": pl.col("value").max(),
    }
    return frame.group_by("owner", maintain_order=True).agg(reducers[aggregate.function])


def child_values(engine: Engine, aggregate: Aggregate, children: Integers) -> pl.Series:
    """Return what is aggregated, for these child rows: the expression's value, or 1 where rows are counted."""
    if aggregate.function == "count":
        return pl.Series(np.ones(len(children), dtype=np.int64))
    return _values(engine.rows(aggregate.table, children), aggregate)


def _values(rows: TableRows, aggregate: Aggregate) -> pl.Series:
    schema = rows.engine.plan.schema
    expression = parsed(aggregate.expression, schema.dialect)
    names = mentioned(expression)
    types = dotted_types(schema, rows.plan.table, names)
    frame = pl.DataFrame({name: rows.dotted(name) for name in names})
    values = frame.select(
        polars_expression(expression, schema.dialect, types, as_of=schema.as_of).alias("value")
    ).to_series()
    # An expression without columns gives one value for all rows.
    return values if names else values.new_from_index(0, len(rows))
