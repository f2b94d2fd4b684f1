"""Working ahead: in order, bounded, failures where they belong, and over when nobody wants more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from fixturegen.databases.ahead import ahead


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fixturegen-ahead"]


def test_items_come_in_order_from_one_other_thread() -> None:
    threads = set()

    def items() -> Iterator[int]:
        for number in range(100):
            threads.add(threading.get_ident())
            yield number

    with ahead(items()) as made:
        assert list(made) == list(range(100))
    assert len(threads) == 1
    assert threading.get_ident() not in threads
    assert makers() == []


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_made_than_may_wait(most: int) -> None:
    begun = []

    def items() -> Iterator[int]:
        for number in range(20):
            begun.append(number)
            yield number

    with ahead(items(), most) as made:
        next(made)
        time.sleep(0.3)
        assert len(begun) <= most + 2, "one was taken, so many wait, one is in the making"
        assert [*made] == list(range(1, 20))


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_failure_is_raised_where_the_item_would_have_been_given(at: int) -> None:
    def items() -> Iterator[int]:
        yield from range(at)
        message = "no more"
        raise ValueError(message)

    seen: list[int] = []
    with pytest.raises(ValueError, match="no more"), ahead(items()) as made:
        seen.extend(made)
    assert seen == list(range(at))
    assert makers() == []


def test_a_block_that_fails_ends_the_thread() -> None:
    def items() -> Iterator[int]:
        number = 0
        while True:
            yield number
            number += 1

    def leave() -> None:
        with ahead(items()) as made:
            next(made)
            raise KeyError

    with pytest.raises(KeyError):
        leave()
    assert makers() == []
