"""One table of the plan: its links, its uniques, its checks, and how each of its columns comes about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import polars as pl

from fixturegen.domain import Domain
from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.normal import Formula, columns_of
from fixturegen.expressions.parsing import parsed
from fixturegen.generator import Generator, Request
from fixturegen.options import Options
from fixturegen.planning.answering import Asked, answering
from fixturegen.planning.cases import components
from fixturegen.planning.casing import made_by_case
from fixturegen.planning.choosing import COMPUTED, Choice, Chooser, group_of
from fixturegen.planning.components import Component, Variable
from fixturegen.planning.domains import base_domain, conjuncts, referred
from fixturegen.planning.dotted import column_at
from fixturegen.planning.leading import agreed, gathered, led_to
from fixturegen.planning.links import links
from fixturegen.planning.narrowing import Narrowing
from fixturegen.planning.numbering import counting_up
from fixturegen.planning.plan import (
    Aggregated,
    Cased,
    Drawn,
    Gathered,
    Link,
    Numbered,
    Step,
    TablePlan,
)
from fixturegen.planning.redrawn import redrawn
from fixturegen.planning.settling import Settling
from fixturegen.planning.uniques import Keeper, Kept, sought
from fixturegen.schema import Check, Column, Count, Dialect, PerParent, Schema, Table

DEFAULT_NULLS = 0.1
"""Share of NULL in a nullable column of which nothing says how often."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A table's plan, with what limits its rows, in all and per parent, and what could not be understood."""

    plan: TablePlan
    limits: tuple[tuple[int, str], ...] = ()
    crowds: tuple[tuple[int, str], ...] = ()
    unverified: tuple[Check, ...] = ()


def drafted(
    schema: Schema,
    options: Options,
    name: str,
    count: Count,
    rows: Mapping[str, int],
    existing: Mapping[str, pl.DataFrame],
    judges: Collection[Dialect] = (),
    tried: Collection[str] = (),
    asked: Asked = MappingProxyType({}),
) -> Draft:
    """Return the plan of one table.

    Args:
        schema: The schema.
        options: The options.
        name: The table's name.
        count: What is asked of it.
        rows: Rows by table, existing ones counted.
        existing: Rows that the database holds already, by table.
        judges: Dialects of databases that can be asked about rows.
        tried: Tables whose triggers refuse rows.
        asked: Values that children ask for, by table and column.
    """
    held = {table: frame.height for table, frame in existing.items()}
    refusing = name in tried
    return _Drafting(
        schema, options, schema.tables[name], count, rows, existing.get(name), held, judges, refusing, asked
    ).draft()


