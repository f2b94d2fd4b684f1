"""The checks of a table taken apart: what narrows one column, what ties several together, what only judges rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import FALSE, AllOf, Formula, Limit, NullTest, Opaque, columns_of
from fixturegen.planning.cases import components
from fixturegen.planning.casing import opaque
from fixturegen.planning.components import Variable
from fixturegen.planning.domains import Condition, asking, conditions, conjuncts, declared
from fixturegen.planning.plan import Link
from fixturegen.planning.redrawn import tests_null
from fixturegen.schema import Check, Column, Dialect, Path, Schema, Table


@dataclass(slots=True)
class Narrowing:
    """The work on the checks of one table.

    Attributes:
        schema: The schema.
        table: The table.
        rows: Rows by table, existing ones counted.
        judges: Dialects of databases that can be asked about rows.
        links: The table's links, by name of the reference.
        given: Tells whether a column's value is drawn with its row (``no``) or decided elsewhere.
        domains: The values that each column may take; narrowed here.
        nulls: Shares of NULL by column; adjusted here.
        paths: Where dotted names in the checks lead.
        judged: Checks that decide nothing before rows are there, and how they are met.
        unverified: Checks that nobody can evaluate.
        redrawn: Conditions between given columns, which only other references can meet.
        never_null: Nullable columns that the checks never leave NULL.
        only: Conditions on single columns that only the choice of a parent can meet, by name of the reference.
    """

    schema: Schema
    table: Table
    rows: Mapping[str, int]
    judges: Collection[Dialect]
    links: Mapping[str, Link]
    given: Callable[[str], str]
    domains: dict[str, Domain]
    nulls: dict[str, float]
    paths: dict[str, Path] = field(default_factory=dict)
    judged: list[tuple[Check, str]] = field(default_factory=list)
    unverified: list[Check] = field(default_factory=list)
    redrawn: list[Formula] = field(default_factory=list)
    never_null: set[str] = field(default_factory=set)
    only: dict[str, list[Formula]] = field(default_factory=dict)

    def narrow(self) -> dict[str, Formula]:
        """Let checks on one column narrow its domain; return what ties several columns together, by name of the check."""
        found = self._conditions()
        limits: dict[str, list[Limit]] = {}
        for part in (part for condition in found for part in conjuncts(condition.formula)):
            if isinstance(part, Limit) and part.column in self.domains:
                limits.setdefault(part.column, []).append(part)
        for name, said in limits.items():
            self.domains[name] = declared(self.domains[name], self._column(name), said)
        return self._narrow(found)

    def _conditions(self) -> Sequence[Condition]:
        found, paths = conditions(self.schema, self.table, self.schema.as_of)
        self.paths |= paths
        found = (*found, *self._parentless())
        own = tuple(self.domains)
        asked = [replace(each, formula=asking(each.formula, self.judges, own)) for each in found]
        for condition in asked:
            if any(atom.asked for atom in opaque([condition.formula])):
                self.judged.append((condition.check, "by the database; violators are drawn again"))
        return asked

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

    def _narrow(self, found: Sequence[Condition]) -> dict[str, Formula]:
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
                    self._ask_parents(part, columns[0])
                elif not columns and isinstance(part, Opaque):
                    self.unverified.append(condition.check)
                elif columns and self._solvable(condition, part, columns):
                    rest.setdefault(condition.check.name, []).append(part)
        for name, formulas in alone.items():
            for check, parts in self._narrowed(name, formulas).items():
                rest.setdefault(check, []).extend(parts)
        return {check: AllOf(tuple(parts)) if len(parts) > 1 else parts[0] for check, parts in rest.items()}

    def _ask_parents(self, part: Formula, name: str) -> None:
        """Let a condition on one column that a parent gives decide which parents can be chosen."""
        link = next((link for link in self.links.values() if name in link.given), None)
        if link is None or self.given(name) != "value" or isinstance(part, NullTest):
            return
        if link.kind in {"uniform", "tickets"} and not opaque([part]) and link.reference.table != self.table.name:
            self.only.setdefault(link.reference.name, []).append(part)
        elif link.kind in {"agreeing", "self", "uniform", "tickets"}:
            self.redrawn.append(part)

    def _refuse_false(self, check: Check) -> None:
        message = f"no row can satisfy {check.name}: {check.sql}"
        raise ImpossibleError(message, where=check.where, hint="Mend the condition, or ask for no rows.")

    def _solvable(self, condition: Condition, part: Formula, columns: tuple[str, ...]) -> bool:
        """Whether drawing can meet it; otherwise note how it is met instead."""
        if any(not atom.evaluable for atom in opaque([part])):
            self.unverified.append(condition.check)
            return False
        own = [name for name in columns if name in self.domains]
        if any(self.given(name) == "no" for name in own):
            return True
        if any(self._column(name).nullable and self.given(name) == "value" for name in own) and tests_null(part):
            return True
        self._judge(condition, own)
        return False

    def _judge(self, condition: Condition, own: Sequence[str]) -> None:
        """Draw references again where a condition between given columns is broken; else it is only judged."""
        chosen = {name for link in self.links.values() for name in link.given}
        if self._structurally_met(condition, own):
            return
        if chosen & set(own):
            self.redrawn.append(condition.formula)
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
        if column.nullable and weight == 0 and not self._takes_null(variable, joined):
            self.never_null.add(name)
        return {}

    def _takes_null(self, variable: Variable, formulas: Mapping[str, Formula]) -> bool:
        """Whether checks on a column leave it NULL at all, whatever share of it is asked for."""
        if variable.nulls != 0:
            return False  # a share above 0 would have left some
        found = components([replace(variable, nulls=None)], formulas, where=self.table.where)
        narrowings = [case.columns[variable.name] for component in found for case in component.cases]
        return any(one.null or one.nulls > 0 for one in narrowings)

    def _column(self, name: str) -> Column:
        return next(column for column in self.table.columns if column.name == name)
