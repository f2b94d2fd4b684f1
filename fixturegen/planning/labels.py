"""Cases and contradictions in words: the user's own columns, checks and constants, never data."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from fixturegen.errors import shortened
from fixturegen.expressions.normal import Among, Folded, Length, Limit, Match, Opaque, Order, Solved
from fixturegen.lattice import Family, Lattice
from fixturegen.planning.classes import Room, Runs, Test, size
from fixturegen.planning.literals import Link, Problem
from fixturegen.planning.states import Reason, State

MOST_NAMED = 3
_LONGEST = 200
_SPANS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


def label_of(state: State, root: State) -> str:
    """Return what a case decides, as ``status = shipped, shipped_at given``; ``always`` where it decides nothing."""
    parts = [part for name in sorted(state.rooms) for part in _column_words(state, root, name)]
    parts.extend(_link_words(link) for link in state.links if link not in root.links)
    label = ", ".join(dict.fromkeys(parts)) or "always"
    return label if len(label) <= _LONGEST else f"{label[:_LONGEST]}..."


def reason_words(reason: Reason, problem: Problem) -> str:
    """Return why nothing can meet the checks, with the bounds that meet."""
    if reason.clash is not None:
        return _clash_words(reason, problem)
    named = " and ".join(dict.fromkeys(f"{test.column} {_test_words(test, problem)}" for test in reason.tests))
    if reason.kind == "empty" and named:
        return f"{reason.columns[0]} has no value left: {_own_words(reason.columns[0], problem)}{named}"
    if reason.kind == "null":
        column = reason.columns[0]
        nullable = problem.slots[column].variable.nullable
        return f"{column} would have to be NULL and given at once" if nullable else f"{column} cannot be NULL"
    if reason.links:
        return f"{_link_words(reason.links[0])} cannot hold with {_bounds_of(reason.columns, reason, problem)}"
    return f"no way of meeting it is left for {shortened(reason.columns, 5)}" if reason.columns else "nothing meets it"


def _column_words(state: State, root: State, name: str) -> list[str]:
    if name in state.nulls and name not in root.nulls:
        if state.nulls[name]:
            return [f"{name} NULL"]
        words = _differing(state, root, name)
        return [words or f"{name} given"]
    words = "" if state.nulls.get(name) else _differing(state, root, name)
    return [words] if words else []


def _differing(state: State, root: State, name: str) -> str:
    room, before = state.rooms[name], root.rooms[name]
    if room is before or room == before:
        return ""
    words = _values_words(room, state.problem, name)
    return f"{name} {words}" if words else ""


def _values_words(room: Room, problem: Problem, name: str) -> str:
    slot = problem.slots[name]
    if room.values is not None:
        return _listed([str(value) for value in room.values])
    if room.runs is None:
        barred = sorted(str(value) for value in room.open.barred)
        return f"<> {shortened(barred, MOST_NAMED)}" if barred else "constrained"
    assert slot.lattice is not None
    if size(room.runs) <= MOST_NAMED or (slot.weights and size(room.runs) <= 10):
        positions = [position for low, high in room.runs for position in range(low, high + 1)]
        return _listed([_value(slot.lattice, position) for position in positions])
    return _range(room.runs, slot.lattice)


def _listed(values: list[str]) -> str:
    return f"= {values[0]}" if len(values) == 1 else f"in ({shortened(values, MOST_NAMED)})"


def _range(runs: Runs, lattice: Lattice) -> str:
    low, high = runs[0][0], runs[-1][1]
    if low == lattice.low and high == lattice.high:
        return "with gaps" if len(runs) > 1 else "any"
    if low == lattice.low:
        return f"<= {_value(lattice, high)}"
    if high == lattice.high:
        return f">= {_value(lattice, low)}"
    return f"{_value(lattice, low)}..{_value(lattice, high)}"


def _value(lattice: Lattice, position: int) -> str:
    return str(lattice.decode(np.array([position], dtype=np.int64)).to_list()[0])


def _link_words(link: Link) -> str:
    match link.atom:
        case Order(left=left, relation=relation, right=right, offset=offset):
            return f"{left} {relation} {right}{_offset(offset)}"
        case Solved(column=column, relation=relation, expression=expression):
            return f"{column} {relation} {expression}"
        case Opaque(expression=expression):
            return expression
        case atom:
            return f"{atom.column} {_atom_words(atom)}"


def _offset(offset: Fraction) -> str:
    if offset == 0:
        return ""
    return f" {'+' if offset > 0 else '-'} {_number(abs(offset))}"


def _number(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):g}"


def _atom_words(atom: Among | Limit | Match | Length | Folded) -> str:
    match atom:
        case Among(values=values, negated=negated):
            listed = shortened([str(value) for value in values], MOST_NAMED)
            one = len(values) == 1
            return f"{'<>' if negated else '='} {listed}" if one else f"{'not in' if negated else 'in'} ({listed})"
        case Limit(relation=relation, measure=measure):
            return f"{relation} {_number(measure)}"
        case Match(pattern=pattern):
            return f"{'not ' if pattern.negated else ''}matching {pattern.text!r}"
        case Length(low=low, high=high, unit=unit):
            return f"of {low} {unit} or more" if high is None else f"of {low} to {high} {unit}"
        case Folded(form=form):
            return f"equal to its {form}"


def _test_words(test: Test, problem: Problem) -> str:
    lattice = problem.slots[test.column].lattice
    if isinstance(test.atom, Limit) and lattice is not None and test.runs:
        return _range(test.runs, lattice)
    return _atom_words(test.atom)


def _own_words(column: str, problem: Problem) -> str:
    words = _room_words(problem, column)
    return "" if words == "any" else f"declared {words}, "


def _room_words(problem: Problem, column: str) -> str:
    return _values_words(problem.slots[column].room, problem, column)


def _clash_words(reason: Reason, problem: Problem) -> str:
    clash = reason.clash
    assert clash is not None
    said = ", ".join(dict.fromkeys(_link_words(link) for link in reason.links))
    lattice = problem.slots[clash.chain[0]].lattice
    assert lattice is not None
    if clash.circle:
        return f"{said}: in this circle {clash.chain[0]} would lie {_span(clash.excess, lattice.family)} above itself"
    bounds = _bounds_of(clash.chain, reason, problem)
    return f"{said}: with {bounds} this chain has no room"


def _bounds_of(chain: Iterable[str], reason: Reason, problem: Problem) -> str:
    words = []
    for column in dict.fromkeys(chain):
        tests = [_test_words(test, problem) for test in reason.tests if test.column == column]
        words.append(f"{column} {' and '.join(tests) if tests else _room_words(problem, column)}")
    return ", ".join(words)


def _span(measure: Fraction, family: Family) -> str:
    if family == "number":
        return _number(measure)
    unit, name = next((pair for pair in _SPANS if measure % pair[0] == 0), (1, "seconds"))
    return f"{_number(measure / unit)} {name}"
