"""A column that its component's cases decide: a generator for every domain that they leave it."""

from __future__ import annotations

from collections.abc import Iterable

from fixturegen.domain import Domain
from fixturegen.expressions.normal import Formula, Opaque, atoms
from fixturegen.generator import Generator
from fixturegen.planning.choosing import Chooser
from fixturegen.planning.components import Component
from fixturegen.planning.guesses import Guesses
from fixturegen.planning.plan import Cased
from fixturegen.schema import Column


def made_by_case(chooser: Chooser, column: Column, number: int, component: Component) -> Cased:
    """Return the step of a column that a component draws.

    Args:
        chooser: Chooses generators.
        column: The column.
        number: The component's number within the table.
        component: The component.
    """
    makers: dict[Domain, Generator] = {}
    others: dict[Domain, Guesses] = {}
    reasons: list[str] = []
    table = chooser.table
    keys = [table.primary_key] if table.primary_key is not None else []
    many = any(column.name in key.columns for key in (*keys, *table.uniques))
    judging = [atom for atom in opaque(component.formulas.values()) if column.name in atom.reads]
    for case in component.cases:
        narrowing = case.columns[column.name]
        moving = narrowing.at_least or narrowing.at_most or narrowing.differs or narrowing.solved
        if narrowing.null or moving or narrowing.domain in makers:
            continue
        choice = chooser.choose(column, narrowing.domain)
        makers[narrowing.domain] = choice.generator
        reasons.append(choice.reason)
        if judging and column.fill is None:
            others[narrowing.domain] = Guesses(chooser.request(column, narrowing.domain), judging, many=many)
    reason = (reasons or ["bounds"])[0]
    return Cased(component=number, makers=makers, names=(column.name,), reason=reason, guesses=others)


def opaque(formulas: Iterable[Formula]) -> list[Opaque]:
    """Return the conditions of formulas that are only judged."""
    return [atom for formula in formulas for atom in atoms(formula) if isinstance(atom, Opaque)]
