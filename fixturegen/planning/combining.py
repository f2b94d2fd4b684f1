"""Independent choices put together: groups of open clauses without a common column, solved apart and combined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from fixturegen.planning.literals import Some, mentioned
from fixturegen.planning.states import State

FULL_PRODUCT = 64
"""Independent choices are combined in full up to so many cases; beyond, each keeps its shares and all pairs do not occur."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A finished state and its share."""

    weight: Fraction
    state: State


def groups(state: State) -> list[tuple[Some, ...]]:
    """Groups of clauses without a common column that is still to be decided, in the order of their first clauses."""
    found: list[tuple[set[str], list[Some]]] = []
    for clause in state.clauses:
        columns = set(mentioned(clause))
        meeting = [group for group in found if group[0] & columns]
        for group in meeting:
            found.remove(group)
        merged = [each for group in meeting for each in group[1]]
        found.append((columns.union(*(group[0] for group in meeting)), [*merged, clause]))
    return [tuple(clauses) for _, clauses in found]


def combinations(alone: Sequence[list[Leaf]]) -> Iterator[tuple[Fraction, list[Leaf]]]:
    """Combine independent choices: all with all where that is few, else so that each keeps its shares.

    In the second way every choice spreads its leaves over the unit interval, turned a little further than the one before; the
    pieces into which all borders cut the interval are the combinations, at most as many as there are leaves.
    """
    total = 1
    for below in alone:
        total *= len(below)
    if total <= FULL_PRODUCT:
        yield from _product(alone)
        return
    turned = [_turned(below, Fraction(at, len(alone))) for at, below in enumerate(alone)]
    borders = sorted({border for pieces in turned for border, _ in pieces} | {Fraction(1)})
    for low, high in pairwise(borders):
        yield high - low, [_piece(pieces, low) for pieces in turned]


def _product(alone: Sequence[list[Leaf]]) -> Iterator[tuple[Fraction, list[Leaf]]]:
    if not alone:
        yield Fraction(1), []
        return
    for leaf in alone[0]:
        for weight, chosen in _product(alone[1:]):
            yield leaf.weight * weight, [leaf, *chosen]


def _turned(below: list[Leaf], by: Fraction) -> list[tuple[Fraction, Leaf]]:
    pieces, at = [], by
    for leaf in below:
        pieces.append((at % 1, leaf))
        at += leaf.weight
    pieces.sort(key=lambda piece: piece[0])
    return pieces if pieces[0][0] == 0 else [(Fraction(0), pieces[-1][1]), *pieces]


def _piece(pieces: Sequence[tuple[Fraction, Leaf]], at: Fraction) -> Leaf:
    return [leaf for border, leaf in pieces if border <= at][-1]


def joint(base: State, parts: Sequence[State]) -> State | None:
    """Return the state in which all parts' decisions hold, or None where two of them decide one column."""
    whole = base.copy()
    whole.clauses = ()
    for part in parts:
        rooms = {name: room for name, room in part.rooms.items() if room is not base.rooms[name]}
        nulls = {name: null for name, null in part.nulls.items() if name not in base.nulls}
        clash = any(whole.rooms[name] is not base.rooms[name] for name in rooms) or any(n in whole.nulls for n in nulls)
        if clash:
            return None
        whole.rooms.update(rooms)
        whole.nulls.update(nulls)
        whole.shares.update(part.shares)
        whole.links += tuple(link for link in part.links if link not in whole.links)
        whole.guards += tuple(guard for guard in part.guards if guard not in whole.guards)
        whole.tests += tuple(test for test in part.tests if test not in whole.tests)
    return whole
