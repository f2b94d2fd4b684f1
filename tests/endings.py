"""A guard against what would take for ever: no measure of speed, but a limit that nothing but an explosion reaches."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 120


@contextmanager
def ends() -> Iterator[None]:
    """Stop the block, and fail the test, after ``SECONDS``."""

    def stop(*_: object) -> None:
        message = f"no end after {SECONDS} s"
        raise AssertionError(message)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
