"""The search for cases: columns are decided class by class, disjunctions part by part, always looking ahead.

Every leaf of the search is a state that no drawing can lead into a dead end. Weights follow the chain rule: a column's own
shares, restricted to the classes from which a leaf can be reached; what has no declared shares is weighed by the number of
leaves, so that every branch occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from fixturegen.expressions.normal import NullTest
from fixturegen.planning.classes import Room, Test, classes, united
from fixturegen.planning.combining import Leaf, combinations, groups, joint
from fixturegen.planning.finishing import (
    NULL_SHARE,
    Children,
    check_circles,
    gap_split,
    hole_split,
    null_split,
    same_split,
    unequal_split,
    weight_of,
)
from fixturegen.planning.literals import Node, Some, every, leaves_of, negated
from fixturegen.planning.states import ContradictionError, OverflowingError, Reason, State

MOST_CASES = 512
MOST_STEPS = 2_000
FEW_CASES = 64
"""So many cases are enough where all are too many."""


class Search:
    """One bounded search.

    Args:
        steps: Most states to visit.
        cases: Most leaves.
    """

    def __init__(self, steps: int = MOST_STEPS, cases: int = MOST_CASES) -> None:
        self.steps = steps
        self.cases = cases
        self._turn = 0

    def leaves(self, state: State, quota: int | None = None) -> list[Leaf]:
        """Return the leaves below a state; their weights sum to 1.

        Args:
            state: The state; it is changed.
            quota: So many leaves are enough (a few more may come); None for all of them.

        Raises:
            ContradictionError: If there is none.
            OverflowingError: If there are too many, or too many steps to them.
        """
        self.steps -= 1
        if self.steps < 0:
            raise OverflowingError
        state.settle()
        if not state.clauses:
            return self._finished(state, quota)
        check_circles(state)
        apart = self._apart(state, quota)
        if apart is not None:
            return apart
        chosen = _column(state)
        found = self._parts(state, quota) if chosen is None else self._classes(state, chosen, quota)
        if len(found) > self.cases:
            raise OverflowingError
        return found

    def _below(self, children: Sequence[_Child], quota: int | None) -> list[tuple[int, list[Leaf]]]:
        """Return the leaves of each child that has some, with the child's number; with a quota, of as many as it takes."""
        found: list[tuple[int, list[Leaf]]] = []
        reason: Reason | None = None
        share = None if quota is None else max(1, quota // len(children))
        for number in self._turned(len(children), quota):
            if quota is not None and sum(len(below) for _, below in found) >= quota:
                break
            try:
                found.append((number, self.leaves(children[number](), share)))
            except ContradictionError as contradiction:
                reason = reason or contradiction.reason
        if not found:
            raise ContradictionError(reason or Reason((), "open"))
        return sorted(found, key=lambda each: each[0])

    def _turned(self, count: int, quota: int | None) -> list[int]:
        """Numbers of children in the order of visits: where not all are visited, every visit begins with another one."""
        if quota is None or quota >= count:
            return list(range(count))
        self._turn += 1
        return [(number + self._turn) % count for number in range(count)]

    def _branches(self, children: Children, quota: int | None) -> list[Leaf]:
        """Return the leaves of children, each weighed as said, or, where nothing is said, by its number of leaves."""
        found = self._below([partial(_itself, state) for state, _ in children], quota)
        weights = [children[number][1] for number, _ in found]
        return _weighed(
            [
                (Fraction(len(below)) if weight is None else weight, below)
                for weight, (_, below) in zip(weights, found, strict=True)
            ]
        )

    def _classes(self, state: State, column: str, quota: int | None) -> list[Leaf]:
        """Decide the class of a column: one child for all classes that leave the same to be decided."""
        parts = _merged(state, column)
        below = self._below([partial(_decided, state, column, part) for part in parts], quota)
        found = [(parts[number], leaves) for number, leaves in below]
        return _weighed(list(zip(_shares(state, column, found), (leaves for _, leaves in found), strict=True)))

    def _parts(self, state: State, quota: int | None) -> list[Leaf]:
        """Branch over the parts of a disjunction, each with the parts before it false where that can be said."""
        clause, *others = state.clauses
        children: list[_Child] = []
        before: list[Node] = []
        for part in clause.parts:
            children.append(partial(_assuming, state, others, (*before, part)))
            opposite = negated(part)
            if opposite is not None:
                before.append(opposite)
        return _weighed([(Fraction(len(below)), below) for _, below in self._below(children, quota)])

    def _apart(self, state: State, quota: int | None) -> list[Leaf] | None:
        """Solve groups of clauses without a common column apart, and combine what they leave.

        Returns None where there is one group only, or where choices of two groups exclude each other through an order.
        """
        apart = groups(state)
        if len(apart) < 2:
            return None
        alone: list[list[Leaf]] = []
        for group in apart:
            part = state.copy()
            part.clauses = group
            alone.append(self.leaves(part, quota))
        combined: list[Leaf] = []
        for weight, chosen in combinations(alone):
            together = joint(state, [leaf.state for leaf in chosen])
            if together is None:
                return None
            try:
                finished = self._finished(together, quota)
            except ContradictionError:
                return None
            if len(finished) != 1:
                return None
            combined.append(Leaf(weight, finished[0].state))
        return combined

    def _finished(self, state: State, quota: int | None) -> list[Leaf]:
        """Decide what orders and equalities still leave open, column by column; a state without that is a leaf."""
        for split in (same_split, unequal_split, hole_split, null_split, gap_split):
            children = split(state)
            if children:
                return self._branches(children, quota)
        return [Leaf(Fraction(1), state)]


def dives(root: State, steps: int) -> list[Leaf]:
    """Return some leaves where all are too many: a spread of them, and one for every part of every open disjunction.

    Every leaf is as good as those of the whole search; combinations are missing, and shares hold only roughly.

    Raises:
        ContradictionError: If there is none.
        OverflowingError: If even that takes too many steps.
    """
    search = Search(steps)
    spread = search.leaves(root.copy(), FEW_CASES)
    extra: list[Leaf] = []
    for clause in root.clauses[:FEW_CASES]:
        for part in clause.parts:
            try:
                extra.extend(search.leaves(_assuming(root, root.clauses, (part,)), 1))
            except ContradictionError:
                continue
    apiece = Fraction(1, len(spread) + len(extra))
    found = [Leaf(leaf.weight * apiece * len(spread), leaf.state) for leaf in spread]
    return [*found, *(Leaf(leaf.weight * apiece, leaf.state) for leaf in extra)]


@dataclass(frozen=True, slots=True)
class _Class:
    """Classes of a column that leave the same to be decided: rooms, NULL, or both."""

    rooms: tuple[Room, ...]
    null: bool
    residue: tuple[Node, ...]


_Child = Callable[[], State]


def _itself(state: State) -> State:
    return state


def _assuming(state: State, clauses: Sequence[Some], nodes: Sequence[Node]) -> State:
    child = state.copy()
    child.clauses = tuple(clauses)
    child.assume(every(nodes))
    return child


def _weighed(found: Sequence[tuple[Fraction, list[Leaf]]]) -> list[Leaf]:
    total = sum((weight for weight, _ in found), Fraction(0))
    if total == 0:
        # Only what is declared never to occur can be reached: the rules win.
        found, total = [(Fraction(1), below) for _, below in found], Fraction(len(found))
    kept = [(weight / total, below) for weight, below in found if weight > 0]
    return [Leaf(weight * leaf.weight, leaf.state) for weight, below in kept for leaf in below]


def _column(state: State) -> str | None:
    """Return the column to decide next: one that a clause tests alone, in order of rank."""
    slots = state.problem.slots
    candidates: dict[str, list[Test]] = {}
    nullness: set[str] = set()
    for clause in state.clauses:
        for atom in leaves_of(clause):
            if isinstance(atom, NullTest):
                nullness.add(atom.column)
            elif isinstance(atom, Test) and not slots[atom.column].given:
                candidates.setdefault(atom.column, []).append(atom)
    for name in sorted(candidates.keys() | nullness, key=lambda name: slots[name].rank):
        if state.undecided(name) or len(classes(state.rooms[name], candidates.get(name, []))) > 1:
            return name
    return None


def _merged(state: State, column: str) -> list[_Class]:
    tests = [
        atom
        for clause in state.clauses
        for atom in leaves_of(clause)
        if isinstance(atom, Test) and atom.column == column
    ]
    own = not state.problem.slots[column].given
    groups: dict[tuple[Node, ...], tuple[list[Room], bool]] = {}
    for room in classes(state.rooms[column], tests if own else []):
        rooms, _ = groups.setdefault(_residue(state, column, room), ([], False))
        rooms.append(room)
    if state.undecided(column):
        key = _residue(state, column, None)
        groups[key] = (groups.get(key, ([], False))[0], True)
    return [_Class(tuple(rooms), null, residue) for residue, (rooms, null) in groups.items()]


def _residue(state: State, column: str, room: Room | None) -> tuple[Node, ...]:
    """What is left to decide once the column is NULL (no room) or within a room."""
    probe = state.copy()
    probe.nulls[column] = room is None
    if room is not None:
        probe.rooms[column] = room
    return tuple(probe.simplified(clause) for clause in state.clauses)


def _decided(state: State, column: str, part: _Class) -> State:
    """Return the state with the column within the classes; where they hold NULL and rooms, it stays open which."""
    child = state.copy()
    if not (part.rooms and part.null):
        child.fix(column, null=part.null)
    if part.rooms:
        child.rooms[column] = united(part.rooms)
    child.clauses = ()
    for node in part.residue:
        child.assume(node)
    return child


def _shares(state: State, column: str, found: Sequence[tuple[_Class, list[Leaf]]]) -> list[Fraction]:
    """Return the weights of the classes of a column, and set the share of NULL in those that leave it open."""
    slot = state.problem.slots[column]
    masses = [_mass(state, column, child, below) for child, below in found]
    whole = sum(masses, Fraction(0))
    null = _null_share(state, column, found)
    values = [(1 - null) * mass / whole if whole else Fraction(0) for mass in masses]
    if not whole and null < 1 and any(child.rooms for child, _ in found):
        values = [(1 - null) if child.rooms else Fraction(0) for child, _ in found]
    weights = []
    for (child, below), share in zip(found, values, strict=True):
        weights.append(share + (null if child.null else 0))
        if child.null and child.rooms and slot.variable.nullable:
            portion = null / weights[-1] if weights[-1] else null
            for leaf in below:
                leaf.state.shares.setdefault(column, portion)
    return weights


def _null_share(state: State, column: str, found: Sequence[tuple[_Class, list[Leaf]]]) -> Fraction:
    nulls = [(child, below) for child, below in found if child.null]
    if not nulls:
        return Fraction(0)
    if not any(child.rooms for child, _ in found):
        return Fraction(1)
    child, below = nulls[0]
    declared = state.problem.slots[column].variable.nulls
    if declared is not None:
        return Fraction(declared)
    return NULL_SHARE if child.rooms else Fraction(len(below), sum(len(each) for _, each in found))


def _mass(state: State, column: str, child: _Class, below: list[Leaf]) -> Fraction:
    """The weight of the values of a class: as declared, else by the number of leaves."""
    weights = state.problem.slots[column].weights
    if not child.rooms:
        return Fraction(0)
    if weights is None:
        return Fraction(len(below))
    return sum((weight_of(room, weights) for room in child.rooms), Fraction(0))
