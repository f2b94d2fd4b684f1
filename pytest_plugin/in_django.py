"""Rows in Django's test database, within the transaction that pytest-django undoes: Django's own connection is used for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from fixturegen.databases.bookkeeping import is_bookkeeping
from fixturegen.databases.quoting import quoted_table
from fixturegen.errors import InputError
from fixturegen.existing import existing_rows
from fixturegen.making.maker import Maker
from fixturegen.making.wishes import both
from fixturegen.options import options_from
from fixturegen.planning import Plan
from fixturegen.schema import Dialect, Schema
from fixturegen.seeding import seed_plan
from fixturegen.sources import load
from fixturegen.trials import tried_plan
from pytest_fixturegen.failing import at_the_call, one_line
from pytest_fixturegen.reporting import test_id
from pytest_fixturegen.rows import Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fixturegen.making.made import Made
    from pytest_fixturegen.running import Run

_URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://", "mysql": "mysql+pymysql://"}
_NAMES: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgresql", "mysql": "mysql"}


@dataclass(slots=True)
class DjangoRows:
    """The rows that a test found in Django's database, and more of them.

    Attributes:
        schema: The schema of its tables.
        engine: SQLAlchemy's view of Django's own connection; it neither commits nor rolls back.
        plan: What was filled in.
        run: The run.
    """

    schema: Schema
    engine: Engine
    plan: Plan
    run: Run

    @at_the_call
    def make(
        self, table: str, /, *, rows: int = 1, values: Mapping[str, object] | None = None, **overrides: object
    ) -> Made:
        """Insert a wanted row with the smallest valid neighbourhood, and return what was made.

        Args:
            table: The table's name in the database, such as ``shop_order``.
            rows: How many wanted rows, at least 1.
            values: Overrides whose names are keywords of this function or of Python.
            overrides: As for the fixture ``fixturegen``.

        Raises:
            InputError: A name or a value that means nothing.
            ImpossibleError: If no rows can be as is asked.
        """
        test = self.run.test
        test.calls += 1
        with self.engine.connect() as connection:
            maker = Maker(self.schema, seed=test.asked.seed, existing=existing_rows(self.plan, connection))
            made = maker.made(table, both(values, overrides), rows=rows, key=f"{test_id(test.item)} {test.calls}")
            Writer(self.schema, self.engine.dialect.name).write(connection, made.rows)
        return made


def filled(run: Run) -> DjangoRows:
    """Fill Django's default database with the seeded rows: tables that are empty, those of Django's own left out.

    The schema is the configured one, else what the database itself says of its tables.
    """
    with one_line():
        engine = _engine()
        asked = run.test.asked
        with engine.connect() as connection, connection.begin():
            # Begun, as far as SQLAlchemy knows, so that whoever reads or loads by it joins the transaction that there is.
            schema = run.content.schema if asked.source else load(connection)
            counts = {name: 0 for name in schema.tables if not _is_free(connection, name)}
            rows = asked.rows if isinstance(asked.rows, int) else None
            demanded = {**counts, **(dict(asked.rows) if isinstance(asked.rows, tuple) else {})}
            options = options_from(rows=demanded or rows, seed=asked.seed)
            plan = tried_plan(schema, options, None)
            seed_plan(plan, connection, existing="append")
        return DjangoRows(schema, engine, plan, run)


def _is_free(connection: Connection, name: str) -> bool:
    """Whether a table is there to be filled: empty, and none of Django's or of a tool's own."""
    if name.rpartition(".")[2].startswith("django_") or is_bookkeeping(name):
        return False
    if not inspect(connection).has_table(name):
        message = f"Django's database has no table {name!r}"
        raise InputError(message, given=name, exists=inspect(connection).get_table_names())
    table = quoted_table(name, _NAMES[connection.dialect.name])
    return connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first() is None  # noqa: S608 (quoted)


def _engine() -> Engine:
    """Return an engine that works on Django's connection, within its transaction, and leaves both to Django."""
    from django.db import connection as opened  # noqa: PLC0415 - only beside Django

    if opened.vendor not in _URLS:
        message = f"databases of {opened.vendor!r} cannot be filled"
        raise InputError(message, given=opened.vendor, exists=_URLS)
    opened.ensure_connection()
    driver: Any = opened.connection
    engine = create_engine(_URLS[opened.vendor], creator=lambda: driver, poolclass=NullPool)
    for name in ("do_begin", "do_commit", "do_rollback", "do_close", "do_terminate"):
        setattr(engine.dialect, name, _nothing)
    return engine


def _nothing(_connection: object) -> None:
    return
