"""Loads through connections of any kind: of users within transactions, killed, interrupted."""

from __future__ import annotations

import os
import signal

import polars as pl
import pytest
from loads import MARIADB, TEXT, Server, by_insert, client, column, cut, interrupt, table, until
from sqlalchemy import text

from fixturegen.databases.base import RejectedError
from fixturegen.errors import InputError, RefusedError

pytestmark = pytest.mark.mariadb

FAMILY, QUOTED = MARIADB.tables, MARIADB.quoted
seed, family = MARIADB.seed, MARIADB.frames


def test_a_users_transaction_is_joined_and_left_to_them(made: Server) -> None:
    engine = by_insert(made.url)
    with engine.connect() as connection:
        connection.execute(text("SET SESSION time_zone = '+09:00'"))
        before = connection.execute(text("SELECT @@sql_mode, @@time_zone, @@foreign_key_checks")).one()
        seed(connection, FAMILY, family(3), marker="0b")
        assert connection.execute(text("SELECT @@sql_mode, @@time_zone, @@foreign_key_checks")).one() == before
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        with pytest.raises(RejectedError):
            seed(connection, FAMILY, family(3), existing="append")
        assert connection.execute(text("SELECT count(*) FROM children")).scalar() == 3
        assert made.value("SELECT count(*) FROM children") == 0
        with pytest.raises(InputError, match="cannot make tables within a transaction"):
            seed(connection, [table("films", column("id"))], [], create=True)
        connection.rollback()
    assert made.value("SELECT count(*) FROM children") == 0
    with engine.begin() as connection:
        seed(connection, FAMILY, family(4), marker="0b")
    assert made.value("SELECT count(*) FROM children") == 4


def test_an_address_without_a_database_is_named(server: Server) -> None:
    with pytest.raises(InputError, match="the address names no database"):
        seed(server.url._replace(database=None), FAMILY, [])
    with pytest.raises(RefusedError, match="cannot be reached") as caught:
        seed("mysql+pymysql://me:hunter2@127.0.0.1:1/none", FAMILY, [])
    assert "hunter2" not in str(caught.value)


def test_statements_keep_within_the_servers_packet(server: Server) -> None:
    words = table("words", column("id"), column("word", TEXT))
    frame = pl.DataFrame({"id": range(40), "word": ["é" * 500_000] * 40})
    seed(by_insert(server.url), [words], [("words", frame)], create=True)
    assert server.rows("SELECT count(*), sum(char_length(word)) FROM words") == [(40, 20_000_000)]


@pytest.mark.parametrize("create", [False, True])
def test_a_killed_connection_leaves_nothing(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True, marker="00")

    def kill() -> None:
        others = f"SELECT id FROM information_schema.processlist WHERE db = '{server.url.database}' AND id <> connection_id()"
        for (number,) in server.rows(others):
            server.rows(f"KILL {number}")

    with pytest.raises(RefusedError, match="the connection to the database was lost"):
        seed(server.url, FAMILY, cut(family(), kill), marker="0b", create=create)
    if create:
        assert server.rows("SHOW TABLES") == []
    else:
        assert server.value(f"SELECT count(*) FROM {QUOTED}") == 0


@pytest.mark.parametrize("create", [False, True])
def test_an_interrupt_leaves_nothing(server: Server, create: bool) -> None:
    if not create:
        seed(server.url, FAMILY, [], create=True, marker="00")

    with pytest.raises(KeyboardInterrupt):
        seed(server.url, FAMILY, cut(family(), interrupt), marker="0b", create=create)
    if create:
        assert server.rows("SHOW TABLES") == []
    else:
        assert server.value(f"SELECT count(*) FROM {QUOTED}") == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_client_stopped_in_mid_load_leaves_nothing(made: Server, number: signal.Signals) -> None:
    """The client waits for a lock in the middle of its load, where it is stopped.

    Some systems hand a signal to any thread, so that Python's main thread hears of it only when the server answers: soon.
    """
    client_url = made.url.update_query_dict({"init_command": "SET SESSION innodb_lock_wait_timeout = 3"})
    running = f"SELECT count(*) FROM information_schema.processlist WHERE db = '{made.url.database}' AND info LIKE 'LOAD DATA%'"
    blocker = made.connect(autocommit=False)
    with blocker, blocker.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("INSERT INTO children VALUES (7, 7, NULL)")  # a lock on a key that the client wants
        loading = client("MARIADB", client_url)
        until(lambda: made.value(running) or loading.poll() is not None, seconds=30)
        assert loading.poll() is None, loading.stderr and loading.stderr.read()
        loading.send_signal(number)
        loading.communicate(timeout=20)
        blocker.rollback()
    assert loading.returncode != 0
    until(lambda: not made.value(running), seconds=30)
    assert made.value(f"SELECT count(*) FROM {QUOTED}") == 0
    assert made.value("SELECT count(*) FROM children") == 0
