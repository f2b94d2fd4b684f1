"""A probe: every constraint of a schema put to the test in a live database, and the database left as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from fixturegen.breaking.records import Negatives, Record
from fixturegen.engines import masked, opened
from fixturegen.errors import InputError, RefusedError
from fixturegen.guard import guarded
from fixturegen.probing.bench import Bench, bench_of
from fixturegen.probing.findings import Finding, ProbeReport
from fixturegen.probing.judging import findings
from fixturegen.probing.moving import full_tables, moved
from fixturegen.probing.surroundings import (
    absent,
    advanced,
    counters,
    prepared,
    restored,
    sequences,
    settings,
    untouchable,
)
from fixturegen.probing.trying import Verdict, tried
from fixturegen.probing.validity import with_validity
from fixturegen.schema import Dialect, Schema
from fixturegen.suites.building import negatives_for, reduced, wanted_tables, written_suite
from fixturegen.suites.lines import Case, Line

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

_APART = 0x70726F6265
"""What a probe's own rows are drawn apart by: the rows that are there were most likely seeded, and by the same number."""
_DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}


def probed(
    schema: Schema,
    target: str | URL | Engine,
    *,
    only: Collection[str] = (),
    exclude: Collection[str] = (),
    seed: int = 0,
    allow: Iterable[str] = (),
    on_connect: Sequence[str] = (),
) -> ProbeReport:
    """Find out which constraints of a schema a live database enforces, and leave it as it was.

    Rows are inserted in one transaction that is undone; those that are there already are never touched.

    Args:
        schema: What is declared: the database's own schema, or another source's to compare it with.
        target: URL or engine; connections are what it gives to any application, no setting is changed.
        only: Tables whose constraints are tested; all unless given.
        exclude: Tables whose constraints are not tested.
        seed: Any whole number.
        allow: Hosts and databases that may be written to though they do not look like development databases.
        on_connect: Statements that an application runs first on each connection, such as ``PRAGMA foreign_keys = ON``.

    Raises:
        InputError: An unknown table, or an address that cannot be read.
        RefusedError: The database cannot be reached, is locked, or does not look like a development database.
    """
    guarded(target, allow)
    wanted = wanted_tables(schema, only, exclude)
    declared = _all_asked(schema)
    with _engine(target) as engine:
        place = masked(engine.url)
        dialect: Dialect = "mysql" if engine.dialect.name == "mariadb" else engine.dialect.name  # type: ignore[assignment]
        made = negatives_for(declared, dialect=dialect, seed=seed + _APART, database=engine)
        with _bench(engine, place, on_connect) as bench:
            before, stands = counters(bench), sequences(bench)
            notes = list(settings(bench))
            found, lines = _tested(declared, made, wanted, bench)
            notes += advanced(stands, bench)
        if before:
            with _bench(engine, place, on_connect, transaction=False) as bench:
                notes += restored(before, bench)
    return ProbeReport(found, lines, tuple(notes))


def _all_asked(schema: Schema) -> Schema:
    """Return the schema with every CHECK as one that is enforced: whether it is, is the question."""
    tables = {
        name: replace(table, checks=tuple(replace(each, enforced=True) for each in table.checks))
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def _tested(schema: Schema, made: Negatives, wanted: Collection[str], bench: Bench) -> tuple[tuple[Finding, ...], int]:
    missing = absent(schema, bench)
    barred = untouchable(schema, bench)
    barred |= dict.fromkeys(missing, "the database has no such table")
    present = replace(schema, tables={name: table for name, table in schema.tables.items() if name not in missing})
    asked = [record for record in made if record.table in wanted]
    open_ = [record for record in asked if record.judge == "database" and not _touches(record, barred)]
    late = [name for name, table in present.tables.items() if any(each.deferred for each in table.references)]
    full = full_tables(present, bench)
    shifted = moved(open_, present, bench) if full else open_
    bench.remember(late)
    verdicts = _verdicts(schema, shifted, bench, late)
    found = findings(schema, made, wanted, verdicts, barred, full)
    return with_validity(found, verdicts, bench), len(verdicts)


def _touches(record: Record, barred: Collection[str]) -> bool:
    return any(step.table in barred for step in record.steps)


def _verdicts(schema: Schema, records: Sequence[Record], bench: Bench, late: Sequence[str]) -> list[Verdict]:
    """Run the reduced lines; what one of them does not reach is run by itself, so that each constraint has its own verdict."""
    lines = _lines(schema, reduced(schema, records), bench)
    verdicts = tried(bench, lines, late)
    again: list[Record] = []
    kept: list[Verdict] = []
    for verdict in verdicts:
        covers = [cover.record for cover in verdict.line.case.covers]
        if verdict.reached and not verdict.failure:
            kept.append(verdict)
            if not _taken_on_the_way(verdict):
                again += covers
        else:
            again += [verdict.line.case.record, *covers]
    alone = _lines(schema, [Case(record, record.steps) for record in again], bench)
    return [*kept, *tried(bench, alone, late)]


def _taken_on_the_way(verdict: Verdict) -> bool:
    """Whether the rows that the line covers were all taken."""
    last = len(verdict.line.case.steps) - 1
    return verdict.stopped is None or all(cover.step < last for cover in verdict.line.case.covers)


def _lines(schema: Schema, cases: Sequence[Case], bench: Bench) -> tuple[Line, ...]:
    return written_suite(schema, bench.dialect, cases).lines


@contextmanager
def _engine(target: str | URL | Engine) -> Iterator[Engine]:
    from sqlalchemy import Engine  # noqa: PLC0415 (heavy: only where a database is met)

    engine = target if isinstance(target, Engine) else opened(target)
    driver = _DRIVERS.get(engine.dialect.name)
    if engine.dialect.driver != driver:
        message = f"the driver {engine.dialect.driver!r} cannot be probed through"
        raise InputError(
            message, where=masked(engine.url), hint=f"Give an engine of {driver}, or the URL without a driver."
        )
    try:
        yield engine
    finally:
        if engine is not target:
            engine.dispose()


@contextmanager
def _bench(engine: Engine, place: str, on_connect: Sequence[str], *, transaction: bool = True) -> Iterator[Bench]:
    """Give a connection, within a transaction that is undone whatever happens."""
    error = engine.dialect.loaded_dbapi.Error
    try:
        raw = engine.raw_connection()
    except error as problem:
        from fixturegen.engines import scrubbed  # noqa: PLC0415 (beside its only use)

        message = f"the database cannot be reached: {scrubbed(' '.join(str(problem).split()), engine.url)}"
        raise RefusedError(message, where=place) from None
    try:
        bench = bench_of(engine, raw.driver_connection, place)
        prepared(bench, on_connect)
        if not transaction:
            yield bench
            return
        try:
            try:
                bench.begin()
                yield bench
            except error as problem:
                raise bench.refused(problem) from None
        finally:
            bench.end()
    finally:
        with suppress(error):  # a connection that was closed in the middle
            raw.close()
