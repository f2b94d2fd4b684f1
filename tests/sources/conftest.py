"""An empty database of the system that a test is marked with, to be filled with tables and read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from catalogues import Made, connected, execute
from servers import own_database
from sqlalchemy import URL

from fixturegen.schema import Schema
from fixturegen.sources import load


@pytest.fixture(scope="module")
def postgresql_database() -> Iterator[URL]:
    with own_database("FIXTUREGEN_TEST_POSTGRESQL") as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_database: URL) -> URL:
    """One database for all tests of a file, emptied before each: making one takes longer than most of them."""
    with connected(postgresql_database) as connection:
        spaces = connection.exec_driver_sql(
            "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
        ).scalars()
        drops = "".join(f"DROP SCHEMA {space} CASCADE;" for space in spaces)
    execute(postgresql_database, f"{drops} CREATE SCHEMA public")
    return postgresql_database


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Made:
    system = "postgresql" if request.node.get_closest_marker("postgresql") else "mariadb"
    url = request.getfixturevalue(f"{system}_url")

    def run(sql: str) -> Schema:
        execute(url, sql)
        return load(url)

    return run
