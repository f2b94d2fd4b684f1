"""Which rows a neighbourhood has: the wanted ones, the parents they cannot do without, and the children that are asked for.

A neighbourhood is laid out as *nodes*: rows of one table of which the same is asked. Parents are shared wherever nothing tells
them apart: a reference of which nothing is asked leads to the row of its table that is there already, first of all to the one
that the row's own parents lead to, so that references that must agree do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from fixturegen.errors import ImpossibleError, InputError
from fixturegen.making.nodes import Layout, Led, Node
from fixturegen.making.sharing import agreed, agrees, is_itself, reached, repeats, spaced
from fixturegen.making.sums import needy, with_sums
from fixturegen.making.wishes import Wish, role_of, with_values
from fixturegen.schema import Reference, Schema, Table

Known = Callable[[str, Mapping[str, object]], Mapping[str, object] | None]
"""Finds an existing row of a table by values of its columns: all that is known of it, or None."""


class Checks(Protocol):
    """What a table's checks ask of its references."""

    def __call__(self, wish: Wish, on: frozenset[str]) -> frozenset[str]:
        """Return references by name, beyond ``on``, that a row cannot do without although they may be NULL."""

    def apart(self, table: Table) -> frozenset[frozenset[str]]:
        """Return pairs of references that lead to different rows; a single one leads to another row than its own."""

    def ascending(self, table: Table) -> frozenset[tuple[str, str]]:
        """Return pairs of references of which the first leads to the row with the lesser key."""


MOST_NODES = 500
MOST_ABOVE = 100
"""Rows may need so many parents, grandparents and so on, one above the other."""