@dataclass(slots=True)
class _Drafting:
    """The work on one table, step by step."""

    schema: Schema
    options: Options
    table: Table
    count: Count
    rows: Mapping[str, int]
    existing: pl.DataFrame | None
    held: Mapping[str, int]
    judges: Collection[Dialect]
    refusing: bool
    asked: Asked
    chooser: Chooser = field(init=False)
    domains: dict[str, Domain] = field(init=False)
    nulls: dict[str, float] = field(init=False)
    links: Mapping[str, Link] = field(init=False)
    checks: Narrowing = field(init=False)
    variables: list[Variable] = field(default_factory=list)
    agreed: Mapping[str, int] = field(default_factory=dict)

    def draft(self) -> Draft:
        """Return the plan."""
        self.chooser = Chooser(self.schema, self.table, self.options.seed)
        self.links = links(self.schema, self.table, self.count, self.rows, self.held, self.options.pins)
        self.domains = {column.name: referred(self.schema, self.table, column) for column in self._written()}
        self.nulls = {column.name: self._null_share(column) for column in self._written()}
        self.checks = Narrowing(
            self.schema, self.table, self.rows, self.judges, self.links, self._given, self.domains, self.nulls
        )
        open_conditions = self.checks.narrow()
        self.links = {
            name: replace(link, only=tuple(self.checks.only.get(name, ()))) for name, link in self.links.items()
        }
        self.agreed = agreed(self.links, open_conditions.values(), lambda name: self._given(name) == "no")
        self.domains |= gathered(self.table, self.agreed, self.domains)
        kept = self._kept(open_conditions)
        found = self._components(open_conditions, kept)
        steps = self._steps(kept, found)
        held = 0 if self.existing is None else self.existing.height
        settled = Settling(
            self.schema, self.table, self.rows, held, self.refusing, self.checks.redrawn, kept, found, steps
        ).groups()
        self._note_paths(steps)
        plan = TablePlan(
            table=self.table, count=self.count, rows=self.rows[self.table.name] - held, existing=held,
            links=kept.links, steps=steps, components=tuple(found),
            settled=settled, paths=self.checks.paths, judged=tuple(self.checks.judged),
            domains=self.domains, variables=tuple(self.variables),
        )  # fmt: skip
        return Draft(plan, (*self._orphans(), *kept.limits), tuple(kept.crowds), tuple(self.checks.unverified))

    def _orphans(self) -> list[tuple[int, str]]:
        """No rows at all where a reference that is never NULL has no rows to refer to."""
        return [
            (0, f"{', '.join(link.reference.columns)} must refer to {link.reference.table}, which has no rows")
            for link in self.links.values()
            if set(link.nullable) <= self.checks.never_null and link.kind not in {"parent", "self", "chain"}
            and not self.rows.get(link.reference.table, 0)
        ]  # fmt: skip

    def _written(self) -> list[Column]:
        """Columns that are written: the database computes the others."""
        return [column for column in self.table.columns if column.generated is None]

    def _null_share(self, column: Column) -> float:
        if not column.nullable:
            return 0.0
        if column.nulls is not None:
            return column.nulls
        quiet = column.fill is not None or column.aggregate is not None or group_of(self.table, column.name) is not None
        return 0.0 if quiet else DEFAULT_NULLS

    # Uniques -----------------------------------------------------------------------------------------------------------

    def _kept(self, formulas: Mapping[str, Formula]) -> Kept:
        types = {column.name: column.type for column in self._written()}
        again = redrawn(formulas.values(), types, self.schema.as_of)
        again |= self._tied(formulas)
        plain = frozenset(
            column.name
            for column in self._written()
            if (self._given(column.name) == "no" and column.name not in again)
            or (column.fill is not None and column.fill.generator == "sequence")
            or group_of(self.table, column.name) is not None
        )
        keeper = Keeper(
            table=self.table, count=self.count, rows=self.rows[self.table.name], filled=self.rows,
            choose=self._choose, domains=self.domains, plain=plain, sought=sought(self.schema, self.table),
            dialect=self.schema.dialect, scaled=self.options.scale < 1, agreed=self.agreed,
        )  # fmt: skip
        kept = keeper.keep(self.links)
        self.links = kept.links
        return kept

    def _tied(self, formulas: Mapping[str, Formula]) -> set[str]:
        """Columns that checks tie to others: a permutation would not see their bounds. Whole-number keys count up all the same."""
        key = self.table.primary_key.columns if self.table.primary_key else ()
        tied = {name for formula in formulas.values() for part in conjuncts(formula) for name in _several(part)}
        return {name for name in tied if name not in key or self._column_or_none(name) != "integer"}

    def _column_or_none(self, name: str) -> str | None:
        return next((column.type.kind for column in self.table.columns if column.name == name), None)

    def _choose(self, column: Column, domain: Domain, distinct: int) -> Choice:
        """Choose a generator; whole numbers of a key count up."""
        counted = None
        if distinct:
            counted = counting_up(self.schema, self.table, column, domain, distinct, self.existing)
        asked = self.asked.get((self.table.name, column.name), ())
        if counted is not None and all(isinstance(value, int) and 1 <= value <= distinct for value in asked):
            return counted
        if asked and not isinstance(self.count, PerParent) and column.fill is None:
            return self._answering(column, domain, distinct, asked)
        return counted or self.chooser.choose(column, domain, distinct)

    def _answering(self, column: Column, domain: Domain, distinct: int, asked: Sequence[object]) -> Choice:
        """Choose a generator whose first rows hold what children ask for, where their number decides what they hold."""
        choice = self.chooser.choose(column, domain, distinct)
        if distinct and domain.values is not None:
            return choice

        def request(left: Domain) -> Request:
            return self.chooser.request(column, left, distinct)

        def choose(left: Domain) -> Generator:
            return self.chooser.choose(column, left, distinct).generator

        generator = answering(choice.generator, request, domain, asked, choose)
        return replace(choice, generator=generator)

    # Cases -------------------------------------------------------------------------------------------------------------

    def _given(self, name: str) -> str:
        """Whether a column's value is drawn here (``no``), decided elsewhere (``value``), or with its nullness (``wholly``)."""
        if name not in self.domains:
            return "wholly"
        column = self._column(name)
        if column.aggregate is not None or column.ordinal is not None:
            return "wholly"
        if any(name in link.given for link in self.links.values()):
            return "value"
        computed = column.fill is not None and column.fill.generator in COMPUTED
        return "value" if computed or group_of(self.table, name) is not None else "no"

    def _components(self, formulas: Mapping[str, Formula], kept: Kept) -> list[Component]:
        names = dict.fromkeys(name for formula in formulas.values() for name in columns_of(formula))
        settled = kept.carriers.keys() | led_to(
            self.table.name, kept.links, formulas, lambda name: self._given(name) == "no" and name not in kept.carriers
        )
        self.variables = [self._variable(name, settled) for name in sorted(names)]
        found = list(components(self.variables, formulas, where=self.table.where)) if formulas else []
        return [component for component in found if component.columns or not self._left_to_parents(component, kept)]

    def _left_to_parents(self, component: Component, kept: Kept) -> bool:
        """Let other parents meet checks for which no column is left to draw, as a unique decides it; whether they can."""
        chosen = {name for link in kept.links.values() for name in link.given}
        if not all(chosen & set(columns_of(formula)) for formula in component.formulas.values()):
            return False
        self.checks.redrawn += component.formulas.values()
        return True

    def _variable(self, name: str, settled: Collection[str]) -> Variable:
        if name not in self.domains:
            column = column_at(self.schema, self.table, self.checks.paths[name])
            return Variable(
                name=name, type=column.type, domain=base_domain(column, self.schema.as_of), nullable=column.nullable,
                given="wholly",
            )  # fmt: skip
        column = self._column(name)
        given = self._given(name)
        if name in settled and given == "no":
            given = "value"
        return Variable(
            name=name, type=column.type, domain=self.domains[name],
            nullable=column.nullable and name not in self.checks.never_null, nulls=column.nulls, given=given,  # type: ignore[arg-type] # one of the three words
        )  # fmt: skip

    # Steps -------------------------------------------------------------------------------------------------------------

    def _steps(self, kept: Kept, found: Sequence[Component]) -> dict[str, Step]:
        cased = {name: at for at, component in enumerate(found) for name in component.columns}
        return {column.name: self._step(column, kept, cased, found) for column in self._written()}

    def _step(self, column: Column, kept: Kept, cased: Mapping[str, int], found: Sequence[Component]) -> Step:
        name = column.name
        if column.aggregate is not None:
            return Aggregated(aggregate=column.aggregate)
        if column.ordinal is not None:
            return Numbered(reference=column.ordinal)
        number = cased.get(name)
        for link in kept.links.values():
            if name in link.given:
                target = dict(zip(link.reference.columns, link.reference.target, strict=True))[name]
                nulls = (link.nulls or 0.0) if name in link.nullable else 0.0
                return Gathered(reference=link.reference.name, target=target, nulls=nulls, component=number)
        if number is not None and self._given(name) == "no" and name not in kept.carriers:
            return made_by_case(self.chooser, column, number, found[number])
        return self._drawn(column, kept, number)

    def _drawn(self, column: Column, kept: Kept, number: int | None) -> Drawn:
        carrier = kept.carriers.get(column.name)
        nulls = self.nulls[column.name]
        if carrier is None:
            choice = self._choose(column, self.domains[column.name], 0)
            return Drawn(
                generator=choice.generator, names=choice.names, nulls=nulls, reason=choice.reason, component=number
            )
        permuted = not carrier.choice.generator.sequential
        return Drawn(
            generator=carrier.choice.generator, names=carrier.choice.names, index=carrier.index if permuted else None,
            parts=carrier.parts, whole=carrier.whole, nulls=nulls, reason=carrier.choice.reason, component=number,
        )  # fmt: skip

    # Names -------------------------------------------------------------------------------------------------------------

    def _note_paths(self, steps: Mapping[str, Step]) -> None:
        """Note where every dotted name leads that generators and aggregates read."""
        wanted: dict[str, object] = {}
        for step in steps.values():
            generators = [step.generator] if isinstance(step, Drawn) else []
            generators += list(step.makers.values()) if isinstance(step, Cased) else []
            wanted |= {name: None for generator in generators for name in generator.needs}
        for other in self.schema.tables.values():
            for column in other.columns:
                aggregate = column.aggregate
                if aggregate is not None and aggregate.table == self.table.name and aggregate.expression:
                    expression = parsed(aggregate.expression, self.schema.dialect, column.where)
                    wanted |= dict.fromkeys(mentioned(expression), column.where)
        for name, where in wanted.items():
            if name not in self.checks.paths:
                self.checks.paths[name] = resolved(self.schema, self.table, name, where)  # type: ignore[arg-type]

    def _column(self, name: str) -> Column:
        return next(column for column in self.table.columns if column.name == name)


def _several(formula: Formula) -> tuple[str, ...]:
    """Return the columns of a condition on several columns; none of one on a single column."""
    columns = columns_of(formula)
    return columns if len(columns) > 1 else ()
