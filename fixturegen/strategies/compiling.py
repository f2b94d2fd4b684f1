"""One table of a plan compiled: for every column a function that gives its value in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from fixturegen.domain import ANY, Domain
from fixturegen.dtypes import polars_dtype
from fixturegen.fills.judging import Oracle
from fixturegen.generator import Generator
from fixturegen.generators.ranges import range_of
from fixturegen.lattice import Lattice, lattice_of, measure
from fixturegen.planning.choosing import Chooser
from fixturegen.planning.dotted import column_at
from fixturegen.planning.plan import Aggregated, Cased, Drawn, Gathered, Link, Numbered, Plan, TablePlan
from fixturegen.schema import Column, Path, PerParent, Type
from fixturegen.strategies.asking import Source, held_of, source
from fixturegen.strategies.casework import Casework
from fixturegen.strategies.filling import Maker, computed, counted
from fixturegen.strategies.formulas import Court
from fixturegen.strategies.hostile_values import late_values
from fixturegen.strategies.layouts import FEW, Layout
from fixturegen.strategies.parents import Choice, converter, parent_of
from fixturegen.strategies.places import Window, shared_digit
from fixturegen.strategies.pools import Pools, Values
from fixturegen.strategies.totals import total
from fixturegen.strategies.worlds import Row, StuckError, pick, pick_null

LARGEST = 1_000_000
"""Numbers that nothing bounds end here, so that sums and products of some fit where they are kept."""
DISTRIBUTED = frozenset({"uniform", "normal", "lognormal", "exponential", "poisson", "zipf"})
"""Generators of ordered columns whose range is kept and whose weights are not: every position may occur."""


@dataclass(eq=False)
class TableWork:
    """One table of a plan, compiled.

    Attributes:
        whole: The plan.
        plan: The table's plan.
        most: Most rows that it will have.
        oracle: Judges what only a database can judge.
        others: The work on every table, by name.
        weighed: Columns that children read into a sum, with how often one counts them at most.
        layout: The digits of a row.
        makers: Gives the value of each column in a row.
        digits: The digits that decide each column, directly or through columns of the row that it reads.
        choices: How each reference finds its parent.
        owner: The digit that says to which parent a row of a table counted per parent belongs; -1 elsewhere.
        keep: The digit that says whether a row stays that no row refers to; -1 where all rows stay.
    """

    whole: Plan
    plan: TablePlan
    most: int
    oracle: Oracle | None
    others: Mapping[str, TableWork]
    weighed: Mapping[str, int]
    layout: Layout = field(default_factory=Layout)
    makers: dict[str, Maker] = field(default_factory=dict)
    digits: dict[str, tuple[int, ...]] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    owner: int = -1
    keep: int = -1
    _groups: dict[tuple[str, ...], tuple[int, Pools, list[str]]] = field(default_factory=dict)
    _raw: dict[str, Maker] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.plan.table.name
        self.columns: Mapping[str, Column] = {column.name: column for column in self.plan.table.columns}
        self.dtypes = {name: polars_dtype(column.type) for name, column in self.columns.items()}
        self.as_of: date = self.whole.schema.as_of
        self.chooser = Chooser(self.whole.schema, self.plan.table, self.whole.options.seed)
        self.court = Court(self.plan.table, self.source, self.as_of, self.oracle)
        if isinstance(self.plan.count, PerParent):
            self.owner = self._index()
        if self._referred():
            self.keep = self.layout.byte()
            self.layout.referred = True
        self._choose()
        self.casework = [Casework(self, number) for number in range(len(self.plan.components))]
        for name, step in self.plan.steps.items():
            self.makers[name] = self._maker(name, step)
        for case in self.casework:
            case.compile()

    def _referred(self) -> bool:
        return any(
            reference.table == self.name
            for other in self.whole.tables.values()
            for reference in other.table.references
            if other is not self.plan
        )

    # Reading ---------------------------------------------------------------------------------------------------------

    def read(self, row: Row, name: str) -> object:
        """Return a column of a row of this table, made if it is not yet."""
        if name not in row.values:
            row.values[name] = self.makers[name](row)
        return row.values[name]

    def source(self, name: str) -> Source:
        """Return the source of a column of a row, or of a related one by its dotted name."""
        if name in self.plan.steps:
            return source(lambda row: self.read(row, name), self.columns[name].type)
        path = self.plan.paths[name]
        return source(self.path(path), column_at(self.whole.schema, self.plan.table, path).type)

    def given(self, name: str) -> Source:
        """Return the source of a column before a case makes it NULL."""
        if name in self._raw:
            raw = self._raw[name]
            return source(lambda row: row.given[name] if name in row.given else raw(row), self.columns[name].type)
        return self.source(name)

    def path(self, path: Path) -> Maker:
        """Return the function that gives the column at the end of a path: None where a row has no parent."""
        if not path.references:
            return lambda row: self.read(row, path.column)
        first, *others = path.references
        choice, column = self.choices[first], path.column

        def value(row: Row) -> object:
            choice(row)
            at = parent_of(row, first)
            for reference in others:
                if at is None:
                    return None
                at = parent_of(at, reference)
            return None if at is None else at.values[column]

        return value

    def range(self, column: Column, domain: Domain, lattice: Lattice) -> tuple[int, int]:
        """Return the least and greatest position of a column in a domain."""
        found = range_of(self.chooser.request(column, domain), lattice)
        if lattice.family == "number" and domain.high is None:
            return min(found.low, 0) if domain.low is None else found.low, max(found.high, self._largest(lattice))
        return found.low, found.high

    def _largest(self, lattice: Lattice) -> int:
        """Return the greatest position of a number that nothing bounds: a million, or the greatest of its type."""
        return min(int(LARGEST / lattice.step), lattice.high)

    def window(self, column: Column, domain: Domain) -> Window:
        """Return the window that a domain leaves of an ordered column, its digit still open."""
        lattice = lattice_of(column.type)
        assert lattice is not None
        listed = None
        if domain.values is not None:
            weights = domain.weights or (1.0,) * len(domain.values)
            kept = [value for value, weight in zip(domain.values, weights, strict=True) if weight] or domain.values
            listed = tuple(dict.fromkeys(int(lattice.position(value)) for value in kept))
        clock = int(measure(self.as_of) / lattice.step) if lattice.family == "instant" else 0
        low = None if domain.low is None else max(domain.low, lattice.low)
        high = None if domain.high is None else min(domain.high, lattice.high)
        usual = self.range(column, Domain(low=domain.low, high=domain.high), lattice)
        return Window(column.name, lattice, low, high, usual, clock, domain.excluded, listed)

    # References ------------------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        for name, link in self.plan.links.items():
            choice = Choice(link, self.name, read=self.read)
            if link.kind not in {"parent", "via"}:
                choice.digit = self._index()
            choice.optional = self._optional(link)
            if link.anchor is not None:
                choice.anchored = self._anchored(link.anchor)
            choice.shared = [self._agreeing(link, own) for own in link.shared] if link.kind == "agreeing" else ()
            self.choices[name] = choice

    def _index(self) -> int:
        """Return a digit that stands for one of the rows of a table."""
        return self.layout.byte() if self.most <= FEW else self.layout.number(0, 8 * self.most)

    def _optional(self, link: Link) -> bool:
        steps = [self.plan.steps[name] for name in link.nullable]
        decided = any(not isinstance(step, Gathered) or step.component is not None for step in steps)
        foreign = any(isinstance(step, Gathered) and step.reference != link.reference.name for step in steps)
        return bool(link.nullable) and link.nulls != 0 and not decided and not foreign

    def _anchored(self, anchor: str) -> Callable[[Row], Row | None]:
        def parent(row: Row) -> Row | None:
            self.choices[anchor](row)
            return parent_of(row, anchor)

        return parent

    def _agreeing(self, link: Link, own: str) -> tuple[str, str, Callable[[object], object]]:
        target = dict(zip(link.reference.columns, link.reference.target, strict=True))[own]
        return own, target, self._conversion(own, link.reference.table, target)

    def _conversion(self, own: str, table: str, target: str) -> Callable[[object], object]:
        theirs = next(one for one in self.whole.schema.tables[table].columns if one.name == target)
        return converter(lattice_of(self.columns[own].type), lattice_of(theirs.type))

    # Columns ---------------------------------------------------------------------------------------------------------

    def _maker(self, name: str, step: object) -> Maker:
        match step:
            case Drawn():
                return self._drawn(name, step)
            case Gathered():
                return self._gathered(name, step)
            case Cased():
                return self._cased(name, step)
            case Aggregated():
                return self._aggregated(name, step)
            case Numbered():
                return self._numbered(name, step)
            case _:
                raise AssertionError(step)

    def _gathered(self, name: str, step: Gathered) -> Maker:
        choice = self.choices[step.reference]
        target = step.target
        link = choice.link
        convert = self._conversion(name, link.reference.table, target)
        reference, lacking = step.reference, name in link.nullable
        itself = link.reference.table == self.name

        def given(row: Row) -> object:
            parent = choice(row)
            if parent is None or (lacking and reference in row.away):
                value = None
            elif itself and parent is row:
                value = self.read(row, target)
            else:
                value = convert(parent.values[target])
            row.given[name] = value
            return value

        self._raw[name] = given
        self.digits[name] = self._link_digits(link)
        return self._completed(name, given, step.component)

    def _link_digits(self, link: Link) -> tuple[int, ...]:
        own = () if self.choices[link.reference.name].digit < 0 else (self.choices[link.reference.name].digit,)
        return own if link.anchor is None else (*own, *self._link_digits(self.plan.links[link.anchor]))

    def _completed(self, name: str, given: Maker, component: int | None) -> Maker:
        """Return the maker of a column whose value comes from elsewhere: its case may make it NULL."""
        nullable = self.columns[name].nullable

        def value(row: Row) -> object:
            if component is not None:
                self.casework[component](row)
                if name in row.absent:
                    return None
            held = row.given[name] if name in row.given else given(row)
            if held is None and not nullable:
                raise StuckError(name)
            return held

        return value

    def _numbered(self, name: str, step: Numbered) -> Maker:
        choice, table, reference = self.choices[step.reference], self.name, step.reference
        self.digits[name] = self._link_digits(choice.link)

        def number(row: Row) -> int:
            choice(row)
            return row.world.counts.get((table, reference, id(parent_of(row, reference))), 0) + 1

        return number

    def _cased(self, name: str, step: Cased) -> Maker:
        def value(row: Row) -> object:
            self.casework[step.component](row)
            return row.values[name]

        return value

    def _drawn(self, name: str, step: Drawn) -> Maker:
        filled, digits = self._filled(name, step)
        if step.component is not None:

            def given(row: Row) -> object:
                row.given[name] = value = filled(row)
                return value

            self._raw[name] = given
            self.digits[name] = digits
            return self._completed(name, given, step.component)
        self.digits[name] = digits
        if step.nulls <= 0:
            return filled
        null = self.layout.byte()
        self.digits[name] = (*digits, null)
        return lambda row: None if pick_null(row, null) else filled(row)

    def _filled(self, name: str, step: Drawn) -> tuple[Maker, tuple[int, ...]]:
        column, generator = self.columns[name], step.generator
        domain = self.plan.domains[name]
        lattice = lattice_of(column.type)
        if generator.sequential and not generator.needs:
            return counted(column, generator, self.most), ()
        if generator.name == "expression" and column.fill is not None:
            return self._computed(column, generator), self._digits_of(generator.needs)
        declared = column.fill is not None and column.fill.generator not in DISTRIBUTED
        if lattice is not None and not declared and not generator.needs and self._is_alone(step):
            window = self.window(column, domain)
            digit = shared_digit(self.layout, [window], weighed=self.weighed.get(name, 0))
            return window, (digit,)
        if domain.values is not None and column.fill is None and self._is_alone(step):
            return self.listed(domain)
        return self.pooled(name, generator, step.names)

    def _is_alone(self, step: Drawn) -> bool:
        same = [one for one in self.plan.steps.values() if isinstance(one, Drawn) and one.names == step.names]
        return len(same) == 1 and not step.generator.needs

    def listed(self, domain: Domain) -> tuple[Maker, tuple[int, ...]]:
        """Return the maker of a column without order that takes one of the values that its domain lists."""
        assert domain.values is not None
        weights = domain.weights or (1.0,) * len(domain.values)
        kept = [value for value, weight in zip(domain.values, weights, strict=True) if weight] or list(domain.values)
        digit, size = self.layout.byte(), len(kept)
        return lambda row: kept[pick(row, digit, size)], (digit,)

    def _computed(self, column: Column, generator: Generator) -> Maker:
        return computed(column, generator, {name: self.source(name) for name in generator.needs})

    def _digits_of(self, names: Iterable[str]) -> tuple[int, ...]:
        found: dict[int, None] = {}
        for name in names:
            path = self.plan.paths.get(name)
            if name in self.plan.steps:
                found |= dict.fromkeys(self.digits.get(name, ()))
            elif path is not None and path.references:
                found |= dict.fromkeys(self._link_digits(self.plan.links[path.references[0]]))
        return tuple(found)

    def pooled(self, name: str, generator: Generator, names: tuple[str, ...]) -> tuple[Maker, tuple[int, ...]]:
        """Return the maker of a column that takes a value of a pool, with those of its group where it has one."""
        if names not in self._groups:
            together = {
                other: one.generator
                for other, one in self.plan.steps.items()
                if isinstance(one, Drawn) and one.names == names
            } or {name: generator}
            self._groups[names] = (self.layout.byte(), self._pools(names, together), list(together))
        digit, pools, members = self._groups[names]
        place = members.index(name)
        needs = tuple(dict.fromkeys(need for one in pools.generators.values() for need in one.needs))
        counts = any(one.sequential for one in pools.generators.values())
        digits = (digit, *self._digits_of(needs))
        if not needs and not counts:
            alone = [values[place] for values in pools.of({})]
            return lambda row: alone[pick(row, digit, len(alone))], digits
        sources = {need: self.source(need) for need in needs}
        reads = [one.keyed() for one in sources.values()]

        def value(row: Row) -> object:
            found = row.pooled.get(digit)
            if found is None:
                row.pooled[digit] = found = picked(row)
            return found[place]

        def picked(row: Row) -> Values:
            key = (*[read(row) for read in reads], row.number if counts else 0)
            pool = pools.known(key)
            if pool is None:
                needed = {need: one.series(need, [one.read(row)]) for need, one in sources.items()}
                pool = pools.of(needed, key, row.number)
            return pool[pick(row, digit, len(pool))]

        return value, digits

    def _pools(self, names: tuple[str, ...], together: Mapping[str, Generator]) -> Pools:
        internal = {name: _internal(self.columns[name].type) for name in together}
        late = [
            value for name in together if len(together) == 1
            for value in late_values(self.columns[name], self.plan.domains.get(name, ANY), self.whole.schema.dialect)
        ]  # fmt: skip
        return Pools(self.name, names, together, self.whole.options.seed, internal, late)

    def _aggregated(self, name: str, step: Aggregated) -> Maker:
        self.digits[name] = ()
        late: list[Maker] = []

        def value(row: Row) -> object:
            if not late:
                late.append(total(self, name, step.aggregate))
            return late[0](row)

        return value


def _internal(type_: Type) -> Callable[[pl.Series], list[object]]:
    return lambda series: held_of(series, type_)
