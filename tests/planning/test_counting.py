"""Counts per parent: sums of what each parent draws, by exact weights, the same in any part."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixturegen.draws import Bits, bits, stream
from fixturegen.planning.counting import offsets
from fixturegen.schema import PerParent

KEYS = np.arange(40_000, dtype=np.uint64)


def source(names: tuple[str, ...], keys: Bits) -> Bits:
    return bits(stream(0, *names), keys)


def numbers(count: PerParent, keys: Bits = KEYS) -> np.ndarray:
    running = offsets(source, "children", count, keys)
    assert running[0] == 0
    assert len(running) == len(keys) + 1
    return np.diff(running)


def weights(count: PerParent) -> list[Fraction]:
    """The law from its textbook formula, apart from the module's own way."""
    span = range(count.low, count.high + 1)
    mean = Fraction(str(count.mean if count.mean is not None else 1))
    factorial = [Fraction(1)]
    for number in range(1, count.high + 1):
        factorial.append(factorial[-1] * number)
    laws = {
        "uniform": lambda k: Fraction(1),
        "poisson": lambda k: mean**k / factorial[k],
        "geometric": lambda k: (mean / (mean + 1)) ** k,
        "zipf": lambda k: Fraction(1, (k - count.low + 1) ** int(mean)),
    }
    return [laws[count.distribution](k) for k in span]


@pytest.mark.parametrize(
    "count",
    [
        PerParent("r", 0, 5), PerParent("r", 3, 3), PerParent("r", 1, 9, "poisson", 2.5), PerParent("r", 0, 12, "poisson", 0.5),
        PerParent("r", 0, 8, "geometric", 1.5), PerParent("r", 2, 8, "geometric", 3.0), PerParent("r", 1, 10, "zipf", 1.0),
        PerParent("r", 0, 10, "zipf", 2.0),
    ],
)  # fmt: skip
def test_counts_follow_their_law(count: PerParent) -> None:
    drawn = numbers(count)
    assert drawn.min() >= count.low
    assert drawn.max() <= count.high
    law = weights(count)
    for number, weight in zip(range(count.low, count.high + 1), law, strict=True):
        share = float(weight / sum(law))
        assert (drawn == number).mean() == pytest.approx(share, abs=6 * (share / len(KEYS)) ** 0.5 + 1e-4)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_childless_parents_have_none(share: float) -> None:
    drawn = numbers(PerParent("r", 1, 4, childless=share))
    assert (drawn == 0).mean() == pytest.approx(share, abs=0.02)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 100))
def test_parents_that_come_later_change_no_count(low: int, more: int, parents: int) -> None:
    count = PerParent("r", low, low + more)
    assert numbers(count, KEYS[:parents]).tolist() == numbers(count, KEYS[:200])[:parents].tolist()
