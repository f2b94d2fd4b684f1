"""A plan into a database: what only the database can judge it is asked, and a table that nothing fills is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.content import content_hash
from fixturegen.databases.base import RejectedError, Rejection, database_of
from fixturegen.databases.oracles import asking
from fixturegen.existing import existing_rows
from fixturegen.fills.failures import UnfillableError
from fixturegen.hostility.making import made_frames
from fixturegen.hostility.storable import Keeper
from fixturegen.loading import LoadResult, Progress, seed_frames
from fixturegen.options import Options
from fixturegen.planning import Plan
from fixturegen.trials import tried_plan

if TYPE_CHECKING:
    from fixturegen.databases.base import Target
    from fixturegen.loading import Existing


def seed_plan(
    made: Plan,
    target: Target,
    *,
    create: bool = False,
    existing: Existing = "refuse",
    dry_run: bool = False,
    defer_constraints: bool = False,
    progress: Progress | None = None,
) -> LoadResult:
    """Fill a database with the rows of a plan; that it may be filled has been asked of the guard.

    A table for which no rows are found that satisfy its checks, or whose triggers refuse them, is left out with those whose
    rows cannot do without it; the rest is filled, and the result's ``rejected`` says why.
    """
    schema, options = made.schema, made.options
    # What was asked for, tables included that will be left out: seeding again asks the same.
    marker = content_hash(made)
    if existing == "append" and not create:
        made = tried_plan(schema, options, target, existing_rows(made, target))
    rejected: list[Rejection] = []
    while True:
        try:
            result = _loaded(made, target, marker, create, existing, dry_run, defer_constraints, progress)
        except (UnfillableError, RejectedError) as error:
            failures = _failures(error)
            options = replace(options, exclude=_left_out(made, options, {failure.table for failure in failures}))
            if not failures or len(options.exclude) >= len(schema.tables):
                raise
            rejected += failures
            made = tried_plan(schema, options, target, _still(made, options))
        else:
            return replace(result, rejected=tuple(rejected))


def _loaded(
    made: Plan,
    target: Target,
    marker: str,
    create: bool,
    existing: Existing,
    dry_run: bool,
    defer_constraints: bool,
    progress: Progress | None,
) -> LoadResult:
    with asking(target) as oracles:
        return seed_frames(
            target,
            made.schema,
            [table.table for table in made.tables.values()],
            made_frames(made, oracle=oracles, keeper=Keeper(database_of(target).dialect)),
            marker=marker,
            existing=existing,
            create=create,
            dry_run=dry_run,
            defer_constraints=defer_constraints,
            progress=progress,
            attend=oracles.attend,
        )


def _failures(error: UnfillableError | RejectedError) -> list[Rejection]:
    """Return what a table is left out for: checks that no rows satisfy, triggers that refuse. Nothing else is."""
    if isinstance(error, UnfillableError):
        return [Rejection(error.table, "check", ", ".join(error.checks), shape=error.shape)]
    return [one for one in error.rejections if one.kind == "trigger"]


def _left_out(made: Plan, options: Options, tables: set[str]) -> tuple[str, ...]:
    """Return the tables left out so far, these, and all whose rows cannot do without one of them."""
    lost = {*options.exclude, *tables}
    while True:
        more = {
            name
            for name, table in made.schema.tables.items()
            for reference in table.references
            if reference.table in lost and name not in lost and not _optional(made, name, reference.columns)
        }
        if not more:
            return tuple(sorted(lost))
        lost |= more


def _optional(made: Plan, name: str, columns: tuple[str, ...]) -> bool:
    return any(column.nullable for column in made.schema.tables[name].columns if column.name in columns)


def _still(made: Plan, options: Options) -> Mapping[str, pl.DataFrame]:
    return {name: frame for name, frame in made.existing.items() if name not in options.exclude}
