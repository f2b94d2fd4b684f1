"""Rows as designed, or which of them nothing makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from fixturegen.coverage.design import Design
from fixturegen.coverage.matching import Row
from fixturegen.coverage.steering import number_of, numbered, options_for, steered
from fixturegen.fills.bulk import Bulk
from fixturegen.fills.engine import Engine
from fixturegen.fills.failures import UnfillableError
from fixturegen.fills.judging import Oracle
from fixturegen.options import Options
from fixturegen.planning.planner import planned
from fixturegen.schema import Dialect


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a design.

    Attributes:
        data: Frames by table, parents first; None where some rows could not be made.
        failed: Classes of those rows, by table.
        error: Why not.
    """

    data: Mapping[str, pl.DataFrame] | None
    failed: Mapping[str, frozenset[Row]] = field(default_factory=dict)
    error: UnfillableError | None = None


def made_rows(design: Design, options: Options, judges: Collection[Dialect], oracle: Oracle | None) -> Made:
    """Make the rows of a design."""
    schema = numbered(design.plan.schema, design)
    plan = steered(planned(schema, options_for(design, options), judges=judges), design)
    engine = Engine(plan, Bulk(options.seed), oracle)
    data: dict[str, pl.DataFrame] = {}
    for name, table in plan.tables.items():
        try:
            frame = engine.frame(name, 0, table.total)
        except UnfillableError as error:
            rows = design.placed[error.table].rows
            return Made(None, {error.table: frozenset(rows[at] for at in error.ordinals)}, error)
        data[name] = frame.drop(number_of(table.table))
    return Made(data)
