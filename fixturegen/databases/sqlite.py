"""SQLite: bulk inserts by statements of many rows, constraints enforced all the while, the failing row found exactly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.ahead import ahead
from fixturegen.databases.base import (
    Database,
    Load,
    Marker,
    RejectedError,
    Rejection,
    Trial,
    database,
)
from fixturegen.databases.create import create_statements
from fixturegen.databases.quoting import quoted
from fixturegen.databases.sqlite_connection import Session, session
from fixturegen.databases.sqlite_errors import error_name, rejection
from fixturegen.databases.sqlite_storage import stored
from fixturegen.databases.sqlite_trial import trial
from fixturegen.databases.statements import insert_head
from fixturegen.databases.waiting import written_by
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import MARKER_TABLE, Column, Schema, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

_MOST_ROWS = 5_000
_MOST_VALUES = 30_000
"""Values of one statement: beyond, it only grows."""
_BLOCKS_AHEAD = 4
"""Blocks that wait to be inserted: some 120,000 values."""
_NAMED_ROWS = 10
_COLLISIONS = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"})
_HINT = "Nothing was loaded. Report it if the schema is right: rows should satisfy it."


@database("sqlite")
class Sqlite(Database):
    """SQLite by Python's own driver."""

    dialect = "sqlite"

    @contextmanager
    def load(
        self,
        target: Target,
        tables: Sequence[Table],
        *,
        create: Schema | None = None,
        defer_constraints: bool = False,
        workers: int = 1,
    ) -> Iterator[SqliteLoad]:
        """Give one transaction. References are judged at its end in any case."""
        del defer_constraints, workers
        with session(target, create=create is not None) as opened:
            yield SqliteLoad(opened, tables)


