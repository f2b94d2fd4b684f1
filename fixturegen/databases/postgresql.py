"""PostgreSQL: one connection and one transaction, or several connections that make new tables where nobody sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fixturegen.databases.base import Database, database
from fixturegen.databases.postgresql_connection import engine_of, place_of, session
from fixturegen.databases.postgresql_load import PostgresqlLoad
from fixturegen.databases.postgresql_parallel import obstacle, parallel_load
from fixturegen.databases.postgresql_staging import tidy
from fixturegen.schema import Schema, Table

if TYPE_CHECKING:
    from fixturegen.databases.base import Target


@database("postgresql")
class Postgresql(Database):
    """PostgreSQL by psycopg 3."""

    dialect = "postgresql"

    @contextmanager
    def load(
        self,
        target: Target,
        tables: Sequence[Table],
        *,
        create: Schema | None = None,
        defer_constraints: bool = False,
        workers: int = 1,
    ) -> Iterator[PostgresqlLoad]:
        """Give one load. The database itself is never made."""
        from sqlalchemy import Connection  # noqa: PLC0415 (heavy: only where a database is met)

        if isinstance(target, Connection):
            with session(target) as opened:
                reason = "the connection that was given loads, in its own transaction"
                yield PostgresqlLoad(opened, tables, defer_constraints=defer_constraints, alone=reason)
            return
        place = place_of(target)
        reason = "only tables that --create makes are filled by several" if create is None else obstacle(create)
        with engine_of(target) as engine:
            if workers > 1 and not reason:
                with parallel_load(engine, place, tables, workers) as load:
                    yield load
                return
            with session(engine, place) as opened:
                tidy(engine, opened)
                yield PostgresqlLoad(opened, tables, defer_constraints=defer_constraints, alone=reason)
