"""A class of hostile values: what it is, which columns have it, and the bug that it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fixturegen.domain import Domain
from fixturegen.schema import Column

Maker = Callable[[Column, Domain], Iterable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileClass:
    """One class of values.

    Attributes:
        name: Unique among all classes.
        kinds: Kinds of types that have it.
        bug: What goes wrong with it.
        authority: Where that is written.
        values: Values of a column that belong to the class, the best one first: the first one that the column's constraints
            allow is taken. They may depend on the column's limits.
        suits: Whether a column of one of the kinds has it at all (e-mail addresses, names).
        unheld: Why no frame can hold such a value; empty where one can.
        asked: Only for a database that is known to keep it: never without one.
    """

    name: str
    kinds: frozenset[str]
    bug: str
    authority: str = ""
    values: Maker
    suits: Callable[[Column], bool] = lambda column: True  # noqa: ARG005 - every column, unless a class says otherwise
    unheld: str = ""
    asked: bool = False


def fixed(*values: object) -> Maker:
    """Return the maker of values that depend on nothing.

    >>> from fixturegen.schema import Type
    >>> list(fixed(1, 2)(Column(name="a", type=Type(kind="integer")), Domain()))
    [1, 2]
    """
    return lambda column, domain: values  # noqa: ARG005 - they depend on neither


def family(kinds: Iterable[str], authority: str = "") -> Callable[..., HostileClass]:
    """Return a maker of classes of the same kinds, which takes a name, the bug, and values or a maker of them."""
    shared = frozenset(kinds)

    def made(name: str, bug: str, *values: object, by: Maker | None = None, **more: object) -> HostileClass:
        said = {"authority": authority, **more}
        return HostileClass(name=name, kinds=shared, bug=bug, values=by or fixed(*values), **said)  # type: ignore[arg-type] # fields of the class

    return made
