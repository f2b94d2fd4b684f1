"""Seeding: frames into a database, all or nothing, once for the same content."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import polars as pl

from fixturegen.databases.base import Load, Marker, RejectedError, Rejection, database_of, rows_digest
from fixturegen.databases.bookkeeping import is_bookkeeping
from fixturegen.databases.waiting import held_until, rearranged
from fixturegen.errors import InputError, RefusedError, shortened
from fixturegen.schema import MARKER_TABLE, Schema, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

Existing = Literal["refuse", "append", "replace"]
Progress = Callable[[str, int], None]
"""Called with a table's name and how many of its rows have been loaded so far."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rows loaded into a table, and the seconds it took (making the rows not counted, nor what several connections did meanwhile)."""

    rows: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What came of a seeding.

    Attributes:
        tables: What was loaded, by table in load order; what is there already, where ``already`` is true.
        already: The database held exactly this content, and was left alone.
        dry_run: Everything was tried and nothing kept.
        rejected: Why tables were left out that nothing could fill. Any other row that the database does not take undoes all,
            and is raised as :class:`fixturegen.databases.base.RejectedError`.
        fewer: Tables whose triggers took no more rows than so many, existing ones counted, and why.
        left_alone: Tables of migration tools that hold rows: neither counted as full nor filled.
        alone: Where several connections were asked for, why one loaded all the same; empty where several did.
    """

    tables: Mapping[str, Loaded]
    already: bool = False
    dry_run: bool = False
    rejected: tuple[Rejection, ...] = ()
    fewer: Mapping[str, tuple[int, str]] = field(default_factory=lambda: MappingProxyType({}))
    left_alone: tuple[str, ...] = ()
    alone: str = ""


@dataclass(slots=True)
class _Tally:
    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def seed_frames(
    target: Target,
    schema: Schema,
    tables: Sequence[Table],
    frames: Iterable[tuple[str, pl.DataFrame]],
    *,
    marker: str,
    existing: Existing = "refuse",
    create: bool = False,
    dry_run: bool = False,
    defer_constraints: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
    attend: Callable[[Load], None] | None = None,
) -> LoadResult:
    """Load rows into a database, all or nothing.

    Args:
        target: A URL, an engine, or a connection; a connection within its user's transaction is joined and left to them.
        schema: The schema, whose tables ``create`` makes.
        tables: The tables to fill, in load order.
        frames: Chunks of rows, parents first; not touched when the content is there already.
        marker: Content hash of schema, seed and counts.
        existing: What to do where the tables hold rows: refuse, add to them, or delete them first (only those of the tables
            that are filled).
        create: Make the tables first, all of the schema's; refused where one exists.
        dry_run: Do all of it, and undo it at the end.
        defer_constraints: Take references and indexes of the filled tables away for the load and build them again after it,
            within the transaction; of no effect where the database judges references at the end anyway.
        workers: Most connections that load at the same time, 1 or more.
        progress: Told how far each table is.
        attend: Given the open transaction before the first frame is asked for.

    Raises:
        AloneError: Several connections cannot load it; nothing is left of it, and one may.
        InputError: A URL, file, table or column that does not exist.
        RejectedError: A row that the database does not take.
        RefusedError: Rows where there should be none; a database that is locked, read-only, damaged.
    """
    _check_arguments(schema, existing)
    database = database_of(target)
    made = schema if create else None
    with database.load(target, tables, create=made, defer_constraints=defer_constraints, workers=workers) as load:
        if existing == "refuse" and _is_marked(load, tables, marker):
            return _already(load, tables)
        left_alone = _prepare(load, schema, tables, existing=existing, create=create)
        wanted = [table for table in tables if table.name not in left_alone]
        before = {table.name: load.count(table.name) for table in wanted}
        until = _waiting(tables, load.begin())
        if attend is not None:
            attend(load)
        ordered = rearranged(frames, [table.name for table in tables], until)
        tally = _filled(load, tables, ordered, left_alone, progress)
        load.finish(wanted)
        after = {table.name: load.count(table.name) for table in wanted}
        _refuse_loss(load, before, after, tally)
        load.mark(Marker(marker, _digest(after)))
        if dry_run:
            load.discard()
    loaded = {table.name: Loaded(tally.rows[table.name], tally.seconds[table.name]) for table in wanted}
    alone = load.alone if workers > 1 else ""
    return LoadResult(tables=MappingProxyType(loaded), dry_run=dry_run, left_alone=left_alone, alone=alone)


def _check_arguments(schema: Schema, existing: str) -> None:
    known = ("refuse", "append", "replace")
    if existing not in known:
        message = f"existing is {existing!r}"
        raise InputError(message, given=existing, exists=known)
    clash = [name for name in schema.tables if name.casefold() == MARKER_TABLE]
    if clash:
        message = f"the table name {clash[0]!r} is kept for what a database was seeded with"
        raise InputError(message, where=schema.tables[clash[0]].where, hint="Leave that table out.")


def _is_marked(load: Load, tables: Sequence[Table], marker: str) -> bool:
    if not all(load.has(table.name) for table in tables):
        return False
    found = load.marker()
    if found is None or found.content != marker:
        return False
    return found.rows == _digest({table.name: load.count(table.name) for table in tables})


def _digest(rows: Mapping[str, int]) -> str:
    """The digest of the numbers of rows, less those of tables that may grow by themselves and of tables left out."""
    return rows_digest({name: number for name, number in rows.items() if number and not is_bookkeeping(name)})


def _already(load: Load, tables: Sequence[Table]) -> LoadResult:
    load.discard()
    held = {table.name: Loaded(load.count(table.name), 0.0) for table in tables}
    return LoadResult(tables=MappingProxyType(held), already=True)


def _prepare(
    load: Load, schema: Schema, tables: Sequence[Table], *, existing: Existing, create: bool
) -> tuple[str, ...]:
    """Make or check the tables and their emptiness; return those that are left alone."""
    if create:
        _create(load, schema)
    for table in tables:
        _check_table(load, table)
    full = [table.name for table in tables if load.count(table.name)]
    left_alone = tuple(name for name in full if is_bookkeeping(name))
    filled = [name for name in full if name not in left_alone]
    if filled and existing == "refuse":
        message = f"already holds rows in {shortened(filled)}"
        raise RefusedError(message, where=load.place(), hint="Say --existing append or --existing replace.")
    if filled and existing == "replace":
        _replace(load, [table.name for table in tables if table.name not in left_alone])
    return left_alone


def _create(load: Load, schema: Schema) -> None:
    present = [name for name in schema.tables if load.has(name)]
    if present:
        message = f"cannot make the tables: already there: {shortened(present)}"
        raise RefusedError(message, where=load.place(), hint="Leave --create out, or name another database.")
    load.create(schema)


def _check_table(load: Load, table: Table) -> None:
    if not load.has(table.name):
        message = f"has no table {table.name!r}"
        raise InputError(message, where=load.place(), hint="With --create the tables are made.")
    present = {name.casefold() for name in load.columns(table.name)}
    missing = [c.name for c in table.columns if c.generated is None and c.name.casefold() not in present]
    if missing:
        message = f"table {table.name!r} has no column {missing[0]!r}"
        raise InputError(message, where=load.place(), given=missing[0], exists=load.columns(table.name))


def _replace(load: Load, names: Sequence[str]) -> None:
    # A cascade would empty tables that were not to be touched; without one, their references would lead nowhere.
    dependents = load.dependents(names)
    if dependents:
        message = f"cannot replace rows that others refer to: {shortened(dependents)}"
        raise RefusedError(message, where=load.place(), hint="Fill these tables too, or empty them first.")
    load.empty(names)


def _waiting(tables: Sequence[Table], written: Mapping[str, frozenset[str]]) -> Mapping[str, str]:
    """Return which tables wait for which others, whose triggers insert into them."""
    bare = {table.name: table.name.rpartition(".")[2].casefold() for table in tables}
    writers = {name: [other for other in bare if bare[other] in written.get(bare[name], ())] for name in bare}
    parents = {table.name: [reference.table for reference in table.references] for table in tables}
    return held_until(list(bare), parents, writers)


def _filled(
    load: Load,
    tables: Sequence[Table],
    frames: Iterable[tuple[str, pl.DataFrame]],
    left_alone: Collection[str],
    progress: Progress | None,
) -> _Tally:
    known = {table.name: table for table in tables}
    tally = _Tally(dict.fromkeys(known, 0), dict.fromkeys(known, 0.0))
    for name, frame in frames:
        if name not in known:
            message = f"rows for {name!r}, which is not among the tables"
            raise InputError(message, given=name, exists=known)
        if name in left_alone:
            continue
        started = perf_counter()
        load.insert(known[name], frame)
        tally.seconds[name] += perf_counter() - started
        tally.rows[name] += frame.height
        if progress is not None:
            progress(name, tally.rows[name])
    return tally


def _refuse_loss(load: Load, before: Mapping[str, int], after: Mapping[str, int], tally: _Tally) -> None:
    """Refuse a load that the database took without keeping all of it."""
    for name in after:
        rows = tally.rows[name]
        if after[name] < before[name] + rows:
            lost = before[name] + rows - after[name]
            message = f"dropped {lost:,} of {rows:,} rows of {name!r} without a word"
            hint = "Nothing was loaded. Look for ON CONFLICT IGNORE or REPLACE, or for a trigger."
            dropped = Rejection(name, "trigger", "(dropped without a word)")
            raise RejectedError(message, where=load.place(), hint=hint, rejections=(dropped,))
