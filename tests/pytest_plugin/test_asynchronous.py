"""Asynchronous connections and sessions: of every driver, under every plugin that runs coroutines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL, make_url

from fixturegen.errors import InputError
from pytest_fixturegen.asynchronous import address

Outcome = Callable[..., pytest.RunResult]
ASYNC = """
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.asyncio

async def counted(connection, table="players"):
    return (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar()

@pytest.mark.parametrize("number", [1, 2])
async def test_connection(fixturegen, fixturegen_async_connection, number):
    connection = fixturegen_async_connection
    assert await counted(connection) == 8
    await connection.execute(text("INSERT INTO teams (id, name) VALUES (90, 'x')"))
    await connection.commit()
    made = await fixturegen.make_async("players", on=connection, team={"name": "y"})
    await connection.commit()
    with pytest.raises(IntegrityError):
        await connection.execute(text("INSERT INTO teams (id, name) VALUES (91, 'y')"))
    await connection.rollback()
    assert await counted(connection, "teams") == 5
    async with connection.engine.begin() as another:
        await another.execute(text("DELETE FROM players"))
    assert await counted(connection) == 0

@pytest.mark.parametrize("number", [1, 2])
async def test_session(fixturegen, fixturegen_async_session, fixturegen_async_connection, number):
    await fixturegen.make_async("players", on=fixturegen_async_session)
    await fixturegen_async_session.commit()
    assert await counted(fixturegen_async_session) == 9
    assert await counted(fixturegen_async_connection) == 9

@pytest.mark.fixturegen(isolation="clone")
async def test_clone(fixturegen_async_session):
    await fixturegen_async_session.execute(text("DELETE FROM players"))
    await fixturegen_async_session.commit()
    assert await counted(fixturegen_async_session) == 0

async def test_after_all(fixturegen_async_session, fixturegen_connection):
    assert await counted(fixturegen_async_session) == 8
    assert count(fixturegen_connection, "teams") == 3
"""
ASYNC_QUIET = ("-p", "no:randomly", "-p", "no:django", "-p", "no:anyio")


@pytest.mark.slow
def test_aiosqlite(run: Outcome, with_models: Callable[..., None]) -> None:
    with_models(more="asyncio_default_fixture_loop_scope = function\n")
    run(ASYNC, apart=True, quiet=ASYNC_QUIET).assert_outcomes(passed=6)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
def test_asynchronous_postgresql(
    run: Outcome, with_models: Callable[..., None], postgresql_url: URL, driver: str
) -> None:
    with_models(more="asyncio_default_fixture_loop_scope = function\nasyncio_mode = auto\n")
    address = postgresql_url.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)
    run(ASYNC, f"--fixturegen-database={address}", apart=True, quiet=ASYNC_QUIET).assert_outcomes(passed=6)


@pytest.mark.slow
def test_anyio(run: Outcome, with_models: Callable[..., None]) -> None:
    with_models()
    source = (
        ASYNC.replace("mark.asyncio", "mark.anyio") + "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    )
    quiet = ("-p", "no:randomly", "-p", "no:django", "-p", "no:asyncio")
    run(source, apart=True, quiet=quiet).assert_outcomes(passed=6)


def test_an_address_without_an_asynchronous_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_fixturegen.asynchronous.find_spec", lambda name: None)
    url = make_url("mysql+pymysql://me@localhost/shop")
    with pytest.raises(InputError, match=r"no asynchronous driver for mysql .*Install one of them"):
        address(url, url)
