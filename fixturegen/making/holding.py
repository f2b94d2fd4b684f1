"""In which neighbourhoods everything holds that speaks of single rows: judged by the constraints' own checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from fixturegen.constraints.base import constraints, kinds
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import given
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import ImpossibleError
from fixturegen.making.deriving import Derived
from fixturegen.making.nodes import Layout
from fixturegen.schema import Column, Schema, Table, Type

_HOME = "\0home"
"""Column of the neighbourhood's number: a name that no column of a schema can bear."""
_JUDGED = frozenset({"check", "min", "max", "aggregate", "ordinal", "choices", "length", "not_null", "precision"})


def holding(shape: Derived, layout: Layout, frames: Mapping[str, pl.DataFrame], size: int) -> tuple[int, ...]:
    """Return the numbers of the neighbourhoods in which every constraint holds, ascending; at least one.

    Args:
        shape: The derived schema.
        layout: The nodes.
        frames: Rows by node, of all neighbourhoods.
        size: How many neighbourhoods.

    Raises:
        ImpossibleError: If there is none; with the constraints.
    """
    made = {node.name: node for node in layout.nodes if node.held is None}
    schema = _homed(shape.schema)
    frames = {node.name: _at_home(frames[node.name], node.width) for node in layout.nodes}
    frames |= {name: _no_rows(schema.tables[name]) for name in shape.empty}
    data = Data(schema, {name: given(schema.tables[name], frame.lazy()) for name, frame in frames.items()})
    bad = np.zeros(size, dtype=bool)
    broken: list[Constraint] = []
    for constraint, rows in _violating(schema, data, list(made)):
        broken.append(constraint)
        bad[rows[ROW].to_numpy() // made[constraint.table].width] = True
    good = tuple(np.flatnonzero(~bad).tolist())
    if good:
        return good
    first = broken[0]
    names = ", ".join(dict.fromkeys(each.name for each in broken))
    message = f"no row of {made[first.table].table.name} was found that is as asked and satisfies {names}"
    raise ImpossibleError(message, where=first.where, hint="Ask for less, or for values that agree.")


def _homed(schema: Schema) -> Schema:
    """The schema in which every row knows its neighbourhood, and refers to rows of that: keys that are fixed repeat in each."""
    home = Column(name=_HOME, type=Type(kind="integer"))
    tables = {}
    for name, table in schema.tables.items():
        led = tuple(
            replace(one, columns=(*one.columns, _HOME), target=(*one.target, _HOME)) for one in table.references
        )
        tables[name] = replace(table, columns=(*table.columns, home), references=led)
    return replace(schema, tables=tables)


def _at_home(frame: pl.DataFrame, width: int) -> pl.DataFrame:
    numbers = np.arange(frame.height, dtype=np.int64) // width
    return frame.with_columns(pl.Series(_HOME, numbers))


def _violating(schema: Schema, data: Data, tables: Sequence[str]) -> list[tuple[Constraint, pl.DataFrame]]:
    """The constraints that some rows break, with the numbers of these rows; those that frames cannot judge are left out."""
    asked: list[tuple[Constraint, pl.LazyFrame]] = []
    for constraint in constraints(schema, *tables):
        if constraint.kind in _JUDGED:
            try:
                rows = kinds()[constraint.kind].violating(constraint, data).select(ROW)
            except Unverifiable:
                continue
            asked.append((constraint, rows))
    found = zip([constraint for constraint, _ in asked], _collected([rows for _, rows in asked]), strict=True)
    return [(constraint, rows) for constraint, rows in found if rows is not None and rows.height]


def _collected(asked: Sequence[pl.LazyFrame]) -> list[pl.DataFrame | None]:
    try:
        return list(pl.collect_all(asked))
    except pl.exceptions.PolarsError:
        return [_one(rows) for rows in asked]


def _one(rows: pl.LazyFrame) -> pl.DataFrame | None:
    try:
        return rows.collect()
    except pl.exceptions.PolarsError:
        return None


def _no_rows(table: Table) -> pl.DataFrame:
    return pl.DataFrame({column.name: pl.Series([], dtype=polars_dtype(column.type)) for column in table.columns})
