"""Variables and checks by hand, and the components that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from fixturegen.domain import Domain
from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import Formula
from fixturegen.planning.cases import Case, Component, Variable, components
from fixturegen.schema import Location, Type

HERE = Location("shop.yaml", 14, "orders")
INTEGER, TEXT = Type(kind="integer"), Type(kind="text")
DATE, INSTANT = Type(kind="date"), Type(kind="datetime")
MONEY = Type(kind="decimal", precision=8, scale=2)
DAY = Fraction(86_400)


def variable(name: str, type_: Type = INTEGER, **more: object) -> Variable:
    return Variable(name=name, type=type_, **more)  # type: ignore[arg-type] # as the caller says


def solved(variables: Sequence[Variable], checks: Mapping[str, Formula]) -> Component:
    (component,) = components(variables, checks, where=HERE)
    return component


def refused(variables: Sequence[Variable], checks: Mapping[str, Formula]) -> str:
    with pytest.raises(ImpossibleError) as caught:
        components(variables, checks, where=HERE)
    return str(caught.value)


def by_label(component: Component) -> dict[str, Case]:
    return {case.label: case for case in component.cases}


STATUS = variable("status", TEXT, domain=Domain(values=("new", "paid", "shipped"), weights=(6, 3, 1)))
