"""Checks made ready for solving: formulas whose atoms know their columns, lattices and the check they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from fixturegen.errors import ImpossibleError, SchemaError
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Folded,
    Formula,
    Length,
    Limit,
    Match,
    NullTest,
    Opaque,
    Order,
    Relation,
    Solved,
)
from fixturegen.lattice import Lattice, lattice_of
from fixturegen.planning.classes import Room, Test, matches, prepared, room_of, standing
from fixturegen.planning.components import Variable
from fixturegen.schema import Location

Role = Literal["order", "same", "solved", "judge"]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A condition on several columns, or one that is only judged; two links are the same only if they are one object.

    Attributes:
        atom: The condition.
        columns: The columns it mentions.
        check: Name of the check it comes from.
        role: ``order`` on lattices of one family, ``same`` (equal or not) without them, ``solved``, or ``judge``.
        given: Every column is given (nullness aside).
    """

    atom: Order | Solved | Opaque | Limit | Among | Match | Length | Folded
    columns: tuple[str, ...]
    check: str
    role: Role
    given: bool = False

    @property
    def lifting(self) -> tuple[str, ...]:
        """Columns in which a NULL surely meets it: what an expression reads is not among them (COALESCE hides NULLs)."""
        return _mentions(self.atom)


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; none at all is true."""

    parts: tuple[Node, ...]
    columns: frozenset[str] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds; none at all is false."""

    parts: tuple[Node, ...]
    columns: frozenset[str] = field(compare=False)


Node = Every | Some | NullTest | Test | Link


@dataclass(frozen=True, slots=True)
class Slot:
    """A column with what solving needs of it.

    Attributes:
        variable: The column.
        lattice: Its lattice, if it has one.
        room: What is left of it before any check.
        weights: Declared weight of each position or value; None where none is declared or implied.
    """

    variable: Variable
    lattice: Lattice | None
    room: Room
    weights: Mapping[object, Fraction] | None

    @property
    def given(self) -> bool:
        """Whether its value comes from elsewhere."""
        return self.variable.given != "no"

    @property
    def drawn(self) -> bool:
        """Whether a case decides anything of it."""
        return self.variable.given == "no" or (self.variable.given == "value" and self.variable.nullable)

    @property
    def rank(self) -> tuple[int, str]:
        """The order in which columns are decided: what has declared weights or shares comes first."""
        declared = 0 if self.weights else 1 if self.variable.nulls is not None else 2
        return declared, self.variable.name


@dataclass(frozen=True, slots=True)
class Problem:
    """The columns and checks of one component, ready for solving.

    Attributes:
        slots: The columns, by name.
        checks: The checks, by name, in order of name.
        computed: Columns that some check sets equal to an expression: they follow, and cannot be narrowed.
        order: The columns in drawing order, given ones first.
    """

    slots: Mapping[str, Slot]
    checks: Mapping[str, Node]
    computed: frozenset[str]
    order: tuple[str, ...]


def slot_of(variable: Variable, where: Location) -> Slot:
    """Return the slot of a variable.

    Raises:
        ImpossibleError: If its own declarations leave it no value and it may not be NULL.
    """
    lattice = lattice_of(variable.type)
    room = room_of(variable.type, variable.domain, lattice)
    if room is None:
        if variable.nullable and variable.given == "no":
            # Nothing but NULL: a room that no test can narrow further stands for it, and nullness is forced by _nulls.
            return Slot(variable, lattice, Room(runs=()) if lattice else Room(values=()), None)
        raise ImpossibleError(_emptiness(variable), where=f"{where}.{variable.name}" if str(where) else variable.name)
    return Slot(variable, lattice, room, _weights(variable, room, lattice))


def readied(name: str, formula: Formula, slots: Mapping[str, Slot]) -> Node:
    """Return a check with prepared atoms.

    Raises:
        SchemaError: If it mentions a column that there is not.
    """
    return _readied(formula, name, slots)


def every(parts: Iterable[Node]) -> Node:
    """Join parts by AND; a single one stays itself."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Every(kept, _columns(kept))


def some(parts: Iterable[Node]) -> Node:
    """Join parts by OR; a single one stays itself."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Some(kept, _columns(kept))


def mentioned(node: Node) -> frozenset[str]:
    """Return the columns of a node."""
    if isinstance(node, NullTest | Test):
        return frozenset((node.column,))
    return node.columns if isinstance(node, Every | Some) else frozenset(node.columns)


def leaves_of(node: Node) -> Iterable[NullTest | Test | Link]:
    """Yield the atoms of a node, left to right."""
    if isinstance(node, Every | Some):
        for part in node.parts:
            yield from leaves_of(part)
    else:
        yield node


def negated(node: Node) -> Node | None:
    """Return what is met exactly by the rows that make ``node`` false, or None where that has no form of its own."""
    match node:
        case NullTest(column=column, null=null):
            return NullTest(column, not null)
        case Every(parts=parts) | Some(parts=parts):
            turned = [negated(part) for part in parts]
            if any(part is None for part in turned):
                return None
            kept = [part for part in turned if part is not None]
            return some(kept) if isinstance(node, Every) else every(kept)
        case Link(role="order" | "same", given=False, atom=Order() as atom):
            turned_atom = Order(atom.left, _OPPOSITE[atom.relation], atom.right, atom.offset)
            link = Link(turned_atom, node.columns, node.check, node.role)
            return every([link, *(NullTest(column, null=False) for column in node.columns)])
        case _:
            return None


_OPPOSITE: dict[Relation, Relation] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "<>", "<>": "="}
_TRUE = Every((), frozenset())
_FALSE = Some((), frozenset())


def _columns(parts: Sequence[Node]) -> frozenset[str]:
    return frozenset[str]().union(*(mentioned(part) for part in parts))


