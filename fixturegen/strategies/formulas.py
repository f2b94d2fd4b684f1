"""Formulas of the normal form judged for one row of an example; what takes an evaluated expression is asked of Polars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from fixturegen.expressions.holding import COMPARE, Bar, Holds
from fixturegen.expressions.normal import Formula, Opaque, Solved
from fixturegen.fills.judging import Oracle
from fixturegen.lattice import measure
from fixturegen.schema import Dialect, Table
from fixturegen.strategies.asking import Asked, Source, condition
from fixturegen.strategies.worlds import Row

__all__ = ["Court", "Holds"]


@dataclass(frozen=True, slots=True)
class Court:
    """Turns formulas into functions of a row.

    Attributes:
        table: The table.
        source: Gives the source of a dotted name.
        as_of: The frozen clock.
        oracle: Judges what only a database can judge.
    """

    table: Table
    source: Callable[[str], Source]
    as_of: date
    oracle: Oracle | None = None

    def holds(self, formula: Formula) -> Holds:
        """Return whether a row does not make a formula false."""
        held = Bar(self.source, self._evaluated).holds(formula)
        assert held is not None
        return held

    def _evaluated(self, formula: Solved | Opaque) -> Holds:
        if isinstance(formula, Solved):
            return self._solved(formula)
        asked = condition(formula, self._sources(formula), self.as_of, self.table, self.oracle)
        return lambda row: asked.answer(row, _first) is not False

    def _sources(self, formula: Solved | Opaque) -> Mapping[str, Source]:
        return {name: self.source(name) for name in formula.reads}

    def _solved(self, solved: Solved) -> Holds:
        dialect: Dialect = solved.dialect  # type: ignore[assignment] # one of the dialects
        asked = Asked(solved.expression, dialect, self._sources(solved), self.as_of)
        own, compare = self.source(solved.column), COMPARE[solved.relation]

        def holds(row: Row) -> bool:
            at = own.read(row)
            value = asked.answer(row, _first)
            if at is None or value is None:
                return True
            if own.lattice is None:
                return compare(at, value)
            return compare(at * own.lattice.step, measure(value))  # type: ignore[operator] # a position

        return holds


def _first(series: pl.Series) -> object:
    return series[0]
