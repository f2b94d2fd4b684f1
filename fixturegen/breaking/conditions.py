"""Checks taken apart: each clause on each side of its boundary, where it alone decides about the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product

import numpy as np
import polars as pl
from sqlglot import exp

from fixturegen.breaking.balancing import balance_of
from fixturegen.breaking.bench import UNEVALUATED, Bench, Flags
from fixturegen.breaking.clauses import Clause, clauses
from fixturegen.breaking.clocks import far_moments, years_before
from fixturegen.breaking.constants import spoken, texts
from fixturegen.breaking.values import around, wide
from fixturegen.constraints.conditions import mentioned_paths, type_at
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import reference_of
from fixturegen.errors import SchemaError
from fixturegen.expressions.evaluation import polars_condition
from fixturegen.expressions.parsing import parsed
from fixturegen.schema import AsOf, Bound, Check, Constant, Dialect, Path, Type

_BASES = 4
"""So many valid rows are changed in one column, and"""
_PAIRED = 2
"""so many in two."""
_MOST_PAIRS = 600
_MOST_VALUES = 24
_MOST_LISTED = 400
"""So many where the condition lists them."""


@dataclass(slots=True)
class Condition:
    """One check, read.

    Attributes:
        constraint: The check.
        sql: Its text.
        dialect: The text's dialect.
        clauses: Its clauses; none where it cannot be read.
        paths: The columns that it mentions, by dotted name.
    """

    constraint: Constraint
    sql: str
    dialect: Dialect
    clauses: list[Clause] = field(default_factory=list)
    paths: Mapping[str, Path] = field(default_factory=dict)

    @property
    def own(self) -> tuple[str, ...]:
        """The row's own columns among those that decide: mentioned ones, and those by which related rows are found."""
        return tuple(dict.fromkeys(path.column for path in self.paths.values() if not path.references))


def condition_of(bench: Bench, constraint: Constraint, sql: str, dialect: Dialect) -> Condition:
    """Return a condition read over the rows of a bench; without clauses where frames cannot judge it."""
    table = bench.table.name
    try:
        tree = parsed(sql, dialect)
        paths = mentioned_paths(bench.pool.schema, table, sql, dialect)
        return Condition(constraint, sql, dialect, clauses(tree, dialect), paths)
    except (SchemaError, Unverifiable, RecursionError):
        return Condition(constraint, sql, dialect)


def conditions(bench: Bench) -> list[Condition]:
    """Return the checks of the bench's table, read."""
    return [
        condition_of(bench, each, each.subject.sql, each.subject.dialect)
        for each in bench.constraints
        if isinstance(each.subject, Check) and each.kind == "check"
    ]


def vary(bench: Bench, condition: Condition) -> None:
    """Add candidates on all sides of a condition's boundaries: valid rows with one column changed, and with two."""
    own = [name for name in condition.own if name in bench.columns and bench.columns[name].generated is None]
    bases = range(min(_BASES, len(bench.pool.rows[bench.table.name])))
    for base in bases:
        values = {name: values_of(bench, condition, base, name) for name in own}
        for name, listed in values.items():
            for value in listed:
                bench.mutant(base, {name: value})
        if base < _PAIRED:
            _vary_pairs(bench, base, values)
    for base, changes in balanced(bench, condition, own):
        bench.mutant(base, changes)


def _vary_pairs(bench: Bench, base: int, values: Mapping[str, list[object]]) -> None:
    pairs = list(combinations(values, 2))
    if not pairs:
        return
    share = max(4, int((_MOST_PAIRS / len(pairs)) ** 0.5))
    for first, second in pairs:
        for left, right in product(values[first][:share], values[second][:share]):
            bench.mutant(base, {first: left, second: right})
            for near in _beside(bench, left, second):
                bench.mutant(base, {first: left, second: near})