def laid_out(
    schema: Schema,
    wish: Wish,
    rows: int,
    known: Known,
    forced: Checks,
    reused: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> Layout:
    """Return the nodes for so many rows of which ``wish`` is asked.

    Args:
        schema: The schema.
        wish: What is asked of each wanted row.
        rows: How many are wanted, at least 1.
        known: Finds existing rows.
        forced: Says which optional references a row cannot do without.
        reused: By table, an existing row that serves as parent where nothing is asked of one, as no more rows can be made.

    Raises:
        ImpossibleError: If what is asked of two rows is impossible, as they are one.
    """
    work = _Work(schema, known, forced, reused)
    work.placed(with_sums(schema, wish), rows)
    work.complete()
    return Layout(tuple(work.nodes))


@dataclass(slots=True)
class _Work:
    schema: Schema
    known: Known
    forced: Checks
    reused: Mapping[str, Mapping[str, object]]
    nodes: list[Node] = field(default_factory=list)
    above: int = 0

    def placed(self, wish: Wish, width: int, pins: Mapping[str, Led] = MappingProxyType({})) -> Node:
        """Add the node of a wish with all that it needs.

        Args:
            wish: The wish.
            width: How many rows.
            pins: Parents that are decided already, by reference name: those of children, and those that must agree.
        """
        table = self.schema.tables[wish.table]
        wish = self._keyed(table, wish)
        node = Node(self._name(table), table, wish, width)
        self.nodes.append(node)
        if len(self.nodes) > MOST_NODES:
            message = f"a row of {self.nodes[0].table.name} would take more than {MOST_NODES} others of its own"
            raise InputError(message, hint="Ask for fewer parents and children of their own.")
        for name, led in pins.items():
            node.parents[name] = led
            _check_child(node, next(one for one in table.references if one.name == name), led[0])
        self.above += 1
        if self.above > MOST_ABOVE:
            message = (
                f"a row of {table.name} needs another one above it, that one another, and so on: more than {MOST_ABOVE}"
            )
            hint = "Rows that refer to each other in a circle are made by fg.generate alone."
            raise InputError(message, where=table.where, hint=hint)
        self._lead(node)
        self.above -= 1
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
            open_ = {one.name for one in table.columns if one.nullable and one.name in reference.columns} - set(
                wish.values
            )
            held = parents.get(reference.name)
            if held is None and (reference.name in parents or open_) and reference.name not in wish.existing:
                continue
            base = held or Wish(table=reference.table)
            self._check_same(table, reference, base, given)
            parents[reference.name] = with_values(base, given)
        return replace(wish, parents=parents)

    def _check_same(self, table: Table, reference: Reference, wish: Wish, given: Mapping[str, object]) -> None:
        for name, value in given.items():
            if name in wish.values and wish.values[name] != value:
                message = (
                    f"a row of {table.name} is asked to refer to two rows as {role_of(reference)}: two values of {name}"
                )
                raise ImpossibleError(f"{message} ({reference.name})", where=reference.where, hint="Give one of them.")

    def _needed(self, table: Table, reference: Reference) -> bool:
        nullable = {column.name for column in table.columns if column.nullable}
        return not nullable & set(reference.columns)

    # Parents -----------------------------------------------------------------------------------------------------------

    def _lead(self, node: Node) -> None:
        """Give every reference that is needed or asked for its parent: those of which something is asked first."""
        for reference in sorted(self._on(node), key=lambda one: self._rank(node, one)):
            node.parents[reference.name] = self._parent(node, reference)

    def _rank(self, node: Node, reference: Reference) -> tuple[int, bool, int]:
        """Rows with lesser keys are placed first, then those of which something is asked, then those of wide references."""
        greater = sum(more == reference.name for _, more in self.forced.ascending(node.table))
        wish = node.wish.parents.get(reference.name)
        return (greater, wish is None or wish.empty, -len(reference.columns))

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

    def _parent(self, node: Node, reference: Reference) -> Led:
        """The parents of a node's rows: rows that are there and agree with the others that these refer to, or new ones."""
        asked = node.wish.parents.get(reference.name)
        wish, wanted = Wish(table=reference.table), agreed(node, reference, self.schema.tables[reference.table])
        if asked is not None and not asked.empty:
            wish = self._keyed(self.schema.tables[asked.table], asked)
            may = frozenset({reference.name}) not in self.forced.apart(node.table)
            if is_itself(node, reference, wish, may=may):
                return node, tuple(range(node.width))
            wanted = {name: led for name, led in wanted.items() if name not in wish.parents}
            candidates = self._alike(node, reference, wish)
        else:
            candidates = self._shared(node, reference, itself=asked is None)
        for found in candidates:
            if (found[0].held is not None or agrees(found, wanted)) and not repeats(self.nodes, node, reference, found):
                return found
        return self._new(node, reference, wish, wanted)

    def _new(self, node: Node, reference: Reference, wish: Wish, wanted: Mapping[str, Led]) -> Led:
        """New parents: one for all rows, or as many as must differ in what they refer to, or as a unique asks."""
        apart = spaced(node, reference)
        codes = [(apart[at], *(rows[at] for _, rows in wanted.values())) for at in range(node.width)]
        numbers = {code: number for number, code in enumerate(dict.fromkeys(codes))}
        pins = {
            name: (source, tuple(code[at] for code in numbers))
            for at, (name, (source, _)) in enumerate(wanted.items(), 1)
        }
        return self.placed(wish, len(numbers), pins), tuple(numbers[code] for code in codes)

    def _alike(self, node: Node, reference: Reference, wish: Wish) -> Iterator[Led]:
        """The nodes of which the same is asked, or an existing row."""
        first, barred = (0,) * node.width, self._barred(node, reference)
        for other in list(self.nodes):
            if other is not node and other.table.name == reference.table and other.wish == wish and other not in barred:
                yield other, first
        name = self._name(self.schema.tables[reference.table])
        if reference.name in node.wish.existing:
            # Nothing speaks of that row: it stands for any row that is referred to.
            existing = Node(name, self.schema.tables[reference.table], wish, 1, held=node.wish.existing[reference.name])
            self.nodes.append(existing)
            yield existing, first
        held = self._held(reference, wish)
        if held is not None:
            yield self._existing(name, reference.table, wish, held), first

    def _existing(self, name: str, table: str, wish: Wish, held: Mapping[str, object]) -> Node:
        """A node for an existing row, with nodes for the existing rows that it refers to: conditions may speak of them."""
        node = Node(name, self.schema.tables[table], wish, 1, held=held)
        self.nodes.append(node)
        for reference in node.table.references:
            pairs = zip(reference.columns, reference.target, strict=True)
            key = {there: held[here] for here, there in pairs if held.get(here) is not None}
            row = self.known(reference.table, key) if len(key) == len(reference.columns) else None
            if row is not None:
                node.parents[reference.name] = (self._above(reference.table, key, row), (0,))
        return node

    def _above(self, table: str, key: Mapping[str, object], row: Mapping[str, object]) -> Node:
        found = next((one for one in self.nodes if one.table.name == table and one.held == row), None)
        name = self._name(self.schema.tables[table])
        return found or self._existing(name, table, Wish(table=table, values=key), row)

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

    def _shared(self, node: Node, reference: Reference, *, itself: bool) -> Iterator[Led]:
        """Rows of the table that are there: one that the row's parents lead to, the row itself, or any other."""
        barred = self._barred(node, reference)
        if reference.table in self.reused:
            row = self.reused[reference.table]
            yield self._above(reference.table, dict.fromkeys(reference.target), row), (0,) * node.width
        found = reached(node, reference.table)
        if found is not None and found[0] not in barred:
            yield found
        if reference.table == node.table.name:
            if itself and frozenset({reference.name}) not in self.forced.apart(node.table):
                yield node, tuple(range(node.width))
            return
        for other in list(self.nodes):
            if other.table.name == reference.table and other is not node and other not in barred:
                yield other, (0,) * node.width

    def _barred(self, node: Node, reference: Reference) -> list[Node]:
        """The rows that a check bars from being this reference's, as another one of the row's references leads there."""
        apart = self.forced.apart(node.table)
        return [led for name, (led, _) in node.parents.items() if frozenset({name, reference.name}) in apart]

    # Children ----------------------------------------------------------------------------------------------------------

    def _bear(self, node: Node) -> None:
        """Add the children that are asked for."""
        for (child, reference), asked in node.wish.children.items():
            if isinstance(asked, int):
                if asked:
                    each = tuple(at // asked for at in range(node.width * asked))
                    self.placed(Wish(table=child), node.width * asked, {reference: (node, each)})
                continue
            for at, wish in enumerate(asked):
                born = self.placed(wish, node.width, {reference: (node, tuple(range(node.width)))})
                born.place[reference] = at + 1

    def complete(self) -> None:
        """Add the children without which a row cannot be, as what sums them up may not be 0 or NULL."""
        for node in self.nodes:
            for child, reference in needy(self.schema, node.table) if node.held is None else ():
                led = [one for one in self.nodes if one.table.name == child and reference in one.parents]
                if not any(one.parents[reference][0] is node for one in led):
                    self.placed(Wish(table=child), node.width, {reference: (node, tuple(range(node.width)))})


def _check_child(node: Node, reference: Reference, parents: Node) -> None:
    """Refuse a child that is asked to refer to another row than the one whose child it is."""
    for own, there in zip(reference.columns, reference.target, strict=True):
        if own in node.wish.values and node.wish.values[own] != parents.wish.values.get(there):
            message = f"{own} of {node.table.name} follows from the row of {parents.table.name} whose child it is"
            raise ImpossibleError(f"{message} ({reference.name})", where=reference.where, hint=f"Leave {own} out.")
