"""The run: what serves a test, whoever asks for it first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Outcome = Callable[..., pytest.RunResult]


def test_threads_that_ask_first_share_one_database(run: Outcome) -> None:
    result = run("""
from threading import Barrier, Thread

def at_once(work):
    barrier = Barrier(8)
    threads = [Thread(target=lambda number=number: (barrier.wait(), work(number))) for number in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

@pytest.mark.fixturegen(isolation="clone")
def test_engines(fixturegen):
    engines = []
    at_once(lambda number: engines.append(fixturegen.engine))
    assert len(engines) == 8 and len(set(map(id, engines))) == 1

@pytest.mark.fixturegen(isolation="clone")
def test_writing(fixturegen):
    def work(number):
        with fixturegen.engine.begin() as connection:
            add(connection, 900 + number)

    at_once(work)
    with fixturegen.engine.connect() as connection:
        assert count(connection, "teams") == 11

@pytest.mark.fixturegen(isolation="clone")
def test_making(fixturegen):
    made = []
    at_once(lambda number: made.append(fixturegen.make("teams").row["id"]))
    assert sorted(made) == list(range(4, 12))
""")
    result.assert_outcomes(passed=3)
