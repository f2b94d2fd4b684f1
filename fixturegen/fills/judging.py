"""Conditions that are not constructed but judged: which rows make one false."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fixturegen.draws import Integers
from fixturegen.fills.formulas import Judge, Source
from fixturegen.planning.dotted import dotted_types

if TYPE_CHECKING:
    from fixturegen.fills.drawing import Drawing
    from fixturegen.fills.rows import TableRows


def judge(rows: TableRows, column: Source) -> Judge:
    """Return the judge of formulas on these rows.

    Args:
        rows: The rows.
        column: Gives a column of theirs by its dotted name.
    """
    schema, table = rows.engine.plan.schema, rows.plan.table
    return Judge(column, lambda names: dotted_types(schema, table, names), schema.as_of, len(rows))


def violators(drawing: Drawing) -> Integers:
    """Return the places of rows without a value for some column, or that make a judged check of their case false."""
    component = drawing.component
    bad = drawing.dry.copy()
    court = judge(drawing.rows, drawing.known)
    for name in component.checks:
        concerned = np.array([name in case.judged for case in component.cases])[drawing.cases]
        if concerned.any():
            bad |= concerned & ~court.holds(component.formulas[name])
    return np.flatnonzero(bad)
