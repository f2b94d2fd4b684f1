"""The normal form of a CHECK or rule: atoms joined by AND and OR, NOT pushed into the atoms.

A formula stands for *not false*: SQL accepts a row whose CHECK is unknown. Hence every atom but :class:`NullTest` is also met
by a NULL among its columns. Columns are named as in expressions: ``shipped_at`` for the row's own, ``customers.signup_at``
(dotted) for a related row's. Values are Python values of the column's type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from fixturegen.domain import Pattern

Relation = Literal["<", "<=", ">", ">=", "=", "<>"]


@dataclass(frozen=True, slots=True)
class NullTest:
    """The column is NULL, or is not."""

    column: str
    null: bool


@dataclass(frozen=True, slots=True)
class Among:
    """The column is (or, negated, is not) one of the values. Equality with a constant is the case of one value."""

    column: str
    values: tuple[object, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The column stands in ``relation`` (never ``=`` or ``<>``) to a number, date or time given as its measure."""

    column: str
    relation: Literal["<", "<=", ">", ">="]
    measure: Fraction


@dataclass(frozen=True, slots=True)
class Order:
    """``left relation right + offset``, all measured in one family (numbers, or seconds)."""

    left: str
    relation: Relation
    right: str
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Match:
    """The text matches (or does not match) a pattern."""

    column: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Length:
    """The text has between ``low`` and ``high`` characters (or bytes), inclusive; None for no upper limit."""

    column: str
    low: int
    high: int | None
    unit: Literal["characters", "bytes"] = "characters"


@dataclass(frozen=True, slots=True)
class Folded:
    """The text equals its own lower-case, upper-case or trimmed form."""

    column: str
    form: Literal["lower", "upper", "trim"]


@dataclass(frozen=True, slots=True)
class Solved:
    """``column relation expression``, where the expression (SQL, in ``dialect``) reads only other columns."""

    column: str
    relation: Relation
    expression: str
    reads: tuple[str, ...]
    dialect: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """SQL that is not constructed but judged: rows that make it false are drawn again.

    Attributes:
        expression: The SQL, in ``dialect``.
        reads: The columns it mentions.
        dialect: Its dialect.
        evaluable: Whether it can be judged while rows are drawn: by :mod:`fixturegen.expressions.evaluation`, or by the
            database that is asked.
        asked: Whether it is the database that judges it, being at hand.
    """

    expression: str
    reads: tuple[str, ...]
    dialect: str
    evaluable: bool
    asked: bool = field(default=False, repr=False)


Atom = NullTest | Among | Limit | Order | Match | Length | Folded | Solved | Opaque


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; none at all is true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; none at all is false."""

    parts: tuple[Formula, ...]


Formula = Atom | AllOf | AnyOf

TRUE = AllOf(())
FALSE = AnyOf(())


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula, left to right."""
    if isinstance(formula, AllOf | AnyOf):
        for part in formula.parts:
            yield from atoms(part)
    else:
        yield formula


def columns_of(formula: Formula) -> tuple[str, ...]:
    """Return the columns a formula mentions, each once, in order of mention."""
    names: dict[str, None] = {}
    for atom in atoms(formula):
        match atom:
            case Order():
                names |= {atom.left: None, atom.right: None}
            case Solved():
                names |= {atom.column: None} | dict.fromkeys(atom.reads)
            case Opaque():
                names |= dict.fromkeys(atom.reads)
            case _:
                names[atom.column] = None
    return tuple(names)
