"""Writing behind: in order, bounded, and over when it is said to be over."""

from __future__ import annotations

import os
import sys
import threading
import time

import polars as pl
import pytest

from fixturegen.sinks.behind import Behind

FRAME = pl.DataFrame({"x": [1]})  # of 8 bytes


def writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fixturegen-export"]


def test_frames_are_written_in_order_by_one_other_thread() -> None:
    seen: list[tuple[str, int]] = []
    threads = set()

    def write(name: str, frame: pl.DataFrame) -> None:
        threads.add(threading.get_ident())
        seen.append((name, frame.item()))

    with Behind(write) as behind:
        for number in range(50):
            behind.put("ab"[number % 2], pl.DataFrame({"x": [number]}))
    assert seen == [("ab"[number % 2], number) for number in range(50)]
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert writers() == []


@pytest.mark.parametrize(("most", "waiting"), [(0, 1), (8, 1), (16, 2), (30, 3)])
def test_no_more_wait_than_their_bytes_allow(most: int, waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixturegen.sinks.behind.MOST_BYTES", most)
    given, written, go = [], [], threading.Event()

    def write(name: str, _: pl.DataFrame) -> None:
        go.wait(10)
        written.append(name)

    def give() -> None:
        with Behind(write) as behind:
            for number in range(6):
                behind.put(str(number), FRAME)
                given.append(number)

    giver = threading.Thread(target=give)
    giver.start()
    time.sleep(0.5)
    assert len(given) == 1 + waiting, "one is being written, the others wait"
    go.set()
    giver.join(10)
    assert written == [str(number) for number in range(6)]


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_failure_of_the_thread_is_raised_here(at: int) -> None:
    def write(name: str, _: pl.DataFrame) -> None:
        if int(name) == at:
            message = "no space"
            raise OSError(message)

    def give() -> None:
        with Behind(write) as behind:
            for number in range(at + 1):
                behind.put(str(number), FRAME)
            time.sleep(0.1)
            behind.put(str(at + 1), FRAME)
            behind.put(str(at + 2), FRAME)

    with pytest.raises(OSError, match="no space"):
        give()
    assert writers() == []


def test_a_failure_of_the_last_frame_is_raised_at_the_end() -> None:
    def write(_: str, __: pl.DataFrame) -> None:
        time.sleep(0.2)
        message = "late"
        raise ValueError(message)

    with pytest.raises(ValueError, match="late"), Behind(write) as behind:
        behind.put("a", FRAME)
    assert writers() == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_where_the_block_fails_nothing_is_written_afterwards(error: type[BaseException]) -> None:
    written: list[str] = []

    def write(name: str, _: pl.DataFrame) -> None:
        time.sleep(0.3)
        written.append(name)

    def give() -> None:
        with Behind(write) as behind:
            behind.put("being written", FRAME)
            time.sleep(0.1)
            behind.put("waiting", FRAME)
            raise error

    with pytest.raises(error):
        give()
    assert written == ["being written"]
    assert writers() == []


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
@pytest.mark.parametrize("alone", [True, False])
def test_writing_gives_way_to_making_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch, *, alone: bool) -> None:
    monkeypatch.setattr("fixturegen.memory.is_held", lambda: alone)
    seen: list[int] = []
    with Behind(lambda *_: seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))) as behind:
        behind.put("a", pl.DataFrame({"x": [1]}))
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert seen == [min(mine + 5, 19) if alone else mine]
