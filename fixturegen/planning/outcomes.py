"""From a finished state to a case: what each column may be, and which columns bound it while rows are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from fixturegen.domain import ANY, Domain
from fixturegen.expressions.normal import Atom, NullTest, Opaque, Order, Solved
from fixturegen.planning.bounds import Closure
from fixturegen.planning.classes import Room, Runs, Test, size, without
from fixturegen.planning.components import Case, Narrowing, Reach
from fixturegen.planning.finishing import MOST_LISTED, closures, live, null_share
from fixturegen.planning.labels import label_of
from fixturegen.planning.literals import Link, Slot, mentioned
from fixturegen.planning.states import State


def case_of(state: State, root: State, judged: Iterable[str]) -> Case:
    """Return the case of a finished state, as if it were the only one.

    Args:
        state: The state, in which nothing is left to be decided.
        root: The state before any decision, for the label.
        judged: Checks that are judged afterwards in every case.
    """
    nets = [closure for _, closure in closures(state) if isinstance(closure, Closure)]
    rooms = dict(state.rooms)
    for net in nets:
        rooms.update({name: Room(runs=place.runs) for name, place in net.places.items()})
    columns = {
        name: _narrowing(state, name, rooms[name], nets)
        for name in state.problem.order
        if state.problem.slots[name].drawn or (state.rooms[name] is not state.problem.slots[name].room)
    }
    guards = state.guards[len(root.guards) :]
    judging = [link for link in live(state, "judge") if link not in guards]
    opaque = [link.atom for link in judging if isinstance(link.atom, Opaque)]
    return Case(
        label=label_of(state, root),
        weight=1.0,
        columns=columns,
        guards=tuple(dict.fromkeys(_atom(guard) for guard in guards)),
        redraw=tuple(sorted(dict.fromkeys(opaque), key=lambda atom: (atom.expression, atom.reads))),
        judged=tuple(sorted({*judged, *_judged(state, root)})),
    )


def domain_of(slot: Slot, room: Room) -> Domain:
    """Return what is left of a column as a domain.

    Bounds are named only where they are tighter than the column's own, so that an unbounded column stays so.
    """
    own = slot.variable.domain
    if room == slot.room:
        return own
    if room.values is not None:
        return replace(own, values=room.values, weights=_kept_weights(slot, room.values))
    if room.runs is None:
        return room.open
    return _on_lattice(slot, room.runs)


def _on_lattice(slot: Slot, runs: Runs) -> Domain:
    own, lattice = slot.variable.domain, slot.lattice
    assert lattice is not None
    listed = own.values is not None or slot.variable.type.kind == "boolean"
    low, high = runs[0][0], runs[-1][1]
    gaps = without(((low, high),), runs)
    if listed or (gaps and size(runs) <= min(size(gaps), MOST_LISTED)) or size(gaps) > MOST_LISTED:
        return _listing(slot, runs)
    return replace(
        own,
        low=low if low > lattice.low else own.low,
        high=high if high < lattice.high else own.high,
        excluded=frozenset(position for first, last in gaps for position in range(first, last + 1)),
    )


def _listing(slot: Slot, runs: Runs) -> Domain:
    own, lattice = slot.variable.domain, slot.lattice
    assert lattice is not None
    if own.values is not None:
        kept = [value for value in own.values if _inside(lattice.position(value), runs)]
        return Domain(values=tuple(kept), weights=_kept_weights(slot, kept))
    positions = np.concatenate([np.arange(low, high + 1, dtype=np.int64) for low, high in runs])
    return Domain(values=tuple(lattice.decode(positions).to_list()))


def _inside(position: Fraction, runs: Runs) -> bool:
    return any(low <= position <= high for low, high in runs)


def _kept_weights(slot: Slot, kept: Sequence[object]) -> tuple[float, ...]:
    own = slot.variable.domain
    if not own.weights or own.values is None:
        return ()
    by_value = dict(zip(own.values, own.weights, strict=True))
    return tuple(by_value[value] for value in kept)


def _narrowing(state: State, name: str, room: Room, nets: Sequence[Closure]) -> Narrowing:
    slot = state.problem.slots[name]
    if state.nulls.get(name) is True:
        return Narrowing(null=True)
    undecided = state.undecided(name)
    share = float(null_share(state, name)) if undecided and slot.drawn else 0.0
    domain = domain_of(slot, room)
    if slot.given:
        return Narrowing(nulls=share, domain=domain)
    before = frozenset(state.problem.order[: state.problem.order.index(name)])
    net = next((net for net in nets if name in net.places), None)
    at_least, at_most = ((), ()) if net is None else _reaches(state, name, net, before)
    return Narrowing(
        nulls=share,
        domain=domain,
        at_least=at_least,
        at_most=at_most,
        differs=_differs(state, name, before),
        solved=_solved(state, name, before),
    )


def _reaches(
    state: State, name: str, net: Closure, before: frozenset[str]
) -> tuple[tuple[Reach, ...], tuple[Reach, ...]]:
    """Bounds by what is drawn before, without those that ranges or other reaches already imply."""
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for other in (each for each in state.problem.order if each in before and each in net.places):
        above, below = net.gaps[other].get(name), net.gaps[name].get(other)
        if above is not None and not _ranges_keep(state, net, other, name, above):
            least[other] = above
        if below is not None and not _ranges_keep(state, net, name, other, below):
            most[other] = below
    for other, gap in list(least.items()):
        relays = (middle for middle in least if middle != other and _sure(state, middle))
        if any(net.gaps[other].get(middle, _NEVER) + least[middle] >= gap for middle in relays):
            del least[other]
    for other, gap in list(most.items()):
        relays = (middle for middle in most if middle != other and _sure(state, middle))
        if any(most[middle] + net.gaps[middle].get(other, _NEVER) >= gap for middle in relays):
            del most[other]
    return (
        tuple(Reach(other, gap * net.unit) for other, gap in sorted(least.items())),
        tuple(Reach(other, -gap * net.unit) for other, gap in sorted(most.items())),
    )


_NEVER = -(10**40)


def _ranges_keep(state: State, net: Closure, lower: str, upper: str, gap: int) -> bool:
    """Whether the ranges alone keep the gap; what comes from elsewhere need not stay within its range."""
    if not _bounded(state, lower) or not _bounded(state, upper):
        return False
    below, above = net.places[lower], net.places[upper]
    return above.runs[0][0] * above.step >= below.runs[-1][1] * below.step + gap


def _bounded(state: State, column: str) -> bool:
    return not state.problem.slots[column].given and column not in state.problem.computed


def _sure(state: State, middle: str) -> bool:
    """Whether a column is never NULL and keeps its own bounds, so that others may rely on it."""
    return state.nulls.get(middle) is False and _bounded(state, middle)


def _differs(state: State, name: str, before: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for link in (*live(state, "order"), *live(state, "same")):
        order = link.atom
        if isinstance(order, Order) and order.relation == "<>" and order.offset == 0 and name in link.columns:
            other = link.columns[0] if link.columns[1] == name else link.columns[1]
            if other in before:
                found[other] = None
    return tuple(sorted(found))


def _solved(state: State, name: str, before: frozenset[str]) -> tuple[Solved, ...]:
    found: list[Solved] = [
        link.atom for link in live(state, "solved") if isinstance(link.atom, Solved) and link.atom.column == name
    ]
    for link in live(state, "same"):
        order = link.atom
        if isinstance(order, Order) and order.relation == "=" and name in link.columns:
            other = link.columns[0] if link.columns[1] == name else link.columns[1]
            if other in before:
                found.append(Solved(name, "=", quoted(other), (other,), "postgresql"))
    return tuple(sorted(set(found), key=lambda atom: (atom.relation != "=", atom.expression, atom.reads)))


def quoted(name: str) -> str:
    """Return a column as SQL.

    >>> quoted("customers.signup at")
    '"customers"."signup at"'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def _judged(state: State, root: State) -> set[str]:
    """Checks that this case does not meet by construction alone."""
    problem = state.problem
    guarding = state.guards[len(root.guards) :]
    names: set[str] = set()
    for test in state.tests:
        if test.column in problem.computed:
            names.add(test.check)
    for role in ("order", "same", "solved", "judge"):
        for link in live(state, role):
            if link not in guarding and not _constructed(state, link):
                names.add(link.check)
    names.update(guard.check for guard in root.guards if isinstance(guard, Test | Link))
    given = {guard.column for guard in root.guards if isinstance(guard, NullTest)}
    return names | {name for name, node in problem.checks.items() if given & mentioned(node)}


def _constructed(state: State, link: Link) -> bool:
    """Whether drawing in order meets a link whatever the values before."""
    problem = state.problem
    last = max(link.columns, key=problem.order.index)
    if link.role == "judge" or link.given or problem.slots[last].given:
        return False
    if isinstance(link.atom, Solved):
        return last == link.atom.column and not _bounded_otherwise(state, link, last)
    if last in problem.computed:
        return False
    return not (isinstance(link.atom, Order) and link.atom.relation == "<>" and link.atom.offset != 0)


def _bounded_otherwise(state: State, link: Link, column: str) -> bool:
    """Whether anything but an expression narrows a column that follows from it."""
    slot = state.problem.slots[column]
    narrowed = slot.room != state.rooms[column] or slot.variable.domain != ANY
    return narrowed or any(
        column == max(other.columns, key=state.problem.order.index)
        for role in ("order", "same", "solved")
        for other in live(state, role)
        if other is not link
    )


def _atom(guard: Test | Link | NullTest) -> Atom:
    return guard if isinstance(guard, NullTest) else guard.atom
