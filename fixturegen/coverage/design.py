"""Which rows there are to be: the classes and parents of every row of every table, before any value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fixturegen.coverage.completing import Completing
from fixturegen.coverage.conditions import barred_classes
from fixturegen.coverage.factors import Factor, child_factors, null_columns, own_factors, parent_factors
from fixturegen.coverage.feasible import Tied, presence, tied_factors
from fixturegen.coverage.filling import Filling
from fixturegen.coverage.matching import Matching, Placed, Row
from fixturegen.coverage.parents import Available, Possible, availability
from fixturegen.coverage.parting import constraints
from fixturegen.coverage.placing import Placing
from fixturegen.coverage.proofs import Proofs
from fixturegen.coverage.quieting import quieted
from fixturegen.coverage.waiving import either, met_in, waiver
from fixturegen.covering_arrays import Constraint, CoveringArray, covering_array
from fixturegen.covering_arrays.constraints import Rules, Values
from fixturegen.covering_arrays.dice import Dice
from fixturegen.covering_arrays.tuples import Meeting
from fixturegen.expressions.normal import columns_of
from fixturegen.planning.plan import Link, Lowered, Plan, TablePlan
from fixturegen.schema import Reference

EFFORT = 4_000_000
"""Work spent on having fewer rows of a table, in cells looked at."""
OFFERS = 4
"""So often parents are added for classes that find none among those placed."""
COMPLETIONS = 4
"""So often rows are added for classes that rows without a place leave out."""
CHOSEN_KINDS = frozenset({"uniform", "tickets", "one to one", "parent", "agreeing", "via", "self", "chain"})


@dataclass(slots=True)
class Known:
    """What designs of one plan share.

    Attributes:
        factors: Factors of every table, what ties them, and what checks so demand.
        arrays: Covering arrays, by table and what they depend on.
        barred: Classes of parents that conditions on a reference rule out, by table and reference name.
    """

    factors: dict[str, tuple[tuple[Factor, ...], tuple[Tied, ...], tuple[Constraint, ...]]] = field(
        default_factory=dict
    )
    arrays: dict[object, CoveringArray] = field(default_factory=dict)
    barred: dict[tuple[str, str], frozenset[tuple[int, int]] | None] = field(default_factory=dict)


@dataclass(slots=True)
class Design:
    """What rows there are to be.

    Attributes:
        plan: A plan of the tables as they are, from which classes are taken.
        strength: How many classes meet.
        covered: Tables whose classes meet; the others have each class once.
        seed: The seed.
        banned: Classes of rows that turned out not to be makeable, by table.
        plain: Columns of which no generator makes some class, by table: only whether they are NULL is told apart.
        known: What earlier designs of the same plan found out: factors and what ties them, arrays.
        placed: Rows and parents by table.
        matchings: What rows may have which parents, by table.
        proofs: What can never meet, by table.
        rules: What the classes of a row must meet, by table; whether fitting parents are placed aside.
        arrays: The covering array of every table.
        unmet: What can never meet, by table and classes, with why.
    """

    plan: Plan
    strength: int
    covered: frozenset[str]
    seed: int
    banned: Mapping[str, frozenset[Row]]
    plain: frozenset[tuple[str, str]] = frozenset()
    known: Known = field(default_factory=Known)
    placed: dict[str, Placed] = field(default_factory=dict)
    matchings: dict[str, Matching] = field(default_factory=dict)
    proofs: dict[str, Proofs] = field(default_factory=dict)
    rules: dict[str, Rules] = field(default_factory=dict)
    arrays: dict[str, CoveringArray] = field(default_factory=dict)
    unmet: dict[tuple[str, Meeting], str] = field(default_factory=dict)

    def made(self) -> Design:
        """Fill it in: tables in an order in which parents come before their children."""
        for name in self.plan.tables:
            self._prepare(name)
        most = {name: one.rows for name, one in self.tightest().items()}
        placing = Placing(self.matchings, self.rules, most, self.seed)
        rows: dict[str, list[Row]] = {}
        for name in self.plan.tables:
            self._design(name, placing)
            rows[name] = self._ordered(name)
            for row in rows[name]:
                placing.place(name, row)
            Filling(placing, self.matchings[name], rows[name]).fill()
        fillings = [Filling(placing, self.matchings[name], rows[name]) for name in self.plan.tables]
        _until_none(fillings)
        for fewest in range(COMPLETIONS):
            added = [self._completing(name, rows[name], placing, fewest).complete() for name in self.plan.tables]
            if any(added):
                _until_none(fillings)
        return self

    def tightest(self) -> Mapping[str, Lowered]:
        """Return what leaves a table the fewest rows, for tables that can hold fewer than a covering array may have."""
        found: dict[str, Lowered] = {}
        for one in sorted(self.plan.lowered, key=lambda one: one.rows):
            found.setdefault(one.table, one)
        return found

    def _prepare(self, name: str) -> None:
        """Learn what rows of a table may be like."""
        if name not in self.known.factors:
            self.known.factors[name] = self._factors(self.plan.tables[name])
        factors, tied, rules = self.known.factors[name]
        here = self.placed[name] = Placed(self.plan.schema.tables[name], factors)
        links, chosen = self.plan.tables[name].links, self.chosen(name)
        barred = {one.name: self._barred(name, links[one.name]) or frozenset() for one in chosen}
        matching = self.matchings[name] = Matching(self.plan.schema, self.placed, here, chosen, tied, barred)
        always = [*presence(here.table, self.plan.schema, factors), *self._barren(factors)]
        proven = {table: one.rules for table, one in self.proofs.items()}
        own = [*rules, *(rule for rule, _ in always)]
        levels = [len(factor.classes) for factor in factors]
        self.proofs[name] = Proofs(matching, always, _rules(levels, own, matching, proven), self.proofs)
        allowed = [*own, *self._not_banned(name, factors)]
        self.rules[name] = _rules(levels, allowed, matching, self.rules) if self.banned else self.proofs[name].rules

    def _barren(self, factors: Sequence[Factor]) -> Iterator[tuple[Constraint, str]]:
        """Yield that rows of classes which conditions on a reference rule out have no children by it."""
        for number, factor in enumerate(factors):
            if factor.child is None:
                continue
            child, reference = factor.child
            for at, value in sorted(self._barred(child, self.plan.tables[child].links[reference]) or ()):
                words = f"checks of {child} on {', '.join(self._columns(child, reference))} rule out such parents"
                yield Constraint((at, number), _barren(value, factor)), words

    def _columns(self, name: str, reference: str) -> tuple[str, ...]:
        return self.plan.tables[name].links[reference].reference.columns

    def _design(self, name: str, placing: Placing) -> None:
        """Make the covering array of a table, with parents added where classes find none."""
        for _ in range(OFFERS):
            array = self.arrays[name] = self._array(name)
            left = [one for one in (*array.impossible, *array.undecided) if not self._proven(name, one)]
            if not left or not self._offered(name, left, placing):
                return
        self.arrays[name] = self._array(name)

    def _proven(self, name: str, meeting: Meeting) -> bool:
        """Whether classes can never meet; notes why."""
        reason = self.unmet.get((name, meeting)) or self.proofs[name].reason(meeting)
        if reason is not None:
            self.unmet[name, meeting] = reason
        return reason is not None

    def _offered(self, name: str, meetings: Iterable[Meeting], placing: Placing) -> bool:
        """Add parents for classes that find none among those placed; return whether there were any."""
        added = False
        now = self._now(name)
        rows = self.arrays[name].rows[:1]
        for meeting in meetings:
            if now.within_reach(dict(meeting)):
                continue
            for template in (*rows, np.zeros(len(self.placed[name].factors), dtype=np.int64)):
                row = self.rules[name].settled(dict(meeting), template, Dice(self.seed, "offer", name))
                if row is not None and placing.offer(name, tuple(row.tolist())):
                    added, now = True, self._now(name)
                    break
        return added

    def _now(self, name: str) -> Rules:
        return Rules([len(factor.classes) for factor in self.placed[name].factors], self._constraints(name))

    def _constraints(self, name: str) -> list[Constraint]:
        """What rows must meet under the parents that are placed now."""
        matching = self.matchings[name]
        return [
            *self.known.factors[name][2],
            *(rule for rule, _ in self.proofs[name].always),
            *availability(matching, lambda reference, members: Available(matching, reference, members)),
            *self._not_banned(name, matching.here.factors),
        ]

    def _completing(self, name: str, rows: Sequence[Row], placing: Placing, fewest: int) -> Completing:
        array = self.arrays[name]
        left = [one for one in (*array.impossible, *array.undecided) if (name, one) not in self.unmet]
        return Completing(
            placing, self.matchings[name], rows, left, self.strength_of(name), waiver(self.placed[name].factors), fewest
        )

    def chosen(self, name: str) -> list[Reference]:
        """Return the references of a table whose parents are chosen by their classes: to rows that come before."""
        order = list(self.plan.tables)
        table = self.plan.tables[name]
        tied = _tied_to_others(table) | {one for one, link in table.links.items() if self._barred(name, link) is None}
        postponed = {reference.name for reference in self.plan.postponed.get(name, ())}
        return [
            link.reference
            for link in table.links.values()
            if link.kind in CHOSEN_KINDS
            and link.reference.name not in postponed | tied
            and order.index(link.reference.table) <= order.index(name)
            and (link.reference.table != name or null_columns(table, link.reference))
            and not link.reference.own(name)  # whose parents agree with values that no class tells
        ]

    def _barred(self, name: str, link: Link) -> frozenset[tuple[int, int]] | None:
        """Return the classes of parents that conditions on a reference rule out; None where classes do not tell."""
        there = link.reference.table
        if not link.only or there not in self.plan.tables:
            return frozenset()
        key = name, link.reference.name
        if key not in self.known.barred:
            self.known.barred[key] = barred_classes(self.plan.tables[name], link, self._own_factors(there))
        return self.known.barred[key]

    def _own_factors(self, name: str) -> list[Factor]:
        return list(own_factors(self.plan.tables[name], [column for place, column in self.plain if place == name]))

    def strength_of(self, name: str) -> int:
        """Return how many classes of a table meet: fewer where its factors are those of fewer rows."""
        factors = self.known.factors[name][0]
        single = sum(not factor.within for factor in factors)
        owners = {factor.reference for factor in factors if factor.reference is not None}
        bare = sum(factor.reference is not None and not factor.within for factor in factors)
        most = single - bare + len(owners)
        return max(1, min(self.strength if name in self.covered else 1, most))

    def _array(self, name: str) -> CoveringArray:
        """Return the classes of the rows; the same for the same kinds of parents."""
        matching = self.matchings[name]
        parents = frozenset(
            (reference.name, row)
            for reference in matching.chosen
            for at, row in enumerate(self.placed[reference.table].rows)
            if matching.open_ended(reference, at)
        )
        key = name, parents, tuple(matching.here.rows), self.banned.get(name)
        if key not in self.known.arrays:
            self.known.arrays[key] = self._covering(name)
        return self.known.arrays[key]

    def _covering(self, name: str) -> CoveringArray:
        factors, strength = self.placed[name].factors, self.strength_of(name)
        constraints, levels = self._constraints(name), [len(factor.classes) for factor in factors]
        waived = either(waiver(factors), met_in(self.placed[name].rows, strength))
        array = covering_array(levels, strength, constraints=constraints, waived=waived, seed=self.seed, effort=EFFORT)
        return replace(array, rows=quieted(array.rows, factors, strength, Rules(levels, constraints), waived))

    def _factors(self, table: TablePlan) -> tuple[tuple[Factor, ...], tuple[Tied, ...], tuple[Constraint, ...]]:
        """Return the factors of a table, without classes that no row has, and what ties them."""
        name = table.table.name
        schema = self.plan.schema
        covered = name in self.covered
        pinned = frozenset((child, reference.name) for child in self.plan.tables for reference in self.chosen(child))
        found = self._own_factors(name)
        if covered:
            found += child_factors(schema, schema.tables[name], pinned)
            held = {name: tuple(found)} | {other: placed.factors for other, placed in self.placed.items()}
            for reference in self.chosen(name):
                found += parent_factors(table, reference, held)
        tied = tied_factors(table, found)
        return tuple(found), tied, constraints(tied)

    def _not_banned(self, name: str, factors: Sequence[Factor]) -> list[Constraint]:
        banned = self.banned.get(name)
        return [Constraint(tuple(range(len(factors))), lambda values: values not in banned)] if banned else []

    def _ordered(self, name: str) -> list[Row]:
        """Return the rows of the array, those first that refer to no row of the same table, and that such rows refer to."""
        table, factors = self.plan.tables[name], self.placed[name].factors
        rows = [tuple(row) for row in self.arrays[name].rows.tolist()] or [()] * (not factors)
        own = [link.reference for link in table.links.values() if link.reference.table == name]
        names = {reference.name for reference in own if null_columns(table, reference)}
        refers = [at for at, factor in enumerate(factors) if factor.reference in names and not factor.within]
        referred = [at for at, factor in enumerate(factors) if factor.child and factor.child[0] == name]
        return sorted(rows, key=lambda row: ([row[at] for at in refers], [-row[at] for at in referred]))


def _rules(levels: Sequence[int], own: Sequence[Constraint], matching: Matching, rules: Mapping[str, Rules]) -> Rules:
    """Return the rules for a table: its own, and that those of the parents allow one for the classes of a row.

    Of a parent in the same table it is not asked whether there may be a parent for it in turn.
    """
    known = {**rules, matching.here.table.name: Rules(levels, own)}
    possible = availability(
        matching, lambda reference, members: Possible(matching, reference, members, known[reference.table])
    )
    return Rules(levels, [*own, *possible])


def _until_none(fillings: Sequence[Filling]) -> None:
    """Give parents their children, until none lacks any that can be added: a child may need a further parent."""
    while sum(one.fill() for one in fillings):
        pass


def _tied_to_others(table: TablePlan) -> set[str]:
    """References whose parents are drawn, all but the first, until conditions on several hold."""
    found: set[str] = set()
    for condition in (one for settled in table.settled for one in settled.conditions):
        names = set(columns_of(condition))
        found.update([name for name, link in table.links.items() if set(link.reference.columns) & names][1:])
    return found


def _barren(barred: int, factor: Factor) -> Callable[[Values], bool]:
    return lambda values: values[0] != barred or values[1] is None or factor.children[values[1]].least == 0
