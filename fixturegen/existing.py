"""Rows that a database holds already: only the columns that new rows must know of, in the order of their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.quoting import split_table
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import RefusedError
from fixturegen.generators.coercion import value_of
from fixturegen.planning.existing import wanted
from fixturegen.planning.plan import Plan
from fixturegen.schema import Table, Type

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fixturegen.databases.base import Target


def existing_rows(plan: Plan, target: Target) -> Mapping[str, pl.DataFrame]:
    """Read the rows that the tables of a plan hold already.

    Args:
        plan: A plan made without existing rows.
        target: The database.

    Returns:
        Frames by table, of the schema's dtypes, in the order of the primary key; only tables that hold rows.

    Raises:
        RefusedError: If the database cannot be read, or holds what a column of the schema cannot.
    """
    from sqlalchemy import Connection, Engine  # noqa: PLC0415 - only a run against a database needs it

    from fixturegen.engines import opened  # noqa: PLC0415 - the same

    if isinstance(target, Connection):
        return _read(plan, target)
    engine = target if isinstance(target, Engine) else opened(target)
    try:
        with engine.connect() as connection:
            return _read(plan, connection)
    finally:
        if engine is not target:
            engine.dispose()


def _read(plan: Plan, connection: Connection) -> Mapping[str, pl.DataFrame]:
    frames = {}
    for name, columns in wanted(plan).items():
        frame = _frame(plan.tables[name].table, columns, connection)
        if frame is not None:
            frames[name] = frame
    return frames


def _frame(table: Table, columns: tuple[str, ...], connection: Connection) -> pl.DataFrame | None:
    """Return the rows of a table, None where it holds none; a table without wanted columns is only counted."""
    import sqlalchemy as sa  # noqa: PLC0415 - only a run against a database needs it
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - the same

    # A dot is part of a name in SQLite, and parts it from its schema elsewhere.
    schema, plain = split_table(table.name, "sqlite" if connection.dialect.name == "sqlite" else "postgresql")
    known = sa.table(plain, *(sa.column(name) for name in columns), schema=schema)
    key = [known.c[name] for name in (table.primary_key.columns if table.primary_key else columns)]
    try:
        if not columns:
            height = connection.execute(sa.select(sa.func.count()).select_from(known)).scalar_one()
            return pl.DataFrame(height=height) if height else None
        rows = connection.execute(sa.select(*known.c).order_by(*key)).all()
    except SQLAlchemyError as error:
        message = f"the rows of {table.name} cannot be read: {type(error).__name__}"
        raise RefusedError(message, where=table.where) from None
    if not rows:
        return None
    types = {column.name: column.type for column in table.columns}
    return pl.DataFrame(
        [_series(table, name, types[name], [row[at] for row in rows]) for at, name in enumerate(columns)]
    )


def _series(table: Table, name: str, type_: Type, values: list[object]) -> pl.Series:
    try:
        held = [None if value is None else value_of(_plain(value), type_) for value in values]
        return pl.Series(name, held, dtype=polars_dtype(type_), strict=True)
    except (ValueError, TypeError, ArithmeticError, pl.exceptions.PolarsError):
        message = f"{table.name}.{name} holds what its type {type_.native or type_.kind} cannot be read as"
        raise RefusedError(message, where=table.where, hint="Declare its type, or seed another database.") from None


def _plain(value: object) -> object:
    """Return what drivers hand out in classes of their own as what our values are made of."""
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    if type(value).__module__ in {"uuid", "ipaddress"}:
        return str(value)
    return value
