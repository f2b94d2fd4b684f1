"""Tables made and filled by several connections at once, all or nothing: nobody sees them before one transaction moves them.

The load's own transaction does nothing at first but hold the lock of a schema of our own. In it, other connections make the
tables, copy rows and build keys and references, each statement committed for itself. In the end the load's transaction moves all
to where it belongs, sets sequences and marker, and is kept or undone like that of any load.

Whatever refuses something here is asked again by a load of one connection, which says which row it is, or can do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import polars as pl

from fixturegen.databases.base import AloneError, Trial
from fixturegen.databases.create import creation
from fixturegen.databases.postgresql_building import built
from fixturegen.databases.postgresql_connection import Session, session
from fixturegen.databases.postgresql_copy import copy, written
from fixturegen.databases.postgresql_errors import rejection
from fixturegen.databases.postgresql_lanes import Lanes, awaited, lanes
from fixturegen.databases.postgresql_load import PostgresqlLoad
from fixturegen.databases.postgresql_sequences import follow
from fixturegen.databases.postgresql_staging import Staging, drop_dead, new_staging, tidy
from fixturegen.databases.quoting import quoted_table, split_table
from fixturegen.schema import Schema, Table

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Engine

_MEMORY = 256
"""Megabytes in which all connections together may sort."""
_LEAST_MEMORY = 32
_ABOUT_CONTENT = ("0A", "22", "23", "2B", "3F", "42")
"""Classes of errors about what was sent, in which one connection may fare otherwise or say more."""
_OWN_PRIVILEGES = """
SELECT EXISTS (SELECT FROM pg_default_acl WHERE defaclnamespace = to_regnamespace(quote_ident(current_schema())))
"""
_TIMEOUTS = """
SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout')
"""
"""The load's transaction waits for the others, and they for rows."""


def obstacle(schema: Schema) -> str:
    """Return why a schema's tables cannot be made within one schema of the database, in words; empty where they can."""
    columns = [column for table in schema.tables.values() for column in table.columns]
    types = [column.type.name or "" for column in columns if column.type.kind == "enum"]
    if any(split_table(name, "postgresql")[0] for name in (*schema.tables, *types)):
        return "tables or types belong to schemas of the database that are named"
    if any(table.exclusions for table in schema.tables.values()):
        return "an exclusion constraint needs an extension"
    return ""


@contextmanager
def parallel_load(engine: Engine, place: str, tables: Sequence[Table], workers: int) -> Iterator[PostgresqlLoad]:
    """Give a load of new tables by several connections, or by one where the database does not permit it otherwise.

    Args:
        engine: An engine of psycopg.
        place: The database's name for messages.
        tables: The tables to fill, in load order.
        workers: How many connections, 2 or more.
    """
    with ExitStack() as others, session(engine, place) as opened:
        tidy(engine, opened)
        reason = _forbidden(opened)
        if reason:
            yield PostgresqlLoad(opened, tables, alone=reason)
            return
        staging = new_staging()

        def gather() -> Lanes:
            others.callback(drop_dead, engine, place, [staging.name])  # where it is still there after all
            return others.enter_context(lanes(engine, place, workers, _settings(opened, staging, workers)))

        yield ParallelLoad(opened, tables, staging, gather)


