"""A neighbourhood as a graph: nodes are rows of one table of which the same is asked, led to their parents row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fixturegen.making.wishes import Wish
from fixturegen.schema import Reference, Table


@dataclass(eq=False, slots=True)
class Node:
    """Rows of one table of which the same is asked.

    Attributes:
        name: Its name in the derived schema: the table's, of a second node of a table with a number before it.
        table: The table.
        wish: What is asked of each row.
        width: How many rows a neighbourhood has of it, at least 1.
        parents: By reference name, the node of the parents, and for each row which of them is its own.
        held: The values of an existing row that this node stands for; it is not made. None for rows that are made.
        place: Number of each row among its parent's children, by the reference that counts them, from 1.
    """

    name: str
    table: Table
    wish: Wish
    width: int
    parents: dict[str, Led] = field(default_factory=dict)
    held: Mapping[str, object] | None = None
    place: dict[str, int] = field(default_factory=dict)

    @property
    def off(self) -> tuple[Reference, ...]:
        """The references that lead nowhere."""
        return tuple(one for one in self.table.references if one.name not in self.parents)


Led = tuple[Node, tuple[int, ...]]
"""Parents: their node, and for each row which of them is its own."""
End = tuple[Node, str, tuple[int, ...]]
"""Where values come from: a node, its column, and for each row which of the node's rows it is."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The nodes of a neighbourhood; the first one holds the wanted rows."""

    nodes: tuple[Node, ...]


def followed(node: Node, column: str, pattern: tuple[int, ...]) -> End:
    """Return where the value of a column comes from: from row to parent as long as the column refers to one.

    Args:
        node: Where to begin.
        column: Its column.
        pattern: For each row that asks, which row of the node it begins with.
    """
    seen: set[str] = set()
    while node.name not in seen and node.held is None:
        seen.add(node.name)
        onward = next(
            (one for one in node.table.references if column in one.columns and one.name in node.parents), None
        )
        if onward is None:
            break
        column = onward.target[onward.columns.index(column)]
        node, step = node.parents[onward.name]
        pattern = tuple(step[at] for at in pattern)
    return node, column, pattern
