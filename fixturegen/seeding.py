"""A plan into a database: what only the database can judge it is asked, and a table that nothing fills is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.agreements import agreeing
from fixturegen.content import content_hash
from fixturegen.databases.base import AloneError, RejectedError, Rejection, database_of
from fixturegen.databases.oracles import asking
from fixturegen.existing import existing_rows
from fixturegen.fills.failures import UnfillableError, UnsettledError
from fixturegen.hostility.making import made_frames
from fixturegen.hostility.storable import Keeper
from fixturegen.loading import LoadResult, Progress, seed_frames
from fixturegen.options import Options, checked_workers
from fixturegen.planning import Plan
from fixturegen.trials import tried_plan

if TYPE_CHECKING:
    from fixturegen.databases.base import Target
    from fixturegen.loading import Existing
    from fixturegen.schema import Schema


def seed_plan(
    made: Plan,
    target: Target,
    *,
    create: bool = False,
    existing: Existing = "refuse",
    dry_run: bool = False,
    defer_constraints: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> LoadResult:
    """Fill a database with the rows of a plan; that it may be filled has been asked of the guard.

    Where triggers refuse rows of a table, its rows are tried one by one and drawn again. A table for which no rows are found
    that satisfy its checks and triggers is left out with those whose rows cannot do without it; the rest is filled, and the
    result's ``rejected`` says why. What several connections cannot load is loaded by one, and ``alone`` says why.
    """
    many, alone = checked_workers(workers), ""
    # What was asked for, tables included that will be left out: seeding again asks the same.
    marker = content_hash(made)
    if existing == "append" and not create:
        made = tried_plan(made.schema, made.options, target, existing_rows(made, target))
    course = _Course(made, target, create=create)
    while True:
        try:
            result = _loaded(course.plan, target, marker, create, existing, dry_run, defer_constraints, many, progress)
        except AloneError as error:
            many, alone = 1, error.message
        except (UnfillableError, UnsettledError, RejectedError) as error:
            if not course.changed(error):
                raise
        else:
            fewer = MappingProxyType(course.ceilings)
            return replace(result, rejected=tuple(course.rejected), fewer=fewer, alone=result.alone or alone)


class _Course:
    """The plan as it is changed for what loading tells.

    Args:
        plan: What is asked for.
        target: The database.
        create: Whether tables are made, exactly as the schema says.

    Attributes:
        plan: What is tried next.
        rejected: Why tables were left out.
        ceilings: Most rows that tables took, existing ones counted, and why no more.
    """

    def __init__(self, plan: Plan, target: Target, *, create: bool) -> None:
        self.plan = plan
        self.rejected: list[Rejection] = []
        self._schema = plan.schema
        self._create = create
        self._guessed: set[str] = set()
        self._target = target
        self._refusing: dict[str, Rejection] = {}
        self.ceilings: dict[str, tuple[int, str]] = {}

    def changed(self, error: UnfillableError | UnsettledError | RejectedError) -> bool:
        """Change the plan after a failure; return whether there is another one to try.

        Rows of a table whose triggers refuse some are tried one by one from then on. Where too few rows are taken even so, there
        will be fewer; where none is, the table is left out.
        """
        options = self.plan.options
        if isinstance(error, UnsettledError):
            if error.table not in self._refusing:
                return False
            self._lower(error)
        guessed = isinstance(error, UnsettledError) and self._guess(error)
        failures = [] if guessed else self._failures(error)
        if failures:
            self.rejected += failures
            lost = _left_out(self.plan, options, {failure.table for failure in failures})
            if len(lost) >= len(self._schema.tables):
                return False
            options = replace(options, exclude=lost)
        elif isinstance(error, RejectedError) and not self._learnt(error):
            return False
        ceilings = {name: most for name, most in self.ceilings.items() if name not in options.exclude}
        existing = _still(self.plan, options)
        self.plan = tried_plan(
            self._schema, options, self._target, existing, ceilings, set(self._refusing) - set(options.exclude)
        )
        return True

    def _guess(self, error: UnsettledError) -> bool:
        """Let columns agree that are likely meant to, once for a table of which nothing is taken; return whether any do."""
        if error.table in self.ceilings or error.table in self._guessed or self._create:
            return False
        self._guessed.add(error.table)
        before, self._schema = self._schema, agreeing(self._schema, error.table)
        return self._schema is not before

    def _lower(self, error: UnsettledError) -> None:
        if error.placed > self.plan.tables[error.table].existing:
            self.ceilings[error.table] = (error.placed, error.message)

    def _learnt(self, error: RejectedError) -> bool:
        """Note tables whose triggers refuse rows, or look as if they may; return whether there were any."""
        new = {one.table: one for one in error.rejections if self._triggered(one)}
        if new:
            likely = {
                name: Rejection(name, "trigger", "") for name in self._schema.tables if _may_refuse(self._schema, name)
            }
            self._refusing = likely | self._refusing | new
        return bool(new)

    def _failures(self, error: UnfillableError | UnsettledError | RejectedError) -> list[Rejection]:
        """Return what a table is left out for: checks that no rows satisfy, triggers that refuse all that is tried."""
        if isinstance(error, UnfillableError):
            return [Rejection(error.table, "check", ", ".join(error.checks), shape=error.shape)]
        if isinstance(error, UnsettledError):
            return [] if error.table in self.ceilings else [self._refusing[error.table]]
        return [one for one in error.rejections if one.table in self._refusing and self._triggered(one)]

    def _triggered(self, one: Rejection) -> bool:
        """Whether a trigger may have refused a row: it says so, or what it made of the row broke another constraint."""
        if one.table not in self._schema.tables:
            return False
        return one.kind == "trigger" or any(True for _ in _on_insert(self._schema, one.table))


def _loaded(
    made: Plan,
    target: Target,
    marker: str,
    create: bool,
    existing: Existing,
    dry_run: bool,
    defer_constraints: bool,
    workers: int,
    progress: Progress | None,
) -> LoadResult:
    with asking(target) as oracles:
        return seed_frames(
            target,
            made.schema,
            [table.table for table in made.tables.values()],
            made_frames(made, oracle=oracles, keeper=Keeper(database_of(target).dialect), trials=oracles.tried),
            marker=marker,
            existing=existing,
            create=create,
            dry_run=dry_run,
            defer_constraints=defer_constraints,
            workers=workers,
            progress=progress,
            attend=oracles.attend,
        )


def _may_refuse(schema: Schema, name: str) -> bool:
    """Whether a trigger on rows that come holds words by which one refuses them."""
    return any(one.get("refuses") for one in _on_insert(schema, name))


def _on_insert(schema: Schema, name: str) -> Iterator[Mapping[str, object]]:
    """Yield what is known of the triggers on rows that come."""
    triggers = schema.tables[name].options.get("triggers", {})
    if isinstance(triggers, Mapping):
        yield from (one for one in triggers.values() if "INSERT" in one.get("events", ()))


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
