"""Conditions on the columns of a reference itself, told from the classes of the parents they leave: ``kind = 'car'``."""

from __future__ import annotations

from collections.abc import Sequence

from fixturegen.coverage.classes import Class
from fixturegen.coverage.factors import Factor
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import AllOf, Formula, columns_of
from fixturegen.planning.cases import components
from fixturegen.planning.components import Variable
from fixturegen.planning.plan import Link, TablePlan


def barred_classes(table: TablePlan, link: Link, factors: Sequence[Factor]) -> frozenset[tuple[int, int]] | None:
    """Return the classes of a parent that the conditions of a link rule out, as (factor, class).

    Args:
        table: The table that refers.
        link: Its link.
        factors: The factors of the table referred to.

    Returns:
        The classes; None where classes do not tell which parents remain.
    """
    barred: set[tuple[int, int]] = set()
    targets = dict(zip(link.reference.columns, link.reference.target, strict=True))
    for condition in link.only:
        names = set(columns_of(condition))
        if len(names) != 1 or not names <= set(targets):
            return None
        (name,) = names
        own = [at for at, one in enumerate(factors) if one.column == targets[name] and one.kinds and not one.within]
        if len(own) != 1:
            return None
        for value, kind in enumerate(factors[own[0]].kinds):
            kept = {_allows(table, name, condition, point) for point in _points(kind)}
            if len(kept) != 1:
                return None
            if kept == {False}:
                barred.add((own[0], value))
    return frozenset(barred)


def _points(kind: Class) -> Sequence[Class]:
    """The values of a class, each as a class; none where they are not listed."""
    if kind.values is not None:
        return [Class(name=str(value), values=(value,)) for value in kind.values]
    if kind.null:
        return [kind]
    if kind.runs and all(low == high for low, high in kind.runs):
        return [Class(name=kind.name, runs=(run,)) for run in kind.runs]
    return []


def _allows(table: TablePlan, name: str, condition: Formula, kind: Class) -> bool:
    column = table.column(name)
    variable = Variable(name=name, type=column.type, nullable=True)
    try:
        components(
            [variable], {"condition": AllOf((condition, kind.formula(name, column.type)))}, where=table.table.where
        )
    except ImpossibleError:
        return False
    return True
