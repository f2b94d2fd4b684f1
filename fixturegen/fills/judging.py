"""Conditions that are not constructed but judged: which rows make one false."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.expressions.normal import Opaque
from fixturegen.fills.formulas import Judge, Source
from fixturegen.planning.dotted import dotted_types
from fixturegen.schema import Dialect, Table

if TYPE_CHECKING:
    from fixturegen.fills.drawing import Drawing
    from fixturegen.fills.rows import TableRows


class Oracle(Protocol):
    """A database that judges rows that are not in it."""

    def __call__(self, table: Table, sql: str, dialect: Dialect, rows: pl.DataFrame) -> pl.Series:
        """Return what an expression over columns of ``table`` is for each row: Boolean, null for unknown.

        Args:
            table: The table to which the rows would belong.
            sql: The expression.
            dialect: Its dialect.
            rows: The columns that it reads; of the right height where it reads none.
        """

    def values(self, table: Table, sql: str, dialect: Dialect, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Return what an expression is for each row, as text that is equal where values are, and for which rows it can be said.

        Args:
            table: The table to which the rows would belong.
            sql: The expression.
            dialect: Its dialect.
            rows: The columns that it reads.
        """


def judge(rows: TableRows, column: Source) -> Judge:
    """Return the judge of formulas on these rows.

    Args:
        rows: The rows.
        column: Gives a column of theirs by its dotted name.
    """
    schema, table = rows.engine.plan.schema, rows.plan.table
    oracle = rows.engine.oracle
    asked = None if oracle is None else partial(_asked, oracle, table)
    return Judge(column, lambda names: dotted_types(schema, table, names), schema.as_of, len(rows), asked)


def _asked(oracle: Oracle, table: Table, atom: Opaque, rows: pl.DataFrame) -> pl.Series:
    return oracle(table, atom.expression, atom.dialect, rows)  # type: ignore[arg-type] # one of the dialects


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
