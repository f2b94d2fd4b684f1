"""Keys of rows: ordinals, or (parent's key, ordinal) where rows are counted per parent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fixturegen.access.engine import LIMITED, AccessEngine
from fixturegen.draws import Integers
from fixturegen.errors import InputError


def numbers_of(engine: AccessEngine, table: str, keys: Iterable[Any]) -> Integers:
    """Return the numbers of the rows that keys name.

    Args:
        engine: The engine.
        table: The table.
        keys: Ordinals from 0, or pairs of the parent's key (itself an ordinal or a pair) and the 0-based number of the row among
            its parent's.

    Raises:
        InputError: If a key has another form, or names no row.
    """
    if engine.numbered(table):
        return _ordinals(engine, table, keys)
    if engine.limited(table):
        message = f"no row is known alone: they {LIMITED}"
        raise InputError(message, where=table, hint="Use generate or scan.")
    try:
        pairs = [(parent, place) for parent, place in keys]
    except (TypeError, ValueError):
        message = f"a key is no pair: {_form(engine, table)}"
        raise InputError(message, where=table) from None
    strides = engine.strides(table)
    parents = numbers_of(engine, strides.parent, [parent for parent, _ in pairs])
    places = _integers(engine, table, [place for _, place in pairs])
    sizes = strides.sizes(parents) if len(parents) else np.zeros(0, dtype=np.int64)
    beyond = np.flatnonzero((places < 0) | (places >= sizes))
    if len(beyond):
        at = int(beyond[0])
        message = f"no row {_plain(pairs[at])!r}: its parent in {strides.parent} has {int(sizes[at])}, from 0"
        raise InputError(message, where=table)
    return strides.starts(parents) + places


def _plain(key: object) -> object:
    """Return a key as people write it, whatever holds it."""
    if isinstance(key, tuple | list | np.ndarray):
        return tuple(map(_plain, key))
    return int(key) if isinstance(key, np.integer) else key


def _ordinals(engine: AccessEngine, table: str, keys: Iterable[Any]) -> Integers:
    ordinals = _integers(engine, table, keys)
    total = engine.plan.tables[table].total
    beyond = np.flatnonzero((ordinals < 0) | (ordinals >= total))
    if len(beyond):
        message = f"no row {int(ordinals[beyond[0]])}: the table has {total:,}, from 0"
        raise InputError(message, where=table)
    return ordinals


def _integers(engine: AccessEngine, table: str, keys: Iterable[Any]) -> Integers:
    if isinstance(keys, str | bytes) or not isinstance(keys, Iterable):
        message = f"keys are {keys!r}, no sequence of keys"
        raise InputError(message, where=table, hint="Write [7] for row 7.")
    try:
        # Of a list, every element is looked at: NumPy would take True for 1.
        listed = keys if isinstance(keys, np.ndarray | range) else list(keys)
        found = np.asarray(listed) if len(listed) else np.zeros(0, dtype=np.int64)
        whole = found.ndim == 1 and found.dtype.kind in "iu"
    except (TypeError, ValueError, OverflowError):
        whole = False
    beyond = [] if whole or not isinstance(listed, list) else [key for key in listed if _is_beyond(key)]
    if beyond:
        raise InputError(f"no row {beyond[0]}", where=table)
    if not whole or (isinstance(listed, list) and any(isinstance(key, bool) for key in listed)):
        message = f"a key is no whole number: {_form(engine, table)}"
        raise InputError(message, where=table)
    if found.dtype == np.uint64 and len(found) and int(found.max()) >= 2**63:
        message = f"no row {int(found.max())}"
        raise InputError(message, where=table)
    return found.astype(np.int64, copy=False)


def _is_beyond(key: object) -> bool:
    """Whether a key is a whole number that no table has so many rows for."""
    return isinstance(key, int) and not isinstance(key, bool) and not -(2**63) <= key < 2**63


def _form(engine: AccessEngine, table: str) -> str:
    """Say what keys of a table look like."""
    if engine.numbered(table):
        return f"rows of {table} are known by their ordinals, from 0"
    parent = engine.strides(table).parent
    of_parent = "its parent's ordinal" if engine.numbered(parent) else "its parent's key, a pair again"
    return (
        f"rows of {table} are counted per row of {parent}, and known by ({of_parent}, the number among its rows from 0)"
    )
