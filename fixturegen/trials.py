"""A plan for rows that will be asked for: tried where only trying tells, with the databases at hand as judges."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.databases.oracles import asking, at_hand
from fixturegen.fills.trial import tried
from fixturegen.options import Options
from fixturegen.planning import Plan, planned
from fixturegen.schema import Schema

if TYPE_CHECKING:
    from fixturegen.databases.base import Target

NOTHING: Mapping[str, pl.DataFrame] = MappingProxyType({})
NO_CEILINGS: Mapping[str, tuple[int, str]] = MappingProxyType({})


def tried_plan(
    schema: Schema,
    options: Options,
    database: Target | None,
    existing: Mapping[str, pl.DataFrame] = NOTHING,
    ceilings: Mapping[str, tuple[int, str]] = NO_CEILINGS,
    refusing: Collection[str] = (),
) -> Plan:
    """Return a plan whose tables can all be settled, counting on a database for what only it can judge.

    Args:
        schema: The schema.
        options: What is asked.
        database: The database, or None.
        existing: Rows that it holds already.
        ceilings: Most rows of a table and why, where loading told.
        refusing: Tables whose triggers refuse rows.
    """
    judges = at_hand(database)
    with asking(database) as oracles:
        return tried(lambda known: planned(schema, options, existing, judges, {**known, **ceilings}, refusing), oracles)
