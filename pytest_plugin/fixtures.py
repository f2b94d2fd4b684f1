"""The fixtures. Each is a few words to the run's own objects, which are imported here and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
    from sqlalchemy.orm import Session

    from pytest_fixturegen.dataset import RunningDataset
    from pytest_fixturegen.objects import Fixturegen
    from pytest_fixturegen.running import Run


def the_run(config: pytest.Config) -> Run:
    """Return the run; what is wrong with its configuration is one line at the fixture that asks for it."""
    from pytest_fixturegen.failing import one_line  # noqa: PLC0415 - heavy: only where a fixture is used
    from pytest_fixturegen.running import run_of  # noqa: PLC0415 - the same

    with one_line():
        return run_of(config)


@pytest.fixture(scope="session")
def fixturegen(pytestconfig: pytest.Config) -> Fixturegen:
    """Rows for the running test: `.make(table, **values)`, `.dataset()`, `.example(dataset)`, `.schema`."""
    from pytest_fixturegen.objects import Fixturegen  # noqa: PLC0415 - heavy: only where a fixture is used

    return Fixturegen(the_run(pytestconfig))


@pytest.fixture(scope="session")
def fixturegen_dataset(pytestconfig: pytest.Config) -> RunningDataset:
    """The seeded rows of the running test, a Polars frame for each table."""
    from pytest_fixturegen.dataset import RunningDataset  # noqa: PLC0415 - heavy: only where a fixture is used

    return RunningDataset(the_run(pytestconfig))


@pytest.fixture(scope="session")
def fixturegen_create(pytestconfig: pytest.Config) -> Callable[[Engine], object]:
    """Make the tables of an empty database. Override it to run migrations: return a function that takes the engine.

    What it gives itself makes the tables of the schema or of the models; one that overrides it may call it, and add to them.
    """
    return the_run(pytestconfig).create_tables


@pytest.fixture(scope="session")
def fixturegen_engine(pytestconfig: pytest.Config, fixturegen_create: Callable[[Engine], object]) -> Engine:
    """An engine on a database of the plugin's own, made and seeded once; whatever a test does through it is undone.

    Override it to test with an engine of your own.
    """
    return the_run(pytestconfig).engine(fixturegen_create)


@pytest.fixture
def fixturegen_connection(pytestconfig: pytest.Config) -> Iterator[Connection]:
    """A connection to the seeded database; whatever the test and its application do is undone after it, commits included."""
    with the_run(pytestconfig).connection() as connection:
        yield connection


@pytest.fixture
def fixturegen_session(pytestconfig: pytest.Config) -> Iterator[Session]:
    """An ORM session on the seeded database; undone after the test, commits included."""
    with the_run(pytestconfig).session() as session:
        yield session


async def fixturegen_async_connection(pytestconfig: pytest.Config) -> AsyncIterator[AsyncConnection]:
    """An asynchronous connection to the seeded database; undone after the test, commits included."""
    async with the_run(pytestconfig).async_connection() as connection:
        yield connection


async def fixturegen_async_session(pytestconfig: pytest.Config) -> AsyncIterator[AsyncSession]:
    """An asynchronous ORM session on the seeded database; undone after the test, commits included."""
    async with the_run(pytestconfig).async_session() as session:
        yield session


@pytest.fixture
def fixturegen_django(request: pytest.FixtureRequest) -> Any:
    """Fill Django's test database, within the transaction of pytest-django's `db`: seeded rows and `.make(table, **values)`."""
    request.getfixturevalue("db")
    from pytest_fixturegen.in_django import filled  # noqa: PLC0415 - heavy: only where a fixture is used

    return filled(the_run(request.config))


for _function in (fixturegen_async_connection, fixturegen_async_session):
    # The mark by which pytest-asyncio takes a fixture for its own, without importing it; others look for coroutines.
    setattr(_function, "_force_asyncio_fixture", True)  # noqa: B010 - a function has no such attribute by itself
fixturegen_async_connection = pytest.fixture(fixturegen_async_connection)
fixturegen_async_session = pytest.fixture(fixturegen_async_session)
