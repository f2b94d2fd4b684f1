"""Hostile values among those that examples hold: what a column by itself allows, at the end of its pool."""

from __future__ import annotations

import polars as pl

from fixturegen.domain import Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.hostility.allowed import candidates
from fixturegen.hostility.catalogue import NULL
from fixturegen.hostility.storable import Keeper
from fixturegen.schema import Column, Dialect
from fixturegen.strategies.asking import held_of

MOST = 64
"""Hostile values of one pool: enough for every class of a text, and a part of it that leaves the usual ones their room."""


def late_values(column: Column, domain: Domain, dialect: Dialect) -> list[object]:
    """Return hostile values as rows hold them, simplest classes first, without NULL.

    Args:
        column: The column.
        domain: What the constraints leave of it; nothing else is asked.
        dialect: What the schema is written for. SQLite is meant by schemas of no database too; it keeps all that are drawn here.
    """
    found, _ = candidates(column, domain, None if dialect == "sqlite" else Keeper(dialect))
    values = [candidate.value for candidate in found if candidate.name != NULL][:MOST]
    return held_of(pl.Series(values, dtype=polars_dtype(column.type)), column.type)
