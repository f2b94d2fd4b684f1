"""Given values, judged alone: by the constraints of their columns, and by checks over given columns only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from fixturegen.constraints.base import constraints, kinds
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import given
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import Check, Column, Path, Schema, Table


def judge_values(schema: Schema, table: Table, values: Mapping[str, object]) -> None:
    """Refuse values that a constraint of their own column does not allow.

    Args:
        schema: The schema.
        table: The table.
        values: Values by column, of the column's type; None for NULL, which is not judged here.

    Raises:
        ImpossibleError: Naming the constraint.
    """
    held = {name: value for name, value in values.items() if value is not None}
    if not held:
        return
    columns = tuple(_alone(column) for column in table.columns if column.name in held)
    checks = tuple(check for check in table.checks if _reads(check) <= set(held))
    alone = replace(table, columns=columns, primary_key=None, uniques=(), references=(), checks=checks, exclusions=())
    judged = replace(schema, tables={table.name: alone})
    frame = pl.DataFrame(
        {column.name: pl.Series([held[column.name]], dtype=polars_dtype(column.type)) for column in columns}
    )
    data = Data(judged, {table.name: given(alone, frame.lazy())})
    for constraint in constraints(judged, table.name):
        if _broken(constraint, data):
            raise _refused(table, constraint)


def _alone(column: Column) -> Column:
    """The column without what speaks of other columns or rows."""
    low = None if isinstance(column.low, Path) else column.low
    high = None if isinstance(column.high, Path) else column.high
    return replace(column, low=low, high=high, aggregate=None, ordinal=None, generated=None)


def _reads(check: Check) -> set[str]:
    """The names that a check mentions; a name that nobody gives where it cannot be read."""
    try:
        return set(mentioned(parsed(check.sql, check.dialect))) or {""}
    except SchemaError:
        return {""}


def _broken(constraint: Constraint, data: Data) -> bool:
    try:
        found = kinds()[constraint.kind].violating(constraint, data).select(ROW).collect()
    except (Unverifiable, pl.exceptions.PolarsError):
        return False
    return found.height > 0


def _refused(table: Table, constraint: Constraint) -> ImpossibleError:
    names = ", ".join(constraint.columns)
    what = f"the value that is asked for {table.name}.{names}" if names else f"what is asked of {table.name}"
    message = f"{what} breaks {constraint.name}{_said(constraint)}"
    return ImpossibleError(message, where=constraint.where, hint="Ask for a value that the constraint allows.")


def _said(constraint: Constraint) -> str:
    subject = constraint.subject
    if isinstance(subject, Column) and constraint.kind == "choices":
        return f": one of {', '.join(str(choice.value) for choice in subject.choices[:12])}"
    if isinstance(subject, Check):
        return f": {subject.sql}"
    return ""
