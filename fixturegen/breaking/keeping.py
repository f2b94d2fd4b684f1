"""Whether rows with other keys are to checks what they were before: asked of the checks themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from fixturegen.breaking.values import wide
from fixturegen.constraints.base import kinds
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import given
from fixturegen.dtypes import polars_dtype
from fixturegen.schema import Column, Schema, Table

Row = Mapping[str, object]


def alike(
    schema: Schema, table: Table, constraints: Collection[Constraint], before: Sequence[Row], after: Sequence[Row]
) -> bool:
    """Return whether constraints refuse the same of some rows before and after their values were exchanged.

    Args:
        schema: The schema.
        table: The rows' table.
        constraints: Constraints that judge a row by itself; one that frames cannot judge is taken to refuse others.
        before: The rows.
        after: The same rows, in the same order, with other values.
    """
    if not constraints:
        return True
    try:
        sides = _data(schema, table, before), _data(schema, table, after)
        return all(_refused(each, sides[0]) == _refused(each, sides[1]) for each in constraints)
    except (Unverifiable, pl.exceptions.PolarsError, ValueError, OverflowError):
        return False


def _data(schema: Schema, table: Table, rows: Sequence[Row]) -> Data:
    """Return rows as they are judged, in dtypes that hold values beyond the types' limits."""
    wider = replace(table, columns=tuple(replace(column, type=wide(column.type)) for column in table.columns))
    held = replace(schema, tables={**schema.tables, table.name: wider})
    frame = pl.DataFrame([_series(column, rows) for column in wider.columns if column.generated is None])
    return Data(held, {table.name: given(wider, frame.lazy())})


def _refused(constraint: Constraint, data: Data) -> list[int]:
    return sorted(kinds()[constraint.kind].violating(constraint, data).select(ROW).collect()[ROW].to_list())


def _series(column: Column, rows: Sequence[Row]) -> pl.Series:
    values = [row.get(column.name) for row in rows]
    return pl.Series(column.name, values, dtype=polars_dtype(column.type), strict=False)
