"""Uniques that no permutation can keep: a row that repeats an earlier row is drawn again.

Each row goes by the number of times it was drawn again, which is part of the key of its draws, so its values stay a pure
function of keys. A row gives way to earlier rows only: whatever rows follow, it settles in the same place, and a table that
grows keeps its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.draws import Integers
from fixturegen.expressions.collation import folded, folding
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.terms import NotEvaluableError
from fixturegen.fills.failures import UnfillableError, UnsettledError
from fixturegen.fills.judging import judge
from fixturegen.fills.nulls import Mask
from fixturegen.fills.trying import place_tried
from fixturegen.planning.dotted import dotted_types
from fixturegen.planning.plan import Settled, TablePlan
from fixturegen.schema import Unique

if TYPE_CHECKING:
    from fixturegen.fills.engine import Engine
    from fixturegen.fills.rows import TableRows

FIRST_ROUNDS = 24
MOST_ROUNDS = 600
LOOKED_AT = 4_096
FEWEST_AHEAD = 4
RECENT = 16
LOOKS = 100_000
LOOKS_A_ROW = 500
"""So many attempts, and so many more a row, are looked at before giving up."""
Attempts = tuple[Integers, ...]
Codes = npt.NDArray[np.uint64]


def settled(engine: Engine, plan: TablePlan) -> Attempts:
    """Return how often every row of a table was drawn again, for each of its settled groups of uniques."""
    attempts = tuple(np.zeros(plan.total, dtype=np.int64) for _ in plan.settled)
    for number, group in enumerate(plan.settled):
        _settle(engine, plan, group, attempts, number)
        if group.tried and engine.trials is not None:
            place_tried(engine, plan, attempts, number)
    return attempts


def _settle(engine: Engine, plan: TablePlan, group: Settled, attempts: Attempts, number: int) -> None:
    everyone = np.arange(plan.total, dtype=np.int64)
    codes, free = _codes(engine, plan, group, everyone, attempts)
    # Later rounds only matter where several uniques bind: their outcome must not depend on anything but earlier rows.
    rounds = FIRST_ROUNDS if len(group.uniques) == 1 and not group.conditions else MOST_ROUNDS
    search = _Search(engine, plan, group, attempts, number)
    coming = _Coming(search, np.full(plan.total, -RECENT), np.zeros(plan.total, dtype=np.int64))
    for _ in range(rounds):
        losers = _losers(codes, free)
        losers = losers[losers >= plan.existing]
        if len(losers) == 0:
            return
        attempts[number][losers] += 1
        codes[:, losers], free[:, losers] = coming.codes_of(losers)
    if rounds == MOST_ROUNDS:
        _give_up(plan, group, len(losers))
    _finish(search, codes[0], free[0])


@dataclass(frozen=True, slots=True)
class _Search:
    """What the search for the last free places reads and writes."""

    engine: Engine
    plan: TablePlan
    group: Settled
    attempts: Attempts
    number: int

    def ahead(self, rows: Integers, width: int) -> tuple[list[list[int]], list[list[bool]]]:
        """Return the codes of each row's next attempts, and whether they bind."""
        codes, free = self.codes(rows, width, first=1)
        shape = (len(rows), width)
        return codes[0].reshape(shape).tolist(), free[0].reshape(shape).tolist()

    def codes(self, rows: Integers, width: int = 1, *, first: int = 0) -> tuple[Codes, Mask]:
        """Return the codes of so many attempts of each row, one after the other, from its present one plus ``first`` on."""
        ordinals = np.repeat(rows, width)
        steps = np.tile(np.arange(first, first + width), len(rows))
        attempts = tuple(one[ordinals] + (steps if at == self.number else 0) for at, one in enumerate(self.attempts))
        return _codes(self.engine, self.plan, self.group, ordinals, attempts)


