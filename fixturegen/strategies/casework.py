"""Columns that checks tie together: a row draws the case it satisfies, then each column within what the case leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from fixturegen.domain import Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.expressions.normal import AllOf, Solved
from fixturegen.expressions.parsing import parsed
from fixturegen.expressions.rationals import term
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.planning.components import Case, Narrowing, Reach
from fixturegen.planning.plan import Cased, Gathered
from fixturegen.strategies.asking import Asked, Source, exact, held_of
from fixturegen.strategies.asking import source as sourced
from fixturegen.strategies.formulas import Court, Holds
from fixturegen.strategies.hostile_values import late_values
from fixturegen.strategies.places import Bound, Window, shared_digit
from fixturegen.strategies.pools import Pools
from fixturegen.strategies.worlds import Row, StuckError, pick, pick_null

if TYPE_CHECKING:
    from fixturegen.strategies.compiling import TableWork
    from fixturegen.strategies.filling import Maker


@dataclass(slots=True, eq=False)
class Way:
    """One case, compiled.

    Attributes:
        case: The case.
        open_to: Whether a row may take it.
        given: Columns from elsewhere, each with whether the case makes it NULL: always, by a digit, or never.
        drawn: Columns drawn, in order, with what draws them.
        judged: Conditions that are only judged.
    """

    case: Case
    open_to: list[Holds] = field(default_factory=list)
    given: list[tuple[str, bool, int]] = field(default_factory=list)
    drawn: list[tuple[str, Maker]] = field(default_factory=list)
    judged: list[Holds] = field(default_factory=list)


class Casework:
    """One component of a table.

    Args:
        work: The table.
        number: The component's number within it.
    """

    def __init__(self, work: TableWork, number: int) -> None:
        self.work = work
        self.number = number
        self.component = component = work.plan.components[number]
        cases = sorted(component.cases, key=lambda case: sum(not one.null for one in case.columns.values()))
        self.ways = [Way(case) for case in cases]
        self.digit = work.layout.byte() if len(cases) > 1 else -1
        self.nulls: dict[str, int] = {}
        self.windows: dict[tuple[str, int], Window] = {}
        self.pools: dict[str, tuple[int, dict[Domain, list[object]]]] = {}
        digits = [] if self.digit < 0 else [self.digit]
        for name in component.columns:
            digits += self._digits(name)
        self.columns = dict.fromkeys((*component.columns, *component.reads))
        for name in component.columns:
            if isinstance(work.plan.steps[name], Cased):
                work.digits[name] = tuple(digits)

    # Digits ----------------------------------------------------------------------------------------------------------

    def _digits(self, name: str) -> list[int]:
        """Ask for the digits of a column: whether it is NULL, and which value it takes."""
        layout = self.work.layout
        found = []
        narrowings = [way.case.columns.get(name, Narrowing()) for way in self.ways]
        if any(not one.null and one.nulls > 0 for one in narrowings):
            self.nulls[name] = layout.byte()
            found.append(self.nulls[name])
        if not isinstance(self.work.plan.steps[name], Cased):
            return found
        column = self.work.columns[name]
        drawn = [(at, one) for at, one in enumerate(narrowings) if not one.null and not _equation(one)]
        if not drawn:
            return found
        if lattice_of(column.type) is None:
            self.pools[name] = (layout.byte(), {})
            return [*found, self.pools[name][0]]
        for at, narrowing in drawn:
            window = self.work.window(column, narrowing.domain)
            # The bounds of each row are compiled when all columns are; how many there are decides the digit.
            window.lows = [_unbound] * (len(narrowing.at_least) + len(narrowing.solved))
            window.highs = [_unbound] * len(narrowing.at_most)
            self.windows[name, at] = window
        return [
            *found,
            shared_digit(layout, [self.windows[name, at] for at, _ in drawn], weighed=self.work.weighed.get(name, 0)),
        ]

    # Compiling -------------------------------------------------------------------------------------------------------

    def compile(self) -> None:
        """Compile what reads other columns, now that all of them are known."""
        court = Court(self.work.plan.table, self.known, self.work.as_of, self.work.oracle)
        guards = Court(self.work.plan.table, self.work.given, self.work.as_of, self.work.oracle)
        for at, way in enumerate(self.ways):
            way.open_to = [guards.holds(AllOf((guard,))) for guard in way.case.guards]
            way.judged = [court.holds(self.component.formulas[name]) for name in way.case.judged]
            for name in self.component.columns:
                self._add(at, way, name)

    def _add(self, at: int, way: Way, name: str) -> None:
        narrowing = way.case.columns.get(name, Narrowing())
        if isinstance(self.work.plan.steps[name], Cased):
            way.drawn.append((name, self._drawer(at, name, narrowing)))
        elif narrowing.null or narrowing.nulls > 0:
            way.given.append((name, narrowing.null, self.nulls.get(name, -1)))
        elif name in way.case.columns:
            way.given.append((name, False, -1))

    def known(self, name: str) -> Source:
        """Return the source of an earlier column of the component, or of a given one with the nulls that the case gives it."""
        if name not in self.work.plan.steps or name not in self.component.columns:
            return self.work.given(name)
        if isinstance(self.work.plan.steps[name], Cased):
            return sourced(lambda row: row.values[name], self.work.columns[name].type)
        read = self.work.given(name).read
        return sourced(lambda row: None if name in row.absent else read(row), self.work.columns[name].type)

    def _drawer(self, at: int, name: str, narrowing: Narrowing) -> Maker:
        if narrowing.null:
            return _nothing
        drawer = self._value(at, name, narrowing)
        if narrowing.nulls <= 0:
            return drawer
        null = self.nulls[name]
        return lambda row: None if pick_null(row, null) else drawer(row)

    def _value(self, at: int, name: str, narrowing: Narrowing) -> Maker:
        equation = _equation(narrowing)
        if equation is not None:
            return self._solved(name, equation)
        if (name, at) not in self.windows:
            return self._pooled(name, narrowing.domain)
        window = self.windows[name, at]
        lattice = window.lattice
        window.lows = [self._reached(lattice, reach, upward=True) for reach in narrowing.at_least]
        window.highs = [self._reached(lattice, reach, upward=False) for reach in narrowing.at_most]
        for solved in narrowing.solved:
            bounds = window.lows if solved.relation in {">", ">="} else window.highs
            bounds.append(self._solved_bound(lattice, solved))
        window.differs = [self._matched(lattice, other) for other in narrowing.differs]
        return window

    def _pooled(self, name: str, domain: Domain) -> Maker:
        digit, made = self.pools[name]
        if domain not in made:
            made[domain] = self._pool(name, domain)
        values = made[domain]
        return lambda row: values[pick(row, digit, len(values))]

    def _pool(self, name: str, domain: Domain) -> list[object]:
        step, column = self.work.plan.steps[name], self.work.columns[name]
        assert isinstance(step, Cased)
        if domain.values is not None:
            weights = domain.weights or (1.0,) * len(domain.values)
            return [value for value, weight in zip(domain.values, weights, strict=True) if weight] or [*domain.values]
        generator = step.makers[domain]
        internal = {name: lambda series: held_of(series, column.type)}
        late = late_values(column, domain, self.work.whole.schema.dialect)
        pools = Pools(self.work.name, step.names, {name: generator}, self.work.whole.options.seed, internal, late)
        return [values[0] for values in pools.of({})]

    # Bounds of each row ----------------------------------------------------------------------------------------------

    def _reached(self, lattice: Lattice, reach: Reach, *, upward: bool) -> Bound:
        other = self.known(reach.column)
        assert other.lattice is not None
        ratio, offset = other.lattice.step / lattice.step, reach.offset / lattice.step
        common = ratio.denominator * offset.denominator
        times, plus = ratio.numerator * offset.denominator, offset.numerator * ratio.denominator
        read, strict = other.read, int(reach.strict)

        def least(row: Row) -> int | None:
            at = read(row)
            if at is None:
                return None
            scaled = at * times + plus  # type: ignore[operator] # a position
            return scaled // common + 1 if strict else -(-scaled // common)

        def most(row: Row) -> int | None:
            at = read(row)
            if at is None:
                return None
            scaled = at * times + plus  # type: ignore[operator] # a position
            return -(-scaled // common) - 1 if strict else scaled // common

        return least if upward else most

    def _matched(self, lattice: Lattice, name: str) -> Bound:
        other = self.known(name)
        assert other.lattice is not None
        step, read = other.lattice.step, other.read
        return lambda row: None if (at := read(row)) is None else exact(at * step, lattice)  # type: ignore[operator] # a position

    def _sources(self, solved: Solved) -> dict[str, Source]:
        return {name: self.known(name) for name in solved.reads}

    def _measured(self, solved: Solved) -> Callable[[Row], int | Fraction | None]:
        """Return the measure of an expression: by arithmetic where that is all, else as Polars has it."""
        sources = self._sources(solved)
        dialect = self.work.whole.schema.dialect
        quick = term(parsed(solved.expression, dialect), sources)
        if quick is not None:
            return quick
        asked = Asked(solved.expression, dialect, sources, self.work.as_of)
        return lambda row: asked.answer(row, _first_measure)  # type: ignore[return-value] # a measure

    def _solved_bound(self, lattice: Lattice, solved: Solved) -> Bound:
        value = self._measured(solved)
        strict, upward = solved.relation in {"<", ">"}, solved.relation in {">", ">="}

        def bound(row: Row) -> int | None:
            found = value(row)
            if found is None:
                return None
            place = Fraction(found) / lattice.step
            if upward:
                return place.__floor__() + 1 if strict else place.__ceil__()
            return place.__ceil__() - 1 if strict else place.__floor__()

        return bound

    def _solved(self, name: str, solved: Solved) -> Maker:
        column = self.work.columns[name]
        lattice, nullable = lattice_of(column.type), column.nullable
        sources, dialect = self._sources(solved), self.work.whole.schema.dialect
        quick = None if lattice is None else term(parsed(solved.expression, dialect), sources)
        asked = Asked(solved.expression, dialect, sources, self.work.as_of)
        turned = lambda series: held_of(series.cast(polars_dtype(column.type)), column.type)[0]  # noqa: E731

        def value(row: Row) -> object:
            if quick is not None and lattice is not None:
                found = quick(row)
                at = None if found is None else exact(Fraction(found), lattice)
                if at is not None:
                    if not lattice.low <= at <= lattice.high:
                        raise StuckError(*self.columns)
                    return at
            try:
                held = asked.answer(row, turned)
            except pl.exceptions.PolarsError:
                raise StuckError(*self.columns) from None
            if held is None and not nullable:
                raise StuckError(*self.columns)
            return held

        return value

    # Running ---------------------------------------------------------------------------------------------------------

    def __call__(self, row: Row) -> None:
        """Draw a row's case and columns, once.

        Raises:
            StuckError: If no case is open to it, a column has no value, or a judged condition is false.
        """
        if self.number in row.cases:
            return
        ways = self.ways if not self._guarded() else [w for w in self.ways if all(test(row) for test in w.open_to)]
        if not ways:
            raise StuckError(*self.columns)
        way = ways[pick(row, self.digit, len(ways))] if len(ways) > 1 else ways[0]
        row.cases[self.number] = way.case
        for name, always, null in way.given:
            self._blank(row, name, always=always, null=null)
        for name, drawer in way.drawn:
            row.values[name] = drawer(row)
        for holds in way.judged:
            if not holds(row):
                raise StuckError(*self.columns)

    def _guarded(self) -> bool:
        return any(way.open_to for way in self.ways)

    def _blank(self, row: Row, name: str, *, always: bool, null: int) -> None:
        """Make a given column NULL where the case says so; with it, the row refers to no parent."""
        held = self.work.given(name).read(row)
        if not always and null < 0:
            if held is None:
                raise StuckError(*self.columns)
            return
        if held is not None and not always and not pick_null(row, null):
            return
        row.absent.add(name)
        if isinstance(self.work.plan.steps[name], Gathered):
            row.away.update(one for one, link in self.work.plan.links.items() if name in link.reference.columns)


def _equation(narrowing: Narrowing) -> Solved | None:
    return next((solved for solved in narrowing.solved if solved.relation == "="), None)


def _unbound(_: Row) -> int | None:
    return None


def _nothing(_: Row) -> None:
    return None


def _first_measure(series: pl.Series) -> object:
    value = series[0]
    return None if value is None else measure(value)
