"""Which classes go together in a row: asked of the solver that plans checks, for columns that checks tie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.coverage.classes import Class
from fixturegen.coverage.factors import NO_PARENT, Factor, variable_of
from fixturegen.coverage.satisfying import Asked, smallest_contradiction
from fixturegen.covering_arrays import Constraint
from fixturegen.covering_arrays.constraints import Values
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import AllOf, Formula, columns_of
from fixturegen.planning.cases import components
from fixturegen.planning.components import Component, Variable
from fixturegen.planning.literals import Slot, slot_of
from fixturegen.planning.plan import TablePlan
from fixturegen.schema import Schema, Table

CLASSES = "classes"
"""Name of the condition that says a row's classes, beside its checks."""
Chosen = tuple[tuple[int, int], ...]
"""Classes of a row, as (factor, class), by rising factor."""
Related = tuple[tuple[str, Class], ...]
"""Classes of related rows' columns, by dotted name."""


@dataclass(slots=True)
class Tied:
    """The factors that some checks of a table tie: those of one component, or part of them; or one factor alone.

    Attributes:
        table: The table's plan.
        factors: All factors of the table.
        members: Numbers of the factors concerned.
        component: Number of the component; None for a factor that no check mentions.
        checks: The checks in normal form, by name.
    """

    table: TablePlan
    factors: Sequence[Factor]
    members: tuple[int, ...]
    component: int | None = None
    checks: Mapping[str, Formula] = field(default_factory=dict)
    _refused: dict[tuple[Chosen, Related], bool] = field(default_factory=dict)
    _solved: dict[Chosen, tuple[Component, ...] | ImpossibleError] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict)
    _asked: Asked | None = None

    def allows(self, values: Values) -> bool:
        """Whether a row may have these classes, in the order of ``members``; None for any."""
        chosen = tuple((at, value) for at, value in zip(self.members, values, strict=True) if value is not None)
        return not self.refuses(chosen)

    def refuses(self, chosen: Chosen, related: Related = ()) -> bool:
        """Return whether it is certain that no row has these classes beside such related rows."""
        key = chosen, related
        if key not in self._refused:
            try:
                self._refused[key] = self._ready().rule_out(self._conditions(chosen, related))
            except ImpossibleError:
                self._refused[key] = True
        return self._refused[key]

    def refusal(self, chosen: Chosen, related: Related = ()) -> str | None:
        """Return why no row has these classes beside such related rows, or None where some may."""
        if not self.refuses(chosen, related):
            return None
        try:
            core = smallest_contradiction(self.slots(), self._checks(chosen, related))
            components(self.variables(), core, where=self.table.table.where)
        except ImpossibleError as error:
            return str(error)
        return None

    def solved(self, chosen: Chosen) -> tuple[Component, ...] | ImpossibleError:
        """Return the checks solved for rows of these classes, or the contradiction."""
        if chosen not in self._solved:
            try:
                checks = self._checks(chosen, ())
                self._solved[chosen] = components(self.variables(), checks, where=self.table.table.where)
            except ImpossibleError as error:
                self._solved[chosen] = error
        return self._solved[chosen]

    def slots(self) -> Mapping[str, Slot]:
        """Return all columns concerned, as solving sees them.

        Raises:
            ImpossibleError: If the declarations of one leave it no value.
        """
        if not self._slots:
            where = self.table.table.where
            self._slots = {one.name: slot_of(one, where) for one in sorted(self.variables(), key=lambda one: one.name)}
        return self._slots

    def read_from(self, reference: str) -> list[tuple[str, str]]:
        """Return the columns of one parent that the checks read: dotted name and column."""
        reads = () if self.component is None else self.table.components[self.component].reads
        paths = {name: self.table.paths[name] for name in reads if name in self.table.paths}
        return [(name, path.column) for name, path in paths.items() if path.references == (reference,)]

    def _checks(self, chosen: Chosen, related: Related) -> Mapping[str, Formula]:
        """The checks, with one more for the classes."""
        checks = dict(self.checks)
        parts = self._conditions(chosen, related)
        if parts:
            checks[CLASSES] = AllOf(tuple(parts))
        return checks

    def _conditions(self, chosen: Chosen, related: Related) -> list[Formula]:
        parts = [one for at, value in chosen for one in self._class_formulas(at, value)]
        if related:
            types = {variable.name: variable.type for variable in self.table.variables}
            parts += [kind.formula(name, types[name]) for name, kind in related]
        return parts

    def _ready(self) -> Asked:
        if self._asked is None:
            mentioned = {name for check in self.checks.values() for name in columns_of(check)}
            concerned = mentioned.union(*(self.factors[at].columns for at in self.members))
            slots = {name: slot for name, slot in self.slots().items() if name in concerned}
            self._asked = Asked(slots, self.checks)
        return self._asked

    def variables(self) -> Sequence[Variable]:
        """Return all columns concerned, as the checks see them."""
        names = {name for at in self.members for name in self.factors[at].columns}
        found = {name: variable_of(self.table, name) for name in sorted(names)}
        return [*(one for one in self.table.variables if one.name not in found), *found.values()]

    def named(self, at: int) -> Sequence[str]:
        """Return what checks call the columns of a factor."""
        factor = self.factors[at]
        if not factor.within or factor.reference is None:
            return factor.columns
        return [name for name, column in self.read_from(factor.reference) if column == factor.column]

    def _class_formulas(self, at: int, value: int) -> list[Formula]:
        factor = self.factors[at]
        if factor.within:
            return self._parent_formulas(at, value)
        types = {name: self.table.column(name).type for name in factor.columns}
        return [factor.kinds[value].formula(name, type_) for name, type_ in types.items()]

    def _parent_formulas(self, at: int, value: int) -> list[Formula]:
        """What checks that read the parent's column have to reckon with."""
        factor = self.factors[at]
        held = sorted(factor.within[value] or ())
        if len(held) != 1:
            return []
        types = {variable.name: variable.type for variable in self.table.variables}
        names = {name for check in self.checks.values() for name in columns_of(check)}
        return [factor.kinds[held[0]].formula(name, types[name]) for name in self.named(at) if name in names]


