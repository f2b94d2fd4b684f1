"""What a database's own settings mean for a probe: what cannot be undone is not touched, what is switched off is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.probing.bench import Bench
from fixturegen.schema import Schema


def untouchable(schema: Schema, bench: Bench) -> dict[str, str]:
    """Return the tables that must not be written to, with the reason: what is done to them could not be undone."""
    if bench.dialect != "mysql":
        return {}
    rows = bench.rows(
        "SELECT t.table_schema, t.table_name, t.engine, t.table_schema = database(), e.transactions FROM information_schema.tables AS t "
        "JOIN information_schema.engines AS e ON e.engine = t.engine WHERE t.table_schema NOT IN "
        "('information_schema', 'performance_schema', 'mysql', 'sys')"
    )
    fixed = {
        _spelled(space, name, here=bool(here)): str(engine) for space, name, engine, here, undo in rows if undo != "YES"
    }
    found = {name: f"{fixed[name]} cannot undo what is written" for name in schema.tables if name in fixed}
    if fixed:
        # A trigger may write to such a table, and what it writes would stay.
        triggers = bench.rows(
            "SELECT event_object_schema, event_object_table, event_object_schema = database() FROM information_schema.triggers"
        )
        watched = {_spelled(space, name, here=bool(here)) for space, name, here in triggers}
        reason = f"its triggers may write to {next(iter(fixed))}, where nothing is undone"
        found |= {name: reason for name in schema.tables if name in watched and name not in found}
    return found


def _spelled(space: object, name: object, *, here: bool) -> str:
    return str(name) if here else f"{space}.{name}"


def absent(schema: Schema, bench: Bench) -> frozenset[str]:
    """Return the tables that the database does not have."""
    return frozenset(name for name in schema.tables if not _there(name, bench))


def _there(table: str, bench: Bench) -> bool:
    bench.mark()
    try:
        bench.rows(f"SELECT 1 FROM {quoted_table(table, bench.dialect)} LIMIT 0")  # noqa: S608 (quoted)
    except bench.error:
        return False
    finally:
        bench.undo()
    return True


def settings(bench: Bench) -> Iterator[str]:
    """Yield what the connection's settings switch off, in words."""
    if bench.dialect == "sqlite":
        if not bench.rows("PRAGMA foreign_keys")[0][0]:
            yield (
                "PRAGMA foreign_keys is off, as it is on every SQLite connection that does not switch it on: references are not "
                "enforced. If your application switches it on, say --on-connect 'PRAGMA foreign_keys = ON'"
            )
        if bench.rows("PRAGMA ignore_check_constraints")[0][0]:
            yield "PRAGMA ignore_check_constraints is on: CHECKs are not enforced"
    elif bench.dialect == "mysql":
        yield from _mysql_settings(bench)
    elif bench.rows("SHOW session_replication_role")[0][0] != "origin":
        yield "session_replication_role is not 'origin': triggers and references are not enforced"


def _mysql_settings(bench: Bench) -> Iterator[str]:
    mode = str(bench.rows("SELECT @@SESSION.sql_mode")[0][0])
    if not {"STRICT_ALL_TABLES", "STRICT_TRANS_TABLES"} & set(mode.split(",")):
        yield "sql_mode is not strict: values that do not fit are cut or changed, and taken"
    if not int(bench.rows("SELECT @@SESSION.foreign_key_checks")[0][0]):
        yield "foreign_key_checks is 0: references are not enforced"
    if not int(bench.rows("SELECT @@SESSION.unique_checks")[0][0]):
        yield "unique_checks is 0"
    with suppress(bench.error):  # MySQL has no such setting
        if not int(bench.rows("SELECT @@SESSION.check_constraint_checks")[0][0]):
            yield "check_constraint_checks is 0: CHECKs are not enforced"


def counters(bench: Bench) -> Mapping[str, int]:
    """Return the numbers that MariaDB gives next, by quoted table: what a rollback does not take back."""
    if bench.dialect != "mysql":
        return {}
    rows = bench.rows(
        "SELECT table_schema, table_name, auto_increment FROM information_schema.tables "
        "WHERE table_schema = database() AND auto_increment IS NOT NULL"
    )
    return {f"{quoted(str(space), 'mysql')}.{quoted(str(name), 'mysql')}": int(number) for space, name, number in rows}


def restored(before: Mapping[str, int], bench: Bench) -> Iterator[str]:
    """Set counters back that were moved, once all is undone; yield what could not be set back.

    MariaDB itself keeps a counter above the greatest number in the table, whatever other connections have added meanwhile.
    """
    for table, number in counters(bench).items():
        if table in before and number != before[table]:
            try:
                bench.run(f"ALTER TABLE {table} AUTO_INCREMENT = {before[table]}")
            except bench.error:
                yield f"the numbering of {table} goes on at {number:,} in place of {before[table]:,}: it may not be altered"


def sequences(bench: Bench) -> Mapping[str, object]:
    """Return how far PostgreSQL's sequences have come."""
    if bench.dialect != "postgresql":
        return {}
    rows = bench.rows(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value FROM pg_sequences"
    )
    return {str(name): value for name, value in rows}


def advanced(before: Mapping[str, object], bench: Bench) -> Iterator[str]:
    """Yield which sequences gave numbers away meanwhile: PostgreSQL never takes one back."""
    for name, value in sequences(bench).items():
        if name in before and value != before[name]:
            yield f"the sequence {name} went on: a trigger or another connection took numbers of it"


def prepared(bench: Bench, statements: Iterable[str]) -> None:
    """Run what an application runs first on every connection."""
    for statement in statements:
        try:
            bench.run(statement)
        except bench.error as error:
            raise bench.refused(error) from None
