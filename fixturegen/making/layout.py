"""Which rows a neighbourhood has: the wanted ones, the parents they cannot do without, and the children that are asked for.

A neighbourhood is laid out as *nodes*: rows of one table of which the same is asked. Parents are shared wherever nothing tells
them apart: a reference of which nothing is asked leads to the row of its table that is there already, first of all to the one
that the row's own parents lead to, so that references that must agree do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fixturegen.errors import ImpossibleError, InputError
from fixturegen.making.wishes import Wish, role_of, with_values
from fixturegen.schema import Reference, Schema, Table

Known = Callable[[str, Mapping[str, object]], Mapping[str, object] | None]
"""Finds an existing row of a table by values of its columns: all that is known of it, or None."""
Forced = Callable[[Wish, frozenset[str]], frozenset[str]]
"""References by name, beyond those given, that a row cannot do without although they may be NULL."""
MOST_NODES = 500


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
    parents: dict[str, tuple[Node, tuple[int, ...]]] = field(default_factory=dict)
    held: Mapping[str, object] | None = None
    place: dict[str, int] = field(default_factory=dict)

    @property
    def off(self) -> tuple[Reference, ...]:
        """The references that lead nowhere."""
        return tuple(one for one in self.table.references if one.name not in self.parents)


@dataclass(frozen=True, slots=True)
class Layout:
    """The nodes of a neighbourhood; the first one holds the wanted rows."""

    nodes: tuple[Node, ...]

    @property
    def size(self) -> int:
        """How many rows are made."""
        return sum(node.width for node in self.nodes if node.held is None)


def laid_out(schema: Schema, wish: Wish, rows: int, known: Known, forced: Forced) -> Layout:
    """Return the nodes for so many rows of which ``wish`` is asked.

    Args:
        schema: The schema.
        wish: What is asked of each wanted row.
        rows: How many are wanted, at least 1.
        known: Finds existing rows.
        forced: Says which optional references a row cannot do without.

    Raises:
        ImpossibleError: If what is asked of two rows is impossible, as they are one.
    """
    work = _Work(schema, known, forced)
    work.placed(wish, rows)
    return Layout(tuple(work.nodes))


@dataclass(slots=True)
class _Work:
    schema: Schema
    known: Known
    forced: Forced
    nodes: list[Node] = field(default_factory=list)

    def placed(self, wish: Wish, width: int, anchor: tuple[str, Node, int] | None = None) -> Node:
        """Add the node of a wish with all that it needs.

        Args:
            wish: The wish.
            width: How many rows.
            anchor: For children: their reference, the parents' node, and how many each parent has.
        """
        table = self.schema.tables[wish.table]
        wish = self._keyed(table, wish)
        node = Node(self._name(table), table, wish, width)
        self.nodes.append(node)
        if len(self.nodes) > MOST_NODES:
            message = f"a row of {self.nodes[0].table.name} would take more than {MOST_NODES} others of its own"
            raise InputError(message, hint="Ask for fewer parents and children of their own.")
        if anchor is not None:
            reference, parents, each = anchor
            node.parents[reference] = (parents, tuple(at // each for at in range(width)))
        self._lead(node)
        self._bear(node)
        return node

    def _name(self, table: Table) -> str:
        number = sum(node.table.name == table.name for node in self.nodes)
        return table.name if number == 0 else f"{number + 1}.{table.name}"

    def _keyed(self, table: Table, wish: Wish) -> Wish:
        """Let values of referring columns be values of the parents' keys."""
        parents = dict(wish.parents)
        for reference in table.references:
            pairs = zip(reference.columns, reference.target, strict=True)
            given = {there: wish.values[here] for here, there in pairs if here in wish.values}
            if not given or any(value is None for value in given.values()):
                continue
            whole = len(given) == len(reference.columns)
            held = parents.get(reference.name)
            if held is None and (reference.name in parents or not (whole or self._needed(table, reference))):
                continue
            base = held or Wish(table=reference.table)
            self._check_same(table, reference, base, given)
            parents[reference.name] = with_values(base, given)
        return Wish(table=wish.table, values=wish.values, parents=parents, children=wish.children)

    def _check_same(self, table: Table, reference: Reference, wish: Wish, given: Mapping[str, object]) -> None:
        for name, value in given.items():
            if name in wish.values and wish.values[name] != value:
                message = (
                    f"{role_of(reference)} of {table.name} is asked to have another {name} than {table.name} refers to"
                )
                raise ImpossibleError(message, where=reference.where)

    def _needed(self, table: Table, reference: Reference) -> bool:
        nullable = {column.name for column in table.columns if column.nullable}
        return not nullable & set(reference.columns)

    # Parents -----------------------------------------------------------------------------------------------------------

    def _lead(self, node: Node) -> None:
        """Give every reference that is needed or asked for its parent: those of which something is asked first."""
        for reference in sorted(self._on(node), key=lambda one: self._rank(node, one)):
            node.parents[reference.name] = self._parent(node, reference)

    def _rank(self, node: Node, reference: Reference) -> tuple[bool, int]:
        wish = node.wish.parents.get(reference.name)
        return (wish is None or wish.empty, -len(reference.columns))

    def _on(self, node: Node) -> Sequence[Reference]:
        """References that lead somewhere: needed, asked for, forced, or with no column left that could be NULL."""
        table, wish = node.table, node.wish
        refused = {name for name, parent in wish.parents.items() if parent is None}
        on = {one.name for one in table.references if self._needed(table, one)}
        on |= {name for name, parent in wish.parents.items() if parent is not None} | set(node.parents)
        on |= self.forced(wish, frozenset(on))
        while True:
            taken = {name for one in table.references if one.name in on for name in one.columns}
            more = {one.name for one in table.references if one.name not in on and not self._free(node, one, taken)}
            if not more:
                break
            on |= more
        self._check_refused(node, refused & on)
        return [one for one in table.references if one.name in on and one.name not in node.parents]

    def _free(self, node: Node, reference: Reference, taken: set[str]) -> bool:
        """Whether a column can be NULL, so that the reference leads nowhere."""
        values = node.wish.values
        return any(
            column.nullable and column.name not in taken and values.get(column.name) is None
            for column in node.table.columns
            if column.name in reference.columns
        )

    def _check_refused(self, node: Node, refused: set[str]) -> None:
        for reference in node.table.references:
            if reference.name in refused:
                names = ", ".join(reference.columns)
                message = f"a row of {node.table.name} cannot be without {role_of(reference)}: {names} is never NULL"
                raise ImpossibleError(f"{message} ({reference.name})", where=reference.where)

    def _parent(self, node: Node, reference: Reference) -> tuple[Node, tuple[int, ...]]:
        asked = node.wish.parents.get(reference.name)
        if asked is not None and not asked.empty:
            wish = self._keyed(self.schema.tables[asked.table], asked)
            return self._told_apart(node, reference, wish)
        found = self._shared(node, reference, itself=asked is None)
        return found or (self.placed(Wish(table=reference.table), 1), (0,) * node.width)

    def _told_apart(self, node: Node, reference: Reference, wish: Wish) -> tuple[Node, tuple[int, ...]]:
        """The node of which the same is asked, an existing row, or a new node."""
        for other in self.nodes:
            if other is not node and other.table.name == reference.table and other.wish == wish and other.width == 1:
                return other, (0,) * node.width
        held = self._held(reference, wish)
        if held is not None:
            name = self._name(self.schema.tables[reference.table])
            return self._existing(name, reference.table, wish, held), (0,) * node.width
        return self.placed(wish, 1), (0,) * node.width

    def _existing(self, name: str, table: str, wish: Wish, held: Mapping[str, object]) -> Node:
        """A node for an existing row, with nodes for the existing rows that it refers to: conditions may speak of them."""
        node = Node(name, self.schema.tables[table], wish, 1, held=held)
        self.nodes.append(node)
        for reference in node.table.references:
            key = {
                there: held[here]
                for here, there in zip(reference.columns, reference.target, strict=True)
                if held.get(here) is not None
            }
            row = self.known(reference.table, key) if len(key) == len(reference.columns) else None
            if row is None:
                continue
            above = next(
                (one for one in self.nodes if one.table.name == reference.table and one.held == row), None
            ) or self._existing(
                self._name(self.schema.tables[reference.table]),
                reference.table,
                Wish(table=reference.table, values=key),
                row,
            )
            node.parents[reference.name] = (above, (0,))
        return node

    def _held(self, reference: Reference, wish: Wish) -> Mapping[str, object] | None:
        """The existing row that a wish names by the columns referred to."""
        key = {name: wish.values[name] for name in reference.target if wish.values.get(name) is not None}
        if len(key) < len(reference.target):
            return None
        row = self.known(reference.table, key)
        if row is None:
            return None
        for name, value in wish.values.items():
            if name in row and row[name] != value:
                message = f"the row of {reference.table} that is referred to exists, with another {name} than is asked"
                raise ImpossibleError(message, where=reference.where)
        return row

    def _shared(self, node: Node, reference: Reference, *, itself: bool) -> tuple[Node, tuple[int, ...]] | None:
        """A row of the table that is there: one that the row's parents lead to, the row itself, or the first."""
        found = _reached(node, reference.table, {node.name})
        if found is not None and found[0] is not node:
            return found
        others = [one for one in self.nodes if one.table.name == reference.table and one is not node]
        if reference.table == node.table.name:
            return (node, tuple(range(node.width))) if itself else None
        return (others[0], (0,) * node.width) if others else None

    # Children ----------------------------------------------------------------------------------------------------------

    def _bear(self, node: Node) -> None:
        """Add the children that are asked for."""
        for (child, reference), asked in node.wish.children.items():
            if isinstance(asked, int):
                if asked:
                    self.placed(Wish(table=child), node.width * asked, (reference, node, asked))
                continue
            for at, wish in enumerate(asked):
                born = self.placed(wish, node.width, (reference, node, 1))
                born.place[reference] = at + 1


def _reached(node: Node, table: str, seen: set[str]) -> tuple[Node, tuple[int, ...]] | None:
    """The nearest row of a table that each row's parents lead to, and which row of its node that is."""
    ahead = [(parent, pattern) for parent, pattern in node.parents.values()]
    while ahead:
        following: list[tuple[Node, tuple[int, ...]]] = []
        for parent, pattern in ahead:
            if parent.table.name == table:
                return parent, pattern
            if parent.name in seen:
                continue
            seen.add(parent.name)
            following += [(far, tuple(step[at] for at in pattern)) for far, step in parent.parents.values()]
        ahead = following
    return None
