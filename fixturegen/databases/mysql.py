"""MariaDB and MySQL: LOAD DATA, references judged by the database, or by us where it could only judge them too early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.base import Database, Load, Marker, RejectedError, Rejection, Trial, database
from fixturegen.databases.bookkeeping import is_bookkeeping
from fixturegen.databases.comments import marker_of, with_marker
from fixturegen.databases.create import Late, creation
from fixturegen.databases.mysql_catalogue import Catalogue, ForeignKey, Key
from fixturegen.databases.mysql_connection import Session, session
from fixturegen.databases.mysql_insert import RowError, Rows
from fixturegen.databases.mysql_storage import Field, fields_of
from fixturegen.databases.mysql_trial import trial
from fixturegen.databases.quoting import quoted, quoted_table
from fixturegen.databases.waiting import written_by
from fixturegen.errors import InputError
from fixturegen.schema import Schema, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

_HINT = "Nothing was loaded. Report it if the schema is right: rows should satisfy it."
_LONGEST_COMMENT = 2048


@database("mysql")
class Mysql(Database):
    """MariaDB and MySQL by PyMySQL."""

    dialect = "mysql"

    @contextmanager
    def load(
        self,
        target: Target,
        tables: Sequence[Table],
        *,
        create: Schema | None = None,
        defer_constraints: bool = False,
        workers: int = 1,
    ) -> Iterator[MysqlLoad]:
        """Give one transaction. A table cannot be altered within it, so deferred references are not taken away, but not looked at."""
        del create, workers
        with session(target) as opened:
            yield MysqlLoad(opened, tables, defer_constraints=defer_constraints)


class MysqlLoad(Load):
    """A transaction on a MariaDB or MySQL database."""

    def __init__(self, opened: Session, tables: Sequence[Table], *, defer_constraints: bool) -> None:
        self._session = opened
        self._tables = tables
        self._defer = defer_constraints
        self._catalogue = Catalogue(opened)
        if not self._catalogue.own:
            message = "the address names no database"
            raise InputError(message, where=opened.place, hint="It ends in /NAME.")
        self._rows = Rows(opened)
        self._fields: dict[str, dict[str, str]] = {}
        self._late: list[Late] = []
        self._before: dict[str, int] = {}
        self._sent: dict[str, int] = {}
        # What the database says of the tables once they are there, by begin().
        self._unjudged: dict[Key, list[ForeignKey]] = {}
        self._dangling: dict[ForeignKey, int] = {}
        self._triggered = False

    def place(self) -> str:
        """Return the URL."""
        return self._session.place

    def has(self, table: str) -> bool:
        """Whether there is a table of that name."""
        return self._catalogue.has(table)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of the columns, generated ones included."""
        return tuple(self._catalogue.columns(table))

    def count(self, table: str) -> int:
        """Return the number of rows."""
        return int(self._session.value(f"SELECT count(*) FROM {quoted_table(table, 'mysql')}"))  # noqa: S608 (quoted)

    def create(self, schema: Schema) -> None:
        """Make the tables; their references follow when they hold rows.

        Making a table commits, so what is made is dropped again where the load fails, and a user's transaction is left alone.
        """
        if self._session.joined:
            message = "cannot make tables within a transaction: the database would commit it"
            raise InputError(message, where=self.place(), hint="Give an engine or a URL.")
        made = creation(schema, "mysql")
        self._session.made += [quoted_table(name, "mysql") for name in schema.tables]
        for statement in made.before + made.tables:
            self._session.run(statement)
        self._late += _together(made.late)
        self._session.run("START TRANSACTION")

    def dependents(self, tables: Sequence[str]) -> tuple[str, ...]:
        """Return other tables that have a row with a reference to one of these."""
        inside = {self._catalogue.key(table) for table in tables}
        outside = [key for key in self._catalogue.foreign_keys() if key.parent in inside and key.table not in inside]
        found = [key.table for key in outside if self._some(key)]
        return tuple(
            ".".join(part for part in key if part != self._catalogue.own.casefold()) for key in dict.fromkeys(found)
        )

    def empty(self, tables: Sequence[str]) -> None:
        """Delete all rows. Nothing else refers to them, so references need not be judged; circles do not matter."""
        self._session.run("SET foreign_key_checks = 0")
        for table in reversed(tables):
            name = quoted_table(table, "mysql")
            self._session.run(f"DELETE FROM {name}")  # noqa: S608 (quoted)
            if not self._session.joined:
                # The next number follows the greatest one that is there by then.
                self._session.afterwards.append(f"ALTER TABLE {name} AUTO_INCREMENT = 1")
        self._session.run("SET foreign_key_checks = 1")

    def begin(self) -> Mapping[str, frozenset[str]]:
        """Learn which references lead to rows that come later: the database would judge them too early."""
        self._before = {table.name: self.count(table.name) for table in self._tables}
        triggers = self._catalogue.triggers()
        self._triggered = bool(triggers)
        place = {self._catalogue.key(table.name): at for at, table in enumerate(self._tables)}
        keys = self._catalogue.foreign_keys()
        early = {key.table for key in keys if place.get(key.parent, -1) >= place.get(key.table, len(place))}
        early |= {key.table for key in keys if self._defer and key.table in place}
        # To look away is possible only from all references of a table at once.
        self._unjudged = {table: [key for key in keys if key.table == table] for table in early}
        full = {self._catalogue.key(name) for name, rows in self._before.items() if rows}
        for key in (key for table in sorted(early & full) for key in self._unjudged[table]):
            self._dangling[key] = self._count_dangling(key)
        return written_by(triggers)

    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Insert rows."""
        sent = self._sent.get(table.name, 0)
        if frame.height:
            try:
                self._write(table, frame)
            except RowError as failure:
                found = failure.found
                row = None if found.row is None else sent + found.row
                self._refuse(Rejection(found.table, found.kind, found.constraint, row))
        self._sent[table.name] = sent + frame.height

    @contextmanager
    def trial(self, table: Table) -> Iterator[Trial]:
        """Give a trial."""
        name = quoted_table(table.name, "mysql")
        unjudged = self._catalogue.key(table.name) in self._unjudged
        if unjudged:
            self._session.run("SET foreign_key_checks = 0")
        with trial(
            self._session,
            lambda frame: self._rows.one_by_one(name, table.name, self._fields_of(table, frame), frame),
        ) as tried:
            yield tried
        if unjudged:
            self._session.run("SET foreign_key_checks = 1")

    def finish(self, tables: Sequence[Table]) -> None:
        """Judge what the database did not, and build the references of tables that were made. AUTO_INCREMENT follows by itself."""
        for table in tables:
            for key in self._unjudged.get(self._catalogue.key(table.name), ()):
                self._judge(table, key)
        for late in self._late:
            self._build(late)
        self._judge_built(tables)

    def marker(self) -> Marker | None:
        """Return the marker in the comment of the first table."""
        home = self._home()
        return None if home is None else marker_of(self._catalogue.comment(home))

    def mark(self, marker: Marker) -> None:
        """Put the marker into the comment of the first table, once all is kept: altering a table commits."""
        home = self._home()
        if home is None or self._session.joined:
            return
        comment = with_marker(self._catalogue.comment(home), marker)
        if len(comment) <= _LONGEST_COMMENT:
            statement = f"ALTER TABLE {quoted_table(home, 'mysql')} COMMENT = {self._session.literal(comment)}"
            self._session.afterwards.append(statement)

    def discard(self) -> None:
        """Roll back at the end."""
        self._session.keep = False

    def connection(self) -> object:
        """Return the driver's connection."""
        return self._session.driver

    def _home(self) -> str | None:
        return next((table.name for table in self._tables if not is_bookkeeping(table.name)), None)

    def _write(self, table: Table, frame: pl.DataFrame) -> None:
        name, fields = quoted_table(table.name, "mysql"), self._fields_of(table, frame)
        unjudged = self._catalogue.key(table.name) in self._unjudged
        if unjudged:
            self._session.run("SET foreign_key_checks = 0")
        try:
            self._rows.write(name, table.name, fields, frame)
        except RowError as failure:
            if failure.found.kind not in ("unique", "primary key") or not self._holds_others_rows(table):
                raise
            self._rows.insert(name, table.name, fields, frame, yielding=True)
        if unjudged:
            self._session.run("SET foreign_key_checks = 1")

    def _holds_others_rows(self, table: Table) -> bool:
        """Whether a trigger has written rows of its own into the table: they stand, and ours give way to them."""
        ours = self._before.get(table.name, 0) + self._sent.get(table.name, 0)
        return self._triggered and self.count(table.name) > ours

    def _fields_of(self, table: Table, frame: pl.DataFrame) -> tuple[Field, ...]:
        if table.name not in self._fields:
            stored = self._catalogue.columns(table.name)
            self._fields[table.name] = {column.casefold(): type_ for column, type_ in stored.items()}
        columns = [column for column in table.columns if column.generated is None and column.name in frame.columns]
        return fields_of(columns, self._fields[table.name])

    def _some(self, key: ForeignKey) -> bool:
        condition = " AND ".join(f"{quoted(column, 'mysql')} IS NOT NULL" for column in key.columns)
        return self._session.value(f"SELECT 1 FROM {key.child} WHERE {condition} LIMIT 1") is not None  # noqa: S608 (quoted)

    def _count_dangling(self, key: ForeignKey) -> int:
        return 0 if self._session.value(key.some_dangling()) is None else int(self._session.value(key.dangling()))

    def _judge(self, table: Table, key: ForeignKey) -> None:
        count = self._count_dangling(key) - self._dangling.get(key, 0)
        if count > 0:
            found = Rejection(table.name, "reference", key.name)
            self._refuse(found, f"references of {table.name!r} lead nowhere in {count:,} of its rows: {key.name}")

    def _build(self, late: Late) -> None:
        # Judging, the server would copy the whole table row by row; one query judges it afterwards in a fraction of the time.
        self._session.run("SET foreign_key_checks = 0")
        self._session.run(late.sql)
        self._session.run("SET foreign_key_checks = 1")

    def _judge_built(self, tables: Sequence[Table]) -> None:
        built = {self._catalogue.key(late.table) for late in self._late}
        keys = self._catalogue.foreign_keys() if built else ()
        for table in tables:
            for key in keys:
                if key.table == self._catalogue.key(table.name) and key.table in built:
                    self._judge(table, key)

    def _refuse(self, found: Rejection, message: str = "") -> None:
        raise RejectedError(message or f"{found}", where=self.place(), hint=_HINT, rejections=(found,)) from None


def _together(late: Sequence[Late]) -> list[Late]:
    """Return one statement a table: each would copy the whole of it."""
    heads: dict[str, list[str]] = {}
    for each in late:
        head = f"ALTER TABLE {quoted_table(each.table, 'mysql')} "
        heads.setdefault(each.table, []).append(each.sql.removeprefix(head))
    return [
        Late(f"ALTER TABLE {quoted_table(table, 'mysql')} {', '.join(parts)}", table) for table, parts in heads.items()
    ]
