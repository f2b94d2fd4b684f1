"""Loads through connections of any kind: of engines, of users within transactions, locked, killed, interrupted."""

from __future__ import annotations

import os
import signal

import polars as pl
import pytest
from loads import POSTGRESQL, TEXT, Server, by_insert, client, column, cut, interrupt, table, until
from sqlalchemy import create_engine, text

from fixturegen.databases.base import RejectedError
from fixturegen.errors import InputError, RefusedError
from fixturegen.schema import Type

pytestmark = pytest.mark.postgresql

FAMILY, QUOTED = POSTGRESQL.tables, POSTGRESQL.quoted
seed, family = POSTGRESQL.seed, POSTGRESQL.frames


def test_a_users_transaction_is_joined_and_left_to_them(made: Server) -> None:
    engine = by_insert(made.url)
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL timezone = 'Asia/Tokyo'"))
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        seed(connection, FAMILY, family(3), marker="0b")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert connection.execute(text("SHOW timezone")).scalar() == "Asia/Tokyo"
        with pytest.raises(RejectedError):
            seed(connection, FAMILY, family(3), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert made.value("SELECT count(*) FROM children") == 0
        connection.rollback()
    assert made.value("SELECT count(*) FROM children") == 0
    with engine.begin() as connection:
        seed(connection, FAMILY, family(4), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 4


def test_begun_but_unused_transactions_are_joined_too(made: Server) -> None:
    engine = by_insert(made.url)
    with engine.connect() as connection:
        outer = connection.begin()
        seed(connection, FAMILY, family(3), marker="0b")
        outer.rollback()
    assert made.value("SELECT count(*) FROM children") == 0


def test_engines_of_every_isolation_level(made: Server) -> None:
    for at, level in enumerate(("AUTOCOMMIT", "SERIALIZABLE")):
        engine = create_engine(made.url, isolation_level=level)
        seed(engine, FAMILY, family(3), existing="replace", marker=f"{at}c")
        with pytest.raises(RejectedError):
            seed(engine, FAMILY, family(3), existing="append")
        assert made.value("SELECT count(*) FROM children") == 3
        engine.dispose()


def test_a_driver_that_cannot_copy_is_named() -> None:
    with pytest.raises((InputError, RefusedError)) as caught:
        seed("postgresql+psycopg://me:hunter2@127.0.0.1:1/none", FAMILY, [])
    assert "hunter2" not in str(caught.value)
    assert "cannot be reached" in str(caught.value)


def test_settings_of_a_role_do_not_change_values(made: Server) -> None:
    made.rows(*(
        f"ALTER DATABASE {made.url.database} SET {setting}"
        for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Tokyo'", "intervalstyle = 'sql_standard'", "client_encoding = 'LATIN1'")
    ))  # fmt: skip
    day = table(
        "days",
        column("id"),
        column("at", Type(kind="datetime", zone=True)),
        column("span", Type(kind="interval")),
        column("word", TEXT),
    )
    from datetime import UTC, datetime, timedelta

    frame = pl.DataFrame(
        {"id": [1], "at": [datetime(2024, 3, 4, tzinfo=UTC)], "span": [timedelta(days=-1, hours=2)], "word": ["😀"]}
    )
    seed(made.url, [day], [("days", frame)], create=True)
    query = "SELECT extract(epoch FROM at)::bigint, extract(epoch FROM span)::bigint, ascii(word) FROM days"
    assert made.rows(query) == [(1709510400, -79200, ord("😀"))]


def test_a_locked_table_says_so(made: Server) -> None:
    made.rows(f"ALTER DATABASE {made.url.database} SET lock_timeout = '50ms'")
    with made.connect() as other, other.transaction():
        other.execute("LOCK TABLE children IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(RefusedError, match="is locked by another connection"):
            seed(made.url, FAMILY, family(), marker="0b")


def test_a_read_only_database_says_so(made: Server) -> None:
    made.rows(f"ALTER DATABASE {made.url.database} SET default_transaction_read_only = on")
    with pytest.raises(RefusedError, match="is read-only"):
        seed(made.url, FAMILY, family(), marker="0b")


def test_a_killed_connection_leaves_nothing(made: Server) -> None:
    def kill() -> None:
        made.rows(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{made.url.database}' AND pid <> pg_backend_pid()"
        )

    with pytest.raises(RefusedError, match=r"the connection to the database was lost|ended the connection"):
        seed(made.url, FAMILY, cut(family(), kill), marker="0b")
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 0


def test_an_interrupt_leaves_nothing(made: Server) -> None:
    with pytest.raises(KeyboardInterrupt):
        seed(made.url, FAMILY, cut(family(), interrupt), marker="0b")
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_client_stopped_in_mid_copy_leaves_nothing(made: Server, number: signal.Signals) -> None:
    """The client waits for a lock in the middle of its load, where it is stopped."""
    alive = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{made.url.database}' AND query LIKE 'COPY%'"
    waiting = f"{alive} AND wait_event_type = 'Lock'"
    with made.connect() as other:
        with other.transaction():
            other.execute("LOCK TABLE children IN SHARE MODE")
            loading = client("POSTGRESQL", made.url)
            until(lambda: made.value(waiting) or loading.poll() is not None, seconds=30)
            assert loading.poll() is None, loading.stderr and loading.stderr.read()
            loading.send_signal(number)
            loading.communicate(timeout=20)
        assert loading.returncode != 0
        until(lambda: not made.value(alive), seconds=30)
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 0
    assert made.value("SELECT count(*) FROM children") == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_addresses_for_other_drivers_name_the_same_database(made: Server, scheme: str) -> None:
    rest = made.url.render_as_string(hide_password=False).partition("://")[2]
    seed(f"{scheme}://{rest}", FAMILY, family(3), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 3
