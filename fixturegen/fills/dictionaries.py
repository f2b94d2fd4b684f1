"""Dictionaries of columns: text picked from a list, as formats that write dictionaries take it fastest."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.generator import Builder, Generator, Picks, gathered
from fixturegen.planning.plan import Cased, Drawn, Plan, TablePlan

LEAST_ROWS = 20_000
"""Smaller tables gain nothing worth having."""
_MOST_HELD = 256
"""Pools of which the entries are known in their dictionary."""


class Dictionaries:
    """The columns of a plan that are written as places in dictionaries, and the dtype of each: a Categorical.

    Which columns they are follows from the plan alone, so that all chunks of a table have the same dtypes, whoever makes them.

    Args:
        plan: The plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._dtypes = {name: _dtypes(table) for name, table in plan.tables.items()}
        self._held: dict[tuple[pl.Categorical, int], tuple[pl.Series, pl.Series]] = {}

    def of(self, table: str) -> Mapping[str, pl.Categorical]:
        """Return the dtypes of a table's columns that have dictionaries, by column."""
        return self._dtypes[table]

    def values(self, picks: Picks, dtype: pl.Categorical) -> pl.Series:
        """Return picks in a dtype."""
        key = (dtype, id(picks.pool))
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            held = self._held[key] = (
                picks.pool,
                picks.pool.cast(dtype),
            )  # the pool is held, so its number stays its own
        return gathered(held[1], picks.places)


def _dtypes(table: TablePlan) -> dict[str, pl.Categorical]:
    if table.existing or table.rows < LEAST_ROWS:
        return {}
    return {
        column.name: pl.Categorical(pl.Categories(f"{table.table.name}.{column.name}", "fixturegen"))
        for column in table.table.columns
        if polars_dtype(column.type) == pl.String and _picked(table.steps.get(column.name))
    }


def _picked(step: object) -> bool:
    """Whether all values of a column come from lists."""
    match step:
        case Drawn():
            return _picks(step.generator)
        case Cased():
            return bool(step.makers) and all(map(_picks, step.makers.values()))
        case _:
            return False


def _picks(generator: Generator) -> bool:
    return isinstance(generator.build, Builder) and generator.build.picks is not None
