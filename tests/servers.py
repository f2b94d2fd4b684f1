"""Databases of one's own on the servers that tests may use: made empty, dropped at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

_DEFAULTS = {
    "FIXTUREGEN_TEST_POSTGRESQL": "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "FIXTUREGEN_TEST_MARIADB": "mysql+pymysql://root@127.0.0.1:3306/mysql",
}


@contextmanager
def own_database(variable: str) -> Iterator[URL]:
    """Give the URL of a new, empty database on the server that ``variable`` names, else on the local one.

    Without a server the test is skipped, except where ``CI`` is true: there it fails.
    """
    url = make_url(os.environ.get(variable) or _DEFAULTS[variable])
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"fixturegen_test_{secrets.token_hex(6)}"
    try:
        _run(server, f"CREATE DATABASE {name}")
    except DBAPIError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no server: set {variable}")
    try:
        yield url.set(database=name)
    finally:
        ending = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
        _run(server, f"DROP DATABASE {name}{ending}")


def _run(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.execute(text(statement))
