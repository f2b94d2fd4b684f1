"""The last decisions of a case: what orders, inequalities and gaps leave open once no disjunction is left.

Each split looks for one thing that drawing column after column could not promise, and returns the children that decide it,
or nothing where all is promised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from fixturegen.expressions.normal import Order
from fixturegen.planning.bounds import Clash, Closure, closed, networks
from fixturegen.planning.classes import Room, common, merged_open, size, without
from fixturegen.planning.literals import Link
from fixturegen.planning.states import ContradictionError, OverflowingError, Reason, State

NULL_SHARE = Fraction(1, 4)
"""Share of NULL where nothing is declared and both are allowed."""
MOST_SINGLES = 64
"""Most values or runs that are told apart by a case each."""
MOST_LISTED = 20_000
"""Most values or exclusions that a domain lists."""

Children = list[tuple[State, Fraction | None]]


def null_share(state: State, column: str) -> Fraction:
    """Return the share of NULL of an undecided column: the state's, the declared one, or the usual one."""
    if column in state.shares:
        return state.shares[column]
    declared = state.problem.slots[column].variable.nulls
    return NULL_SHARE if declared is None else Fraction(declared)


def live(state: State, role: str) -> list[Link]:
    """Return the links of a role that no NULL has met."""
    return [
        link
        for link in state.links
        if link.role == role and not any(state.nulls.get(column) is True for column in link.lifting)
    ]


def orders(state: State) -> list[Order]:
    """Return the orders that make up the networks of a state."""
    found = [link.atom for link in live(state, "order") if isinstance(link.atom, Order)]
    return [order for order in found if order.relation != "<>"]


def closures(state: State) -> Iterator[tuple[list[Order], Closure | Clash]]:
    """Close each network of a state."""
    for network in networks(orders(state)):
        names = {name for order in network for name in (order.left, order.right)}
        lattices = {name: lattice for name in names if (lattice := state.problem.slots[name].lattice) is not None}
        runs = {name: state.rooms[name].runs or () for name in names}
        yield network, closed(network, lattices, runs)


def same_split(state: State) -> Children:
    """Decide equality and inequality of columns without a lattice."""
    _check_twins(state)
    links = [link for link in live(state, "same") if _ours(state, link)]
    partners = Counter(column for link in links for column in link.columns)
    for link in links:
        children = _equal(state, link) if _relation(link) == "=" else _unequal(state, link, partners)
        if children:
            return children
    return []


def unequal_split(state: State) -> Children:
    """Turn ``<>`` on small or otherwise bounded lattices into ``<`` or ``>``."""
    links = live(state, "order")
    different = [link for link in links if _relation(link) == "<>" and _ours(state, link)]
    bounded = {column for link in links if _relation(link) != "<>" for column in link.columns}
    partners = Counter(column for link in different for column in link.columns)
    for link in different:
        roomy = all(
            column not in bounded and size(state.rooms[column].runs or ()) > partners[column] for column in link.columns
        )
        if not roomy or _offset(link) != 0:
            return _turned(state, link)
    return []


def hole_split(state: State) -> Children:
    """Tell the runs of a column apart that orders bound from both sides: a hole there could leave it nothing."""
    found = [link for link in live(state, "order") if _relation(link) != "<>" and _ours(state, link)]
    equal = [link for link in found if _relation(link) == "=" and _offset(link) == 0 and _one_lattice(state, link)]
    for link in equal:
        children = _equal(state, link)
        if children:
            return children
    twin = _twins(equal)
    above, below = set[str](), set[str]()
    for link in found:
        assert isinstance(link.atom, Order)
        if link in equal:
            continue
        if link.atom.relation not in {">", ">="}:
            below.add(link.atom.left)
            above.add(link.atom.right)
        if link.atom.relation not in {"<", "<="}:
            above.add(link.atom.left)
            below.add(link.atom.right)
    bounded = {column for column in above | below if {twin(column)} <= _named(above, twin) & _named(below, twin)}
    for column in sorted(bounded, key=lambda name: state.problem.slots[name].rank):
        if len(state.rooms[column].runs or ()) > 1:
            return _by_run(state, column)
    return []


def check_circles(state: State) -> None:
    """Refuse a state early whose sure orders contradict, if there are new ones.

    Raises:
        ContradictionError: If they do.
    """
    if len(state.links) == state.checked:
        return
    state.checked = len(state.links)
    sure = state.copy()
    sure.links = tuple(link for link in state.links if not any(state.undecided(column) for column in link.lifting))
    null_split(sure)


def null_split(state: State) -> Children:
    """Make NULL what has to be, where orders cannot be met otherwise.

    Raises:
        ContradictionError: If no column concerned may be NULL.
    """
    for network, result in closures(state):
        if isinstance(result, Clash):
            involved = (*result.chain, *sorted({name for order in network for name in (order.left, order.right)}))
            open_ = [name for name in dict.fromkeys(involved) if state.undecided(name)]
            if not open_:
                links = tuple(link for link in live(state, "order") if link.atom in network)
                raise ContradictionError(Reason(result.chain, "clash", clash=result, links=links, tests=state.tests))
            return _by_null(state, open_[0])
    return []


def gap_split(state: State) -> Children:
    """Tell runs apart that one domain could neither list nor exclude."""
    for column, room in state.rooms.items():
        runs = room.runs
        if runs is None or len(runs) < 2 or not state.problem.slots[column].drawn:
            continue
        gaps = size(without(((runs[0][0], runs[-1][1]),), runs))
        if size(runs) > MOST_LISTED and gaps > MOST_LISTED:
            return _by_run(state, column)
    return []


