"""What a process spends on memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from fixturegen import memory

ALLOCATOR = "_RJEM_MALLOC_CONF"


class _Library:
    def __init__(self, *, takes: bool) -> None:
        self.asked: list[tuple[int, int]] = []
        self._takes = takes

    def mallopt(self, what: int, value: int) -> int:
        self.asked.append((what, value))
        return int(self._takes)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = gc.get_threshold()
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(memory, "_holding", [])
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_the_allocator_keeps_memory_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOCATOR, raising=False)
    memory.hold()
    assert os.environ[ALLOCATOR] == "dirty_decay_ms:5000"


def test_what_the_user_set_comes_last_and_so_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOCATOR, "dirty_decay_ms:1")
    memory.hold()
    assert os.environ[ALLOCATOR] == "dirty_decay_ms:5000,dirty_decay_ms:1"


def test_the_allocator_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOCATOR, raising=False)
    memory.hold()
    memory.hold()  # a worker is told what the process that started it was told
    assert os.environ[ALLOCATOR] == "dirty_decay_ms:5000"


def test_no_threads_are_kept_for_matrices_unless_the_user_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    memory.hold()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    memory.hold()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"


@pytest.mark.parametrize("given", [(), ("MALLOC_ARENA_MAX",)])
def test_arrays_keep_their_pages_unless_the_user_has_settings_of_the_c_library(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    library = _Library(takes=True)
    monkeypatch.setattr("ctypes.CDLL", lambda _: library)
    for name in given:
        monkeypatch.setenv(name, "1")
    memory.hold()
    assert library.asked == ([] if given else [(-3, 32 * 2**20), (-1, 256 * 2**20)])


def test_where_large_arrays_do_not_come_from_the_heap_it_is_trimmed_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library(takes=False)
    monkeypatch.setattr("ctypes.CDLL", lambda _: library)
    memory.hold()
    assert [what for what, _ in library.asked] == [-3]


def test_a_c_library_without_settings_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    memory.hold()


def test_a_process_knows_that_it_does_one_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_holding", [])
    assert not memory.is_held()
    memory.hold()
    assert memory.is_held()


def test_circles_are_still_searched_for_but_less_often() -> None:
    gc.set_threshold(700, 10, 10)
    memory.search_seldom()
    assert gc.isenabled()
    assert gc.get_threshold() > (700, 10, 10)


def test_nothing_is_searched_when_the_process_ends() -> None:
    memory.leave()
    assert gc.get_freeze_count() > 0
