"""Databases of one's own on the servers that tests may use: made empty, dropped at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

_DEFAULTS = {
    "FIXTUREGEN_TEST_POSTGRESQL": "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "FIXTUREGEN_TEST_MARIADB": "mysql+pymysql://root@127.0.0.1:3306/mysql",
}


def connection_to(variable: str) -> Any | None:
    """Return a driver's connection to the server that ``variable`` names, else to the local one; None without a server.

    Where ``CI`` is true a missing server is an error.
    """
    server = _server(variable)
    try:
        return server.raw_connection()
    except server.dialect.loaded_dbapi.Error:
        if os.environ.get("CI") == "true":
            raise
        return None


@contextmanager
def own_database(variable: str) -> Iterator[URL]:
    """Give the URL of a new, empty database on the server that ``variable`` names, else on the local one.

    Without a server the test is skipped, except where ``CI`` is true: there it fails.
    """
    server = _server(variable)
    name = f"fixturegen_test_{secrets.token_hex(6)}"
    try:
        _run(server, f"CREATE DATABASE {name}")
    except DBAPIError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no server: set {variable}")
    try:
        yield server.url.set(database=name)
    finally:
        ending = " WITH (FORCE)" if server.url.get_backend_name() == "postgresql" else ""
        _run(server, f"DROP DATABASE {name}{ending}")


def _server(variable: str) -> Engine:
    url = make_url(os.environ.get(variable) or _DEFAULTS[variable])
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _run(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.execute(text(statement))
