"""Memory of a process that does one task and ends: it need not be given back at once, nor searched for what can be."""

from __future__ import annotations

import ctypes
import gc
import os

_THRESHOLDS = (400_000, 20, 100)
"""Objects, and collections of younger ones, after which Python looks for circles: schemas, plans and libraries are few and stay,
and a first search would come while they are still being read.
"""
_ALLOCATOR = "_RJEM_MALLOC_CONF"
_DECAY = "dirty_decay_ms:5000"
"""How long Polars keeps memory that the next chunk will ask for again; taking it from the system anew costs more than its use."""
_ALGEBRA = "OPENBLAS_NUM_THREADS"
"""How many threads wait, some of the time busily, for matrices to be multiplied by NumPy, of which there are none here."""
_TRIM, _MAP = -1, -3
"""Numbers that glibc's ``malloc.h`` gives to what ``mallopt`` sets."""
_OWN_PAGES = 32 * 2**20
"""Bytes from which on an array gets pages of its own, which the system clears each time; the most that glibc takes."""
_KEPT = 256 * 2**20
"""Bytes that may lie unused at the end of the heap."""


_holding: list[bool] = []


def is_held() -> bool:
    """Whether :func:`hold` was called: this process does one task, and no threads but those of the task suffer."""
    return bool(_holding)


def search_seldom() -> None:
    """Have this process search less often for circles of objects."""
    gc.set_threshold(*_THRESHOLDS)


def hold() -> None:
    """Have this process hold its memory longer; to be called before Polars and NumPy are imported.

    Polars does so in the processes that this one starts, too. What the user has set for an allocator stands.
    """
    _holding.append(True)
    given = os.environ.get(_ALLOCATOR, "")
    if not given.startswith(_DECAY):
        os.environ[_ALLOCATOR] = ",".join(filter(None, (_DECAY, given)))
    os.environ.setdefault(_ALGEBRA, "1")
    _hold_arrays()


def _hold_arrays() -> None:
    """Have the C library hold the arrays of NumPy, where it is glibc; others have no such setting, or need none."""
    if any(name.startswith("MALLOC_") for name in os.environ):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    if mallopt(_MAP, _OWN_PAGES):  # the other alone would have every larger array get pages of its own
        mallopt(_TRIM, _KEPT)


def leave() -> None:
    """Let this process end without a search for circles: the system takes all of its memory back."""
    gc.freeze()
