"""What type and declarations leave of a column: never a value outside its declared bounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fixturegen.errors import ImpossibleError
from fixturegen.planning.domains import base_domain
from fixturegen.schema import Column, Constant, Fill, Location, Type

TODAY = date(2026, 1, 1)
WHERE = Location("shop.yaml", 5, "t.v")


@pytest.mark.parametrize(
    ("type_", "low", "high", "said"),
    [
        (Type(kind="float"), 1.0e13, 1.0e14, "min 10000000000000.0 is above 4611686018427, "),
        (Type(kind="float"), -1.0e14, -1.0e13, "max -10000000000000.0 is below -4611686018427, "),
        (Type(kind="float", bits=32), 1.0e13, 1.0e14, "min 10000000000000.0 is above 131072, "),
        (Type(kind="integer", bits=64), 5 * 10**18, 9 * 10**18, "min 5000000000000000000 is above 4611686018427387904, "),
        (Type(kind="decimal", precision=38, scale=20), Decimal(500), Decimal(1000), "min 500 is above 0.0461.* fewer digits"),
    ],
)  # fmt: skip
def test_bounds_that_no_value_reaches_are_refused(type_: Type, low: object, high: object, said: str) -> None:
    column = Column(name="v", type=type_, low=Constant(low), high=Constant(high), where=WHERE)
    with pytest.raises(ImpossibleError, match=f"shop.yaml:5 t.v: {said}"):
        base_domain(column, TODAY)


def test_bounds_around_what_can_be_made_stay() -> None:
    column = Column(name="v", type=Type(kind="integer", bits=64), low=Constant(-(2**63)), high=Constant(2**63 - 1))
    domain = base_domain(column, TODAY)
    assert (domain.low, domain.high) == (-(2**62), 2**62)


def test_bounds_of_what_is_not_drawn_are_not_refused() -> None:
    column = Column(name="v", type=Type(kind="integer", bits=64), low=Constant(5 * 10**18), fill=Fill("sequence"))
    assert base_domain(column, TODAY).low == 2**62