def weight_of(room: Room, weights: object) -> Fraction:
    """Return the sum of the declared weights of what is in a room."""
    assert isinstance(weights, dict)
    if room.values is not None:
        return sum((weights[value] for value in room.values), Fraction(0))
    inside = [
        weight for position, weight in weights.items() if any(low <= position <= high for low, high in room.runs or ())
    ]
    return sum(inside, Fraction(0))


def _relation(link: Link) -> str:
    assert isinstance(link.atom, Order)
    return link.atom.relation


def _offset(link: Link) -> Fraction:
    assert isinstance(link.atom, Order)
    return link.atom.offset


def _ours(state: State, link: Link) -> bool:
    """Whether both values are drawn: what is given or computed cannot be decided."""
    problem = state.problem
    return not any(problem.slots[column].given or column in problem.computed for column in link.columns)


def _dropping(state: State, link: Link) -> State:
    child = state.copy()
    child.links = tuple(each for each in child.links if each is not link)
    return child


def _turned(state: State, link: Link) -> Children:
    order = link.atom
    assert isinstance(order, Order)
    children: Children = []
    for turned in (replace(order, relation="<"), replace(order, relation=">")):
        child = _dropping(state, link)
        child.links = (*child.links, replace(link, atom=turned))
        children.append((child, None))
    return children


def _by_null(state: State, column: str) -> Children:
    share = null_share(state, column)
    children: Children = []
    for null, weight in ((True, share), (False, 1 - share)):
        child = state.copy()
        child.fix(column, null=null)
        children.append((child, weight))
    return children


def _by_room(state: State, column: str, rooms: Sequence[Room]) -> Children:
    weights = state.problem.slots[column].weights
    children: Children = []
    for room in rooms:
        child = state.copy()
        child.rooms[column] = room
        children.append((child, None if weights is None else weight_of(room, weights)))
    return children


def _by_run(state: State, column: str) -> Children:
    runs = state.rooms[column].runs or ()
    if len(runs) > MOST_SINGLES:
        raise OverflowingError
    return _by_room(state, column, [Room(runs=(run,)) for run in runs])


def _equal(state: State, link: Link) -> Children:
    """Leave both columns what they have in common; from there the later one repeats the earlier."""
    left, right = (state.rooms[column] for column in link.columns)
    if left == right:
        return []
    both = _in_common(left, right)
    open_ = [column for column in link.columns if state.undecided(column)]
    if open_:
        return _by_null(state, open_[0])
    if both is None:
        raise ContradictionError(Reason(link.columns, "link", links=(link,), tests=state.tests))
    child = state.copy()
    child.rooms.update(dict.fromkeys(link.columns, both))
    return [(child, Fraction(1))]


def _in_common(left: Room, right: Room) -> Room | None:
    if left.runs is not None:
        runs = common(left.runs, right.runs or ())
        return Room(runs=runs) if runs else None
    if left.values is not None and right.values is not None:
        kept = tuple(value for value in left.values if value in frozenset(right.values))
        return Room(values=kept) if kept else None
    return merged_open(left, right)


def _unequal(state: State, link: Link, partners: Counter[str]) -> Children:
    """Promise that two columns differ: enough values are left whatever the partners take, or one value is decided."""
    rooms = {column: state.rooms[column] for column in link.columns}
    if all(room.values is None or len(room.values) > partners[column] for column, room in rooms.items()):
        return []
    open_ = [column for column in link.columns if state.undecided(column)]
    if open_:
        return _by_null(state, open_[0])
    for column, other in (link.columns, link.columns[::-1]):
        values = rooms[column].values
        if values is not None and len(values) == 1:
            child = _dropping(state, link)
            left = _barring(rooms[other], values[0])
            if left is None:
                raise ContradictionError(Reason(link.columns, "link", links=(link,), tests=state.tests))
            child.rooms[other] = left
            return [(child, Fraction(1))]
    column = min(
        (column for column in link.columns if rooms[column].values is not None),
        key=lambda name: (len(rooms[name].values or ()), state.problem.slots[name].rank),
    )
    return _by_room(state, column, [Room(values=(value,)) for value in rooms[column].values or ()])


def _barring(room: Room, value: object) -> Room | None:
    if room.values is None:
        return Room(open=replace(room.open, barred=room.open.barred | {value}))
    kept = tuple(each for each in room.values if each != value)
    return Room(values=kept) if kept else None


def _check_twins(state: State) -> None:
    """Refuse columns that are equal by one way and different by another, none of them open to NULL."""
    links = live(state, "same")
    sure = [link for link in links if not any(state.undecided(column) for column in link.columns)]
    twin = _twins([link for link in sure if _relation(link) == "="])
    for link in sure:
        if _relation(link) == "<>" and twin(link.columns[0]) == twin(link.columns[1]):
            raise ContradictionError(Reason(link.columns, "link", links=(link,)))


def _twins(equal: Sequence[Link]) -> Callable[[str], str]:
    """Return what gives columns that are equal one name."""
    twin: dict[str, str] = {}

    def root(name: str) -> str:
        while twin.setdefault(name, name) != name:
            name = twin[name]
        return name

    for link in equal:
        twin[root(link.columns[0])] = root(link.columns[1])
    return root


def _named(columns: set[str], twin: Callable[[str], str]) -> set[str]:
    return {twin(column) for column in columns}


def _one_lattice(state: State, link: Link) -> bool:
    lattices = [state.problem.slots[column].lattice for column in link.columns]
    return len({lattice.step for lattice in lattices if lattice is not None}) == 1
