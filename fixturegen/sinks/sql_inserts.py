"""SQL: INSERTs that SQLite, PostgreSQL and MariaDB or MySQL load, and a script that loads all tables in one transaction."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import polars as pl

from fixturegen.databases.literals import literals
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.statements import insert_head, sequence_resets
from fixturegen.errors import ImpossibleError, InputError
from fixturegen.schema import Column, Dialect, Reference, Table
from fixturegen.sinks.base import Context, Sink, Writer, sink
from fixturegen.sinks.manifest import TableFiles

ROWS_A_STATEMENT = 500
_SCRIPT = "load"

_SETTINGS: dict[Dialect, str] = {
    "sqlite": "",
    "postgresql": "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n",
    # Without these, 0 becomes the next number, values are cut silently, backslashes and zones change their meaning.
    "mysql": "SET NAMES utf8mb4;\nSET time_zone = '+00:00';\nSET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';\n",
}
_INCLUDE: dict[Dialect, str] = {"sqlite": ".read '{}'", "postgresql": "\\ir '{}'"}


@sink("sql")
class SqlSink(Sink):
    """INSERT statements of 500 rows each, a file for each table.

    ``load.sql`` is a script for ``sqlite3``, ``psql`` or ``mysql``, run from within the directory: it loads every file in order,
    in one transaction (MySQL's holds their text, so that its client stops at the first error). The files themselves hold only statements, so that any client can run them in that order.
    References that lead to later rows are NULL at first; the UPDATEs that fill them stand in ``TABLE.updates.sql``. Those that can
    never be NULL are written at once, and ``load.sql`` has the database judge references at the end (MySQL, which cannot, is
    told not to judge them).
    """

    extension = "sql"
    reserved = frozenset({_SCRIPT})

    def open(self, path: Path, table: Table, context: Context) -> Writer:
        """Return a writer."""
        return InsertWriter(path, table, context.dialect, context.postponed.get(table.name, ()))

    def afterwards(self, path: Path) -> Path | None:
        """Return the file of UPDATEs beside a file of INSERTs."""
        beside = _updates_path(path)
        return beside if beside.exists() else None

    def scripts(self, directory: Path, tables: Mapping[str, TableFiles], context: Context) -> tuple[str, ...]:
        """Write ``load.sql``."""
        order = [file.path for table in tables.values() for file in table.files]
        order += [file.path for table in tables.values() for file in table.afterwards]
        name = f"{_SCRIPT}.{self.extension}"
        before, after = _frame(context.dialect, _circular(context))
        with (directory / name).open("xb") as script:
            script.write("\n".join([f"-- {_about(context)}", *before, ""]).encode())
            for path in order:
                _include(script, directory, path, context.dialect)
            script.write("\n".join([*after, ""]).encode())
        return (name,)


class InsertWriter:
    """A writer of INSERTs, and of the UPDATEs that fill postponed references."""

    def __init__(self, path: Path, table: Table, dialect: Dialect, postponed: Iterable[Reference]) -> None:
        self._table = table
        self._dialect = dialect
        self._late = _late_columns(table, postponed)
        self._stream: IO[bytes] = path.open("xb")
        self._updates: IO[bytes] | None = _updates_path(path).open("xb") if self._late else None
        for stream in (self._stream, self._updates):
            if stream is not None:
                stream.write(_SETTINGS[dialect].encode())

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        columns = [
            column for column in self._table.columns if column.generated is None and column.name in frame.columns
        ]
        texts = pl.DataFrame({column.name: self._literals(frame[column.name], column) for column in columns})
        late = [name for name in self._late if name in texts.columns]
        early = texts.with_columns(pl.lit("NULL").alias(name) for name in late)
        head = insert_head(self._table, columns, self._dialect)
        self._stream.writelines(_inserts(head, early))
        if self._updates is not None and frame.height:
            self._updates.write(self._update_text(frame, texts, late).encode())

    def close(self) -> None:
        """Finish the files."""
        for statement in sequence_resets(self._table, self._dialect):
            self._stream.write(f"{statement};\n".encode())
        self._stream.close()
        if self._updates is not None:
            self._updates.close()

    def abort(self) -> None:
        """Let go of the files."""
        for stream in (self._stream, self._updates):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # the disk may be full: what could not be flushed is thrown away anyway
                continue

    def _literals(self, series: pl.Series, column: Column) -> pl.Series:
        try:
            return literals(series, column.type, self._dialect)
        except InputError as error:
            place = f"{self._table.name}.{column.name}"
            raise InputError(error.message, where=place, hint=error.hint) from error

    def _update_text(self, frame: pl.DataFrame, texts: pl.DataFrame, late: list[str]) -> str:
        key = _key(self._table)
        some = frame.select(pl.any_horizontal(pl.col(name).is_not_null() for name in late)).to_series()
        parts: list[pl.Expr] = [pl.lit(f"UPDATE {quoted_table(self._table.name, self._dialect)} SET ")]  # noqa: S608 (quoted)
        parts += _pairs(late, ", ", self._dialect)
        parts.append(pl.lit(" WHERE "))
        parts += _pairs(list(key), " AND ", self._dialect)
        parts.append(pl.lit(";\n"))
        return "".join(texts.filter(some).select(pl.concat_str(parts)).to_series().to_list())


def _inserts(head: str, texts: pl.DataFrame) -> Iterator[bytes]:
    parts: list[pl.Expr] = []
    for name in texts.columns:
        parts += [pl.lit(", " if parts else "("), pl.col(name)]
    rows = texts.select(pl.concat_str([*parts, pl.lit(")")])).to_series().to_list() if texts.height else []
    for at in range(0, len(rows), ROWS_A_STATEMENT):
        values = ",\n".join(rows[at : at + ROWS_A_STATEMENT])
        yield f"{head} VALUES\n{values};\n".encode()


def _pairs(names: list[str], joint: str, dialect: Dialect) -> list[pl.Expr]:
    parts: list[pl.Expr] = []
    for name in names:
        parts += [pl.lit(f"{joint if parts else ''}{quoted(name, dialect)} = "), pl.col(name)]
    return parts


def _late_columns(table: Table, postponed: Iterable[Reference]) -> tuple[str, ...]:
    """Return the columns that stay NULL at first: the nullable ones of each postponed reference, outside the key."""
    references = tuple(postponed)
    if not any(_free(table, reference) for reference in references):
        return ()
    key = _key(table)
    late = (name for reference in references for name in _free(table, reference) if name not in key)
    return tuple(dict.fromkeys(late))


def _free(table: Table, reference: Reference) -> list[str]:
    key = () if table.primary_key is None else table.primary_key.columns
    nullable = {column.name for column in table.columns if column.nullable}
    return [name for name in reference.columns if name in nullable and name not in key]


def _circular(context: Context) -> list[tuple[Table, Reference]]:
    """Return the references that lead to later rows and can never be NULL: only a judgement at the end lets them in."""
    return [
        (table, reference)
        for table in context.tables
        for reference in context.postponed.get(table.name, ())
        if not _free(table, reference)
    ]


def _frame(dialect: Dialect, circular: Iterable[tuple[Table, Reference]]) -> tuple[list[str], list[str]]:
    """Return what stands before and after the files in the script: one transaction, references judged at its end."""
    pairs = list(circular)
    if dialect == "sqlite":
        return [".bail on", "PRAGMA foreign_keys = ON;", "BEGIN;", "PRAGMA defer_foreign_keys = ON;"], ["COMMIT;"]
    if dialect == "mysql":
        # It judges row by row; a circle of columns that are never NULL gets in only unjudged.
        off, on = (["SET foreign_key_checks = 0;"], ["SET foreign_key_checks = 1;"]) if pairs else ([], [])
        return [*off, "START TRANSACTION;"], ["COMMIT;", *on]
    stiff = [(table, reference) for table, reference in pairs if not reference.deferrable]
    altered = [(quoted_table(table.name, dialect), quoted(reference.name, dialect)) for table, reference in stiff]
    before = [f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE;" for table, name in altered]
    after = [f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE;" for table, name in altered]
    return (
        ["\\set ON_ERROR_STOP on", "BEGIN;", *before, "SET CONSTRAINTS ALL DEFERRED;"],
        ["SET CONSTRAINTS ALL IMMEDIATE;", *after, "COMMIT;"],
    )


def _key(table: Table) -> tuple[str, ...]:
    """Return columns that identify a row: the primary key, or else a unique that has no NULL."""
    nullable = {column.name for column in table.columns if column.nullable}
    whole = [unique for unique in table.uniques if not unique.expressions and unique.predicate is None]
    candidates = ([] if table.primary_key is None else [table.primary_key]) + whole
    keys = [unique.columns for unique in candidates if not nullable.intersection(unique.columns)]
    if not keys:
        message = "has references that are filled after all tables are loaded, but no key by which to find its rows"
        raise ImpossibleError(message, where=table.name, hint="Give the table a primary key.")
    return keys[0]


def _updates_path(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.sql')}.updates.sql")


def _include(script: IO[bytes], directory: Path, path: str, dialect: Dialect) -> None:
    """Have the script run a file: by its name, or, for MySQL, by its text."""
    if dialect != "mysql":
        script.write(f"{_INCLUDE[dialect].format(path)}\n".encode())
        return
    # After an error in a file that it was told to read, the mysql client goes on and commits the rest.
    with (directory / path).open("rb") as held:
        shutil.copyfileobj(held, script)


def _about(context: Context) -> str:
    about = context.metadata
    made = f"fixturegen {about.versions.get('fixturegen', '')}".strip()
    return f"synthetic rows made by {made}, seed {about.seed}, schema {about.schema_hash}"
