"""Records tried on real databases: every step before taken, the last one refused by that very constraint or taken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalogues import execute, without_bodies
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import NullPool, StaticPool

import fixturegen as fg
from fixturegen.breaking.records import Negatives, Record
from fixturegen.constraints.base import constraints
from fixturegen.databases import mysql_errors, postgresql_errors, sqlite_errors
from fixturegen.databases.base import Rejection
from fixturegen.databases.create import create_statements
from fixturegen.probing.partitions import names_of_wholes
from fixturegen.schema import Dialect, Schema
from fixturegen.suites.statements import Statements

KINDS = {
    "not_null": {"not null"},
    "primary_key": {"primary key", "unique"},
    "unique": {"unique", "primary key"},
    "reference": {"reference"},
    "check": {"check"},
    "exclusion": {"exclusion"},
    "aggregate": set(),
}
BY_VALUE = {"check", "type"}
"""What engines say of bounds, choices, lengths, widths and types."""
COMPUTED = {"428C9", 1906, 3105}


@dataclass
class Mistake:
    record: Record
    what: str

    def __str__(self) -> str:
        return f"{self.record.expect} {self.record.id} ({self.record.way}): {self.what}"


class Court:
    """A database with the schema's tables, empty.

    Args:
        engine: The engine.
        schema: The schema.
        dialect: Its dialect.
    """

    def __init__(self, engine: Engine, schema: Schema, dialect: Dialect) -> None:
        self.engine, self.dialect = engine, dialect
        self.raw = engine.raw_connection()  # held, or the driver's connection would be closed
        self.driver: Any = self.raw.driver_connection
        if dialect == "sqlite":
            self.driver.isolation_level = None
            self.run("PRAGMA foreign_keys = ON")
        elif dialect == "postgresql":
            self.driver.autocommit = True
        self.serve(schema)

    def serve(self, schema: Schema) -> None:
        """Judge the records of a schema."""
        self.write = Statements(schema, self.dialect)
        self.known = {str(each): each for each in constraints(schema)}
        asked = self.dialect == "postgresql"
        self.wholes = names_of_wholes(lambda query: self.driver.execute(query).fetchall()) if asked else {}

    def close(self) -> None:
        self.raw.close()
        self.engine.dispose()

    def run(self, sql: str) -> None:
        if self.dialect == "postgresql":
            self.driver.execute(sql.encode())
        elif self.dialect == "sqlite":
            self.driver.execute(sql)
        else:
            with self.driver.cursor() as cursor:
                cursor.execute(sql)

    def rejection(self, error: Exception, table: str) -> Rejection | None:
        if self.dialect == "postgresql":
            if getattr(error, "sqlstate", None) in COMPUTED:
                return Rejection(table, "other", "")
            found = postgresql_errors.rejection(error, table, None)
            whole = self.wholes.get((error.diag.table_name or "", found.constraint)) if found is not None else None
            return replace(found, constraint=whole) if found is not None and whole is not None else found
        if self.dialect == "sqlite":
            if "generated column" in str(error):
                return Rejection(table, "other", "")
            return sqlite_errors.rejection(error, table, None)
        if mysql_errors.code(error) in COMPUTED:
            return Rejection(table, "other", "")
        return mysql_errors.rejection(error, table, None)

    def mistakes(self, records: Iterable[Record]) -> list[Mistake]:
        return [mistake for record in records if (mistake := self.tried(record)) is not None]

    def tried(self, record: Record) -> Mistake | None:
        self.run("BEGIN")
        at = "nothing"
        try:
            for step in record.steps:
                at = "last" if step is record.last else "before"
                self.run(self.write.statement(step))
            at = "commit"
            if self.dialect == "postgresql":
                self.run("SET CONSTRAINTS ALL IMMEDIATE")
            elif self.dialect == "sqlite":
                self.run("SAVEPOINT done")
                rows = self.driver.execute("PRAGMA foreign_key_check").fetchall()
                if rows:
                    return self.verdict(record, at, Rejection(record.table, "reference", ""), "foreign_key_check")
        except Exception as error:  # noqa: BLE001 - whatever the driver raises
            return self.verdict(record, at, self.rejection(error, record.table), f"{type(error).__name__} {error}")
        else:
            return None if record.expect == "accept" else Mistake(record, "taken")
        finally:
            if self.dialect != "sqlite" or self.driver.in_transaction:  # ON CONFLICT ROLLBACK has ended it
                self.run("ROLLBACK")

    def verdict(self, record: Record, at: str, said: Rejection | None, text_: str) -> Mistake | None:
        wanted = "commit" if record.at == "commit" else "last"
        if record.expect == "accept" or at != wanted or said is None:
            return Mistake(record, f"refused at {at}: {text_[:300]}")
        return None if self.answers(record, said) else Mistake(record, f"refused by another: {said} {text_[:200]}")

    def answers(self, record: Record, said: Rejection) -> bool:
        if record.kind in {"generated", "identity"}:
            return said.kind == "other"
        if said.kind == "reference" and record.kind == "check":
            return self.known[record.constraint].name == f"{said.constraint}_full"  # MATCH FULL
        if said.kind not in KINDS.get(record.kind, BY_VALUE):
            return False
        told = said.constraint.partition(" of the type ")[0].removeprefix("index ").strip("'")
        constraint = self.known[record.constraint]
        names = {
            constraint.name,
            getattr(constraint.subject, "name", ""),
            "PRIMARY" if record.kind == "primary_key" else "",
        }
        names |= {f"{record.table}_{column}_{word}" for column in constraint.columns for word in ("range", "boolean")}
        sql = getattr(constraint.subject, "sql", "")
        others = {each.name for each in self.known.values() if each.table == record.table}
        nameless = record.kind == "check" and told not in others  # the database made a name of its own
        if (
            not told
            or nameless
            or told.startswith("(")
            or told.casefold() in {name.casefold() for name in names if name}
        ):
            return True
        if re.sub(r"[\s()]", "", told).casefold() == re.sub(r"[\s()]", "", sql).casefold():
            return True
        columns = [name.casefold() for name in constraint.columns]
        tables = ("", f"{record.table.casefold()}.")
        spelled = [sorted(", ".join(f"{table}{name}" for name in columns).split(", ")) for table in tables]
        return sorted(told.casefold().split(", ")) in spelled and record.kind != "check"


def court(schema: Schema, dialect: Dialect, url: URL | None = None, ddl: Path | None = None) -> Court:
    """A court in a database made from a script of its own, or by our own DDL."""
    engine = create_engine("sqlite://", poolclass=StaticPool) if url is None else create_engine(url, poolclass=NullPool)
    made = Court(engine, schema, dialect)
    try:
        if ddl is not None:
            script(made, ddl.read_text())
        else:
            for statement in create_statements(schema, dialect):
                made.run(statement)
    except BaseException:
        made.close()
        raise
    return made


def script(made: Court, sql: str) -> None:
    """Run a script of DDL."""
    if made.dialect == "sqlite":
        made.driver.executescript(sql)
        made.run("PRAGMA foreign_keys = ON")
    else:
        execute(made.engine.url, without_bodies(sql) if made.dialect == "mysql" else sql)


def judged(path: Path, dialect: Dialect, url: URL | None = None, *, created: bool = False) -> Negatives:
    """Return the records of a file, every one of them tried; fail where a verdict is not the expected one."""
    schema = fg.load(path) if created else fg.load(path, dialect=dialect)
    return tried(schema, dialect, court(schema, dialect, url, None if created else path))


def tried(schema: Schema, dialect: Dialect, made: Court) -> Negatives:
    """Return the records of a schema, tried before a court that is closed then; fail where a verdict is not the expected one."""
    found = fg.negatives(schema, dialect=dialect)
    mistakes = made.mistakes(found)
    made.close()
    assert not mistakes, "\n".join(map(str, mistakes))
    return found


def ids(found: Negatives, table: str, expect: str) -> set[str]:
    """Return the names of a table's records that are expected to be refused, or to be accepted."""
    return {record.id.partition(".")[2] for record in found.for_table(table) if record.expect == expect}
