"""Which checks belong together, and in which order their columns are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from fixturegen.expressions.normal import Formula, Order, Solved, columns_of
from fixturegen.planning.literals import Every, Link, Node, Problem, Slot, Some, every, leaves_of, readied, some


def joined_checks(slots: Mapping[str, Slot], checks: Mapping[str, Formula]) -> list[list[str]]:
    """Group checks that share a drawn column, directly or through others, in order of name."""
    owner: dict[str, str] = {}

    def root(name: str) -> str:
        while owner.setdefault(name, name) != name:
            owner[name] = owner[owner[name]]
            name = owner[name]
        return name

    ids = {check: f"check {check}" for check in sorted(checks)}
    for check, identity in ids.items():
        for column in columns_of(checks[check]):
            if column not in slots or slots[column].drawn:
                owner[root(f"column {column}")] = root(identity)
    groups: dict[str, list[str]] = {}
    for check, identity in ids.items():
        groups.setdefault(root(identity), []).append(check)
    return sorted(groups.values())


def arranged(slots: Mapping[str, Slot], formulas: Mapping[str, Formula]) -> Problem:
    """Return the problem of one component: its checks prepared, its columns in drawing order.

    Given columns come first, then coarse lattices before fine ones, what starts before what follows, and columns that follow
    from an expression after all that it reads. A relation that would need two orders at once is judged instead.
    """
    prepared = {name: readied(name, formulas[name], slots) for name in sorted(formulas)}
    own = {name: slots[name] for name in slots if any(name in columns_of(formula) for formula in formulas.values())}
    needs: dict[str, set[str]] = {name: set() for name in own}
    checks = {name: _judging_circles(node, needs, slots) for name, node in prepared.items()}
    computed = frozenset(
        link.atom.column for link in _links(checks) if isinstance(link.atom, Solved) and _follows(link)
    )
    checks = {name: _after_computed(node, needs, computed, slots) for name, node in checks.items()}
    return Problem(own, checks, computed, _drawing_order(own, needs, _depths(own, checks)))


def _links(checks: Mapping[str, Node]) -> list[Link]:
    return [atom for node in checks.values() for atom in leaves_of(node) if isinstance(atom, Link)]


def _follows(link: Link) -> bool:
    return link.role == "solved" and isinstance(link.atom, Solved) and link.atom.relation == "="


def _mapped(node: Node, change: Mapping[Link, Link]) -> Node:
    if isinstance(node, Every):
        return every(_mapped(part, change) for part in node.parts)
    if isinstance(node, Some):
        return some(_mapped(part, change) for part in node.parts)
    return change.get(node, node) if isinstance(node, Link) else node


def _judging_circles(node: Node, needs: dict[str, set[str]], slots: Mapping[str, Slot]) -> Node:
    """Note what expressions read; an expression that would be read before it is known is judged."""
    change: dict[Link, Link] = {}
    for link in leaves_of(node):
        if isinstance(link, Link) and link.role == "solved" and isinstance(link.atom, Solved):
            column, reads = link.atom.column, [name for name in link.atom.reads if not slots[name].given]
            if any(column == name or column in _behind(name, needs) for name in reads):
                change[link] = replace(link, role="judge")
            else:
                needs[column].update(reads)
    return _mapped(node, change) if change else node


def _after_computed(
    node: Node, needs: dict[str, set[str]], computed: frozenset[str], slots: Mapping[str, Slot]
) -> Node:
    """Draw what stands in relation to a computed column after it; judge the relation where that is too late."""
    change: dict[Link, Link] = {}
    for link in leaves_of(node):
        if isinstance(link, Link) and isinstance(link.atom, Order) and computed.intersection(link.columns):
            column, other = link.columns if link.columns[0] in computed else link.columns[::-1]
            if slots[other].given or other in computed or other == column or other in _behind(column, needs):
                change[link] = replace(link, role="judge")
            else:
                needs[other].add(column)
    return _mapped(node, change) if change else node


def _behind(column: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All columns that have to be drawn before a column."""
    found: set[str] = set()
    waiting = [column]
    while waiting:
        for name in needs[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _depths(slots: Mapping[str, Slot], checks: Mapping[str, Node]) -> dict[str, int]:
    """How far a column follows others: instants from the earliest on, numbers from the greatest down."""
    depths = dict.fromkeys(slots, 0)
    steps: list[tuple[str, str]] = []
    for link in _links(checks):
        order = link.atom
        if link.role == "order" and isinstance(order, Order) and order.relation in {"<", "<=", ">", ">="}:
            lower, upper = (order.left, order.right) if order.relation in {"<", "<="} else (order.right, order.left)
            lattice = slots[lower].lattice
            numbers = lattice is not None and lattice.family == "number"
            steps.append((upper, lower) if numbers else (lower, upper))
    for _ in range(min(len(slots), 8)):
        for first, then in steps:
            depths[then] = max(depths[then], min(depths[first] + 1, 8))
    return depths


def _drawing_order(
    slots: Mapping[str, Slot], needs: Mapping[str, set[str]], depths: Mapping[str, int]
) -> tuple[str, ...]:
    def rank(name: str) -> tuple[bool, Fraction, int, str]:
        slot = slots[name]
        step = Fraction(0) if slot.lattice is None else -slot.lattice.step
        return not slot.given, step, depths[name], name

    placed: list[str] = []
    waiting: Sequence[str] = sorted(slots, key=rank)
    while waiting:
        ready = next(name for name in waiting if needs[name] <= set(placed) | _absent(needs[name], slots))
        placed.append(ready)
        waiting = [name for name in waiting if name != ready]
    return tuple(placed)


def _absent(names: set[str], slots: Mapping[str, Slot]) -> set[str]:
    return {name for name in names if name not in slots}
