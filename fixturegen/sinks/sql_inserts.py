"""SQL: INSERTs that SQLite, PostgreSQL and MariaDB or MySQL load, and a script that loads all tables in one transaction."""

from __future__ import annotations

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
_BEFORE: dict[Dialect, str] = {
    "sqlite": ".bail on\nPRAGMA foreign_keys = ON;\nBEGIN;\nPRAGMA defer_foreign_keys = ON;\n",
    "postgresql": "\\set ON_ERROR_STOP on\nBEGIN;\nSET CONSTRAINTS ALL DEFERRED;\n",
    "mysql": "START TRANSACTION;\n",
}
_INCLUDE: dict[Dialect, str] = {"sqlite": ".read '{}'", "postgresql": "\\ir '{}'", "mysql": "source {}"}


@sink("sql")
class SqlSink(Sink):
    """INSERT statements of 500 rows each, a file for each table.

    ``load.sql`` is a script for ``sqlite3``, ``psql`` or ``mysql``, run from within the directory: it loads every file in order,
    in one transaction. The files themselves hold only statements, so that any client can run them in that order.
    References that are filled at the end are NULL at first; the UPDATEs stand in ``TABLE.updates.sql``.
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
        include = _INCLUDE[context.dialect]
        name = f"{_SCRIPT}.{self.extension}"
        lines = "".join(include.format(path) + "\n" for path in order)
        text = f"-- {_about(context)}\n{_BEFORE[context.dialect]}{lines}COMMIT;\n"
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
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
    nullable = {column.name for column in table.columns if column.nullable}
    late: dict[str, None] = {}
    for reference in postponed:
        free = [name for name in reference.columns if name in nullable and name not in _key(table)]
        if not free:
            message = (
                f"reference {reference.name!r} has no nullable column outside the key, so it cannot be filled later"
            )
            raise ImpossibleError(message, where=table.name)
        late |= dict.fromkeys(free)
    return tuple(late)


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


def _about(context: Context) -> str:
    about = context.metadata
    made = f"fixturegen {about.versions.get('fixturegen', '')}".strip()
    return f"synthetic rows made by {made}, seed {about.seed}, schema {about.schema_hash}"
