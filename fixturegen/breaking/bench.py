"""Candidate rows of one table, judged all at once: which constraints each of them breaks, and which key it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from fixturegen.breaking.placing import Key, Parents
from fixturegen.breaking.pool import Pool, Row
from fixturegen.breaking.values import greatest, least, wide
from fixturegen.constraints.base import constraints, kinds
from fixturegen.constraints.contract import ROW, Constraint, Unverifiable
from fixturegen.constraints.data import Data
from fixturegen.constraints.representation import Given, given
from fixturegen.constraints.unique import bound_keys
from fixturegen.dtypes import polars_dtype
from fixturegen.errors import FixturegenError, SchemaError
from fixturegen.expressions.names import mentioned
from fixturegen.expressions.parsing import parsed
from fixturegen.fills.judging import Oracle
from fixturegen.schema import Check, Column, Dialect, Schema, Table, Type

Flags = npt.NDArray[np.bool_]
_HELD = "\0rows of "
_BY_ROW = frozenset({"check", "min", "max", "choices", "type"})
"""Kinds whose own check face is asked; NULL, lengths and widths are seen from the value alone."""
SPELLED = frozenset({"uuid", "json", "ip", "mac", "url"})
UNEVALUATED = (pl.exceptions.PolarsError, ValueError, OverflowError)


@dataclass(slots=True)
class Candidate:
    """One row that might serve.

    Attributes:
        row: Its values, as they are judged.
        origin: Number of the pool's row that it comes from.
        changed: Columns that differ from that row.
        given: Values that it really has where the judged one only stands for it: they do not fit the column's dtype.
    """

    row: Row
    origin: int
    changed: tuple[str, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)

    @property
    def actual(self) -> Row:
        """The row as it is written."""
        return {**self.row, **self.given} if self.given else dict(self.row)


class Bench:
    """Candidates of one table.

    Args:
        pool: Valid rows of all tables; those of this table are the first candidates.
        table: The table.
        parents: Finds parents among the pool's rows.
        oracle: A database that judges what only it can judge.
    """

    def __init__(self, pool: Pool, table: Table, parents: Parents, oracle: Oracle | None = None) -> None:
        self.pool = pool
        self.oracle = oracle
        self.table = table
        self.parents = parents
        self.columns = {column.name: column for column in table.columns}
        self.stored = [column for column in table.columns if column.generated is None]
        self.constraints = list(constraints(pool.schema, table.name))
        self.candidates: list[Candidate] = []
        self.bad: dict[str, Flags] = {}
        self.keys: dict[str, list[Key | None]] = {}
        self.unjudged: set[str] = set()
        self._places: dict[Key, int] = {}
        for origin, row in enumerate(pool.rows[table.name]):
            self.add(row, origin)

    def add(self, row: Row, origin: int, given: Mapping[str, object] | None = None) -> int:
        """Add a candidate and return its number; the same row is there once."""
        key = tuple(map(_hashable, (*row.values(), *sorted((given or {}).items()))))
        place = self._places.get(key)
        if place is None:
            base = self.pool.rows[self.table.name][origin]
            changed = tuple(name for name, value in row.items() if value != base[name] or name in (given or {}))
            place = self._places[key] = len(self.candidates)
            self.candidates.append(Candidate(row, origin, changed, given or {}))
        return place

    def mutant(self, place: int, changes: Mapping[str, object], given: Mapping[str, object] | None = None) -> int:
        """Add the candidate that differs from another one by some values, and return its number."""
        held = self.candidates[place]
        return self.add({**held.row, **changes}, held.origin, given)

    def __len__(self) -> int:
        return len(self.candidates)

    @cached_property
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """The columns by which each column is written: itself, or those that it is computed from."""
        dialect = self.pool.schema.dialect
        read = {
            column.name: _mentioned(column.generated, dialect)
            for column in self.table.columns
            if column.generated is not None
        }
        return {name: tuple(self._sources(name, read)) for name in self.columns}

    def _sources(self, name: str, read: Mapping[str, Sequence[str]]) -> Mapping[str, None]:
        """The columns by which one is written, each once; those of what it is computed from where that is computed too."""
        if name not in read:
            return {name: None} if name in self.columns else {}
        others = {other: names for other, names in read.items() if other != name}
        return dict.fromkeys(source for each in read[name] for source in self._sources(each, others) if source != name)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """All candidates, in dtypes that hold values beyond the types' limits."""
        schema = {column.name: polars_dtype(wide(column.type)) for column in self.stored}
        columns = {name: [each.row[name] for each in self.candidates] for name in schema}
        return pl.DataFrame(
            [pl.Series(name, values, dtype=schema[name], strict=False) for name, values in columns.items()]
        )

    @cached_property
    def schema(self) -> Schema:
        """The schema in which candidates are judged: references to this table lead to the pool's rows, not to candidates."""
        held, name = _HELD + self.table.name, self.table.name
        tables = {key: _led(table, name, held) for key, table in self.pool.schema.tables.items()}
        wider = tuple(replace(column, type=wide(column.type)) for column in self.table.columns)
        tables[held] = replace(tables[name], name=held)
        tables[name] = replace(tables[name], columns=wider)
        return replace(self.pool.schema, tables=tables)

    @cached_property
    def data(self) -> Data:
        """The candidates beside the pool's rows."""
        tables = {name: given(self.pool.schema.tables[name], frame.lazy()) for name, frame in self.pool.frames.items()}
        mine = tables.get(self.table.name)
        if mine is not None:
            tables[_HELD + self.table.name] = Given(mine.frame, mine.flags, mine.missing, mine.surplus)
        tables[self.table.name] = given(self.schema.tables[self.table.name], self.frame.lazy())
        return Data(self.schema, tables)

    def judge(self) -> None:
        """Judge every candidate by every constraint that one row can break, and find the key of each under each unique."""
        self.bad, self.keys, self.unjudged = {}, {}, set()
        for name in ("frame", "data"):
            self.__dict__.pop(name, None)
        asked: dict[str, pl.LazyFrame] = {}
        for each in self.constraints:
            plain = self._plainly(each)
            if plain is not None:
                self.bad[each.name] = plain
            elif each.kind in _BY_ROW:
                self._ask(asked, each)
            elif each.kind in {"unique", "primary_key"}:
                self._find_keys(each)
        self._mark_given()
        for name, frame in _collected(asked).items():
            if frame is None:
                self.unjudged.add(name)
            flags = self.bad.setdefault(name, np.zeros(len(self), dtype=np.bool_))
            if frame is not None:
                flags[frame.to_numpy()] = True

    def _mark_given(self) -> None:
        """What does not fit a column's dtype breaks its type, or its enum, and is none of its choices."""
        for each in self.constraints:
            if each.kind in {"choices", "enum" if self._kind(each) == "enum" else "type"}:
                flags = [each.columns[0] in candidate.given for candidate in self.candidates]
                self.bad[each.name] = np.array(flags, dtype=np.bool_)

    def _kind(self, constraint: Constraint) -> str:
        return self.columns[constraint.columns[0]].type.kind if constraint.columns else ""

    def _ask(self, asked: dict[str, pl.LazyFrame], constraint: Constraint) -> None:
        column = self.columns[constraint.columns[0]] if constraint.columns else None
        if constraint.kind == "type" and column is not None and column.type.kind not in SPELLED:
            return  # the frame's dtype holds nothing else
        try:
            asked[constraint.name] = kinds()[constraint.kind].violating(constraint, self.data).select(ROW)
        except (Unverifiable, *UNEVALUATED):
            self.bad[constraint.name] = self._told(constraint)

    def _told(self, constraint: Constraint) -> Flags:
        """What a database says of a check that frames cannot judge; nothing where none is at hand."""
        check = constraint.subject
        try:
            if self.oracle is not None and isinstance(check, Check):
                truth = self.oracle(self.table, check.sql, check.dialect, self.frame)
                return np.array((~truth.fill_null(value=True)).to_numpy())
        except (FixturegenError, *UNEVALUATED):
            pass  # a database that cannot read the rows judges none
        self.unjudged.add(constraint.name)
        return np.zeros(len(self), dtype=np.bool_)

    def _plainly(self, constraint: Constraint) -> Flags | None:
        """What is seen from the values alone."""
        test = PLAINLY.get(constraint.kind)
        if test is None:
            return None
        name = constraint.columns[0]
        type_ = self.columns[name].type
        return np.array([test(each.actual.get(name), type_) for each in self.candidates], dtype=np.bool_)

    def _find_keys(self, constraint: Constraint) -> None:
        keys: list[Key | None] = [None] * len(self)
        try:
            found = bound_keys(constraint, self.data).collect()
        except (Unverifiable, *UNEVALUATED):
            self.unjudged.add(constraint.name)
            return
        for place, *parts in found.rows():
            keys[place] = tuple(map(_hashable, parts))
        self.keys[constraint.name] = keys