def balanced(bench: Bench, condition: Condition, own: Sequence[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield numbers of valid rows, and changes of one column that bring computed comparisons to their boundary."""
    for clause in condition.clauses:
        paths = {name: condition.paths[name] for name in clause.columns}
        types = {name: wide(type_at(bench.pool.schema, bench.table.name, path)) for name, path in paths.items()}
        balance = balance_of(clause.node, condition.dialect, types, bench.pool.schema.as_of)
        for base in range(min(_PAIRED, len(bench.pool.rows[bench.table.name]))) if balance is not None else ():
            row = bench.candidates[base].row
            values = {name: value_at(bench, row, path) for name, path in paths.items()}
            for name, path in paths.items():
                if not path.references and path.column in own and balance is not None:
                    for value in balance.values(values, name):
                        yield base, {path.column: value}


def _beside(bench: Bench, value: object, name: str) -> list[object]:
    """Values of another column around a value: both columns may be compared with each other."""
    return around(value, bench.columns[name].type) if value is not None else []


def values_of(bench: Bench, condition: Condition, base: int, name: str) -> list[object]:
    """Return what to try in one column of one row, most telling first."""
    type_, row = bench.columns[name].type, bench.candidates[base].row
    spoken_of = list(_spoken_of(bench, condition, base, name))
    listed = [None, *spoken_of[:_MOST_VALUES]]
    for each in bench.pool.rows[bench.table.name]:
        value = each[name]
        if isinstance(value, list | dict) or value in listed:
            continue
        listed.append(value)
    column = bench.columns[name]
    listed += [choice.value for choice in column.choices if choice.value not in listed]
    for bound in (column.low, column.high):
        limit = limit_of(bench, row, bound)
        listed += [each for each in around(limit, type_) if limit is not None and each not in listed]
    if type_.kind == "enum":
        listed += [label for label in type_.labels if label not in listed]
    if row[name] is not None:
        listed += [each for each in around(row[name], type_) if each not in listed]
    if any(isinstance(clause.node, exp.In) for clause in condition.clauses):
        listed += [each for each in spoken_of[_MOST_VALUES:_MOST_LISTED] if each not in listed]
    return listed


def _spoken_of(bench: Bench, condition: Condition, base: int, name: str) -> dict[object, None]:
    """Return the values that the clauses about a column speak of, and variations of the one at hand."""
    type_, row = bench.columns[name].type, bench.candidates[base].row
    found: dict[object, None] = {}
    for clause in condition.clauses:
        if name not in _own_names(condition, clause):
            continue
        found |= dict.fromkeys(_told(clause, type_, row[name], bench.pool.schema.as_of))
        for other in clause.columns:
            value = value_at(bench, row, condition.paths.get(other))
            if value is not None and other != name:
                found |= dict.fromkeys(around(value, type_))
        found |= dict.fromkeys(texts(clause.node, row[name], type_))
    return found


def _told(clause: Clause, type_: Type, value: object, as_of: date) -> list[object]:
    """Return what a clause itself compares with; far moments where that is the clock."""
    return [*(far_moments(value, as_of) if clause.clock else ()), *spoken(clause.node, type_)]


def limit_of(bench: Bench, row: Mapping[str, object], bound: Bound | None) -> object:
    """Return the value of a bound for a row; None where there is none."""
    match bound:
        case Constant(value):
            return value
        case AsOf():
            return bench.pool.schema.as_of
        case Path():
            return value_at(bench, row, bound)
        case _:
            return None


def _own_names(condition: Condition, clause: Clause) -> set[str]:
    paths = (condition.paths.get(name) for name in clause.columns)
    return {path.column for path in paths if path is not None and not path.references}


def value_at(bench: Bench, row: Mapping[str, object], path: Path | None) -> object:
    """Return what a row or a row related to it holds at a path; None where there is none."""
    if path is None:
        return None
    table, held = bench.table, row
    for name in path.references:
        reference = reference_of(table, name)
        table = bench.pool.schema.tables[reference.table]
        parent = bench.parents.parent(reference, held)
        if parent is None:
            return None
        held = bench.pool.rows[table.name][parent]
    return held.get(path.column)


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a clause is in a state, and whether it alone decides there.

    Attributes:
        clause: The clause.
        state: The state's name.
        seen: Candidates in which the clause is in that state.
        decisive: Candidates in which the clause decides about the whole condition.
    """

    clause: Clause
    state: str
    seen: Flags
    decisive: Flags


def sights(bench: Bench, condition: Condition) -> list[Sight]:
    """Return every state of every clause of a condition, over all candidates; of what cannot be judged nothing."""
    types = {name: type_at(bench.schema, bench.table.name, path) for name, path in condition.paths.items()}
    try:
        frame = bench.data.named(bench.table.name, dict(condition.paths)).collect().sort(ROW)
    except (Unverifiable, *UNEVALUATED):
        return []
    reader = _Reader(bench.pool.schema.as_of, condition.dialect, types, frame)
    found = []
    for clause in condition.clauses:
        held, failed = reader.fails(clause.held), reader.fails(clause.failed)
        decisive = np.ones(len(bench), dtype=np.bool_) if held is None or failed is None else held != failed
        for state in clause.states:
            seen = reader.true(state.condition)
            if seen is not None and clause.clock and state.name == "false":
                seen = seen | reader.false_for_years(clause.node)
            if seen is not None:
                found.append(Sight(clause, state.name, seen, decisive))
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    as_of: date
    dialect: Dialect
    types: Mapping[str, Type]
    frame: pl.DataFrame

    def true(self, node: exp.Expr) -> Flags | None:
        """Where a condition is true; None where it cannot be judged."""
        return self._flags(node, missing=False)

    def fails(self, node: exp.Expr) -> Flags | None:
        """Where a condition is false."""
        found = self._flags(node, missing=True)
        return None if found is None else ~found

    def false_for_years(self, node: exp.Expr) -> Flags:
        """Where a condition on the clock is false for years to come: some columns hold nothing later than those."""
        found = replace(self, as_of=years_before(self.as_of)).true(exp.Not(this=exp.Paren(this=node.copy())))
        return np.zeros(self.frame.height, dtype=np.bool_) if found is None else found

    def _flags(self, node: exp.Expr, *, missing: bool) -> Flags | None:
        try:
            truth = polars_condition(node, self.dialect, self.types, self.as_of)
            series = self.frame.select(truth.fill_null(missing).alias("truth"))["truth"]
        except (SchemaError, RecursionError, *UNEVALUATED):
            return None
        flags = series.to_numpy()
        return flags if len(flags) == self.frame.height else np.full(self.frame.height, bool(flags[0]), dtype=np.bool_)
