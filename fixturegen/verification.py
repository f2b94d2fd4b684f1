"""Verification: data against the schema by the constraints' own check faces, never by trusting what made it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from fixturegen.constraints.base import constraints, violations
from fixturegen.constraints.contract import Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import Given, given
from fixturegen.datafiles import data_in
from fixturegen.errors import InputError
from fixturegen.schema import Schema, Table
from fixturegen.verdict import Outcome, Report, collected, known_tables, shape, wanted_tables
from fixturegen.verification_database import verified_database

__all__ = ["Report", "verified_database", "verified_files", "verified_frames"]


def verified_frames(
    schema: Schema, frames: Mapping[str, pl.DataFrame | pl.LazyFrame], only: Collection[str] = ()
) -> Report:
    """Check frames against a schema.

    Args:
        schema: The schema.
        frames: Rows by table name. Dtypes may be wider than the schema's (``Int64`` for a smallint) where every value fits.
        only: Tables to check; all of the schema unless given. Others serve as parents and children where they are there.

    Raises:
        InputError: A table without a frame, or a frame without a table.

    Example:
        >>> from fixturegen.schema import Column, Table, Type
        >>> column = Column(name="id", type=Type(kind="integer"))
        >>> schema = Schema(tables={"t": Table(name="t", columns=(column,))})
        >>> print(verified_frames(schema, {"t": pl.DataFrame({"id": [1, None]})}))
        violated: t.t_id_not_null: 1 row, first: row 1
        4 constraints checked: 1 violated
    """
    wanted = wanted_tables(schema, only)
    known_tables(schema, frames)
    absent = [name for name in wanted if name not in frames]
    if absent:
        message = f"no frame for {', '.join(repr(name) for name in absent)}"
        raise InputError(message, exists=frames, hint="Name the tables to verify with only=[...].")
    tables = {name: given(schema.tables[name], frame.lazy()) for name, frame in frames.items()}
    return _judged(Data(schema, tables), wanted)


def verified_files(schema: Schema, directory: str | Path, only: Collection[str] = ()) -> Report:
    """Check a directory that ``export`` wrote (Parquet, CSV, NDJSON, Arrow IPC), or files named ``TABLE.ext``.

    Raises:
        InputError: No such directory, no data for a table, a file that cannot be read, SQL files.
    """
    wanted = wanted_tables(schema, only)
    return _judged(data_in(schema, directory, wanted), wanted, where=Path(directory))


_UNEVALUATED = (
    pl.exceptions.ComputeError,
    pl.exceptions.InvalidOperationError,
    pl.exceptions.SchemaError,
    OSError,
    ValueError,
)
"""What Polars raises over values; other errors of its would be our own mistakes."""


def _judged(data: Data, tables: tuple[str, ...], where: Path | None = None) -> Report:
    """Judge every constraint on frames, one after the other, so that only its columns are in memory."""
    lacking = [_shape_of(data.schema.tables[name], data.tables[name], where) for name in tables]
    return collected((_on_frames(constraint, data, where) for constraint in constraints(data.schema, *tables)), lacking)


def _shape_of(table: Table, given_: Given, where: Path | None) -> Outcome:
    if not given_.missing and not given_.surplus:
        return None
    return shape(table, given_.missing, given_.surplus, _height(table.name, given_.frame, where))


def _height(table: str, frame: pl.LazyFrame, where: Path | None) -> int:
    try:
        return int(frame.select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise _unreadable(table, where) from error


def _on_frames(constraint: Constraint, data: Data, where: Path | None) -> Outcome:
    try:
        return violations(constraint, data)
    except Unverifiable:
        return constraint
    except _UNEVALUATED as error:
        # Either the rows cannot be read at all, or this one condition cannot be evaluated on them.
        _read_through(constraint.table, data, where, error)
        return constraint


def _read_through(table: str, data: Data, where: Path | None, error: Exception) -> None:
    try:
        data.tables[table].frame.select(pl.all().is_null().sum()).collect()
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise _unreadable(table, where) from error


def _unreadable(table: str, where: Path | None) -> InputError:
    message = f"the rows of {table!r} cannot be read"
    return InputError(message, where=where)
