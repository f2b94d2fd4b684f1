"""Uniques that no permutation can keep: a row that repeats an earlier row is drawn again.

Each row goes by the number of times it was drawn again, which is part of the key of its draws, so its values stay a pure
function of keys. A row gives way to earlier rows only: whatever rows follow, it settles in the same place, and a table that
grows keeps its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fixturegen.draws import Integers
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.parsing import parsed
from fixturegen.fills.judging import false_rows
from fixturegen.planning.dotted import dotted_types
from fixturegen.planning.plan import Settled, TablePlan
from fixturegen.schema import Unique

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.fills.rows import TableRows

MOST_ROUNDS = 20_000
Attempts = tuple[Integers, ...]


def settled(engine: Engine, plan: TablePlan) -> Attempts:
    """Return how often every row of a table was drawn again, for each of its settled groups of uniques."""
    attempts = tuple(np.zeros(plan.rows, dtype=np.int64) for _ in plan.settled)
    for number, group in enumerate(plan.settled):
        _settle(engine, plan, group, attempts, number)
    return attempts


def _settle(engine: Engine, plan: TablePlan, group: Settled, attempts: Attempts, number: int) -> None:
    everyone = np.arange(plan.rows, dtype=np.int64)
    codes, free = _codes(engine, plan, group, everyone, attempts)
    for _ in range(MOST_ROUNDS):
        losers = _losers(codes, free)
        if len(losers) == 0:
            return
        attempts[number][losers] += 1
        codes[:, losers], free[:, losers] = _codes(engine, plan, group, losers, attempts)
    _give_up(plan, group, len(losers))


def _give_up(plan: TablePlan, group: Settled, count: int) -> None:
    names = ", ".join(unique.name or ", ".join(unique.columns) for unique in group.uniques)
    message = f"{count} of {plan.rows} rows found no place of their own under {names} in {MOST_ROUNDS} rounds"
    raise ImpossibleError(message, where=plan.table.where, hint="Ask for fewer rows, or declare wider values.")


def _losers(
    codes: np.ndarray[tuple[int, int], np.dtype[np.uint64]], free: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
) -> Integers:
    """Rows that repeat the code of an earlier row under one of the uniques, or that break a condition, ascending."""
    lost = np.zeros(codes.shape[1], dtype=bool)
    for code, exempt in zip(codes[:-1], free[:-1], strict=True):
        bound = np.flatnonzero(~exempt)
        order = bound[np.argsort(code[bound], kind="stable")]
        ordered = code[order]
        lost[order[1:][ordered[1:] == ordered[:-1]]] = True
    return np.flatnonzero(lost | ~free[-1])


def _codes(
    engine: Engine, plan: TablePlan, group: Settled, ordinals: Integers, attempts: Attempts
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.uint64]], np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    """Return one line of codes for each unique, and which rows it does not bind; the last line says which rows pass the checks."""
    from fixturegen.fills.rows import TableRows  # noqa: PLC0415 - rows ask the engine for attempts, which settles rows

    rows = TableRows(engine, plan, ordinals, tuple(one[ordinals] for one in attempts))
    codes = np.zeros((len(group.uniques) + 1, len(ordinals)), dtype=np.uint64)
    free = np.ones((len(group.uniques) + 1, len(ordinals)), dtype=bool)
    for line, unique in enumerate(group.uniques):
        codes[line], free[line] = _code(rows, unique)
    for opaque in group.conditions:
        frame = pl.DataFrame({name: rows.dotted(name) for name in opaque.reads})
        free[-1] &= ~false_rows(rows, opaque, frame)
    return codes, free


def _code(
    rows: TableRows, unique: Unique
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return a code for each row's values, and which rows the unique does not bind.

    The code is Polars' hash: two rows of equal values always have equal codes. Where different values had one code too (one
    pair in 2**64), a row would be drawn again without need, and still be right.
    """
    values = _unique_values(rows, unique)
    free = np.zeros(len(rows), dtype=bool)
    if unique.nulls_distinct:
        free |= values.select(pl.any_horizontal(pl.all().is_null())).to_series().to_numpy()
    if unique.predicate is not None:
        free |= ~_evaluated(rows, unique, unique.predicate).fill_null(False).to_numpy()
    return values.hash_rows(seed=0).to_numpy(), free


def _unique_values(rows: TableRows, unique: Unique) -> pl.DataFrame:
    if not unique.expressions:
        return pl.DataFrame([rows.column(name) for name in unique.columns])
    return pl.DataFrame(
        [_evaluated(rows, unique, text).alias(str(at)) for at, text in enumerate(unique.expressions)]
    )


def _evaluated(rows: TableRows, unique: Unique, text: str) -> pl.Series:
    schema = rows.engine.plan.schema
    expression = parsed(text, unique.dialect)
    types = dotted_types(schema, rows.plan.table, unique.columns)
    frame = pl.DataFrame([rows.column(name) for name in types])
    return frame.select(
        polars_expression(expression, unique.dialect, types, as_of=schema.as_of).alias("value")
    ).to_series()


