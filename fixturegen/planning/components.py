"""What the solved constraints of a table look like: components of columns, each with the cases its rows choose among."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from fixturegen.domain import ANY, Domain
from fixturegen.expressions.normal import Atom, Formula, Opaque, Solved
from fixturegen.schema import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column as the constraints see it.

    Attributes:
        name: The row's own column, or a dotted column of a related row.
        type: What it can hold.
        domain: What type and declarations leave: choices as ``values`` and ``weights``, constant bounds as positions.
        nullable: Whether NULL is allowed.
        nulls: Declared share of NULL, 0 to 1; None leaves it to the plan.
        given: ``no``: value and nullness are drawn by the case. ``value``: the value comes from elsewhere (a reference, a
            key, a sequence), only nullness is drawn. ``wholly``: both are decided elsewhere (a related row's column, an
            aggregate, a computed column). What is given is known before later columns are drawn, so it may bound them.
    """

    name: str
    type: Type
    domain: Domain = ANY
    nullable: bool = False
    nulls: float | None = None
    given: Literal["no", "value", "wholly"] = "no"


@dataclass(frozen=True, slots=True)
class Reach:
    """A dynamic bound: the measure of ``column`` plus ``offset``. A NULL there lifts the bound.

    Attributes:
        column: A given or earlier drawn column.
        offset: Added to its measure (numbers in 1, instants, clocks and spans in seconds).
        strict: Whether the bound itself is out. Strict relations between lattices become inclusive offsets, so the
            cases made here leave it False.
    """

    column: str
    offset: Fraction = Fraction(0)
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What one case leaves of one column.

    Attributes:
        null: The column is NULL in this case.
        nulls: Share of NULL in this case, drawn apart from the case, where the rules leave the choice; 0 for never.
        domain: The static part, already intersected with the variable's own domain. For a column whose value comes from
            elsewhere it is a request, and the checks behind it are in :attr:`Case.judged`.
        at_least: The position is at least ``ceil((measure + offset) / step)`` of each.
        at_most: The position is at most ``floor((measure + offset) / step)`` of each.
        differs: Given or earlier columns whose value it must not have; a NULL there lifts the demand.
        solved: Expressions over given or earlier columns that it equals or is bounded by; a NULL result lifts them.
    """

    null: bool = False
    nulls: float = 0.0
    domain: Domain = ANY
    at_least: tuple[Reach, ...] = ()
    at_most: tuple[Reach, ...] = ()
    differs: tuple[str, ...] = ()
    solved: tuple[Solved, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way of meeting every check of a component.

    Attributes:
        label: Short text for the plan's printout: ``status = shipped, shipped_at given``.
        weight: Share of rows; the weights of a component sum to 1.
        columns: Narrowing of every drawn column, and of a given column from which values are requested.
        guards: Conditions on given columns only. The case is open to rows that meet them all (an unknown condition is
            met); each row chooses among the cases open to it, by weight.
        redraw: Conditions of the case that are only judged afterwards: violators are drawn again.
        judged: Names of the checks that the case does not meet by construction alone: those of ``redraw``, those between
            given values, and those whose bounds rest on computed values. Rows that break them are drawn again.
    """

    label: str
    weight: float
    columns: Mapping[str, Narrowing]
    guards: tuple[Atom, ...] = ()
    redraw: tuple[Opaque, ...] = ()
    judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Columns joined by checks.

    Attributes:
        columns: The drawn columns (given ones of which only nullness is drawn included), in drawing order: whatever bounds
            a column is given or stands before it.
        reads: Given columns needed.
        cases: The cases, in an order that depends on their content alone; never empty.
        checks: Names of the checks it serves, sorted.
        formulas: The checks themselves, by name, for judging rows of cases that name them in :attr:`Case.judged`.
    """

    columns: tuple[str, ...]
    reads: tuple[str, ...]
    cases: tuple[Case, ...]
    checks: tuple[str, ...]
    formulas: Mapping[str, Formula] = field(default_factory=lambda: MappingProxyType({}))
