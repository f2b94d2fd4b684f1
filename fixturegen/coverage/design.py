"""Which rows there are to be: the classes and parents of every row of every table, before any value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fixturegen.coverage.factors import Factor, child_factors, null_columns, own_factors, parent_factors
from fixturegen.coverage.feasible import Tied, presence, tied_factors
from fixturegen.coverage.filling import Filling, Request
from fixturegen.coverage.matching import Matching, Placed, Row
from fixturegen.covering_arrays import Constraint, CoveringArray, covering_array
from fixturegen.covering_arrays.constraints import Rules, Values
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.tuples import Meeting
from fixturegen.expressions.normal import columns_of
from fixturegen.planning.plan import Plan, TablePlan
from fixturegen.schema import Reference

EFFORT = 4_000_000
"""Work spent on having fewer rows of a table, in cells looked at."""
NO_PARENTS = "no rows that it refers to were made with such classes and several children"
MEETING = "meeting"
"""Asks for one parent, whatever number of meetings do: rows that have it for them ask for more."""
CHOSEN_KINDS = frozenset({"uniform", "tickets", "one to one", "parent", "agreeing", "via"})


@dataclass(frozen=True, slots=True)
class Unmet:
    """Classes of one table that are in no row together, and why."""

    table: str
    classes: Meeting
    reason: str
    impossible: bool


@dataclass(slots=True)
class Known:
    """What designs of one plan share.

    Attributes:
        factors: Factors of every table, and what ties them.
        arrays: Covering arrays, by table and what they depend on.
    """

    factors: dict[str, tuple[tuple[Factor, ...], tuple[Tied, ...]]] = field(default_factory=dict)
    arrays: dict[object, CoveringArray] = field(default_factory=dict)


@dataclass(slots=True)
class Design:
    """What rows there are to be.

    Attributes:
        plan: A plan of the tables as they are, from which classes are taken.
        strength: How many classes meet.
        covered: Tables whose classes meet; the others have each class once.
        seed: The seed.
        banned: Classes of rows that turned out not to be makeable, by table.
        more: Rows beside those of the covering array, by table: children of other tables need them as parents.
        placed: Rows and parents by table.
        tied: Factors that checks tie, by table.
        matchings: What found the parents of each table's rows.
        plain: Columns of which no generator makes some class, by table: only whether they are NULL is told apart.
        always: What holds whatever the checks are, by table, with words.
        rules: What the classes of a row must meet, by table; whether there are fitting parents aside.
        unmet: What is known before any value not to meet.
        lost: How many rows found no place, and how many children are lacking.
        wanted: Rows of parents for want of which rows found none, with the children that ask for each.
        pending: Rows asked for that found no place themselves, by table.
        known: What earlier designs of the same plan found out: factors and what ties them, arrays.
    """

    plan: Plan
    strength: int
    covered: frozenset[str]
    seed: int
    banned: Mapping[str, frozenset[Row]]
    more: Mapping[str, tuple[Request, ...]] = field(default_factory=dict)
    plain: frozenset[tuple[str, str]] = frozenset()
    placed: dict[str, Placed] = field(default_factory=dict)
    tied: dict[str, tuple[Tied, ...]] = field(default_factory=dict)
    matchings: dict[str, Matching] = field(default_factory=dict)
    always: dict[str, list[tuple[Constraint, str]]] = field(default_factory=dict)
    rules: dict[str, Rules] = field(default_factory=dict)
    unmet: list[Unmet] = field(default_factory=list)
    lost: int = 0
    wanted: dict[str, dict[Request, set[object]]] = field(default_factory=dict)
    pending: dict[str, list[Request]] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    @property
    def height(self) -> int:
        """How many rows there are in all."""
        return sum(len(placed.rows) for placed in self.placed.values())

    def made(self) -> Design:
        """Fill it in: tables in an order in which parents come before their children."""
        for name in self.plan.tables:
            self._place(name)
        return self

    def chosen(self, name: str) -> list[Reference]:
        """Return the references of a table whose parents are chosen by their classes: to tables that come before."""
        order = list(self.plan.tables)
        tied = _tied_to_others(self.plan.tables[name])
        postponed = {reference.name for reference in self.plan.postponed.get(name, ())}
        return [
            link.reference
            for link in self.plan.tables[name].links.values()
            if link.reference.table != name
            and link.reference.name not in postponed
            and order.index(link.reference.table) < order.index(name)
            and link.kind in CHOSEN_KINDS
            and link.reference.name not in tied
        ]

    def _place(self, name: str) -> None:
        table = self.plan.tables[name]
        if name not in self.known.factors:
            self.known.factors[name] = self._factors(table)
        factors, tied = self.known.factors[name]
        here = Placed(self.plan.schema.tables[name], factors)
        self.placed[name], self.tied[name] = here, tied
        matching = Matching(self.plan.schema, self.placed, here, self.chosen(name), tied)
        self.matchings[name] = matching
        self.always[name] = presence(here.table, self.plan.schema, factors)
        rules = [
            *(Constraint(one.members, one.allows) for one in tied),
            *(rule for rule, _ in self.always[name]),
            *self._not_banned(name, factors),
        ]
        array = self._array(name, matching, rules)
        for meeting in (*array.impossible, *array.undecided):
            self._note(matching, meeting)
        rows = [tuple(row) for row in array.rows.tolist()] or [()] * (not factors)
        levels = [len(factor.classes) for factor in factors]
        self.rules[name] = Rules(levels, rules)
        rooms = Filling(matching, self.rules[name], self, self._most(name))
        rooms.fill(self._ordered(table, factors, rows), self.more.get(name, ()))

    def strength_of(self, name: str) -> int:
        """Return how many classes of a table meet: fewer where its factors are those of fewer rows."""
        factors = self.known.factors[name][0]
        single = sum(not factor.within for factor in factors)
        owners = {factor.reference for factor in factors if factor.reference is not None}
        bare = sum(factor.reference is not None and not factor.within for factor in factors)
        most = single - bare + len(owners)
        return max(1, min(self.strength if name in self.covered else 1, most))

    def _array(self, name: str, matching: Matching, rules: Sequence[Constraint]) -> CoveringArray:
        """Return the classes of the rows; the same for the same kinds of parents."""
        factors = matching.here.factors
        parents = frozenset(
            (reference.name, row)
            for reference in matching.chosen
            for at, row in enumerate(self.placed[reference.table].rows)
            if matching.open_ended(reference, at)
        )
        key = name, parents, self.banned.get(name)
        if key not in self.known.arrays:
            self.known.arrays[key] = covering_array(
                [len(factor.classes) for factor in factors],
                self.strength_of(name),
                constraints=[*rules, *self._available(matching, factors)],
                waived=waiver(factors),
                seed=self.seed,
                effort=EFFORT,
            )
        return self.known.arrays[key]

    def _factors(self, table: TablePlan) -> tuple[tuple[Factor, ...], tuple[Tied, ...]]:
        """Return the factors of a table, without classes that no row has, and what ties them."""
        name = table.table.name
        schema = self.plan.schema
        covered = name in self.covered
        pinned = frozenset((child, reference.name) for child in self.plan.tables for reference in self.chosen(child))
        found = list(own_factors(table, [column for place, column in self.plain if place == name]))
        if covered:
            found += child_factors(schema, schema.tables[name], pinned)
            held = {other: placed.factors for other, placed in self.placed.items()}
            for reference in self.chosen(name):
                found += parent_factors(table, reference, held)
        return tuple(found), tied_factors(table, found)

    def _available(self, matching: Matching, factors: Sequence[Factor]) -> list[Constraint]:
        """Demand that for the classes of each parent there is a row of it that takes any number of children."""
        found = []
        for reference in matching.chosen:
            about = {at for at, factor in enumerate(factors) if factor.reference == reference.name}
            read = [tied.members for tied in matching.tied if tied.read_from(reference.name)]
            read += [(at,) for at, factor in enumerate(factors) if factor.child and matching.shared(at, reference)]
            members = tuple(sorted(about.union(*read)))
            if read or any(factors[at].within for at in about):
                found.append(Constraint(members, _Available(matching, reference, members)))
        return found

    def _not_banned(self, name: str, factors: Sequence[Factor]) -> list[Constraint]:
        banned = self.banned.get(name)
        return [Constraint(tuple(range(len(factors))), lambda values: values not in banned)] if banned else []

    def _most(self, name: str) -> int | None:
        """Most rows that the table can hold, where it is fewer than a covering array may have."""
        lowered = [one.rows for one in self.plan.lowered if one.table == name]
        return min(lowered, default=None)

    def _ordered(self, table: TablePlan, factors: Sequence[Factor], rows: Sequence[Row]) -> list[Row]:
        """Put rows that refer to no row of the same table first: later ones refer to earlier ones."""
        own = [link.reference for link in table.links.values() if link.reference.table == table.table.name]
        names = {reference.name for reference in own if null_columns(table, reference)}
        refers = [at for at, factor in enumerate(factors) if factor.reference in names and not factor.within]
        return sorted(rows, key=lambda row: [row[at] for at in refers])

    def _note(self, matching: Matching, meeting: Meeting) -> None:
        """Note why classes do not meet: a contradiction of checks is a proof, the lack of a fitting parent is none."""
        name = matching.here.table.name
        for one in matching.tied:
            part = tuple((at, value) for at, value in meeting if at in one.members)
            reason = one.refusal(part) if part else None
            if reason is not None:
                self.unmet.append(Unmet(name, meeting, reason, impossible=True))
                return
        chosen = dict(meeting)
        for rule, words in self.always[name]:
            if not rule.allows(tuple(chosen.get(at) for at in rule.factors)):
                self.unmet.append(Unmet(name, meeting, words, impossible=True))
                return
        self.unmet.append(Unmet(name, meeting, NO_PARENTS, impossible=False))
        self.lost += 1
        for reference in matching.chosen:
            self._ask_for(matching, reference, dict(meeting))

    def _ask_for(self, matching: Matching, reference: Reference, row: Mapping[int, int]) -> None:
        """Ask for a parent of several children under which a row may have these classes, where none is there."""
        there = self.placed[reference.table]
        own = {at: value for at, value in row.items() if matching.here.factors[at].reference == reference.name}
        if any(matching.here.factors[at].within[value : value + 1] in {(), (None,)} for at, value in own.items()):
            return
        asked = {}
        for at, value in own.items():
            factor = matching.here.factors[at]
            asked[factor.source] = min(factor.within[value] or ())
        for at, factor in enumerate(there.factors):
            if factor.child == (matching.here.table.name, reference.name) or at in matching.opened(row, reference):
                asked[at] = len(factor.classes) - 1
        if any(
            all(parent[at] == value for at, value in asked.items()) and matching.suits(row, reference, parent)
            for parent in there.rows
        ):
            return
        rules = self.rules[reference.table]
        for template in there.rows:
            dice = Dice(self.seed, "parents", reference.table)
            found = rules.settled(asked, np.array(template, dtype=np.int64), dice)
            if found is not None and matching.suits(row, reference, tuple(found.tolist())):
                parent = self.quiet(matching, reference, row, tuple(found.tolist()))
                self.want(reference, Request(parent, (), matching.most(reference)), (MEETING, 0))
                return

    def takes(self, table: str, row: int, parents: Mapping[str, int]) -> bool:
        """Whether parents may have one more child like a row of a table."""
        matching = self.matchings[table]
        classes = dict(enumerate(self.placed[table].rows[row]))
        return all(
            matching.open_ended(matching.named(name), parent)
            and matching.compatible(classes, matching.named(name), parent)
            for name, parent in parents.items()
        )

    def want(self, reference: Reference, request: Request, child: object) -> None:
        """Ask for a row of a parent for the sake of a child."""
        self.wanted.setdefault(reference.table, {}).setdefault(request, set()).add(child)

    def quiet(self, matching: Matching, reference: Reference, child: Mapping[int, int], row: Row) -> Row:
        """Return the row of a parent with as few children by other references as a child of these classes lets it have."""
        kept = matching.opened(child, reference)
        for at, factor in enumerate(matching.placed[reference.table].factors):
            if factor.child is None or factor.child == (matching.here.table.name, reference.name):
                kept.add(at)
        return tuple(value if at in kept else 0 for at, value in enumerate(row))


def _tied_to_others(table: TablePlan) -> set[str]:
    """References whose parents are drawn: by conditions on themselves, or, all but the first, until those on several hold."""
    found = {name for name, link in table.links.items() if link.only}
    for condition in (one for settled in table.settled for one in settled.conditions):
        names = set(columns_of(condition))
        found.update([name for name, link in table.links.items() if set(link.reference.columns) & names][1:])
    return found


class _Available:
    """Whether some parent that takes any number of children has the classes asked for. Sets of parents are bits of a number.

    Args:
        matching: What finds the parents.
        reference: The reference that leads to them.
        members: The factors that it depends on.
    """

    def __init__(self, matching: Matching, reference: Reference, members: tuple[int, ...]) -> None:
        self._matching, self._reference, self._members = matching, reference, members
        self._rows = matching.placed[reference.table].rows
        self._open = self._bits(lambda parent: matching.open_ended(reference, parent))
        self._absent: set[tuple[int, int]] = set()
        self._with: dict[tuple[int, int], int] = {}
        self._suiting: dict[tuple[tuple[int, int], ...], int] = {}
        for at in members:
            factor = matching.here.factors[at]
            if factor.reference == reference.name:
                self._note(at, factor)

    def _note(self, at: int, factor: Factor) -> None:
        """Note which parents each class of a factor leaves."""
        if not factor.within:
            self._absent.add((at, 0))
        for value, held in enumerate(factor.within):
            if held is None:
                self._absent.add((at, value))
            else:
                self._with[at, value] = self._bits(
                    lambda parent, held=held: self._rows[parent][factor.source] in held  # type: ignore[misc]
                )

    def _bits(self, test: Callable[[int], bool]) -> int:
        return sum(1 << parent for parent in range(len(self._rows)) if test(parent))

    def __call__(self, values: Values) -> bool:
        row = [(at, value) for at, value in zip(self._members, values, strict=True) if value is not None]
        if any(one in self._absent for one in row):
            return True
        left = self._open
        for one in row:
            left &= self._with.get(one, left)
        return bool(left) and bool(left & self._suited(tuple(one for one in row if one not in self._with)))

    def _suited(self, own: tuple[tuple[int, int], ...]) -> int:
        """The parents under which checks leave a row of these classes something."""
        if own not in self._suiting:
            classes = dict(own)
            self._suiting[own] = self._bits(
                lambda parent: self._matching.suits(classes, self._reference, self._rows[parent])
            )
        return self._suiting[own]


def waiver(factors: Sequence[Factor]) -> Callable[[Meeting], bool]:
    """Return which classes need not meet: those of one parent meet in the parent's own rows; to have no parent is a class of the reference."""
    absent = {(at, factor.within.index(None)) for at, factor in enumerate(factors) if None in factor.within}

    def waived(meeting: Meeting) -> bool:
        references = [factors[at].reference for at, _ in meeting if factors[at].reference is not None]
        return len(references) != len(set(references)) or any(one in absent for one in meeting)

    return waived
