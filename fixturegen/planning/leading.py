"""Columns that references of their own table lead to: what checks tie to them is decided by the choice of the parent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from fixturegen.domain import ANY, Domain
from fixturegen.expressions.normal import Formula, columns_of

if TYPE_CHECKING:
    from fixturegen.planning.plan import Link
    from fixturegen.schema import Table

_KINDS = 8


def led_to(
    table: str, links: Mapping[str, Link], formulas: Mapping[str, Formula], is_drawn: Callable[[str], bool]
) -> frozenset[str]:
    """Return the columns that a row's checks tie to what the row takes from the same column of another row.

    Such a column cannot be drawn around what is taken, for that is one of its own values: ``boss <> no``, where ``boss`` is the
    ``no`` of another row. It is drawn first, and the check is met by whom the row refers to.

    Args:
        table: The name of the table.
        links: Its links.
        formulas: Its checks over several columns, by name.
        is_drawn: Whether a column is drawn with its row, so that it ties the checks that read it to each other.
    """
    read = [frozenset(columns_of(formula)) for formula in formulas.values()]
    return frozenset(
        target
        for link in links.values()
        if link.reference.table == table
        for column, target in zip(link.reference.columns, link.reference.target, strict=True)
        if column in link.given and column in _tied(target, read, is_drawn)
    )


def agreed(
    links: Mapping[str, Link], formulas: Collection[Formula], is_drawn: Callable[[str], bool]
) -> Mapping[str, int]:
    """Return the columns in which a row and its parent of the same table agree where checks tie the parent to the row.

    With each how many values of it there should be, where nothing says it (of tenants, of trees): of thousands, nearly each row
    would be alone in its own. Where each row must have a parent, one that is alone could not be, so that there is one value.

    Args:
        links: The links of the table.
        formulas: Its checks over several columns.
        is_drawn: As for :func:`led_to`.
    """
    found: dict[str, int] = {}
    read = [frozenset(columns_of(formula)) for formula in formulas]
    for link in links.values():
        if link.anchor is not None or not link.shared:
            continue
        pairs = zip(link.reference.columns, link.reference.target, strict=True)
        if any(column != target and column in _tied(target, read, is_drawn) for column, target in pairs):
            found |= {name: min(_KINDS if link.nullable else 1, found.get(name, _KINDS)) for name in link.shared}
    given = {name for link in links.values() for name in link.given}
    return {name: most for name, most in found.items() if name not in given}


def gathered(table: Table, among: Mapping[str, int], domains: Mapping[str, Domain]) -> Mapping[str, Domain]:
    """Return narrow domains of those columns of :func:`agreed` that are free whole numbers.

    Args:
        table: The table.
        among: The columns, and how many values of each there should be.
        domains: What declarations and checks leave of each column.
    """
    return {
        column.name: Domain(low=1, high=among[column.name])
        for column in table.columns
        if column.name in among
        and column.type.kind == "integer"
        and column.fill is None
        and domains[column.name] == ANY
    }


def _tied(column: str, read: Collection[frozenset[str]], is_drawn: Callable[[str], bool]) -> set[str]:
    """Return all columns that a drawn column meets in checks, directly or by way of others that are drawn.

    >>> sorted(_tied("a", [frozenset("ab"), frozenset("bc"), frozenset("cd")], {"a", "b"}.__contains__))
    ['a', 'b', 'c']
    """
    found: set[str] = set()
    waiting: Iterable[str] = [column]
    while waiting:
        found |= set(waiting)
        ties = {name for name in waiting if is_drawn(name)}
        waiting = {name for names in read if ties & names for name in names} - found
    return found
