"""Frames of a plan with its share of hostile rows, and the engine that computes them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fixturegen.fills.bulk import CHUNK_ROWS, Bulk, frames
from fixturegen.fills.dictionaries import Dictionaries
from fixturegen.fills.engine import Engine
from fixturegen.fills.judging import Oracle
from fixturegen.fills.trying import Trials
from fixturegen.hostility.storable import Keeper
from fixturegen.planning.plan import Plan


def made_frames(
    plan: Plan,
    chunk_rows: int | None = CHUNK_ROWS,
    oracle: Oracle | None = None,
    keeper: Keeper | None = None,
    trials: Trials | None = None,
    *,
    dictionaries: bool = False,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of every table in chunks, with the share of hostile rows that the plan's options ask for.

    Args:
        plan: The plan.
        chunk_rows: Most rows of a chunk, at least 1; None for the fastest order. It changes no value.
        oracle: The database that judges what only it can judge.
        keeper: Who has to keep the values unaltered; None for frames alone.
        trials: The load on whose tables rows are tried; needed by plans of tables whose triggers refuse rows.
        dictionaries: Whether text picked from lists may be Categorical.
    """
    engine = engine_of(plan, oracle, keeper, dictionaries=dictionaries)
    engine.trials = trials
    yield from frames(plan, chunk_rows, oracle, engine)


def engine_of(
    plan: Plan, oracle: Oracle | None = None, keeper: Keeper | None = None, *, dictionaries: bool = False
) -> Engine:
    """Return the engine of a plan: one with hostile rows, where its options ask for some, and these have texts alone."""
    if not plan.options.hostile:
        return Engine(plan, Bulk(plan.options.seed), oracle, Dictionaries(plan) if dictionaries else None)
    from fixturegen.hostility.tried import hostile_engine  # noqa: PLC0415 - many modules, which few runs use

    return hostile_engine(plan, oracle, keeper)
