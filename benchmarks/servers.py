"""Loads into servers, where they answer: the shop seeded into PostgreSQL and MariaDB, beside COPY of finished frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

import fixturegen as fg
from benchmarks.measuring import Result, measured
from fixturegen.databases.create import creation

if TYPE_CHECKING:
    from benchmarks.shop import Bench

POSTGRESQL = os.environ.get("FIXTUREGEN_TEST_POSTGRESQL") or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MARIADB = os.environ.get("FIXTUREGEN_TEST_MARIADB") or "mariadb+pymysql://root@127.0.0.1:3306"
COPIED = "PostgreSQL: COPY of finished frames, then constraints"


def results(shop: Bench) -> Iterator[Result]:
    """Yield the loads into every server that answers; nothing for one that does not."""
    with _database(POSTGRESQL) as url:
        if url is not None:
            yield Result(COPIED, measured(lambda: _copied(shop, url), shop.runs), shop.rows, "rows")
            yield Result(
                "seed PostgreSQL, --create", measured(_seeding(shop, url), shop.runs), shop.rows, "rows", COPIED
            )
    with _database(MARIADB) as url:
        if url is not None:
            yield Result("seed MariaDB, --create", measured(_seeding(shop, url), shop.runs), shop.rows, "rows")


def _seeding(shop: Bench, url: sa.URL) -> Callable[[], object]:
    def seed() -> None:
        _dropped(shop, url)
        fg.seed(shop.schema, url.render_as_string(hide_password=False), create=True, scale=shop.scale)

    return seed


def _copied(shop: Bench, url: sa.URL) -> None:
    """Do what a hand would: make the tables, COPY the frames as CSV, add keys and references, all in one transaction."""
    _dropped(shop, url)
    made = creation(shop.schema, "postgresql")
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for statement in (*made.before, *made.tables):
            cursor.execute(statement)  # type: ignore[arg-type] # statements of our own
        for name, frame in shop.frames.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)') as copy:  # type: ignore[arg-type] # the same
                copy.write(frame.write_csv(include_header=False))
        for late in made.afterwards:
            cursor.execute(late)  # type: ignore[arg-type] # the same


def _dropped(shop: Bench, url: sa.URL) -> None:
    engine = sa.create_engine(url)
    quote = engine.dialect.identifier_preparer.quote_identifier
    cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        for name in reversed(shop.frames):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quote(name)}{cascade}")
    engine.dispose()


@contextmanager
def _database(address: str) -> Iterator[sa.URL | None]:
    """Give an address of a database of our own on a server, dropped afterwards; None where none answers."""
    server, name = sa.make_url(address), f"fixturegen_bench_{uuid4().hex[:8]}"
    try:
        _run(server, f"CREATE DATABASE {name}")
    except SQLAlchemyError:
        yield None
        return
    try:
        yield server.set(database=name)
    finally:
        _run(server, f"DROP DATABASE {name}")


def _run(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
