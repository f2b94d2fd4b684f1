"""How rows that are drawn again move on: a steady parent is left once the others have had their chances, and no later."""

from __future__ import annotations

from pathlib import Path

import pytest

import fixturegen as fg
from fixturegen.fills.bulk import frames

SAAS = Path(__file__).parents[2] / "schemas" / "saas.yaml"


@pytest.mark.parametrize("scale", [1, 20, 100])
def test_a_steady_parent_is_left_when_those_that_agree_with_it_are_tried(scale: int) -> None:
    """A role meets the users of its tenant, some twenty, however many there are in all."""
    made = fg.plan(str(SAAS), scale=scale)
    (group,) = made.tables["role_assignments"].settled
    assert 40 < group.period < 500
    assert made.tables["users"].rows > 400 * scale


def test_a_matrix_within_tenants_is_filled_at_any_scale() -> None:
    made = fg.plan(str(SAAS), scale=20)
    assert [lowered.table for lowered in made.lowered] == ["permissions"]
    rows = sum(frame.height for name, frame in frames(made) if name == "role_assignments")
    assert rows == 400 * 20
