"""Servers that are measured with, where they answer: a database of our own on each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

POSTGRESQL = os.environ.get("FIXTUREGEN_TEST_POSTGRESQL") or "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MARIADB = os.environ.get("FIXTUREGEN_TEST_MARIADB") or "mariadb+pymysql://root@127.0.0.1:3306"


@contextmanager
def database(address: str) -> Iterator[sa.URL | None]:
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


def dropped(url: sa.URL, tables: Iterable[str]) -> None:
    """Drop tables, children first, where they are."""
    engine = sa.create_engine(url)
    quote = engine.dialect.identifier_preparer.quote_identifier
    cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        for name in tables:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quote(name)}{cascade}")
    engine.dispose()


def _run(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
