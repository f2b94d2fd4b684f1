"""SQL evaluated for one row at a time: by exact arithmetic where that is all it takes, else by Polars, each answer kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

import polars as pl

from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.evaluation import polars_expression
from fixturegen.expressions.normal import Opaque
from fixturegen.expressions.parsing import parsed
from fixturegen.fills.judging import Oracle
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.schema import Dialect, Table, Type
from fixturegen.strategies.worlds import Row

MOST_ANSWERS = 20_000
Reader = Callable[[Row], object]


@dataclass(frozen=True, slots=True)
class Source:
    """A column that an expression reads.

    Attributes:
        read: Gives it for a row: a position, or the value of a column without order.
        type: Its type.
        lattice: Its lattice, or None.
    """

    read: Reader
    type: Type
    lattice: Lattice | None

    def series(self, name: str, held: Sequence[object]) -> pl.Series:
        """Return what rows hold as a series of the column's dtype."""
        return series_of(name, held, self.type, self.lattice)

    def keyed(self) -> Reader:
        """Return what gives the column for a row as part of a key: the values of arrays are lists."""
        read = self.read
        return (lambda row: repr(read(row))) if self.type.kind == "array" else read


def source(read: Reader, type_: Type) -> Source:
    """Return the source of a column of a type."""
    return Source(read, type_, lattice_of(type_))


def series_of(name: str, held: Sequence[object], type_: Type, lattice: Lattice | None) -> pl.Series:
    """Return what rows hold of a column as a series of its dtype."""
    if lattice is None:
        return pl.Series(name, held, dtype=polars_dtype(type_), strict=True)
    to_value = lattice.value
    return pl.Series(name, [None if at is None else to_value(at) for at in held], dtype=lattice.dtype)  # type: ignore[arg-type] # positions


def held_of(series: pl.Series, type_: Type) -> list[object]:
    """Return a series as what rows hold."""
    lattice = lattice_of(type_)
    if lattice is None:
        return series.to_list()
    positions = lattice.positions(series).tolist()
    return [None if absent else at for at, absent in zip(positions, series.is_null().to_list(), strict=True)]


@dataclass
class Asked:
    """An expression over a row.

    Attributes:
        sql: The expression.
        dialect: Its dialect.
        sources: The columns that it reads, by dotted name.
        as_of: The frozen clock.
        asked: Asks a database instead, for conditions that only it can judge.
    """

    sql: str
    dialect: Dialect
    sources: Mapping[str, Source]
    as_of: date
    asked: Callable[[pl.DataFrame], pl.Series] | None = None
    _answers: dict[tuple[object, ...], object] = field(default_factory=dict)

    @cached_property
    def _expression(self) -> pl.Expr:
        types = {name: source.type for name, source in self.sources.items()}
        return polars_expression(parsed(self.sql, self.dialect), self.dialect, types, as_of=self.as_of)

    @cached_property
    def _keys(self) -> list[Reader]:
        return [source.keyed() for source in self.sources.values()]

    def series(self, row: Row) -> pl.Series:
        """Return the answer as a series of one value."""
        frame = pl.DataFrame([source.series(name, [source.read(row)]) for name, source in self.sources.items()])
        if self.asked is not None:
            return self.asked(frame if self.sources else pl.DataFrame(height=1))
        return (frame.select(self._expression) if self.sources else pl.select(self._expression)).to_series()

    def answer(self, row: Row, turned: Callable[[pl.Series], object]) -> object:
        """Return what ``turned`` makes of the answer; kept by the values that the expression reads."""
        key = tuple([read(row) for read in self._keys])
        if key not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = turned(self.series(row))
        return self._answers[key]


def condition(atom: Opaque, sources: Mapping[str, Source], as_of: date, table: Table, oracle: Oracle | None) -> Asked:
    """Return a judged condition as something to ask."""
    dialect: Dialect = atom.dialect  # type: ignore[assignment] # one of the dialects
    asked = None
    if atom.asked and oracle is not None:
        asked = lambda frame: oracle(table, atom.expression, dialect, frame)  # noqa: E731
    return Asked(atom.expression, dialect, sources, as_of, asked)


def exact(value: Fraction, lattice: Lattice) -> int | None:
    """Return the position of a measure, or None where it lies between two."""
    place = value / lattice.step
    return place.numerator if place.denominator == 1 else None
