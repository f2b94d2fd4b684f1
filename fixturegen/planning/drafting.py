"""One table of the plan: its links, its uniques, its checks, and how each of its columns comes about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.names import mentioned, resolved
from fixturegen.expressions.normal import FALSE, AllOf, Formula, NullTest, Opaque, columns_of
from fixturegen.expressions.parsing import parsed
from fixturegen.options import Options
from fixturegen.planning.cases import components
from fixturegen.planning.casing import made_by_case, opaque
from fixturegen.planning.choosing import COMPUTED, Choice, Chooser, group_of
from fixturegen.planning.components import Component, Variable
from fixturegen.planning.domains import Condition, asking, base_domain, conditions, conjuncts, referred
from fixturegen.planning.dotted import column_at, concerned
from fixturegen.planning.links import links
from fixturegen.planning.numbering import counting_up
from fixturegen.planning.plan import (
    Aggregated,
    Cased,
    Drawn,
    Gathered,
    Link,
    Numbered,
    Settled,
    Step,
    TablePlan,
)
from fixturegen.planning.redrawn import redrawn, tests_null
from fixturegen.planning.uniques import Keeper, Kept, sought
from fixturegen.schema import Check, Column, Count, Dialect, Path, Schema, Table, Unique

DEFAULT_NULLS = 0.1
"""Share of NULL in a nullable column of which nothing says how often."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A table's plan, with what limits its rows and what could not be understood."""

    plan: TablePlan
    limits: tuple[tuple[int, str], ...] = ()
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
    """
    held = {table: frame.height for table, frame in existing.items()}
    refusing = name in tried
    return _Drafting(
        schema, options, schema.tables[name], count, rows, existing.get(name), held, judges, refusing
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
    chooser: Chooser = field(init=False)
    domains: dict[str, Domain] = field(init=False)
    nulls: dict[str, float] = field(init=False)
    links: Mapping[str, Link] = field(init=False)
    paths: dict[str, Path] = field(default_factory=dict)
    judged: list[tuple[Check, str]] = field(default_factory=list)
    unverified: list[Check] = field(default_factory=list)
    redrawn: list[Condition] = field(default_factory=list)
    never_null: set[str] = field(default_factory=set)
    variables: list[Variable] = field(default_factory=list)

    def draft(self) -> Draft:
        """Return the plan."""
        self.chooser = Chooser(self.schema, self.table, self.options.seed)
        self.links = links(self.schema, self.table, self.count, self.rows, self.held, self.options.pins)
        self.domains = {column.name: referred(self.schema, self.table, column) for column in self._written()}
        self.nulls = {column.name: self._null_share(column) for column in self._written()}
        open_conditions = self._narrow(*self._conditions())
        kept = self._kept(open_conditions)
        found = self._components(open_conditions, kept)
        steps = self._steps(kept, found)
        held = 0 if self.existing is None else self.existing.height
        settled = self._settled(kept, found, steps)
        self._note_paths(steps)
        plan = TablePlan(
            table=self.table, count=self.count, rows=self.rows[self.table.name] - held, existing=held,
            links=kept.links, steps=steps, components=tuple(found),
            settled=settled, paths=self.paths, judged=tuple(self.judged),
            domains=self.domains, variables=tuple(self.variables),
        )  # fmt: skip
        return Draft(plan, (*self._orphans(), *kept.limits), tuple(self.unverified))

    def _orphans(self) -> list[tuple[int, str]]:
        """No rows at all where a reference that is never NULL has no rows to refer to."""
        return [
            (0, f"{', '.join(link.reference.columns)} must refer to {link.reference.table}, which has no rows")
            for link in self.links.values()
            if set(link.nullable) <= self.never_null and link.kind not in {"parent", "self", "chain"}
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

    # Checks ------------------------------------------------------------------------------------------------------------

    def _conditions(self) -> tuple[Sequence[Condition], Mapping[str, Path]]:
        found, paths = conditions(self.schema, self.table, self.schema.as_of)
        found = (*found, *self._parentless())
        own = frozenset(self.domains)
        asked = [replace(each, formula=asking(each.formula, self.judges, own)) for each in found]
        for condition in asked:
            if any(atom.asked for atom in opaque([condition.formula])):
                self.judged.append((condition.check, "by the database; violators are drawn again"))
        return asked, paths

    def _parentless(self) -> Sequence[Condition]:
        """Columns that refer to a table without rows are NULL, which the cases must know of."""
        empty = [
            (name, link.reference.table)
            for link in self.links.values()
            if link.kind not in {"parent", "self", "chain"} and not self.rows.get(link.reference.table, 0)
            for name in link.nullable
        ]
        return [
            Condition(Check(sql=f'"{name}" IS NULL', name=f"no rows of {parent}"), NullTest(name, null=True))
            for name, parent in empty
        ]

    def _narrow(self, found: Sequence[Condition], paths: Mapping[str, Path]) -> dict[str, Formula]:
        """Let checks on one column narrow its domain; return what ties several columns together."""
        self.paths |= paths
        alone: dict[str, dict[str, list[Formula]]] = {}
        rest: dict[str, list[Formula]] = {}
        for condition in found:
            for part in conjuncts(condition.formula):
                columns = columns_of(part)
                if part == FALSE:
                    self._refuse_false(condition.check)
                judged = isinstance(part, Opaque) or any(not atom.evaluable for atom in opaque([part]))
                if len(columns) == 1 and columns[0] in self.domains and not judged:
                    alone.setdefault(columns[0], {}).setdefault(condition.check.name, []).append(part)
                elif not columns and isinstance(part, Opaque):
                    self.unverified.append(condition.check)
                elif columns and self._solvable(condition, part, columns):
                    rest.setdefault(condition.check.name, []).append(part)
        for name, formulas in alone.items():
            for check, parts in self._narrowed(name, formulas).items():
                rest.setdefault(check, []).extend(parts)
        return {check: AllOf(tuple(parts)) if len(parts) > 1 else parts[0] for check, parts in rest.items()}

    def _refuse_false(self, check: Check) -> None:
        message = f"no row can satisfy {check.name}: {check.sql}"
        raise ImpossibleError(message, where=check.where, hint="Mend the condition, or ask for no rows.")

    def _solvable(self, condition: Condition, part: Formula, columns: tuple[str, ...]) -> bool:
        """Whether drawing can meet it; otherwise note how it is met instead."""
        if any(not atom.evaluable for atom in opaque([part])):
            self.unverified.append(condition.check)
            return False
        own = [name for name in columns if name in self.domains]
        if any(self._given(name) == "no" for name in own):
            return True
        if any(self._column(name).nullable and self._given(name) == "value" for name in own) and tests_null(part):
            return True
        self._judge(condition, own)
        return False

    def _judge(self, condition: Condition, own: Sequence[str]) -> None:
        """Draw references again where a condition between given columns is broken; else it is only judged."""
        chosen = {name for link in self.links.values() for name in link.reference.columns}
        if self._structurally_met(condition, own):
            return
        if chosen & set(own):
            self.redrawn.append(condition)
        else:
            self.judged.append((condition.check, "follows from computed values"))

    def _structurally_met(self, condition: Condition, own: Sequence[str]) -> bool:
        """A row never refers to itself where it refers to earlier rows only."""
        text = condition.formula
        selfish = [link for link in self.links.values() if link.kind in {"self", "chain"} and link.nullable]
        return any(
            getattr(text, "relation", "") in {"<>", "<", ">"}
            and set(own) == {*link.reference.columns, *link.reference.target}
            for link in selfish
        )

    def _narrowed(self, name: str, formulas: Mapping[str, list[Formula]]) -> Mapping[str, list[Formula]]:
        """Narrow one column's domain; return the checks that leave it several cases, unchanged."""
        column = self._column(name)
        variable = Variable(
            name=name, type=column.type, domain=self.domains[name], nullable=column.nullable, nulls=column.nulls,
            given="no",
        )  # fmt: skip
        joined = {check: AllOf(tuple(parts)) for check, parts in formulas.items()}
        found = components([variable], joined, where=column.where)
        cases = [case for component in found for case in component.cases]
        full = [case for case in cases if not case.columns[name].null]
        if any(case.redraw for case in cases) or len(full) > 1:
            return formulas
        if not full:
            return formulas
        weight = sum(case.weight for case in cases if case.columns[name].null)
        weight += (1 - weight) * full[0].columns[name].nulls
        self.domains[name] = full[0].columns[name].domain
        self.nulls[name] = weight if column.nullable else 0.0
        if column.nullable and weight == 0 and column.nulls != 0:
            self.never_null.add(name)
        return {}

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
            dialect=self.schema.dialect,
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
        return counted or self.chooser.choose(column, domain, distinct)

    # Cases -------------------------------------------------------------------------------------------------------------

    def _given(self, name: str) -> str:
        """Whether a column's value is drawn here (``no``), decided elsewhere (``value``), or with its nullness (``wholly``)."""
        if name not in self.domains:
            return "wholly"
        column = self._column(name)
        if column.aggregate is not None or column.ordinal is not None:
            return "wholly"
        if any(name in link.reference.columns for link in self.links.values()):
            return "value"
        computed = column.fill is not None and column.fill.generator in COMPUTED
        return "value" if computed or group_of(self.table, name) is not None else "no"

    def _components(self, formulas: Mapping[str, Formula], kept: Kept) -> list[Component]:
        names = dict.fromkeys(name for formula in formulas.values() for name in columns_of(formula))
        self.variables = [self._variable(name, kept) for name in sorted(names)]
        return list(components(self.variables, formulas, where=self.table.where)) if formulas else []

    def _variable(self, name: str, kept: Kept) -> Variable:
        if name not in self.domains:
            column = column_at(self.schema, self.table, self.paths[name])
            return Variable(
                name=name, type=column.type, domain=base_domain(column, self.schema.as_of), nullable=column.nullable,
                given="wholly",
            )  # fmt: skip
        column = self._column(name)
        given = self._given(name)
        if name in kept.carriers and given == "no":
            given = "value"
        return Variable(
            name=name, type=column.type, domain=self.domains[name],
            nullable=column.nullable and name not in self.never_null, nulls=column.nulls, given=given,  # type: ignore[arg-type] # one of the three words
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
            if name in link.reference.columns:
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

    # Settled uniques ---------------------------------------------------------------------------------------------------

    def _settled(self, kept: Kept, found: Sequence[Component], steps: Mapping[str, Step]) -> tuple[Settled, ...]:
        """Gather the uniques (and conditions between given columns) under which rows are drawn again, as one group."""
        if self.existing is not None and self.existing.height:
            # Existing rows followed no permutation of ours: new ones give way to them under every unique.
            kept.open = [*([self.table.primary_key] if self.table.primary_key else []), *self.table.uniques]
        tried = self.refusing and not any(isinstance(step, Aggregated | Numbered) for step in steps.values())
        if not kept.open and not self.redrawn and not tried:
            return ()
        mention = {name for unique in kept.open for name in concerned(self.schema, self.table, unique)}
        mention |= set(steps) if tried else set()
        mention |= {name for condition in self.redrawn for name in columns_of(condition.formula)}
        references = [
            link.reference.name
            for link in kept.links.values()
            if set(link.reference.columns) & mention
            and link.kind in {"uniform", "tickets", "agreeing", "one to one", "self"}
        ]
        columns = {name for name in mention if isinstance(steps.get(name), Drawn | Cased)}
        if tried:  # where nothing but counted numbers is left, drawing again changes nothing
            columns = {name for name in columns if not _counts_up(steps[name])}
        for component in found:
            if columns & set(component.columns):
                columns |= set(component.columns)
        kept.open += self._loosened(kept, columns)
        steady = tuple(references[:1]) if len(references) + len(columns) > 1 and len(kept.open) == 1 else ()
        if tried:
            single = tuple(name for name in references if kept.links[name].kind == "one to one")
            steady = single if len(single) < len(references) else ()
        return (
            Settled(
                uniques=tuple(kept.open), columns=tuple(sorted(columns)), references=tuple(references), steady=steady,
                period=self._period(kept, [one for one in references if one not in steady], set() if tried else columns, steps),
                conditions=tuple(condition.formula for condition in self.redrawn), tried=tried,
            ),
        )  # fmt: skip

    def _loosened(self, kept: Kept, columns: set[str]) -> list[Unique]:
        """Uniques that a permutation keeps only as long as none of its columns is drawn again."""
        moved = {
            name for name in columns if name in kept.carriers and not kept.carriers[name].choice.generator.sequential
        }
        key = [self.table.primary_key] if self.table.primary_key else []
        return [
            unique for unique in (*key, *self.table.uniques) if unique not in kept.open and moved & set(unique.columns)
        ]

    def _period(self, kept: Kept, quick: Sequence[str], columns: set[str], steps: Mapping[str, Step]) -> int:
        """Attempts after which the steady reference moves on: enough to have tried what the others can be."""
        sizes = [self.rows.get(kept.links[name].reference.table, 0) for name in quick]
        for name in columns:
            step = steps[name]
            capacity = step.generator.capacity if isinstance(step, Drawn) else 8
            sizes.append(8 * min(capacity or 1_000, 1_000))
        return 4 + max([min(size, 10_000) for size in sizes], default=4)

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
            if name not in self.paths:
                self.paths[name] = resolved(self.schema, self.table, name, where)  # type: ignore[arg-type]

    def _column(self, name: str) -> Column:
        return next(column for column in self.table.columns if column.name == name)


def _counts_up(step: Step) -> bool:
    return isinstance(step, Drawn) and step.generator.sequential and step.component is None


def _several(formula: Formula) -> tuple[str, ...]:
    """Return the columns of a condition on several columns; none of one on a single column."""
    columns = columns_of(formula)
    return columns if len(columns) > 1 else ()