class ParallelLoad(PostgresqlLoad):
    """A load of tables that it makes itself.

    Args:
        opened: The transaction that all are moved in.
        tables: The tables to fill, in load order.
        staging: The schema of our own.
        gather: Connects the others.
    """

    def __init__(self, opened: Session, tables: Sequence[Table], staging: Staging, gather: Callable[[], Lanes]) -> None:
        super().__init__(opened, tables, alone="")
        self._staging = staging
        self._gather = gather
        self._destination = str(opened.value("SELECT current_schema()"))
        self._path = str(opened.value("SELECT current_setting('search_path')"))
        self._copies: set[Future[None]] = set()
        self._hidden = False
        self._lanes: Lanes

    def create(self, schema: Schema) -> None:
        """Make the tables where nobody sees them."""
        made = creation(schema, "postgresql")
        self._late += made.late
        self._session.rows(_TIMEOUTS)
        self._staging.hold(self._session)
        self._lanes = self._gather()
        with self._left_to_one():
            statements = (*made.before, *made.tables)
            awaited({self._lanes.start(lambda session: self._staging.make(session, statements))})
        self._search(f"{self._staging.name}, {self._path}")
        self._hidden = True

    def count(self, table: str) -> int:
        """Return the number of rows: none until all are there, so that no lock of ours is in the others' way."""
        return 0 if self._hidden else super().count(table)

    def begin(self) -> Mapping[str, frozenset[str]]:
        """Learn nothing: new tables have no triggers, and no references yet."""
        return {}

    def insert(self, table: Table, frame: pl.DataFrame) -> None:
        """Have rows inserted while the next ones are made; wait where too many do."""
        if not frame.height:
            return
        self._sent[table.name] = self._sent.get(table.name, 0) + frame.height
        self._copies.add(self._lanes.start(partial(_copy, table, frame)))
        with self._left_to_one():
            self._copies = awaited(self._copies, self._lanes.number)

    @contextmanager
    def trial(self, table: Table) -> Iterator[Trial]:
        """Leave it to one connection: rows are tried against those that came before them."""
        self._refuse_all(f"rows of {table.name!r} must be tried one after the other")
        yield  # pragma: no cover (never reached; it makes this a generator)

    def finish(self, tables: Sequence[Table]) -> None:
        """Build what waited, show all of it, and let sequences follow."""
        with self._left_to_one():
            awaited(self._copies)
            built(self._lanes, self._late, self._sent)
            self._search(self._path)
            self._staging.moved(self._session, self._destination)
        self._hidden = False
        follow(self._session, self._catalogue, self._catalogue.sequences([table.name for table in tables]))

    def _search(self, path: str) -> None:
        self._session.rows("SELECT set_config('search_path', %s, true)", (path,))

    @contextmanager
    def _left_to_one(self) -> Iterator[None]:
        """Leave to one connection what is refused for what was sent."""
        import psycopg  # noqa: PLC0415 (an extra: only where PostgreSQL is met)

        try:
            yield
        except psycopg.Error as error:
            if not _is_about_content(error):
                raise
            self._refuse_all(f"the database refused ({error.sqlstate}) what several connections sent")

    def _refuse_all(self, message: str) -> NoReturn:
        raise AloneError(message, where=self.place(), hint="Load by one connection.") from None


def _copy(table: Table, frame: pl.DataFrame, session: Session) -> None:
    copy(session, quoted_table(table.name, "postgresql"), written(table, frame), frame)


def _forbidden(session: Session) -> str:
    """Return why a schema of our own cannot be made, or not be filled beside the transaction; empty where it can."""
    if not session.value("SELECT has_database_privilege(current_database(), 'CREATE')"):
        return "the role may not create schemas in the database"
    if session.value("SELECT current_schema()") is None:
        return "no schema is searched"
    if session.value("SELECT current_setting('transaction_isolation')") not in ("read committed", "read uncommitted"):
        return "the transaction's isolation hides what other connections do"
    if session.value(_OWN_PRIVILEGES):
        return "tables made in the schema get privileges of its own"
    return ""


def _settings(session: Session, staging: Staging, workers: int) -> Mapping[str, str]:
    """Return the settings of the other connections."""
    path = session.value("SELECT current_setting('search_path')")
    patient = {
        str(row[0]): "0" for row in session.rows("SELECT name FROM pg_settings WHERE name = 'idle_session_timeout'")
    }
    return patient | {
        "search_path": f"{staging.name}, {path}",
        "maintenance_work_mem": f"{max(_MEMORY // workers, _LEAST_MEMORY)}MB",
        "synchronous_commit": "off",  # the load's transaction waits for the log, theirs included
        "default_transaction_isolation": "read committed",
    }


def _is_about_content(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return state.startswith(_ABOUT_CONTENT) or rejection(error, "", None) is not None
