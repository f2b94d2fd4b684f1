"""Whole-number keys count up: after existing rows, and from the least that the domain allows."""

from __future__ import annotations

import polars as pl

from fixturegen.domain import Domain
from fixturegen.generator import Request, made
from fixturegen.lattice import lattice_of
from fixturegen.planning.choosing import Choice
from fixturegen.schema import Column, Schema, Table


def counting_up(
    schema: Schema, table: Table, column: Column, domain: Domain, distinct: int, existing: pl.DataFrame | None
) -> Choice | None:
    """Return the sequence that fills a key column, or None where the column is no such key or has too little room.

    Args:
        schema: The schema, for the frozen clock.
        table: The table.
        column: The column.
        domain: What the constraints leave of it.
        distinct: So many values are wanted, those of existing rows counted.
        existing: Rows that the database holds already.
    """
    key = table.primary_key
    whole = column.type.kind == "integer" and domain.values is None and not domain.excluded
    if key is None or column.name not in key.columns or not whole or column.fill is not None:
        return None
    lattice = lattice_of(column.type)
    assert lattice is not None
    start = _after(existing, column.name, _least(domain))
    high = lattice.high if domain.high is None else domain.high
    if high - start + 1 < distinct:
        return None
    request = Request(
        table=table.name,
        column=column,
        domain=domain,
        arguments={"start": start, "step": 1},
        as_of=schema.as_of,
        where=column.where,
    )
    return Choice(made("sequence", request), (column.name,), "key")


def _least(domain: Domain) -> int:
    """1, or the nearest to it that the domain allows."""
    low = 1 if domain.low is None else domain.low
    return min(low, domain.high) if domain.high is not None and domain.low is None and domain.high < 1 else low


def _after(existing: pl.DataFrame | None, name: str, least: int) -> int:
    """Where the sequence begins, so that the first new row, whose ordinal counts existing ones, comes after them all."""
    if existing is None or name not in existing.columns or existing.height == 0:
        return least
    greatest = existing[name].max()
    return max(least, int(greatest) + 1) - existing.height if isinstance(greatest, int) else least
