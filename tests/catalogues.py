"""Databases whose catalogues are read: statements run in them, and parts of the schema that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pymysql
from pymysql.constants import CLIENT
from sqlalchemy import URL, Connection, create_engine

from fixturegen.schema import Check, Column, Schema, Table

Made = Callable[[str], Schema]
"""Runs statements in an empty database and reads it."""


@contextmanager
def connected(url: URL, **options: object) -> Iterator[Connection]:
    engine = create_engine(url, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def execute(url: URL, sql: str) -> None:
    """Run several statements at once, as only the drivers do."""
    if url.get_backend_name() == "postgresql":
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.encode())
        return
    given = url.translate_connect_args(username="user")
    with (
        pymysql.connect(**given, client_flag=CLIENT.MULTI_STATEMENTS, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        while cursor.nextset():
            pass


def without_bodies(sql: str) -> str:
    """A script of MariaDB without triggers and routines, which need a client that knows DELIMITER."""
    kept, delimiter = [], ";"
    for line in sql.splitlines():
        if line.upper().startswith("DELIMITER"):
            delimiter = line.split()[1]
        elif delimiter == ";":
            kept.append(line)
    return "\n".join(kept)


def column(table: Table, name: str) -> Column:
    return next(each for each in table.columns if each.name == name)


def sql_of(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.sql for check in checks}