@dataclass(slots=True)
class _Coming:
    """The codes of rows at the attempts that come: found for many rounds at once where few rows are left, as a round costs much.

    Attributes:
        search: What it reads.
        lost: The round in which each row was last drawn again.
        start: The first attempt of each row that is held.
        held: The codes of these attempts, and whether they bind, row by row; None before the first.
        places: Where each row stands among those that are held.
        width: How many attempts of each row are held.
        rounds: How many rounds there were.
    """

    search: _Search
    lost: Integers
    start: Integers
    held: tuple[Codes, Mask] | None = None
    places: dict[int, int] = field(default_factory=dict)
    width: int = 0
    rounds: int = 0

    def codes_of(self, rows: Integers) -> tuple[Codes, Mask]:
        """Return the codes of rows at their present attempts, and whether they bind."""
        self.rounds += 1
        self.lost[rows] = self.rounds
        found = self._found(rows)
        if found is None:
            self._look()
            found = self._found(rows)
        return self.search.codes(rows) if found is None else found

    def _found(self, rows: Integers) -> tuple[Codes, Mask] | None:
        if self.held is None:
            return None
        steps = self.search.attempts[self.search.number][rows] - self.start[rows]
        places = np.array([self.places.get(row, -1) for row in rows.tolist()], dtype=np.int64)
        if (places < 0).any() or (steps >= self.width).any():
            return None
        at = places * self.width + steps
        return self.held[0][:, at], self.held[1][:, at]

    def _look(self) -> None:
        """Look as far ahead as rounds went by, within a limit, for all rows that lost lately: any of them may lose again."""
        every = np.flatnonzero(self.lost > self.rounds - RECENT)
        self.width = min(self.rounds, LOOKED_AT // len(every))
        self.held = None
        if self.width < FEWEST_AHEAD or self.rounds < FIRST_ROUNDS:
            return
        try:
            self.held = self.search.codes(every, self.width)
        except UnfillableError:  # at an attempt that no row may come to
            return
        self.start[every] = self.search.attempts[self.search.number][every]
        self.places = {row: at for at, row in enumerate(every.tolist())}


def _finish(search: _Search, codes: Codes, free: Mask) -> None:
    """Place the rows that are still without a place, one unique, few rows, little room: look many attempts ahead at once.

    A row takes the first of its attempts that no earlier row holds, and sends a later row that holds it on. As all places
    prefer earlier rows, the outcome does not depend on the order in which rows are sent on (deferred acceptance: Gale and
    Shapley, 1962), so it is the same as that of the rounds before.
    """
    holder: dict[int, int] = {}
    homeless: list[int] = []
    for row, (code, exempt) in enumerate(zip(codes.tolist(), free.tolist(), strict=True)):
        if not exempt and holder.setdefault(code, row) != row:
            homeless.append(row)
    looked = 0
    while homeless:
        rows = np.array(sorted(homeless[:LOOKED_AT]), dtype=np.int64)
        homeless = homeless[LOOKED_AT:]
        width = max(1, LOOKED_AT // len(rows))
        looked += len(rows) * width
        if looked > LOOKS + LOOKS_A_ROW * search.plan.total:
            _give_up(search.plan, search.group, len(rows) + len(homeless))
        for row, own, exempt in zip(rows.tolist(), *search.ahead(rows, width), strict=True):
            homeless += _placed(row, own, exempt, holder, search.attempts[search.number])


def _placed(row: int, codes: list[int], free: list[bool], holder: dict[int, int], attempts: Integers) -> list[int]:
    """Place a row at the first attempt that it may take; return who has no place now: a later row, itself, or nobody."""
    for step, (code, exempt) in enumerate(zip(codes, free, strict=True), start=1):
        held = holder.get(code)
        if exempt or held is None or held > row:
            attempts[row] += step
            if exempt:
                return []
            holder[code] = row
            return [] if held is None else [held]
    attempts[row] += len(codes)
    return [row]


def _give_up(plan: TablePlan, group: Settled, count: int) -> None:
    names = ", ".join(unique.name or ", ".join(unique.columns) for unique in group.uniques) or "its checks"
    message = f"{count:,} of {plan.rows:,} rows found no place of their own under {names}"
    error = UnsettledError(message, where=plan.table.where, hint="Ask for fewer rows, or declare wider values.")
    error.table, error.placed = plan.table.name, max(plan.total - count, 0)
    raise error


def _losers(codes: Codes, free: Mask) -> Integers:
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
) -> tuple[Codes, Mask]:
    """Return a line of codes for each unique, and which rows it does not bind; the last line says which rows pass.

    Args:
        engine: The engine.
        plan: The table's plan.
        group: The uniques and conditions.
        ordinals: The rows.
        attempts: How often each of them was drawn again, by group.
    """
    rows = engine.attempted(plan, ordinals, attempts)
    codes = np.zeros((len(group.uniques) + 1, len(ordinals)), dtype=np.uint64)
    free = np.ones((len(group.uniques) + 1, len(ordinals)), dtype=bool)
    for line, unique in enumerate(group.uniques):
        codes[line], free[line], sound = _code(rows, unique)
        free[-1] &= sound
    court = judge(rows, rows.dotted)
    for condition in group.conditions:
        free[-1] &= court.holds(condition)
    return codes, free


def _code(rows: TableRows, unique: Unique) -> tuple[Codes, Mask, Mask]:
    """Return a code for each row's values, which rows the unique does not bind, and for which its expressions do not fail.

    The code is Polars' hash: two rows of equal values always have equal codes. Where different values had one code too (one
    pair in 2**64), a row would be drawn again without need, and still be right.
    """
    values, sound = _unique_values(rows, unique)
    free = np.zeros(len(rows), dtype=bool)
    if unique.nulls_distinct:
        free |= values.select(pl.any_horizontal(pl.all().is_null())).to_series().to_numpy()
    if unique.predicate is not None:
        free |= ~_predicate(rows, unique, unique.predicate)
    return values.hash_rows(seed=0).to_numpy(), free, sound


def _unique_values(rows: TableRows, unique: Unique) -> tuple[pl.DataFrame, Mask]:
    sound = np.ones(len(rows), dtype=bool)
    if not unique.expressions:
        return pl.DataFrame([_compared(rows, name) for name in unique.columns]), sound
    found = []
    for at, text in enumerate(unique.expressions):
        values, fine = _evaluated(rows, unique, text)
        sound &= fine
        found.append(values.alias(str(at)))
    return pl.DataFrame(found), sound


def _compared(rows: TableRows, name: str) -> pl.Series:
    """Return a column in the form in which values that the database takes for equal are equal."""
    values, dialect = rows.column(name), rows.engine.plan.schema.dialect
    column = next(column for column in rows.plan.table.columns if column.name == name)
    if values.dtype != pl.String or not folding(column.type, column.collation, dialect):
        return values
    return values.to_frame().select(folded(pl.col(values.name), column.type, column.collation, dialect)).to_series()


def _predicate(rows: TableRows, unique: Unique, text: str) -> Mask:
    """Return for which rows a predicate is true."""
    try:
        verdict = _computed(rows, unique, text)
    except NotEvaluableError:
        oracle = rows.engine.oracle
        if oracle is None:
            raise
        verdict = oracle(rows.plan.table, text, unique.dialect, _read(rows, text, unique))
    return verdict.fill_null(value=False).to_numpy()


def _evaluated(rows: TableRows, unique: Unique, text: str) -> tuple[pl.Series, Mask]:
    """Return the values of an expression, by the database where only it can say them, and for which rows it does not fail."""
    try:
        return _computed(rows, unique, text), np.ones(len(rows), dtype=bool)
    except NotEvaluableError:
        oracle = rows.engine.oracle
        if oracle is None:
            raise
        values, sound = oracle.values(rows.plan.table, text, unique.dialect, _read(rows, text, unique))
        return values, sound.to_numpy()


def _computed(rows: TableRows, unique: Unique, text: str) -> pl.Series:
    schema = rows.engine.plan.schema
    frame = _read(rows, text, unique)
    expression = polars_expression(
        parsed(text, unique.dialect),
        unique.dialect,
        dotted_types(schema, rows.plan.table, frame.columns),
        as_of=schema.as_of,
    )
    return frame.select(expression.alias("value")).to_series()


def _read(rows: TableRows, text: str, unique: Unique) -> pl.DataFrame:
    """Return the columns that an expression reads."""
    schema, table = rows.engine.plan.schema, rows.plan.table
    paths = {name: resolved(schema, table, name) for name in mentioned(parsed(text, unique.dialect))}
    return pl.DataFrame([rows.column(path.column).alias(name) for name, path in paths.items()])