def tied_factors(table: TablePlan, factors: Sequence[Factor]) -> tuple[Tied, ...]:
    """Return the factors of a table by the component that ties them; those that nothing ties, each alone."""
    groups: dict[int | None, list[int]] = {}
    alone: list[Tied] = []
    for at, factor in enumerate(factors):
        numbers = sorted(_components_of(table, factor))
        for number in numbers:
            groups.setdefault(number, []).append(at)
        if not numbers and factor.columns:
            alone.append(Tied(table, factors, (at,)))
    return (*(_of_component(table, factors, tuple(members), number) for number, members in groups.items()), *alone)


def _of_component(table: TablePlan, factors: Sequence[Factor], members: tuple[int, ...], number: int | None) -> Tied:
    checks = {} if number is None else table.components[number].formulas
    return Tied(table, factors, members, number, checks)


def _components_of(table: TablePlan, factor: Factor) -> set[int]:
    found = set()
    for number, component in enumerate(table.components):
        if set(factor.columns) & {*component.columns, *component.reads}:
            found.add(number)
        for name in component.reads:
            path = table.paths.get(name)
            leads = path is not None and path.references == (factor.reference,) and path.column == factor.column
            if factor.within and leads:
                found.add(number)
    return found


def presence(table: Table, schema: Schema, factors: Sequence[Factor]) -> list[tuple[Constraint, str]]:
    """Return what holds whatever the checks are, each with its words.

    A row without a parent has none of its classes, and a row with one has some. A row with NULL in columns that children refer
    to has no children.
    """
    found = []
    for at, own in enumerate(factors):
        for other, factor in enumerate(factors):
            alike = own.reference is not None and not own.within and factor.reference == own.reference
            if alike and NO_PARENT in factor.classes and factor.within:
                rule = Constraint((at, other), _agreeing(factor.classes.index(NO_PARENT)))
                found.append((rule, f"{own.name} is NULL in rows without a parent, and in no others"))
            if own.kinds and not own.within and own.kinds[0].null and factor.child is not None:
                target = _target(schema, factor.child)
                if set(own.columns) & set(target):
                    rule = Constraint((at, other), _childless(factor))
                    found.append((rule, f"rows of {factor.child[0]} refer to {', '.join(target)} of {table.name}"))
    return found


def _agreeing(absent: int) -> Callable[[Values], bool]:
    return lambda values: None in values or (values[0] == 0) == (values[1] == absent)


def _childless(factor: Factor) -> Callable[[Values], bool]:
    def allows(values: Values) -> bool:
        own, children = values
        return (
            own != 0
            or (children is None and factor.children[0].least == 0)
            or (children is not None and factor.children[children].least == 0)
        )

    return allows


def _target(schema: Schema, child: tuple[str, str]) -> tuple[str, ...]:
    name, reference = child
    return next(one.target for one in schema.tables[name].references if one.name == reference)
