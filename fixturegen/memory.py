"""Memory of a process that does one task and ends: it need not be given back at once, nor searched for what can be."""

from __future__ import annotations

import gc
import os

_THRESHOLDS = (50_000, 20, 100)
"""Objects, and collections of younger ones, after which Python looks for circles: schemas, plans and libraries are few and stay."""
_ALLOCATOR = "_RJEM_MALLOC_CONF"
_DECAY = "dirty_decay_ms:5000"
"""How long Polars keeps memory that the next chunk will ask for again; taking it from the system anew costs more than its use."""


def search_seldom() -> None:
    """Have this process search less often for circles of objects."""
    gc.set_threshold(*_THRESHOLDS)


def hold() -> None:
    """Have Polars hold its memory longer, in this process and those that it starts; to be called before Polars is imported.

    What the user has set for the allocator of Polars stands.
    """
    os.environ[_ALLOCATOR] = ",".join(filter(None, (_DECAY, os.environ.get(_ALLOCATOR))))


def leave() -> None:
    """Let this process end without a search for circles: the system takes all of its memory back."""
    gc.freeze()
