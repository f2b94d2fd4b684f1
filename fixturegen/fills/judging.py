"""Conditions that are not constructed but judged: which rows of a case make one false."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.normal import Opaque
from fixturegen.expressions.parsing import parsed
from fixturegen.planning.components import Component
from fixturegen.planning.dotted import dotted_types

if TYPE_CHECKING:
    from fixturegen.fills.rows import TableRows


def violators(
    rows: TableRows, component: Component, cases: Integers, columns: dict[str, pl.Series]
) -> Integers:
    """Return the places of the rows for which a judged condition of their case is false, ascending."""
    bad = np.zeros(len(rows), dtype=bool)
    for opaque in dict.fromkeys(opaque for case in component.cases for opaque in case.redraw):
        concerned = np.array([opaque in case.redraw for case in component.cases])[cases]
        if concerned.any():
            frame = pl.DataFrame({name: columns[name] if name in columns else rows.dotted(name) for name in opaque.reads})
            bad |= concerned & false_rows(rows, opaque, frame)
    return np.flatnonzero(bad)


def false_rows(rows: TableRows, opaque: Opaque, frame: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which rows make the condition false (unknown is accepted)."""
    schema = rows.engine.plan.schema
    types = dotted_types(schema, rows.plan.table, opaque.reads)
    expression = parsed(opaque.expression, opaque.dialect)
    verdict = polars_expression(expression, opaque.dialect, types, as_of=schema.as_of)
    judged = frame.select(verdict.fill_null(True).alias("verdict")).to_series()
    return ~judged.to_numpy()
