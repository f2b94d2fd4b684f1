"""A server of the system that a test is marked with, empty or with a family of tables."""

from __future__ import annotations

import pytest
from loads import MARIADB, POSTGRESQL, Loads, Server


@pytest.fixture
def loads(request: pytest.FixtureRequest) -> Loads:
    return POSTGRESQL if request.node.get_closest_marker("postgresql") else MARIADB


@pytest.fixture
def server(request: pytest.FixtureRequest, loads: Loads) -> Server:
    return Server(request.getfixturevalue("postgresql_url" if loads is POSTGRESQL else "mariadb_url"))


@pytest.fixture
def made(server: Server, loads: Loads) -> Server:
    """A server with the family's tables, keys and references in place."""
    loads.seed(server.url, loads.tables, [], create=True, marker="00")
    return server
