"""A state of solving: what has been decided about a component's columns, and which checks are still open.

Assuming a condition narrows rooms, fixes nullness or collects links; open disjunctions are simplified until nothing follows.
A column that is neither NULL nor given yet stays undecided: its room says what it holds where it is not NULL, and every
condition on it is met by a NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from fixturegen.expressions.normal import NullTest, Opaque, Order
from fixturegen.planning.bounds import Clash
from fixturegen.planning.classes import Room, Test, narrowed
from fixturegen.planning.literals import Every, Link, Node, Problem, Some, every, mentioned, some


@dataclass(frozen=True, slots=True)
class Reason:
    """What contradicts.

    Attributes:
        columns: The columns concerned.
        kind: ``null`` (would have to be NULL and may not, or the other way round), ``empty`` (no value is left), ``link`` (a
            condition that the columns' ranges never meet), ``clash`` (a chain or circle of orders), ``open`` (no part of a
            disjunction can hold).
        clash: The chain or circle of orders.
        tests: The conditions that meet in an empty room, as far as known.
        links: The conditions on several columns concerned.
    """

    columns: tuple[str, ...]
    kind: str
    clash: Clash | None = None
    tests: tuple[Test, ...] = ()
    links: tuple[Link, ...] = ()


class ContradictionError(Exception):
    """The state cannot be met; caught by the search, never shown."""

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self.reason = reason


class OverflowingError(Exception):
    """The search takes more steps or cases than allowed; caught by the caller, who searches less or leaves out a check."""


class State:
    """Decisions and open clauses; cheap to copy.

    Attributes:
        problem: The component.
        rooms: What is left of each column where it is not NULL.
        nulls: Columns whose nullness is decided: True for NULL.
        shares: Share of NULL of undecided columns, where it is not their own.
        links: Conditions on several columns that hold.
        guards: Conditions on given columns that select rows.
        tests: The tests that narrowed a room.
        checked: How many links were looked at for circles.
        clauses: Disjunctions not yet met.
    """

    __slots__ = ("checked", "clauses", "guards", "links", "nulls", "problem", "rooms", "shares", "tests")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rooms: dict[str, Room] = {name: slot.room for name, slot in problem.slots.items()}
        self.nulls: dict[str, bool] = {}
        self.shares: dict[str, Fraction] = {}
        self.links: tuple[Link, ...] = ()
        self.guards: tuple[Test | Link | NullTest, ...] = ()
        self.tests: tuple[Test, ...] = ()
        self.clauses: tuple[Some, ...] = ()
        self.checked = 0
        for name, slot in problem.slots.items():
            if not slot.variable.nullable:
                self.nulls[name] = False
            elif slot.room.runs == () or slot.room.values == ():
                self.nulls[name] = True

    def copy(self) -> State:
        """Return a state that changes apart from this one."""
        twin = State.__new__(State)
        twin.problem = self.problem
        twin.rooms, twin.nulls, twin.shares = dict(self.rooms), dict(self.nulls), dict(self.shares)
        twin.links, twin.guards, twin.tests = self.links, self.guards, self.tests
        twin.clauses, twin.checked = self.clauses, self.checked
        return twin

    def undecided(self, column: str) -> bool:
        """Whether the column may still be NULL or not."""
        return column not in self.nulls

    def assume(self, node: Node) -> None:
        """Take a condition as met.

        Raises:
            ContradictionError: If it cannot be.
        """
        match node:
            case Every(parts=parts):
                for part in parts:
                    self.assume(part)
            case Some():
                self._assume_some(node)
            case NullTest(column=column, null=null):
                self.fix(column, null=null)
            case Test():
                self._assume_test(node)
            case Link():
                self._assume_link(node)

    def fix(self, column: str, *, null: bool, test: Test | None = None) -> None:
        """Decide nullness."""
        if column in self.nulls:
            if self.nulls[column] != null:
                kind = "null" if test is None else "empty"
                raise ContradictionError(Reason((column,), kind, tests=self._tests_on(column, test)))
            return
        self.nulls[column] = null
        if self.problem.slots[column].variable.given == "wholly":
            self.guards = (*self.guards, NullTest(column, null))

    def settle(self) -> State:
        """Simplify open clauses until nothing more follows; return itself."""
        while True:
            clauses, self.clauses = self.clauses, ()
            for clause in clauses:
                self._assume_some(clause)
            if self.clauses == clauses:
                return self

    def simplified(self, node: Node) -> Node:
        """Return what is left of a condition, given what is decided: itself where nothing changes."""
        match node:
            case Every(parts=parts):
                return self._simplified_every(node, [self.simplified(part) for part in parts])
            case Some(parts=parts):
                return self._simplified_some(node, [self.simplified(part) for part in parts])
            case NullTest(column=column, null=null):
                return node if column not in self.nulls else _TRUE if self.nulls[column] == null else _FALSE
            case Test():
                return self._simplified_test(node)
            case Link():
                return self._simplified_link(node)

    def _assume_some(self, node: Some) -> None:
        left = self.simplified(node)
        if isinstance(left, Some):
            if not left.parts:
                raise ContradictionError(Reason(tuple(sorted(node.columns)), "open"))
            self.clauses = (*self.clauses, left)
        else:
            self.assume(left)

    def _assume_test(self, test: Test) -> None:
        column = test.column
        if self.nulls.get(column) is True:
            return
        left = narrowed(self.rooms[column], test)
        if left is self.rooms[column]:
            return
        if self.problem.slots[column].given:
            self.guards = (*self.guards, test)
        if left is None:
            self.fix(column, null=True, test=test)
        else:
            self.tests = (*self.tests, test)
            self.rooms[column] = left

    def _assume_link(self, link: Link) -> None:
        left = self._simplified_link(link)
        if left is not link:
            if left == _FALSE:
                raise ContradictionError(Reason(link.columns, "link", links=(link,), tests=self.tests))
            self.assume(left)
            return
        if link.given and not (isinstance(link.atom, Opaque) and not link.atom.evaluable):
            self.guards = (*self.guards, link)
        self.links = (*self.links, link)

    def _tests_on(self, column: str, last: Test | None) -> tuple[Test, ...]:
        return (*(test for test in self.tests if test.column == column), *(() if last is None else (last,)))

    @staticmethod
    def _simplified_every(node: Every, parts: list[Node]) -> Node:
        if any(part == _FALSE for part in parts):
            return _FALSE
        kept = [part for part in parts if part != _TRUE]
        return node if _unchanged(node.parts, kept) else every(kept)

    @staticmethod
    def _simplified_some(node: Some, parts: list[Node]) -> Node:
        if any(part == _TRUE for part in parts):
            return _TRUE
        kept = [part for part in parts if part != _FALSE]
        return node if _unchanged(node.parts, kept) else some(kept)

    def _simplified_test(self, test: Test) -> Node:
        column = test.column
        if self.nulls.get(column) is True:
            return _TRUE
        left = narrowed(self.rooms[column], test)
        if left is self.rooms[column]:
            return _TRUE
        if left is not None:
            return test
        return NullTest(column, null=True) if self.undecided(column) else _FALSE

    def _simplified_link(self, link: Link) -> Node:
        if any(self.nulls.get(column) is True for column in link.lifting):
            return _TRUE
        verdict = self.verdict(link)
        if verdict is None:
            return link
        if verdict:
            return _TRUE
        open_ = [column for column in link.lifting if self.undecided(column)]
        return some([NullTest(column, null=True) for column in open_]) if open_ else _FALSE

    def verdict(self, link: Link) -> bool | None:
        """Whether every (True) or no (False) choice from the rooms meets a link; None where it depends."""
        if not isinstance(link.atom, Order):
            return None
        if link.role == "order":
            return self._compared(link.atom)
        return self._matched(link.atom) if link.role == "same" else None

    def _compared(self, order: Order) -> bool | None:
        left, right = self._ends(order.left), self._ends(order.right)
        steps = self._step(order.left), self._step(order.right)
        offset: Fraction | int = 0
        if steps[0] != steps[1]:
            left = left[0] * steps[0], left[1] * steps[0]
            right = right[0] * steps[1], right[1] * steps[1]
            offset = order.offset
        elif order.offset:
            offset = order.offset / steps[0]
        least, most = left[0] - right[1] - offset, left[1] - right[0] - offset
        match order.relation:
            case ">" | ">=" | "<" | "<=":
                sure, never = _ONE_SIDED[order.relation](least, most)
            case "=":
                sure, never = least == most == 0, least > 0 or most < 0
            case "<>":
                sure, never = least > 0 or most < 0, least == most == 0
        return True if sure else False if never else None

    def _ends(self, column: str) -> tuple[Fraction | int, Fraction | int]:
        runs = self.rooms[column].runs
        assert runs
        return runs[0][0], runs[-1][1]

    def _step(self, column: str) -> Fraction:
        lattice = self.problem.slots[column].lattice
        assert lattice is not None
        return lattice.step

    def _matched(self, order: Order) -> bool | None:
        left, right = self.rooms[order.left].values, self.rooms[order.right].values
        if left is None or right is None:
            return None
        if frozenset(left).isdisjoint(right):
            return order.relation == "<>"
        if len(left) == len(right) == 1:
            return order.relation == "="
        return None


_TRUE = Every((), frozenset())
_FALSE = Some((), frozenset())
_ONE_SIDED: dict[str, Callable[[Fraction | int, Fraction | int], tuple[bool, bool]]] = {
    ">": lambda least, most: (least > 0, most <= 0),
    ">=": lambda least, most: (least >= 0, most < 0),
    "<": lambda least, most: (most < 0, least >= 0),
    "<=": lambda least, most: (most <= 0, least > 0),
}


def _unchanged(before: tuple[Node, ...], after: list[Node]) -> bool:
    return len(before) == len(after) and all(one is other for one, other in zip(before, after, strict=True))


def touched(clauses: tuple[Some, ...]) -> frozenset[str]:
    """Return the columns of several clauses."""
    return frozenset[str]().union(*(mentioned(clause) for clause in clauses))
