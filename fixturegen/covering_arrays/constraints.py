"""Which values go together: conditions on rows, and the search for rows that meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from fixturegen.covering_arrays.dice import Dice
from fixturegen.draws import Integers

Values = tuple[int | None, ...]
MOST_NODES = 2_000
"""Most assignments looked at for one completion."""
MOST_NODES_IN_ALL = 20_000
"""Most assignments looked at for all completions of the factors that constraints join."""
KNOWN, CHECKED = 10, 60
"""What it costs to look up values that are known, and to ask a constraint about others: in cells of an array looked at."""


class UndecidedError(Exception):
    """No completion was found, and not all were looked at."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on some factors.

    Attributes:
        factors: The factors.
        allows: Whether values of the factors, in that order, None where not chosen yet, may still become a row. True as long
            as that is not known to be impossible; exact where all values are chosen. Always the same for the same values.
    """

    factors: tuple[int, ...]
    allows: Callable[[Values], bool]


def forbidding(meetings: Iterable[Mapping[int, int]]) -> tuple[Constraint, ...]:
    """Return constraints under which no row holds all values of any of ``meetings``, each given by factor.

    >>> [one.factors for one in forbidding([{0: 1, 2: 0}])]
    [(0, 2)]
    """
    return tuple(_forbidding_one(dict(sorted(meeting.items()))) for meeting in meetings)


def _forbidding_one(meeting: Mapping[int, int]) -> Constraint:
    barred = tuple(meeting.values())
    return Constraint(tuple(meeting), lambda values: values != barred)


@dataclass(slots=True)
class _Cluster:
    """Factors that constraints join, what is known about their values, and what it was to learn it."""

    factors: tuple[int, ...]
    constraints: tuple[tuple[tuple[int, ...], Callable[[Values], bool]], ...]
    levels: tuple[int, ...]
    known: dict[Values, Values | None] = field(default_factory=dict)
    allowed: dict[Values, bool] = field(default_factory=dict)
    left: int = MOST_NODES_IN_ALL
    work: int = 0

    def allows(self, values: Values) -> bool:
        """Whether no constraint rules these values out."""
        self.work += KNOWN
        known = self.allowed.get(values)
        if known is None:
            self.work += CHECKED * len(self.constraints)
            known = all(check(tuple([values[place] for place in places])) for places, check in self.constraints)
            self.allowed[values] = known
        return known

    def completed(self, values: Values, dice: Dice | None) -> Values | None:
        """Return values for the open factors too, in a drawn order of preference, or None where there are none."""
        if None not in values:
            return values if self.allows(values) else None
        if dice is None and values in self.known:
            return self.known[values]
        search = _Completion(self, dice)
        found = search.straight(values) or search.of(values)
        if dice is None:
            self.known[values] = found
        return found


class _Completion:
    """One search for a completion: depth first, most constrained factors first."""

    def __init__(self, cluster: _Cluster, dice: Dice | None) -> None:
        self._cluster = cluster
        self._dice = dice
        self._left = min(MOST_NODES, cluster.left)

    def straight(self, values: Values) -> Values | None:
        """Choose one value after the other without ever going back: nearly always enough."""
        if not self._cluster.allows(values):
            return None
        for place, value in enumerate(values):
            if value is None:
                options = list(range(self._cluster.levels[place]))
                if self._dice is not None:
                    self._dice.shuffle(options)
                tries = ((*values[:place], option, *values[place + 1 :]) for option in options)
                found = next((one for one in tries if self._cluster.allows(one)), None)
                if found is None:
                    return None
                values = found
        return values

    def of(self, values: Values) -> Values | None:
        if not self._cluster.allows(values):
            return None
        if None not in values:
            return values
        if self._left <= 0:
            raise UndecidedError
        self._left -= 1
        self._cluster.left -= 1
        place, options = min(
            ((place, self._options(values, place)) for place, value in enumerate(values) if value is None),
            key=lambda one: len(one[1]),
        )
        if self._dice is not None:
            self._dice.shuffle(options)
        for option in options:
            found = self.of((*values[:place], option, *values[place + 1 :]))
            if found is not None:
                return found
        return None

    def _options(self, values: Values, place: int) -> list[int]:
        return [
            option
            for option in range(self._cluster.levels[place])
            if self._cluster.allows((*values[:place], option, *values[place + 1 :]))
        ]


class Rules:
    """All constraints on rows.

    Args:
        levels: Values of every factor.
        constraints: The constraints.
    """

    def __init__(self, levels: Sequence[int], constraints: Sequence[Constraint]) -> None:
        self._clusters = tuple(_clusters(levels, constraints))
        self._of = {factor: cluster for cluster in self._clusters for factor in cluster.factors}

    @property
    def none(self) -> bool:
        """Whether every row is allowed."""
        return not self._clusters

    @property
    def work(self) -> int:
        """How much work asking them has been so far, in cells looked at: counted, so that every machine does the same."""
        return sum(cluster.work for cluster in self._clusters)

    def contradict(self) -> bool:
        """Whether no row meets them all.

        Raises:
            UndecidedError: If the search for one gave up.
        """
        return any(cluster.completed(_projected(cluster, {}), None) is None for cluster in self._clusters)

    def constrained(self, factor: int) -> bool:
        """Whether a constraint mentions the factor."""
        return factor in self._of

    def possible(self, chosen: Mapping[int, int]) -> bool:
        """Whether some row holds these values, as far as the constraints that mention one of their factors say.

        Raises:
            UndecidedError: If the search for one gave up.
        """
        clusters = {id(self._of[factor]): self._of[factor] for factor in chosen if factor in self._of}
        return all(cluster.completed(_projected(cluster, chosen), None) is not None for cluster in clusters.values())

    def within_reach(self, chosen: Mapping[int, int]) -> bool:
        """Whether some row is known to hold these values."""
        try:
            return self.possible(chosen)
        except UndecidedError:
            return False

    def fits(self, row: Sequence[int], factor: int, value: int) -> bool:
        """Whether a full row may have another value of one factor."""
        cluster = self._of.get(factor)
        if cluster is None:
            return True
        return cluster.allows(tuple(value if one == factor else int(row[one]) for one in cluster.factors))

    def settled(self, chosen: Mapping[int, int], row: Integers, dice: Dice) -> Integers | None:
        """Return the row with ``chosen`` values, and whatever must go along changed; None where no such row is found."""
        result = row.copy()
        for factor, value in chosen.items():
            result[factor] = value
        for cluster in self._clusters:
            values = tuple(result[list(cluster.factors)].tolist())
            if cluster.allows(values):
                continue
            found = self._nearest(cluster, chosen, values, dice)
            if found is None:
                return None
            result[list(cluster.factors)] = np.array(found, dtype=np.int64)
        return result

    def _nearest(self, cluster: _Cluster, chosen: Mapping[int, int], values: Values, dice: Dice) -> Values | None:
        """Keep one value after the other, in a drawn order, as long as that leaves a completion."""
        kept = {factor: value for factor, value in chosen.items() if factor in cluster.factors}
        found = _reached(cluster, kept)
        if found is None:
            return None
        order = [place for place, factor in enumerate(cluster.factors) if factor not in kept]
        dice.shuffle(order)
        for place in order:
            more = {**kept, cluster.factors[place]: int(values[place] or 0)}
            other = found if found[place] == values[place] else _reached(cluster, more)
            if other is not None:
                kept, found = more, other
        try:
            return cluster.completed(_projected(cluster, kept), dice)
        except UndecidedError:
            return None


def _reached(cluster: _Cluster, chosen: Mapping[int, int]) -> Values | None:
    """Return a completion of these values, or None where none is found."""
    try:
        return cluster.completed(_projected(cluster, chosen), None)
    except UndecidedError:
        return None


def _projected(cluster: _Cluster, chosen: Mapping[int, int]) -> Values:
    return tuple(chosen.get(factor) for factor in cluster.factors)


def _clusters(levels: Sequence[int], constraints: Sequence[Constraint]) -> Iterable[_Cluster]:
    groups: list[tuple[set[int], list[Constraint]]] = []
    for constraint in constraints:
        joined = [group for group in groups if group[0] & set(constraint.factors)]
        factors = set(constraint.factors).union(*(group[0] for group in joined))
        members = [one for group in joined for one in group[1]]
        groups = [group for group in groups if group not in joined] + [(factors, [*members, constraint])]
    for factors, members in groups:
        ordered = tuple(sorted(factors))
        place = {factor: at for at, factor in enumerate(ordered)}
        checks = tuple((tuple(place[factor] for factor in one.factors), cache(one.allows)) for one in members)
        yield _Cluster(ordered, checks, tuple(int(levels[factor]) for factor in ordered))


def allowed_rows(rows: Integers, rules: Rules, dice: Dice) -> Integers:
    """Return the rows, those that break a constraint changed as little as is found out."""
    if rules.none or not len(rows):
        return rows
    kept = [rules.settled({}, row, dice) for row in rows]
    return np.array([row for row in kept if row is not None], dtype=np.int64).reshape(-1, rows.shape[1])
