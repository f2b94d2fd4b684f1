"""Which rows may share a parent: those whose references agree, and of which no unique asks that they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fixturegen.errors import ImpossibleError
from fixturegen.making.nodes import Led, Node, followed
from fixturegen.making.wishes import Wish, role_of
from fixturegen.schema import Reference, Table, Unique


def reached(node: Node, table: str) -> Led | None:
    """Return the nearest row of a table that each row's parents lead to, None where they lead to none."""
    seen = {node.name}
    ahead = list(node.parents.values())
    while ahead:
        following: list[Led] = []
        for parent, pattern in ahead:
            if parent.table.name == table and parent is not node:
                return parent, pattern
            if parent.name in seen:
                continue
            seen.add(parent.name)
            following += [(far, tuple(step[at] for at in pattern)) for far, step in parent.parents.values()]
        ahead = following
    return None


def agreed(node: Node, reference: Reference, table: Table) -> dict[str, Led]:
    """Return the rows to which a parent must refer itself, as the row's other parents are or refer to them.

    Args:
        node: The rows.
        reference: The reference whose parents are sought.
        table: The table it refers to.

    Returns:
        By name of the table's references, the row for each row of ``node``: the tenant of an order is its user's tenant.
    """
    found: dict[str, Led] = {}
    there = dict(zip(reference.columns, reference.target, strict=True))
    for name, (parent, pattern) in node.parents.items():
        other = next(one for one in node.table.references if one.name == name)
        for column, target in zip(other.columns, other.target, strict=True):
            if column not in there:
                continue
            source, end, rows = followed(parent, target, pattern)
            for onward in table.references:
                pairs = dict(zip(onward.columns, onward.target, strict=True))
                if onward.table == source.table.name and pairs.get(there[column]) == end:
                    found.setdefault(onward.name, (source, rows))
    return found


def agrees(led: Led, wanted: Mapping[str, Led]) -> bool:
    """Return whether parents refer to the rows that they must refer to."""
    node, pattern = led
    for name, (source, rows) in wanted.items():
        held = node.parents.get(name)
        if held is None or held[0] is not source or tuple(held[1][at] for at in pattern) != rows:
            return False
    return True


def is_itself(node: Node, reference: Reference, wish: Wish, *, may: bool) -> bool:
    """Return whether the parent that is asked for is the row itself.

    It is if it bears its key, or if only columns are asked that the two share by the reference itself.

    Args:
        node: The rows.
        reference: The reference.
        wish: What is asked of the parent.
        may: Whether no check bars a row from being its own parent.

    Raises:
        ImpossibleError: If it bears the row's key, and more is asked of it than of the row.
    """
    if reference.table != node.table.name:
        return False
    own = node.wish.values
    pairs = list(zip(reference.columns, reference.target, strict=True))
    keys = [there for here, there in pairs if here != there]
    shared = {there for here, there in pairs if here == there}
    given = [name for name in keys if wish.values.get(name) is not None]
    if any(wish.values[name] != own.get(name) for name in given) or (given and given != keys):
        return False
    apart = next(_apart(wish, node.wish), None)
    if given and apart is not None:
        message = f"the row of {node.table.name} is its own {role_of(reference)}, of which {apart} is asked apart"
        raise ImpossibleError(message, where=reference.where, hint="Ask that of the row itself, or give two keys.")
    return bool(given) or (may and apart is None and bool(wish.values) and set(wish.values) <= shared)


def _apart(wish: Wish, own: Wish) -> Iterator[str]:
    """What one wish asks and the other does not."""
    yield from (name for name, value in wish.values.items() if name not in own.values or own.values[name] != value)
    for name, parent in wish.parents.items():
        other = own.parents.get(name)
        if parent is not None and (other is None or any(_apart(parent, other))):
            yield name
    yield from (table for table, _ in wish.children)


def repeats(nodes: Sequence[Node], node: Node, reference: Reference, led: Led) -> bool:
    """Return whether two rows would share all that a unique is made of, if a reference led there."""
    beside = [one for one in nodes if one is not node and one.table is node.table]
    counted = any(column.ordinal == reference.name for column in node.table.columns)
    if counted and any(
        one.parents.get(reference.name, led)[0] is led[0] and reference.name in one.parents for one in beside
    ):
        # Rows of one node are numbered among their like; beside those of another node, they would begin anew.
        return True
    parents = {**node.parents, reference.name: led}
    for unique in _uniques(node.table):
        names = _made_of(node, unique, parents)
        if names is None or reference.name not in names:
            continue
        alike = [other for other in beside if _may_equal(node, other, unique)]
        codes = [code for other in alike for code in _codes(other, names, other.parents)]
        codes += _codes(node, names, parents)
        if len(set(codes)) < len(codes):
            return True
    return False


def spaced(node: Node, reference: Reference) -> tuple[int, ...]:
    """Return for each row which of new parents is its own: as few as uniques over references alone allow, else one for all."""
    pattern = [0] * node.width
    parents = {**node.parents, reference.name: (node, tuple(pattern))}
    for unique in _uniques(node.table):
        names = _made_of(node, unique, parents)
        if names is None or reference.name not in names:
            continue
        seen: dict[object, int] = {}
        for at, code in enumerate(_codes(node, names - {reference.name}, node.parents)):
            pattern[at] = max(pattern[at], seen.get(code, 0))
            seen[code] = seen.get(code, 0) + 1
    return tuple(pattern)


def _uniques(table: Table) -> Sequence[Unique]:
    whole = [table.primary_key] if table.primary_key else []
    return [*whole, *(one for one in table.uniques if one.predicate is None and not one.expressions)]


def _made_of(node: Node, unique: Unique, parents: Mapping[str, Led]) -> frozenset[str] | None:
    """The references whose parents decide a unique's columns; None where something else does too."""
    names = set[str]()
    for column in unique.columns:
        led = [one.name for one in node.table.references if column in one.columns and one.name in parents]
        if not led and node.wish.values.get(column) is None:
            return None
        names.update(led)
    return frozenset(names)


def _may_equal(node: Node, other: Node, unique: Unique) -> bool:
    """Whether nothing that is asked tells rows of two nodes apart under a unique."""
    mine, theirs = node.wish.values, other.wish.values
    return all(mine[name] == theirs[name] for name in unique.columns if name in mine and name in theirs)


def _codes(node: Node, names: frozenset[str], parents: Mapping[str, Led]) -> list[object]:
    if not names <= set(parents):
        return []
    led = [parents[name] for name in sorted(names)]
    return [tuple((parent.name, pattern[at]) for parent, pattern in led) for at in range(node.width)]