def _readied(formula: Formula, check: str, slots: Mapping[str, Slot]) -> Node:  # noqa: PLR0911 # one return a form
    match formula:
        case AllOf(parts=parts):
            return every(_readied(part, check, slots) for part in parts)
        case AnyOf():
            return some(_readied(part, check, slots) for part in absorbed(formula).parts)
        case NullTest(column=column):
            _slot(column, slots)
            return formula
        case Order() as order:
            return _ordered(order, check, slots)
        case Solved(column=column, reads=reads):
            return _solved(formula, (column, *reads), check, slots)
        case Opaque(reads=reads):
            return Link(formula, reads, check, "judge", given=_all_given(reads, slots))
        case _:
            return _single(formula, check, slots)


def absorbed(formula: AnyOf) -> AnyOf:
    """Drop NULL tests that another part already says.

    ``x IS NULL OR x >= y`` is ``x >= y``, because a CHECK that is unknown is met.
    """
    kept = tuple(
        part
        for part in formula.parts
        if not (
            isinstance(part, NullTest)
            and part.null
            and any(_lifts(part.column, o) for o in formula.parts if o is not part)
        )
    )
    return AnyOf(tuple(dict.fromkeys(kept)))


def _lifts(column: str, formula: Formula) -> bool:
    """Whether a NULL in ``column`` alone meets a formula by leaving it unknown."""
    match formula:
        case AllOf(parts=parts):
            return bool(parts) and all(_lifts(column, part) for part in parts)
        case AnyOf(parts=parts):
            return any(_lifts(column, part) for part in parts)
        case NullTest():
            return False
        case _:
            return column in _mentions(formula)


def _mentions(formula: Formula) -> tuple[str, ...]:
    match formula:
        case Order(left=left, right=right):
            return left, right
        case Solved(column=column):
            return (column,)  # what is read may be hidden from the outside (COALESCE)
        case Opaque():
            return ()
        case NullTest() | Among() | Limit() | Match() | Length() | Folded():
            return (formula.column,)
        case _:
            return ()


def _slot(column: str, slots: Mapping[str, Slot]) -> Slot:
    if column not in slots:
        message = f"a check mentions {column!r}, which is no column here"
        raise SchemaError(message, given=column, exists=slots)
    return slots[column]


def _all_given(columns: Sequence[str], slots: Mapping[str, Slot]) -> bool:
    return all(_slot(column, slots).given for column in columns)


def _single(atom: Among | Limit | Match | Length | Folded, check: str, slots: Mapping[str, Slot]) -> Node:
    slot = _slot(atom.column, slots)
    if isinstance(atom, Match) and not _compiles(atom):
        return Link(atom, (atom.column,), check, "judge", given=slot.given)
    test = prepared(atom, check, slot.lattice)
    return test or Link(atom, (atom.column,), check, "judge", given=slot.given)


def _compiles(atom: Match) -> bool:
    try:
        matches(atom.pattern, "")
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _ordered(order: Order, check: str, slots: Mapping[str, Slot]) -> Node:
    left, right = _slot(order.left, slots), _slot(order.right, slots)
    if order.left == order.right:
        return _reflexive(order, left)
    columns, given = (order.left, order.right), left.given and right.given
    lattices = left.lattice, right.lattice
    if lattices[0] is not None and lattices[1] is not None:
        same_family = lattices[0].family == lattices[1].family
        return Link(order, columns, check, "order" if same_family else "judge", given=given)
    alike = lattices == (None, None) and order.relation in {"=", "<>"} and order.offset == 0
    return Link(order, columns, check, "same" if alike else "judge", given=given)


def _reflexive(order: Order, slot: Slot) -> Node:
    """``x relation x + offset`` is true, or met by NULL only."""
    offset = order.offset
    holds = {
        "<": offset > 0, "<=": offset >= 0, ">": offset < 0, ">=": offset <= 0, "=": offset == 0, "<>": offset != 0,
    }[order.relation]  # fmt: skip
    if holds:
        return _TRUE
    return NullTest(order.left, null=True) if slot.variable.nullable else _FALSE


def _solved(solved: Solved, columns: tuple[str, ...], check: str, slots: Mapping[str, Slot]) -> Node:
    _all_given(columns, slots)
    slot = slots[solved.column]
    unsolvable = slot.given or solved.column in solved.reads
    return Link(
        solved, columns, check, "judge" if unsolvable else "solved", given=all(slots[name].given for name in columns)
    )


def _weights(variable: Variable, room: Room, lattice: Lattice | None) -> Mapping[object, Fraction] | None:
    """Declared weights; equal ones where the values are listed, an enum's or a boolean's."""
    domain = variable.domain
    if domain.values is None:
        if variable.type.kind == "boolean":
            return {0: Fraction(1), 1: Fraction(1)}
        return None if room.values is None else dict.fromkeys(room.values, Fraction(1))
    shares = domain.weights or (1.0,) * len(domain.values)
    weights: dict[object, Fraction] = {}
    for value, weight in zip(domain.values, shares, strict=True):
        key = value if lattice is None else standing(value, lattice)
        weights[key] = weights.get(key, Fraction(0)) + Fraction(weight)
    return weights


def _emptiness(variable: Variable) -> str:
    domain = variable.domain
    if domain.low is not None and domain.high is not None and domain.low > domain.high:
        return f"{variable.name} has no value: its least value is over its greatest"
    if domain.values == ():
        return f"{variable.name} has no value: its list of choices is empty"
    if domain.max_length is not None and domain.min_length > domain.max_length:
        return f"{variable.name} has no value: at least {domain.min_length} and at most {domain.max_length} characters"
    return f"{variable.name} has no value: its declarations exclude each other"
