"""Keys that are numbered when rows are handed out: those that count up, and on which no other value depends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fixturegen.expressions.names import mentioned
from fixturegen.expressions.normal import Formula, Order, atoms, columns_of
from fixturegen.expressions.parsing import parsed
from fixturegen.lattice import lattice_of
from fixturegen.making.nodes import Node
from fixturegen.planning import Plan
from fixturegen.planning.domains import base_domain
from fixturegen.planning.plan import Cased, Drawn, Gathered, TablePlan
from fixturegen.schema import Schema

Place = tuple[str, str]
"""Table of the derived schema, and column."""


@dataclass(frozen=True, slots=True)
class Led:
    """A column that holds a numbered key of a parent, or what holds one there.

    Attributes:
        node: Name of the node.
        column: The column.
        parent: Name of the parents' node.
        pattern: For each row, which of the parents is its own.
        target: The parents' column.
    """

    node: str
    column: str
    parent: str
    pattern: tuple[int, ...]
    target: str


def counting(plan: Plan, node: Node, read: set[Place]) -> str | None:
    """Return the single key column of a node that counts up, if no value of any column depends on it."""
    key = node.table.primary_key
    if key is None or len(key.columns) != 1:
        return None
    name = key.columns[0]
    step = plan.tables[node.name].steps.get(name)
    counts = isinstance(step, Drawn) and step.reason == "key" and step.generator.sequential
    return name if counts and (node.name, name) not in read else None


def span(schema: Schema, node: Node, key: str) -> tuple[int, int]:
    """Return the first number of a counting key where there are no rows yet, and the greatest."""
    column = next(one for one in node.table.columns if one.name == key)
    lattice = lattice_of(column.type)
    assert lattice is not None
    domain = base_domain(column, schema.as_of)
    low = 1 if domain.low is None else domain.low
    return low, lattice.high if domain.high is None else domain.high


def led(nodes: Sequence[Node], keys: Mapping[str, str | None]) -> tuple[Led, ...]:
    """Return what follows from numbered keys: each after what it is copied from."""
    moved = {(name, key) for name, key in keys.items() if key is not None}
    found: list[Led] = []
    more = True
    while more:
        more = False
        for node in nodes:
            for one in _leading(node):
                if (one.parent, one.target) in moved and (node.name, one.column) not in moved:
                    moved.add((node.name, one.column))
                    found.append(one)
                    more = True
    return tuple(found)


def _leading(node: Node) -> Iterator[Led]:
    for reference in node.table.references:
        if reference.name in node.parents:
            parent, pattern = node.parents[reference.name]
            for own, there in zip(reference.columns, reference.target, strict=True):
                yield Led(node.name, own, parent.name, pattern, there)


def read_elsewhere(plan: Plan) -> set[Place]:
    """Return the columns whose values others depend on, by a condition or a generator; and the keys that they hold."""
    read: set[Place] = set()
    for name, table in plan.tables.items():
        for word in _words(table):
            read.add(_end(plan, name, word))
    return read | _sources(plan, read)


def _words(table: TablePlan) -> Iterator[str]:
    """The dotted names that a table's conditions and generators read."""
    for component in table.components:
        for formula in component.formulas.values():
            yield from (name for atom in atoms(formula) if not _apart(table, atom) for name in columns_of(atom))
    for step in table.steps.values():
        if isinstance(step, Drawn):
            yield from step.generator.needs
        if isinstance(step, Cased):
            yield from (need for maker in step.makers.values() for need in maker.needs)
    for settled in table.settled:
        for condition in settled.conditions:
            yield from (name for atom in atoms(condition) if not _apart(table, atom) for name in columns_of(atom))
    texts = [(check.sql, check.dialect) for check, _ in table.judged]
    for unique in table.table.uniques:
        texts += [(text, unique.dialect) for text in (*unique.expressions, unique.predicate or "") if text]
    for text, dialect in texts:
        yield from mentioned(parsed(text, dialect))


def _apart(table: TablePlan, atom: Formula) -> bool:
    """Whether a condition only asks two keys to differ, which they do however they are numbered."""
    return (
        isinstance(atom, Order)
        and atom.relation == "<>"
        and not atom.offset
        and all(_holds_key(table, name) for name in (atom.left, atom.right))
    )


def _holds_key(table: TablePlan, name: str) -> bool:
    step = table.steps.get(name)
    return isinstance(step, Gathered) or (isinstance(step, Drawn) and step.reason == "key")


def _end(plan: Plan, table: str, word: str) -> Place:
    path = plan.tables[table].paths.get(word)
    if path is None:
        return table, word
    here = table
    for reference in path.references:
        here = plan.tables[here].links[reference].reference.table
    return here, path.column


def _sources(plan: Plan, read: set[Place]) -> set[Place]:
    """The keys that the read columns hold, and those that these hold."""
    found: set[Place] = set()
    ahead = list(read)
    while ahead:
        name, column = ahead.pop()
        for link in plan.tables[name].links.values():
            for own, there in zip(link.reference.columns, link.reference.target, strict=True):
                source = (link.reference.table, there)
                if own == column and source not in found | read:
                    found.add(source)
                    ahead.append(source)
    return found
