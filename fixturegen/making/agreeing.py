"""References that share columns must lead to rows that agree there: to one row, or to rows of which one repeats the other's value."""

from __future__ import annotations

from dataclasses import dataclass

from fixturegen.errors import ImpossibleError
from fixturegen.making.nodes import End, Layout, Node, followed
from fixturegen.making.wishes import role_of
from fixturegen.schema import Reference


@dataclass(frozen=True, slots=True)
class Echo:
    """A column that repeats a column of another node, because rows refer to both by the same column.

    Attributes:
        node: The node that repeats.
        column: Its column.
        source: The node that is repeated.
        target: Its column.
        pattern: For each row of ``node``, which row of ``source`` it repeats.
    """

    node: Node
    column: str
    source: Node
    target: str
    pattern: tuple[int, ...]


def echoes(layout: Layout) -> tuple[Echo, ...]:
    """Return the columns that must repeat others, so that all references of every row agree.

    Raises:
        ImpossibleError: If references must lead to one row, and something tells the rows apart that they lead to.
    """
    found: dict[tuple[str, str], Echo] = {}
    for node in layout.nodes:
        for column in node.table.columns:
            led = [one for one in node.table.references if column.name in one.columns and one.name in node.parents]
            if node.held is not None or len(led) < 2:
                continue
            ends = [_end(node, one, column.name) for one in led]
            for reference, end in zip(led[1:], ends[1:], strict=True):
                echo = _echo(node, column.name, ends[0], end, f"{role_of(led[0])} and {role_of(reference)}")
                if echo is not None:
                    found.setdefault((echo.node.name, echo.column), echo)
    return tuple(found.values())


def _end(node: Node, reference: Reference, column: str) -> End:
    """Where the value of a referring column comes from."""
    parent, pattern = node.parents[reference.name]
    return followed(parent, reference.target[reference.columns.index(column)], pattern)


def _echo(node: Node, column: str, first: End, second: End, roles: str) -> Echo | None:
    one, target, pattern = first
    other, name, further = second
    if (one, target, pattern) == (other, name, further):
        return None
    values = [_value(one, target), _value(other, name)]
    if values[0] is not None and values[1] is not None:
        if values[0] == values[1]:
            return None
        raise _disagreeing(node, column, roles)
    if one.table is other.table and target == name and _key(one, target):
        raise _disagreeing(node, column, roles)
    if values[1] is not None:
        (one, target, pattern), (other, name, further) = second, first
    place = dict(zip(further, pattern, strict=True))
    return Echo(other, name, one, target, tuple(place.get(at, 0) for at in range(other.width)))


def _value(node: Node, column: str) -> object:
    return {**node.wish.values, **(node.held or {})}.get(column)


def _key(node: Node, column: str) -> bool:
    key = node.table.primary_key
    return key is not None and key.columns == (column,)


def _disagreeing(node: Node, column: str, roles: str) -> ImpossibleError:
    message = (
        f"{roles} of {node.table.name} share {column}, so that they must agree there; what is asked tells them apart"
    )
    where = next(one.where for one in node.table.columns if one.name == column)
    return ImpossibleError(message, where=where, hint="Ask for the same on both ways, or on one of them.")
