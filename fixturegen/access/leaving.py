"""Sources that let the process end: Polars may still be asking for rows when Python is about to finish.

A streaming query that is satisfied early does not close its source (Polars 2.1; see its issue 25745): a thread of Polars goes on
asking for rows. Were it in Python when the interpreter finishes, it would be ended there by force, which Rust answers by aborting
the process. Therefore sources count who is within them, give no rows from the end on, and the end waits until nobody is within.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from threading import Condition
from time import sleep

import polars as pl

PATIENCE = 30.0
"""Seconds that the end waits for a chunk at most."""
SETTLING = 0.05
"""Seconds for a thread of Polars to take note that there are no more rows."""

_within = Condition()
_state = {"within": 0, "ending": False, "used": False}


class careful(Iterator[pl.DataFrame]):  # noqa: N801 - read as a verb
    """The same frames, none from the moment on when the process begins to end.

    Args:
        frames: The frames.

    >>> [frame.height for frame in careful(iter([pl.DataFrame({"x": [1, 2]})]))]
    [2]
    """

    def __init__(self, frames: Iterator[pl.DataFrame]) -> None:
        self._frames = frames
        if not _state["used"]:
            _state["used"] = True
            atexit.register(_leave)

    def __next__(self) -> pl.DataFrame:
        """Return the next frame."""
        with _within:
            if _state["ending"]:
                raise StopIteration
            _state["within"] += 1
        try:
            return next(self._frames)
        finally:
            with _within:
                _state["within"] -= 1
                _within.notify_all()


def _leave() -> None:
    """Wait until nobody is within a source, and let threads of Polars see that there is no more."""
    with _within:
        _state["ending"] = True
        _within.wait_for(lambda: _state["within"] == 0, PATIENCE)
    sleep(SETTLING)
