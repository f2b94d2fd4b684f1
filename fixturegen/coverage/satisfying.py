"""Whether checks can be met at all, and which of them contradict: one way to meet them is looked for, never all."""

from __future__ import annotations

from collections.abc import Mapping

from fixturegen.expressions.normal import Formula
from fixturegen.planning.arranging import arranged, joined_checks
from fixturegen.planning.branching import MOST_STEPS, Search
from fixturegen.planning.literals import Slot
from fixturegen.planning.states import ContradictionError, OverflowingError, State


def contradictory(slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> bool:
    """Return whether it is certain that no row meets all checks.

    Args:
        slots: Every column that the checks mention.
        checks: The checks in normal form, by name.
    """
    return any(
        _contradict(slots, {name: checks[name] for name in together}) for together in joined_checks(slots, checks)
    )


def _contradict(slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> bool:
    problem = arranged(slots, checks)
    root = State(problem)
    try:
        for node in problem.checks.values():
            root.assume(node)
        Search(MOST_STEPS).leaves(root, 1)
    except ContradictionError:
        return True
    except OverflowingError:
        return False
    return False


def smallest_contradiction(slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> dict[str, Formula]:
    """Return those of contradictory checks that contradict each other, none of which can be spared.

    Args:
        slots: Every column that the checks mention.
        checks: The checks, which contradict.
    """
    core = dict(sorted(checks.items()))
    for name in sorted(checks):
        fewer = {other: formula for other, formula in core.items() if other != name}
        if contradictory(slots, fewer):
            core = fewer
    return core
