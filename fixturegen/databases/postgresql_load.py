"""One load into PostgreSQL: COPY, constraints enforced by the database itself, everything within one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import polars as pl

from fixturegen.databases.base import Load, Marker, RejectedError, Rejection, Trial
from fixturegen.databases.bookkeeping import is_bookkeeping
from fixturegen.databases.comments import marker_of, with_marker
from fixturegen.databases.create import Late, creation
from fixturegen.databases.postgresql_catalogue import Catalogue, ForeignKey, Numbering
from fixturegen.databases.postgresql_circles import Circles, StagedError
from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_copy import RowError, copied, written
from fixturegen.databases.postgresql_emptying import emptied, referring
from fixturegen.databases.postgresql_errors import REFERENCE, UNIQUE, rejection
from fixturegen.databases.postgresql_finish import build, judge
from fixturegen.databases.postgresql_rebuild import take_away
from fixturegen.databases.postgresql_sequences import follow
from fixturegen.databases.postgresql_trial import trial
from fixturegen.databases.quoting import quoted_table
from fixturegen.databases.waiting import written_by
from fixturegen.schema import Schema, Table

if TYPE_CHECKING:
    import psycopg

_HINT = "Nothing was loaded. Report it if the schema is right: rows should satisfy it."


class PostgresqlLoad(Load):
    """A transaction on a PostgreSQL database.

    Args:
        opened: The transaction.
        tables: The tables to fill, in load order.
        defer_constraints: Whether references and indexes are taken away for the load and built again after it.
        alone: Why one connection loads.
    """

    def __init__(
        self, opened: Session, tables: Sequence[Table], *, defer_constraints: bool = False, alone: str = ""
    ) -> None:
        self.alone = alone
        self._session = opened
        self._tables = tables
        self._defer = defer_constraints
        self._catalogue = Catalogue(opened)
        self._late: list[Late] = []
        self._before: dict[str, int] = {}
        self._sent: dict[str, int] = {}
        self._current: Table | None = None
        # What the database says of the tables once they are there, by begin().
        self._circles = Circles(opened, self._catalogue, (), ())
        self._keys: tuple[ForeignKey, ...] = ()
        self._numberings: tuple[Numbering, ...] = ()
        self._triggered = False
        self._standing_in: set[str] = set()

    def place(self) -> str:
        """Return the URL."""
        return self._session.place

    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""
        return self._catalogue.number(table) is not None

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of the columns, generated ones included."""
        return self._catalogue.columns(table)

    def count(self, table: str) -> int:
        """Return the number of rows."""
        rows = self._catalogue.own_rows(self._catalogue.number(table) or 0)
        return int(self._session.value(f"SELECT count(*) FROM {rows}"))  # noqa: S608 (quoted)

    def create(self, schema: Schema) -> None:
        """Make the tables; their keys and references follow when they hold rows."""
        made = creation(schema, "postgresql")
        for statement in made.before + made.tables:
            self._session.run(statement)
        self._late += made.late

    def dependents(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Return other tables that have a row with a reference to one of these."""
        return referring(self._session, self._catalogue, tables)

    def empty(self, tables: Sequence[str]) -> None:
        """Delete all rows, and let the sequences start over."""
        emptied(self._session, self._catalogue, tables)

    def begin(self) -> Mapping[str, frozenset[str]]:
        """Learn what the tables demand, and take away what is to be built again."""
        names = [table.name for table in self._tables]
        self._before = {name: self.count(name) for name in names}
        if self._defer:
            self._late += take_away(self._session, self._catalogue, self._tables)
        self._keys = self._catalogue.foreign_keys()
        self._numberings = self._catalogue.sequences(names)
        triggers = self._catalogue.triggers()
        self._triggered = bool(triggers)
        self._circles = Circles(self._session, self._catalogue, self._tables, self._keys)
        if self._circles.deferrable:
            self._session.run("SET CONSTRAINTS ALL DEFERRED")
        return written_by(triggers)

    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows, or let them wait for those that they refer to."""
        self._arrive(table)
        if not frame.height:
            return
        try:
            self._write(table, frame)
        except RowError as failure:
            self._refuse(table, failure, self._sent.get(table.name, 0))
        self._sent[table.name] = self._sent.get(table.name, 0) + frame.height

    @contextmanager
    def trial(self, table: Table) -> Iterator[Trial]:
        """Give a trial, once the rows that wait for no others are there."""
        self._arrive(table)
        with trial(self._session, self._circles, table) as tried:
            yield tried

    def finish(self, tables: Sequence[Table]) -> None:
        """Release what waits, build what waited, judge what is deferred, and let sequences follow."""
        self._release()
        build(self._session, self._late, self._before)
        judge(self._session, self._catalogue, self._keys)
        names = [table.name for table in tables]
        follow(self._session, self._catalogue, self._catalogue.sequences(names))

    def marker(self) -> Marker | None:
        """Return the marker in the comment of the first table."""
        home = self._home()
        return None if home is None else marker_of(self._comment(home))

    def mark(self, marker: Marker) -> None:
        """Put the marker into the comment of the first table, unless only its owner may comment on it and we are not."""
        home = self._home()
        number = None if home is None else self._catalogue.number(home)
        owned = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s"
        if home is None or not self._session.value(owned, (number,)):
            return
        text = self._session.literal(with_marker(self._comment(home), marker))
        self._session.run(f"COMMENT ON TABLE {quoted_table(home, 'postgresql')} IS {text}")

    def discard(self) -> None:
        """Roll back at the end."""
        self._session.keep = False

    def connection(self) -> object:
        """Return the driver's connection."""
        return self._session.driver

    def _home(self) -> str | None:
        return next((table.name for table in self._tables if not is_bookkeeping(table.name)), None)

    def _comment(self, table: str) -> str | None:
        found = self._session.value("SELECT obj_description(%s, 'pg_class')", (self._catalogue.number(table),))
        return None if found is None else str(found)

    def _arrive(self, table: Table) -> None:
        """Do what is due before rows of another table than the last."""
        if table is self._current:
            return
        previous, self._current = self._current, table
        if self._circles.complete_before(table):
            self._release()
        if self._triggered and previous is not None:
            # A trigger may write to a table that was filled before: its numbers come after ours.
            number = self._catalogue.number(previous.name)
            follow(self._session, self._catalogue, [each for each in self._numberings if each.table == number])

    def _release(self) -> None:
        try:
            self._circles.release()
        except StagedError as failure:
            self._refuse(failure.table, failure.cause, 0)

    def _write(self, table: Table, frame: pl.DataFrame) -> None:
        import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        if self._circles.takes(table):
            self._circles.add(table, frame)
            return
        if table.name in self._standing_in:
            self._insert_staged(table, frame)
            return
        try:
            copied(self._session, quoted_table(table.name, "postgresql"), written(table, frame), frame)
        except psycopg.errors.FeatureNotSupported:
            self._standing_in.add(table.name)  # row-level security: policies judge INSERTs, COPY is refused
            self._insert_staged(table, frame)
        except RowError as failure:
            self._again(table, frame, failure)

    def _again(self, table: Table, frame: pl.DataFrame, failure: RowError) -> None:
        """Try another way where COPY was refused for what is not the rows' fault; else find the row."""
        error = failure.error
        if error.sqlstate == REFERENCE and self._circles.refers_to_itself(table, error.diag.constraint_name):
            self._circles.add(table, frame)  # perhaps to a row that is still to come
        elif error.sqlstate == UNIQUE and self._holds_others_rows(table):
            self._standing_in.add(table.name)
            self._insert_staged(table, frame)
        elif error.sqlstate in (REFERENCE, UNIQUE):
            self._insert_staged(table, frame)  # refused again, and says which row
        else:
            raise failure

    def _holds_others_rows(self, table: Table) -> bool:
        """Whether a trigger has written rows of its own into the table: they stand, and ours give way to them."""
        ours = self._before.get(table.name, 0) + self._sent.get(table.name, 0)
        return self._triggered and self.count(table.name) > ours

    def _insert_staged(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows by a statement of their own, and find the one that is refused.

        Raises:
            RowError: A row was refused.
        """
        import psycopg  # noqa: PLC0415 (an extra)

        stage = self._circles.stage(table, frame)
        stage.add(frame)
        yielding = self._holds_others_rows(table)
        try:
            with self._session.savepoint():
                self._session.run(stage.insertion(yielding=yielding))
        except psycopg.Error as error:
            if rejection(error, table.name, None) is None:
                raise
            raise RowError(error, self._circles.refused_row(stage, error)) from error
        stage.drop()

    def _refuse(self, table: Table, failure: RowError, before: int) -> NoReturn:
        row = None if failure.row is None else before + failure.row
        found = rejection(failure.error, table.name, row)
        if found is None:
            raise failure.error
        found = self._told(found, failure.error)
        raise RejectedError(f"{found}", where=self.place(), hint=_HINT, rejections=(found,)) from None

    def _told(self, found: Rejection, error: psycopg.Error) -> Rejection:
        """Say primary key where the broken unique is one, and name the table where it is another than that of the row.

        In another table, it was a trigger that wrote what was refused.
        """
        kind, constraint = found.kind, found.constraint
        primary = "SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = %s AND contype = 'p')"
        if kind == "unique" and self._session.value(primary, (constraint,)):
            kind = "primary key"
        names = (error.diag.schema_name, error.diag.table_name)
        number = None if None in names else self._catalogue.top(*names)
        if number is not None and number != self._catalogue.number(found.table):
            constraint = f"{constraint} of {self._catalogue.plain_name(number)!r}"
            kind = "trigger" if self._triggered else kind
        return Rejection(found.table, kind, constraint, found.row)
