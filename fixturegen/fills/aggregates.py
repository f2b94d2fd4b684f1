"""Columns that are functions of child rows: sums, counts, least and greatest, exact."""

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
from fixturegen.planning.dotted import dotted_types
from fixturegen.schema import Aggregate, PerParent

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.fills.rows import TableRows

CHUNK = 1_000_000


def aggregated(rows: TableRows, name: str, aggregate: Aggregate) -> pl.Series:
    """Return the aggregate over the children of each row, in the column's dtype."""
    engine = rows.engine
    child = engine.plan.tables[aggregate.table]
    dtype = polars_dtype(rows.plan.column(name).type)
    if isinstance(child.count, PerParent) and child.count.reference == aggregate.reference:
        children, owners = _own_children(engine, aggregate.table, rows.ordinals)
        return _reduced(engine, aggregate, children, owners, len(rows), dtype)
    return engine.aggregate(rows.name, name)[pl.Series(rows.ordinals)]


def whole_aggregate(engine: Engine, table: str, name: str, aggregate: Aggregate) -> pl.Series:
    """Return the aggregate for every row of a table whose children choose their parents: one pass over the children."""
    plan = engine.plan.tables[table]
    dtype = polars_dtype(plan.column(name).type)
    ordinals = np.arange(engine.plan.tables[aggregate.table].total, dtype=np.int64)
    owners = engine.rows(aggregate.table, ordinals).parents(aggregate.reference)
    return _reduced(engine, aggregate, ordinals, owners, plan.total, dtype)


def _own_children(engine: Engine, table: str, parents: Integers) -> tuple[Integers, Integers]:
    """Ordinals of the children of these parents, and for each the place of its parent among them."""
    offsets = engine.counts(table).offsets
    starts, sizes = offsets[parents], offsets[parents + 1] - offsets[parents]
    owners = np.repeat(np.arange(len(parents)), sizes)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return starts[owners] + within, owners


def _reduced(
    engine: Engine, aggregate: Aggregate, children: Integers, owners: Integers, height: int, dtype: pl.DataType
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
    try:
        return values.cast(dtype)
    except pl.exceptions.PolarsError:
        message = f"a {aggregate.function} over {aggregate.table} is more than {dtype} holds"
        raise ImpossibleError(message, hint="Widen the column's type, or ask for fewer or smaller children.") from None


def _grouped(engine: Engine, aggregate: Aggregate, children: Integers, owners: Integers) -> pl.DataFrame:
    frame = pl.DataFrame({"owner": owners, "value": child_values(engine, aggregate, children)})
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
    rows = engine.rows(aggregate.table, children)
    schema = engine.plan.schema
    expression = parsed(aggregate.expression, schema.dialect)
    names = mentioned(expression)
    types = dotted_types(schema, rows.plan.table, names)
    frame = pl.DataFrame({name: rows.dotted(name) for name in names})
    return frame.select(
        polars_expression(expression, schema.dialect, types, as_of=schema.as_of).alias("value")
    ).to_series()
