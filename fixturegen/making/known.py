"""Conditions under known values: met already, contradicted, or open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fixturegen.errors import ImpossibleError
from fixturegen.expressions.normal import (
    AllOf,
    Among,
    AnyOf,
    Formula,
    Limit,
    NullTest,
    Opaque,
    Order,
    columns_of,
)
from fixturegen.lattice import measure
from fixturegen.schema import Check, Table

if TYPE_CHECKING:
    from fixturegen.making.nodes import Node

_COMPARE = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
}


def met(formula: Formula, known: Mapping[str, object], never_null: frozenset[str]) -> bool | None:
    """Return whether a formula holds whatever the other columns are; None where that is open.

    Args:
        formula: The formula.
        known: Values of some columns; None for NULL.
        never_null: Columns that hold a value.

    >>> met(NullTest("a", null=True), {"a": None}, frozenset())
    True
    """
    match formula:
        case AllOf(parts):
            return _every([met(part, known, never_null) for part in parts])
        case AnyOf(parts):
            return _not(_every([_not(met(part, known, never_null)) for part in parts]))
        case NullTest(column, null):
            absent = known[column] is None if column in known else False if column in never_null else None
            return None if absent is None else absent == null
        case Opaque():
            return None
        case _:
            return _atom(formula, known)


def _every(verdicts: list[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _not(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict


def _atom(atom: Formula, known: Mapping[str, object]) -> bool | None:
    if any(name in known and known[name] is None for name in columns_of(atom)):
        return True
    try:
        match atom:
            case Among(column, values, negated) if column in known:
                inside = any(_same(known[column], value) for value in values)
                surely = not isinstance(known[column], str) or inside
                return (inside != negated) if surely else None
            case Limit(column, relation, limit) if column in known:
                return bool(_COMPARE[relation](measure(known[column]), limit))
            case Order(left, relation, right, offset) if left in known and right in known:
                return bool(_COMPARE[relation](measure(known[left]), measure(known[right]) + offset))
    except TypeError:
        return None
    return None


def _same(left: object, right: object) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return left == right
    try:
        return measure(left) == measure(right)
    except TypeError:
        return left == right


def reduced(formula: Formula, known: Mapping[str, object], never_null: frozenset[str]) -> Formula:
    """Return what a formula still asks once values are known: parts that are met, or that cannot be, are left out."""
    match formula:
        case AllOf(parts):
            left = [reduced(part, known, never_null) for part in parts if met(part, known, never_null) is not True]
            return left[0] if len(left) == 1 else AllOf(tuple(left))
        case AnyOf(parts):
            left = [reduced(part, known, never_null) for part in parts if met(part, known, never_null) is not False]
            return left[0] if len(left) == 1 else AnyOf(tuple(left))
        case _:
            return formula


def contradicted(table: Table, node: Node, check: Check) -> ImpossibleError:
    """Return the error for a check that what is asked of a row makes false."""
    asked = ", ".join(sorted(node.wish.values)) or "its references"
    message = f"what is asked of {node.table.name} ({asked}) contradicts {check.name}: {check.sql}"
    del table
    return ImpossibleError(message, where=check.where, hint="Ask for values that agree, or leave one out.")
