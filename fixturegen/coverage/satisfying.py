"""Whether checks can be met at all, and which of them contradict: one way to meet them is looked for, never all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fixturegen.expressions.normal import Formula, NullTest, columns_of
from fixturegen.planning.arranging import arranged
from fixturegen.planning.branching import MOST_STEPS, Search
from fixturegen.planning.classes import Test, classes, narrowed
from fixturegen.planning.literals import Link, Node, Slot, leaves_of, readied
from fixturegen.planning.states import ContradictionError, OverflowingError, State


class Asked:
    """Checks made ready once, and asked again and again what else goes with them.

    Args:
        slots: Every column that the checks and what is asked mention.
        checks: The checks in normal form, by name.
    """

    def __init__(self, slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> None:
        problem = arranged(slots, checks)
        self._slots = slots
        self._root = State(replace(problem, slots=slots))
        self._contradict = not self._assumed(self._root, problem.checks.values())

    def rule_out(self, conditions: Iterable[Formula]) -> bool:
        """Return whether it is certain that no row meets the checks and these conditions on single columns."""
        if self._contradict:
            return True
        state = self._root.copy()
        return not self._assumed(state, (readied("", one, self._slots) for one in conditions)) or not _met(state)

    @staticmethod
    def _assumed(state: State, nodes: Iterable[Node]) -> bool:
        try:
            for node in nodes:
                state.assume(node)
        except ContradictionError:
            return False
        return True


def _met(state: State) -> bool:
    try:
        Search(MOST_STEPS).leaves(state, 1)
    except ContradictionError:
        return False
    except OverflowingError:
        return True
    return True


def smallest_contradiction(slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> dict[str, Formula]:
    """Return those of contradictory checks that contradict each other, none of which can be spared.

    Args:
        slots: Every column that the checks mention.
        checks: The checks, which contradict.
    """
    core = dict(sorted(checks.items()))
    mentioned = {column for check in checks.values() for column in columns_of(check)}
    slots = {name: slot for name, slot in slots.items() if name in mentioned}
    for name in sorted(checks):
        fewer = {other: formula for other, formula in core.items() if other != name}
        if Asked(slots, fewer).rule_out(()):
            core = fewer
    return core


def is_decided(slots: Mapping[str, Slot], checks: Mapping[str, Formula], column: str, kinds: Sequence[Formula]) -> bool:
    """Return whether each kind of a column's values decides all that checks ask of it.

    Args:
        slots: Every column that the checks mention.
        checks: The checks in normal form, by name.
        column: The column.
        kinds: The kinds, as conditions on the column alone; NULL may be one.
    """
    leaves = [leaf for name, check in checks.items() for leaf in leaves_of(readied(name, check, slots))]
    if any(isinstance(leaf, Link) and column in leaf.columns for leaf in leaves):
        return False
    tests = [leaf for leaf in leaves if isinstance(leaf, Test) and leaf.column == column]
    return not tests or (not slots[column].given and not any(_divided(slots, column, kind, tests) for kind in kinds))


def _divided(slots: Mapping[str, Slot], column: str, kind: Formula, tests: Sequence[Test]) -> bool:
    """Whether some values of a kind meet tests that others do not."""
    room = slots[column].room
    for leaf in leaves_of(readied("", kind, slots)):
        if isinstance(leaf, NullTest) and leaf.null:
            return False
        if isinstance(leaf, Test):
            left = narrowed(room, leaf)
            if left is None:
                return False
            room = left
    return len(classes(room, tests)) > 1