def _mentioned(formula: str, dialect: Dialect) -> tuple[str, ...]:
    try:
        return mentioned(parsed(formula, dialect))
    except SchemaError:
        return ()


def _led(table: Table, name: str, held: str) -> Table:
    references = tuple(replace(each, table=held) if each.table == name else each for each in table.references)
    return replace(table, references=references)


def _collected(asked: Mapping[str, pl.LazyFrame]) -> dict[str, pl.Series | None]:
    """Collect all together; where one of them cannot be evaluated, one by one, with None for those."""
    try:
        return {name: frame[ROW] for name, frame in zip(asked, pl.collect_all(list(asked.values())), strict=True)}
    except UNEVALUATED:
        return {name: _alone(frame) for name, frame in asked.items()}


def _alone(frame: pl.LazyFrame) -> pl.Series | None:
    try:
        return frame.collect()[ROW]
    except UNEVALUATED:
        return None


def is_null(value: object, _: Type) -> bool:
    """Return whether a value is NULL."""
    return value is None


def is_long(value: object, type_: Type) -> bool:
    """Return whether a text or its like is longer than its type allows."""
    if not isinstance(value, str | bytes) or type_.length is None:
        return False
    return len(value.rstrip(" ") if type_.fixed and isinstance(value, str) else value) > type_.length


def is_wide(value: object, type_: Type) -> bool:
    """Return whether a number is beyond its type."""
    match value:
        case bool():
            return False
        case int() if type_.kind == "integer":
            return not least(type_) <= value <= greatest(type_)
        case Decimal() if type_.kind == "decimal" and type_.precision is not None:
            return bool(value.copy_abs() >= 10 ** (type_.precision - type_.scale))  # abs() would round
        case _:
            return False


PLAINLY: Mapping[str, Callable[[object, Type], bool]] = {"not_null": is_null, "length": is_long, "precision": is_wide}
"""Kinds of constraint that are seen broken from a value and its column's type alone: NULL, length, width."""


def _hashable(value: object) -> object:
    match value:
        case list():
            return tuple(map(_hashable, value))
        case dict():
            return tuple((key, _hashable(held)) for key, held in value.items())
        case bool() | float():
            return (type(value), repr(value))
        case _:
            return value


def differing(rows: Sequence[Row], column: Column, value: object) -> Iterable[object]:
    """Yield the values of a column in rows that are not NULL and differ from a value, each once."""
    seen = [value]
    for row in rows:
        held = row[column.name]
        if held is not None and held not in seen:
            seen.append(held)
            yield held