class SqliteLoad(Load):
    """A transaction on an SQLite database."""

    def __init__(self, opened: Session, tables: Sequence[Table] = ()) -> None:
        self._session = opened
        self._tables = tables
        self._before: dict[str, int] = {}
        self._run = opened.connection.execute
        self._inserts: dict[str, Insert] = {}
        self._dangling: set[tuple[object, ...]] = set()

    def place(self) -> str:
        """Return the URL."""
        return self._session.place

    def has(self, table: str) -> bool:
        """Whether there is a table of that name; case does not count in SQLite."""
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE"
        return self._run(query, (table,)).fetchone() is not None

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of the columns, generated ones included."""
        return tuple(self._declared(table))

    def count(self, table: str) -> int:
        """Return the number of rows."""
        return int(self._run(f"SELECT count(*) FROM {quoted(table, 'sqlite')}").fetchone()[0])  # noqa: S608 (quoted)

    def create(self, schema: Schema) -> None:
        """Make the tables and indexes."""
        for statement in create_statements(schema, "sqlite"):
            self._run(statement)

    def dependents(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Return other tables that have a row with a reference to one of these."""
        filled = {table.casefold() for table in tables}
        names = [row[0] for row in self._run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return tuple(name for name in names if name.casefold() not in filled and self._refers(name, filled))

    def empty(self, tables: Sequence[str]) -> None:
        """Delete all rows, children first."""
        for table in reversed(tables):
            self._run(f"DELETE FROM {quoted(table, 'sqlite')}")  # noqa: S608 (quoted)
        if self.has("sqlite_sequence"):
            for table in tables:
                self._run("DELETE FROM sqlite_sequence WHERE name = ? COLLATE NOCASE", (table,))

    def begin(self) -> Mapping[str, frozenset[str]]:
        """Read the triggers."""
        triggers = self._run("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name").fetchall()
        if triggers:
            self._before = {table.name: self.count(table.name) for table in self._tables}
        return written_by(triggers)

    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows; at the first one, note which references of the table lead nowhere already."""
        if table.name not in self._inserts:
            if self.count(table.name):
                self._dangling.update(self._violations(table.name))
            self._inserts[table.name] = Insert(
                self._session, table, self._declared(table.name), lambda sent: self._holds_others_rows(table, sent)
            )
        self._inserts[table.name].write(frame)

    def _holds_others_rows(self, table: Table, sent: int) -> bool:
        """Whether a trigger has written rows of its own into the table: they stand, and ours give way to them."""
        before = self._before.get(table.name)
        return before is not None and self.count(table.name) > before + sent

    @contextmanager
    def trial(self, table: Table) -> Iterator[Trial]:
        """Give a trial."""
        insert = Insert(self._session, table, self._declared(table.name), lambda _: False)
        with trial(self._session.connection, insert.bound, insert.refuse) as tried:
            yield tried

    def finish(self, tables: Sequence[Table]) -> None:
        """Judge all references of the filled tables. AUTOINCREMENT follows the rows by itself."""
        for table in tables:
            found = [row for row in self._violations(table.name) if row not in self._dangling]
            if found:
                rejections = tuple(self._rejection(table.name, row) for row in found[:_NAMED_ROWS])
                message = f"references of {table.name!r} lead nowhere in {len(found):,} of its rows: {rejections[0].constraint}"
                raise RejectedError(message, where=self.place(), hint=_HINT, rejections=rejections)

    def marker(self) -> Marker | None:
        """Return the marker; None where there is none, or where a table of that name is not ours."""
        if self.has(MARKER_TABLE) and self.columns(MARKER_TABLE) == ("content", "rows"):
            row = self._run(f'SELECT content, "rows" FROM {MARKER_TABLE}').fetchone()  # noqa: S608 (a constant)
            return None if row is None else Marker(str(row[0]), str(row[1]))
        return None

    def mark(self, marker: Marker) -> None:
        """Replace the marker."""
        if self.has(MARKER_TABLE) and self.columns(MARKER_TABLE) != ("content", "rows"):
            message = f"holds a table {MARKER_TABLE!r} that is not fixturegen's"
            raise RefusedError(message, where=self.place(), hint="Rename it.")
        self._run(f'CREATE TABLE IF NOT EXISTS {MARKER_TABLE} (content TEXT NOT NULL, "rows" TEXT NOT NULL)')
        self._run(f"DELETE FROM {MARKER_TABLE}")  # noqa: S608 (a constant)
        values = (marker.content, marker.rows)
        self._run(f"INSERT INTO {MARKER_TABLE} VALUES (?, ?)", values)  # noqa: S608 (a constant)

    def discard(self) -> None:
        """Roll back at the end."""
        self._session.keep = False

    def connection(self) -> sqlite3.Connection:
        """Return the driver's connection."""
        return self._session.connection

    def _declared(self, table: str) -> dict[str, str]:
        rows = self._run("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", (table,))
        return {str(name): str(kind) for name, kind in rows}

    def _violations(self, table: str) -> list[tuple[object, ...]]:
        return self._run(f"PRAGMA foreign_key_check({quoted(table, 'sqlite')})").fetchall()

    def _rejection(self, table: str, violation: tuple[object, ...]) -> Rejection:
        query = 'SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq'
        columns = [row[0] for row in self._run(query, (table, violation[3]))]
        return Rejection(table, "reference", f"({', '.join(columns)}) to {violation[2]!r}")

    def _refers(self, table: str, filled: set[str]) -> bool:
        rows = self._run(
            'SELECT id, "table", "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq', (table,)
        ).fetchall()
        keys: dict[int, list[str]] = {}
        for number, parent, column in rows:
            if str(parent).casefold() in filled:
                keys.setdefault(number, []).append(quoted(column, "sqlite"))
        return any(self._some(table, columns) for columns in keys.values())

    def _some(self, table: str, columns: Sequence[str]) -> bool:
        condition = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        query = f"SELECT 1 FROM {quoted(table, 'sqlite')} WHERE {condition} LIMIT 1"  # noqa: S608 (quoted)
        return self._run(query).fetchone() is not None


class Insert:
    """INSERTs into one table: as many rows a statement as serves, row by row where one is refused.

    Args:
        opened: The transaction.
        table: The table.
        declared: Declared types of its columns.
        gives_way: Whether rows that collide with one that is there are left out, when so many were sent before.
    """

    def __init__(
        self, opened: Session, table: Table, declared: Mapping[str, str], gives_way: Callable[[int], bool]
    ) -> None:
        self._gives_way = gives_way
        self._session = opened
        self._table = table
        self._declared = {name.casefold(): kind for name, kind in declared.items()}
        self._sent = 0
        self._prepared = (0, "")

    def write(self, frame: pl.DataFrame) -> None:
        """Insert rows; on an error those before the failing one stay, until the transaction is undone."""
        columns = self._written(frame)
        if not columns:
            self._each([()] * frame.height, self._empty())
            return
        head = insert_head(self._table, columns, "sqlite")
        group = f"({', '.join('?' * len(columns))})"
        step = self._step(len(columns))
        blocks = self._blocks(frame, columns, step)
        # A thread is worth its start only where the database has something to do meanwhile.
        with nullcontext(blocks) if frame.height <= step else ahead(blocks, most=_BLOCKS_AHEAD) as made:
            for values, height in made:
                self._block(values, height, head, group)

    def bound(self, frame: pl.DataFrame) -> tuple[str, list[tuple[object, ...]]]:
        """Return the statement that inserts one row, and what is bound for each row of a frame."""
        columns = self._written(frame)
        if not columns:
            return self._empty(), [()] * frame.height
        statement = f"{insert_head(self._table, columns, 'sqlite')} VALUES ({', '.join('?' * len(columns))})"
        return statement, list(zip(*(one.to_list() for one in self._storable(frame, columns)), strict=True))

    def _written(self, frame: pl.DataFrame) -> list[Column]:
        return [c for c in self._table.columns if c.generated is None and c.name in frame.columns]

    def _empty(self) -> str:
        return f"INSERT INTO {quoted(self._table.name, 'sqlite')} DEFAULT VALUES"

    def _storable(self, frame: pl.DataFrame, columns: Sequence[Column]) -> list[pl.Series]:
        places = [(position, c.name) for position, c in enumerate(self._table.columns) if c in columns]
        return [self._stored(frame, position, name) for position, name in places]

    def _stored(self, frame: pl.DataFrame, position: int, name: str) -> pl.Series:
        column = self._table.columns[position]
        try:
            return stored(frame[name], column, self._declared.get(name.casefold(), "")).alias(name)
        except InputError as error:
            raise InputError(error.message, where=f"{self._table.name}.{name}") from error

    def _step(self, width: int) -> int:
        limit = self._session.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        return max(1, min(_MOST_ROWS, _MOST_VALUES // width, limit // width))

    def _blocks(self, frame: pl.DataFrame, columns: Sequence[Column], step: int) -> Iterator[tuple[list[object], int]]:
        """Yield what is bound for so many rows: columns interleaved by slices, a third of the cost of a tuple for every row."""
        width = len(columns)
        storable = self._storable(frame, columns)
        for at in range(0, frame.height, step):
            height = min(step, frame.height - at)
            values: list[object] = [None] * (width * height)
            for position, column in enumerate(storable):
                values[position::width] = column[at : at + height].to_list()
            yield values, height

    def _block(self, values: list[object], height: int, head: str, group: str) -> None:
        """Insert rows by one statement; where it is refused, row by row."""
        width = len(values) // height
        try:
            self._session.connection.execute(self._statement(head, group, height), values)
        except (sqlite3.Error, OverflowError) as error:
            if not self._session.connection.in_transaction:  # a trigger rolled all back: no row can be asked any more
                self.refuse(error, None)
            yielding = error_name(error) in _COLLISIONS and self._gives_way(self._sent)
            rows = [tuple(values[at : at + width]) for at in range(0, len(values), width)]
            self._each(rows, f"{head} VALUES {group}{' ON CONFLICT DO NOTHING' if yielding else ''}")
            if not yielding:
                self.refuse(error, None)
        self._sent += height

    def _statement(self, head: str, group: str, height: int) -> str:
        """Return the INSERT of so many rows, the same object for the same number: the driver finds it prepared."""
        if self._prepared[0] != height:
            self._prepared = (height, f"{head} VALUES {', '.join([group] * height)}")
        return self._prepared[1]

    def _each(self, rows: Sequence[tuple[object, ...]], statement: str) -> None:
        for number, row in enumerate(rows, start=self._sent + 1):
            try:
                self._session.connection.execute(statement, row)
            except (sqlite3.Error, OverflowError) as error:
                self.refuse(error, number)

    def refuse(self, error: Exception, row: int | None = None) -> None:
        """Raise the error for a row that was refused."""
        found = rejection(error, self._table.name, row)
        if found is None:
            raise error
        message = f"{found}"
        raise RejectedError(message, where=self._session.place, hint=_HINT, rejections=(found,)) from None
