"""What a process spends on memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from fixturegen import memory

ALLOCATOR = "_RJEM_MALLOC_CONF"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
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


def test_circles_are_still_searched_for_but_less_often() -> None:
    gc.set_threshold(700, 10, 10)
    memory.search_seldom()
    assert gc.isenabled()
    assert gc.get_threshold() > (700, 10, 10)


def test_nothing_is_searched_when_the_process_ends() -> None:
    memory.leave()
    assert gc.get_freeze_count() > 0
