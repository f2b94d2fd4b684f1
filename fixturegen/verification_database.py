"""Verification of a live database: every constraint is one SELECT, asked without changing anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from fixturegen.constraints.base import constraints, example_query, query
from fixturegen.constraints.contract import Constraint, Violation
from fixturegen.databases.quoting import split_table
from fixturegen.engines import DIALECTS, opened
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Dialect, Schema, Table
from fixturegen.verdict import Outcome, Report, collected, shape, wanted_tables


def verified_database(
    schema: Schema, database: sa.Engine | sa.Connection | sa.URL | str, only: Collection[str] = ()
) -> Report:
    """Check the rows of a live database by SQL, without changing anything.

    Args:
        schema: The schema.
        database: An engine, an open connection (its transaction is used and left alone) or a URL.
        only: Tables to check; all of the schema unless given.

    Raises:
        InputError: A database of a kind that is not known.
        RefusedError: A database that cannot be reached or read, or lacks a table.
    """
    wanted = wanted_tables(schema, only)
    with _connected(database) as connection:
        dialect = _dialect(connection)
        columns = _columns(connection, schema, wanted, dialect)
        return collected(
            (_asked(connection, schema, constraint, columns, dialect) for constraint in constraints(schema, *wanted)),
            _lacking(connection, schema, wanted, columns, dialect),
        )


@contextmanager
def _connected(database: sa.Engine | sa.Connection | sa.URL | str) -> Iterator[sa.Connection]:
    """A connection that cannot write; the caller's own is given back as it was."""
    if isinstance(database, sa.Connection):
        with _reading(database):
            yield database
        return
    engine = database if isinstance(database, sa.Engine) else opened(database)
    _refuse_absent(engine.url)
    try:
        with engine.connect() as connection, _reading(connection):
            yield connection
    except SQLAlchemyError as error:
        message = "the database cannot be reached or read"
        raise RefusedError(message, where=engine.url.render_as_string()) from error
    finally:
        if engine is not database:
            engine.dispose()


def _refuse_absent(url: sa.URL) -> None:
    """Do not let SQLite make an empty file where there is none."""
    path = url.database
    on_disk = (
        url.get_backend_name() == "sqlite" and path not in {None, "", ":memory:"} and not str(path).startswith("file:")
    )
    if on_disk and not Path(str(path)).is_file():
        message = "no such database file"
        raise InputError(message, where=path)


@contextmanager
def _reading(connection: sa.Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    connection.exec_driver_sql("PRAGMA query_only = 1")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(before)}")


def _dialect(connection: sa.Connection) -> Dialect:
    name = connection.dialect.name
    if name not in DIALECTS:
        message = f"databases of the kind {name!r} are not known"
        raise InputError(message, given=name, exists=DIALECTS)
    return DIALECTS[name]


def _source(table: str, dialect: Dialect) -> sa.TableClause:
    schema, name = split_table(table, dialect)
    return sa.table(sa.quoted_name(name, quote=True), schema=sa.quoted_name(schema, quote=True) if schema else None)


def _columns(
    connection: sa.Connection, schema: Schema, tables: Sequence[str], dialect: Dialect
) -> Mapping[str, frozenset[str]]:
    """The columns that each table has in the database, in lower case where the dialect ignores it."""
    inspector = sa.inspect(connection)
    found = {}
    for name in tables:
        database_schema, bare = split_table(name, dialect)
        if not inspector.has_table(bare, schema=database_schema):
            message = f"the database has no table {name!r}"
            raise RefusedError(message, where=schema.tables[name].where)
        every: sa.Select[tuple[object]] = sa.select(sa.literal_column("*")).select_from(_source(name, dialect))
        keys = connection.execute(every.limit(0)).keys()
        found[name] = frozenset(_folded(key, dialect) for key in keys)
    return found


def _folded(name: str, dialect: Dialect) -> str:
    return name if dialect == "postgresql" else name.lower()


def _lacking(
    connection: sa.Connection,
    schema: Schema,
    tables: Sequence[str],
    columns: Mapping[str, frozenset[str]],
    dialect: Dialect,
) -> list[Outcome]:
    """What the tables lack; columns beyond those of the schema are the database's own affair."""
    outcomes: list[Outcome] = []
    for name in tables:
        missing = _missing(schema.tables[name], columns[name], dialect)
        rows = 0
        if missing:
            rows = connection.execute(sa.select(sa.func.count()).select_from(_source(name, dialect))).scalar_one()
        outcomes.append(shape(schema.tables[name], missing, (), rows))
    return outcomes


def _missing(table: Table, columns: frozenset[str], dialect: Dialect) -> list[str]:
    return [column.name for column in table.columns if _folded(column.name, dialect) not in columns]


def _asked(
    connection: sa.Connection,
    schema: Schema,
    constraint: Constraint,
    columns: Mapping[str, frozenset[str]],
    dialect: Dialect,
) -> Outcome:
    text = query(constraint, schema, dialect)
    missing = _missing(schema.tables[constraint.table], columns[constraint.table], dialect)
    if text is None or set(missing) & set(constraint.columns):
        return constraint
    try:
        rows = int(_number(connection, text) or 0)
        if not rows:
            return None
        position = _number(connection, example_query(constraint, schema, dialect))
    except SQLAlchemyError:
        return constraint
    return Violation(constraint=constraint, rows=rows, example=_located(schema.tables[constraint.table], position))


def _number(connection: sa.Connection, text: str) -> int | None:
    """The one number that a SELECT gives; as a literal, so that no colon or percent sign in it is taken for a parameter."""
    select = sa.select(sa.literal_column(f"({text})", sa.Integer()))
    if connection.dialect.name == "sqlite":
        return connection.execute(select).scalar_one()
    with connection.begin_nested():  # elsewhere one failed statement would spoil the transaction
        return connection.execute(select).scalar_one()


def _located(table: Table, position: int | None) -> str:
    if table.primary_key is None:
        return f"row {position} as stored"
    return f"row {position} in the order of {', '.join(table.primary_key.columns)}"
