"""Valid rows to start from: a few of every table, made together by one plan, so that any of them may stand beside any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.errors import FixturegenError
from fixturegen.fills.failures import UnfillableError
from fixturegen.options import options_from
from fixturegen.runs import frames_of, plan_of
from fixturegen.schema import Aggregate, Choice, Column, Rows, Schema, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

Row = dict[str, object]
ROWS = 10
"""So many rows of every table, where it can hold them."""
_ROOTS = 3
"""So many rows of tables that refer to nothing: few, so that rows of others share parents."""


@dataclass(slots=True)
class Pool:
    """Valid rows by table.

    Attributes:
        schema: The schema.
        rows: Rows by table, without the columns that the database computes.
        frames: The same as frames.
        full: The rows as they were made, where ``rows`` has NULL in references that may be NULL.
        empty: Why a table has no rows, by table.
    """

    schema: Schema
    rows: dict[str, list[Row]] = field(default_factory=dict)
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    full: dict[str, list[Row]] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)


def pool_of(schema: Schema, tables: Iterable[str], seed: int, database: Target | None = None) -> Pool:
    """Return valid rows of tables and of all tables they may refer to.

    Args:
        schema: The schema.
        tables: The tables.
        seed: Any integer.
        database: A database that judges what only it can judge.
    """
    wanted = _reached(schema, tables)
    pool = Pool(schema)
    for made in (derived(schema), derived(schema, empty=False)):
        try:
            _fill(pool, made, wanted, seed, database)
        except FixturegenError as error:
            problem = error
            continue
        return pool
    _fill_apart(pool, wanted, seed, database, problem)
    return pool


def derived(schema: Schema, *, empty: bool = True) -> Schema:
    """Return the schema from which rows are made: every count a wish, columns over other rows plain ones.

    Args:
        schema: The schema.
        empty: Whether aggregates are what they are of no children, and roots are few.
    """
    return replace(schema, tables={name: _plain(table, empty=empty) for name, table in schema.tables.items()})


def _plain(table: Table, *, empty: bool) -> Table:
    references = tuple(replace(each, skew=0.0, childless=0.0) for each in table.references)
    columns = tuple(_plain_column(column, empty=empty) for column in table.columns)
    count = Rows(_ROOTS) if not references and empty else None
    return replace(table, count=count, references=references, columns=columns)


def _plain_column(column: Column, *, empty: bool) -> Column:
    """A column whose choices are all as likely, and that is NULL in as many rows as not."""
    if column.aggregate is None:
        choices = tuple(Choice(each.value) for each in column.choices if each.weight) or column.choices
        return replace(column, choices=choices, nulls=0.5 if column.nulls is not None and column.nullable else None)
    bare = replace(column, aggregate=None)
    if not empty:
        return bare
    nothing = of_no_children(column)
    return replace(bare, nulls=1.0) if nothing is None else replace(bare, choices=(Choice(nothing),), nulls=0.0)


def of_no_children(column: Column) -> object:
    """Return what an aggregate is where there are no children, as a value of the column's type."""
    assert isinstance(column.aggregate, Aggregate)
    if column.aggregate.function in {"min", "max"}:
        return None
    zeros: Mapping[str, object] = {"decimal": Decimal(0).scaleb(-column.type.scale), "float": 0.0}
    return zeros.get(column.type.kind, 0)


def _fill(pool: Pool, made: Schema, wanted: set[str], seed: int, database: Target | None) -> None:
    exclude = {name for name in made.tables if name not in wanted}
    for _ in made.tables:
        options = options_from(rows=ROWS, seed=seed, exclude=tuple(sorted(exclude)), accept_unverified=True)
        try:
            plan = plan_of(made, options, database)
            frames = dict(frames_of(plan, ROWS, database))
        except UnfillableError as error:
            if not error.table:
                raise
            lost = _dependent(made, {error.table} | exclude) - exclude
            pool.empty |= dict.fromkeys(lost, error.message)
            exclude |= lost
            continue
        reasons = {each.table: each.reason for each in plan.lowered}
        for name, frame in frames.items():
            _keep(pool, name, frame, reasons.get(name, ""))
        _leave_out_unverified(pool, plan.unverified)
        return


def _leave_out_unverified(pool: Pool, unverified: Sequence[str]) -> None:
    """Take out the tables whose rows may break a check that nothing at hand could judge, and those that need them."""
    for check in unverified:
        name = next(each for each in pool.schema.tables if check.startswith(f"{each}.") and each in pool.rows)
        reason = f"nothing at hand judges {check}; give the address of a database that can"
        for lost in _dependent(pool.schema, {name}):
            pool.empty[lost], pool.rows[lost] = reason, []
            pool.frames.pop(lost, None)


def _keep(pool: Pool, name: str, frame: pl.DataFrame, reason: str) -> None:
    computed = [column.name for column in pool.schema.tables[name].columns if column.generated is not None]
    frame = frame.drop(computed, strict=False)
    if frame.height == 0:
        pool.empty[name] = reason or "it can hold no row"
    pool.frames[name], pool.rows[name] = frame, frame.to_dicts()


def _fill_apart(pool: Pool, wanted: set[str], seed: int, database: Target | None, problem: FixturegenError) -> None:
    """Fill what can be filled, where the whole cannot: tables are tried one by one with what they need."""
    made = derived(pool.schema, empty=False)
    good: set[str] = set()
    for name in made.tables:
        if name in wanted:
            options = options_from(rows=ROWS, seed=seed, only=(name,), accept_unverified=True)
            try:
                dict(frames_of(plan_of(made, options, database), ROWS, database))
            except FixturegenError as error:
                pool.empty[name] = error.message
            else:
                good.add(name)
    if not good:
        raise problem
    _fill(pool, made, good, seed, database)


def _reached(schema: Schema, tables: Iterable[str]) -> set[str]:
    """Return the tables and all that they refer to, needed or not."""
    found: set[str] = set()
    open_tables = list(tables)
    while open_tables:
        name = open_tables.pop()
        if name not in found:
            found.add(name)
            open_tables += [each.table for each in schema.tables[name].references if each.table in schema.tables]
    return found


def _dependent(schema: Schema, lost: set[str]) -> set[str]:
    """Return the tables and all whose rows cannot do without one of them."""
    found = set(lost)
    while True:
        more = {
            name
            for name, table in schema.tables.items()
            if name not in found
            and any(
                each.table in found and not any(c.nullable for c in table.columns if c.name in each.columns)
                for each in table.references
            )
        }
        if not more:
            return found
        found |= more
