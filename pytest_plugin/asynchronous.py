"""Asynchronous connections: opened for each test in its own event loop, on the same database, isolated in the same way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import greenlet_spawn

from fixturegen.errors import InputError
from pytest_fixturegen.failing import one_line
from pytest_fixturegen.isolation import Isolation
from pytest_fixturegen.moments import written_as_seeded
from pytest_fixturegen.place_sqlite import begun, prepared

if TYPE_CHECKING:
    from sqlalchemy import URL

    from pytest_fixturegen.running import Run

_DRIVERS = {
    "sqlite": ("aiosqlite",),
    "postgresql": ("asyncpg", "psycopg"),
    "mysql": ("asyncmy", "aiomysql"),
    "mariadb": ("asyncmy", "aiomysql"),
}


@asynccontextmanager
async def connected(run: Run) -> AsyncIterator[AsyncConnection]:
    """Give a connection."""
    async with _engine(run) as engine, engine.connect() as connection:
        yield connection


@asynccontextmanager
async def session(run: Run) -> AsyncIterator[AsyncSession]:
    """Give an ORM session."""
    async with _engine(run) as engine, AsyncSession(engine) as opened:
        yield opened


@asynccontextmanager
async def _engine(run: Run) -> AsyncIterator[AsyncEngine]:
    """Give the running test's asynchronous engine; its fixtures share one, so that they see each other's rows."""
    test = run.test
    if test.asynchronous is not None:
        yield test.asynchronous
        return
    with one_line():
        url = address(run.current_engine().url, run.url)
        if not test.clone:
            run.served().aside = True
    engine = create_async_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        if run.has_own_engine():
            written_as_seeded(engine.sync_engine)
        event.listen(engine.sync_engine, "connect", prepared)
        event.listen(engine.sync_engine, "begin", begun)
    isolation = None if test.clone else await greenlet_spawn(Isolation, engine.sync_engine)
    test.asynchronous = engine
    try:
        yield engine
    finally:
        test.asynchronous = None
        if isolation is not None:
            await greenlet_spawn(isolation.end)
            await greenlet_spawn(isolation.drop)
        await engine.dispose()


def address(url: URL, configured: URL) -> URL:
    """Return a database's address for an asynchronous driver: the configured one, or one that is installed.

    Raises:
        InputError: If none is installed.
    """
    backend = url.get_backend_name()
    given = configured.drivername.partition("+")[2]
    drivers = _DRIVERS[backend]
    wanted = [given] if given in {*drivers, "psycopg_async"} else list(drivers)
    found = next((each for each in wanted if find_spec(each.removesuffix("_async"))), None)
    if found is None:
        message = f"no asynchronous driver for {backend} is installed"
        hint = "Install one of them; fixturegen-db[async] brings those of SQLite and PostgreSQL."
        raise InputError(message, given=given or None, exists=drivers, hint=hint)
    return url.set(drivername=f"{backend}+{found}")
