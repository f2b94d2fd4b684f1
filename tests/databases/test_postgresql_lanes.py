"""Work on several connections: bounded, failures told, ended when nobody wants it."""

from __future__ import annotations

import threading

import psycopg
import pytest
from loads import Server
from sqlalchemy import create_engine

from fixturegen.databases.postgresql_connection import Session
from fixturegen.databases.postgresql_lanes import Lanes, awaited, ended, lanes

pytestmark = pytest.mark.postgresql


def idle(number: int) -> Lanes:
    """Lanes whose connections are never used."""
    return Lanes([Session(None, f"{at}") for at in range(number)])  # type: ignore[arg-type]  # no connection


def test_each_connection_serves_one_at_a_time() -> None:
    opened = idle(3)
    busy: set[str] = set()
    most: list[int] = []

    def work(session: Session) -> None:
        assert session.place not in busy
        busy.add(session.place)
        most.append(len(busy))
        threading.Event().wait(0.01)
        busy.discard(session.place)

    assert awaited({opened.start(work) for _ in range(30)}) == set()
    assert len(most) == 30
    assert max(most) <= 3
    opened.stop()


def test_no_more_are_left_than_may_be() -> None:
    opened, go = idle(1), threading.Event()
    started = {opened.start(lambda _: None), *(opened.start(lambda _: go.wait() and None) for _ in range(2))}
    left = awaited(started, 2)
    assert len(left) == 2
    go.set()
    assert awaited(left) == set()
    opened.stop()


def test_a_failure_is_raised_where_it_is_waited_for() -> None:
    opened = idle(2)

    def fails(_: Session) -> None:
        raise KeyError

    future = opened.start(fails)
    assert ended({future}) == {future}
    with pytest.raises(KeyError):
        awaited({future})
    opened.stop()


def test_what_runs_is_cancelled_and_what_waits_never_begins(server: Server) -> None:
    engine = create_engine(server.url)
    begun, later = threading.Event(), []

    def sleeps(session: Session) -> None:
        begun.set()
        session.run("SELECT pg_sleep(600)")

    with lanes(engine, "here", 1, {"application_name": "a lane"}) as opened:
        running = opened.start(sleeps)
        waiting = opened.start(lambda _: later.append(1))
        begun.wait(10)
        assert server.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'a lane'") == 1
    assert isinstance(running.exception(), psycopg.errors.QueryCanceled)
    assert (waiting.cancelled(), later) == (True, [])
    engine.dispose()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fixturegen-lane")]
