"""Totals of a single row: its few children summed without a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.units import reckoned
from fixturegen.lattice import lattice_of
from fixturegen.schema import PerParent

if TYPE_CHECKING:
    from fixturegen.access.engine import AccessRows
    from fixturegen.schema import Aggregate


def total_of(rows: AccessRows, name: str, aggregate: Aggregate) -> pl.Series | None:
    """Return a total of one row; None where it is no sum of whole numbers or decimals, or none that the column holds.

    Args:
        rows: The row.
        name: The column.
        aggregate: What it sums up.
    """
    engine = rows.engine
    count = engine.plan.tables[aggregate.table].count
    if aggregate.function != "sum" or not (isinstance(count, PerParent) and count.reference == aggregate.reference):
        return None
    strides = engine.strides(aggregate.table)
    size = int(strides.sizes(rows.ordinals)[0])
    children = engine.rows(aggregate.table, strides.starts(rows.ordinals) + np.arange(size, dtype=np.int64))
    units = reckoned(parsed(aggregate.expression, engine.plan.schema.dialect), children.dotted)
    return None if units is None else _written(rows, name, sum(units.counted().tolist()), units.scale)


def _written(rows: AccessRows, name: str, total: int, scale: int) -> pl.Series | None:
    """Return a number of so many digits after the point as a value of the column, where it is one exactly."""
    lattice = lattice_of(rows.plan.column(name).type)
    if lattice is None or lattice.family != "number" or lattice.dtype.is_float():
        return None
    place, rest = divmod(total * lattice.step.denominator, 10**scale * lattice.step.numerator)
    if rest or not lattice.low <= place <= lattice.high:
        return None
    return lattice.decode(np.array([place], dtype=np.int64))
