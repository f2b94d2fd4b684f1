"""What tracing reads, and what it leaves alone, on small providers of our own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fixturegen.vocabularies import plans
from fixturegen.vocabularies.plans import Numeral, Pool
from fixturegen.vocabularies.tracing import NotTraceableError, Tracer

TRACER = Tracer("en_US", date(2026, 1, 1), lambda name: Pool((f"<{name}>",)))


def plan(function: Callable[[Any], object]) -> plans.Plan:
    return TRACER.plan(function)


def test_choices_become_pools_with_weights() -> None:
    weighted = plan(lambda faker: faker.random_element(OrderedDict([("x", 3.0), ("y", 1.0)])))
    assert isinstance(weighted, Pool)
    assert plans.shares_of(weighted) == [("x", 0.75), ("y", 0.25)]


def test_strings_are_carried_along() -> None:
    made = plan(lambda faker: f"{faker.random_element(('a', 'b'))}-{faker.random_int(1, 99_999):05d}".upper())
    assert made == plans.Joined((Pool(("A", "B")), Pool(("-",)), Numeral(1, 99_999, 5)))


def test_formats_are_taken_each_way() -> None:
    made = plan(lambda faker: faker.numerify(faker.random_element(("#", "A##"))))
    assert plans.combinations(made) == 110
    assert (plans.shortest(made), plans.longest(made)) == (1, 3)


def test_numbers_that_are_computed_with_are_enumerated() -> None:
    assert plan(lambda faker: str(faker.random_int(1, 3) * 7)) == Pool(("7", "14", "21"))


def test_equal_shapes_are_merged() -> None:
    def department(faker: Any) -> str:
        code = faker.random_element((("01", "Ain"), ("02", "Aisne")))[0]
        return f"{code}{faker.random_number(digits=3, fix_len=True)}"

    made = plan(department)
    assert isinstance(made, plans.Joined)
    assert made.parts[0] == Pool(("01", "02"))


@pytest.mark.parametrize(
    "function",
    [
        lambda faker: faker.random.getrandbits(8),
        lambda faker: "".join(reversed(faker.random_element(tuple(f"{n:04d}" for n in range(5_000))))),
        lambda faker: hash(faker.random_int(0, 10**9)),
        lambda faker: ("a", "b"),
        lambda faker: faker.random.gauss(0, 1),
    ],
    ids=["bits", "taken apart", "computed with", "tuple", "unknown law"],
)
def test_what_cannot_be_read_is_refused(function: Callable[[Any], object]) -> None:
    with pytest.raises(NotTraceableError):
        plan(function)


def test_misread_methods_are_found_out() -> None:
    """The length of a mark is not that of the text it stands for: only the probes can tell."""
    long = tuple(f"{n:05d}" if n % 2 else str(n) for n in range(1_500))

    with pytest.raises(NotTraceableError):
        plan(lambda faker: str(len(faker.random_element(long))))
