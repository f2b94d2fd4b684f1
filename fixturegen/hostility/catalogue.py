"""Every class of hostile values, and which of them a column has."""

from __future__ import annotations

from collections.abc import Sequence

from fixturegen.domain import Domain
from fixturegen.hostility.containers import CONTAINERS, listed
from fixturegen.hostility.contract import HostileClass
from fixturegen.hostility.forms import FORMS
from fixturegen.hostility.moments import TIMES
from fixturegen.hostility.numbers import NUMBERS
from fixturegen.hostility.scripts import UNICODE
from fixturegen.hostility.texts import TEXTS
from fixturegen.schema import Column

CLASSES: tuple[HostileClass, ...] = (*TEXTS, *UNICODE, *FORMS, *NUMBERS, *TIMES, *CONTAINERS)
NULL = "NULL"
AGAIN = "duplicate"
"""The value of another row once more: a tie where rows are sorted."""

_BY_NAME = {each.name: each for each in CLASSES}
_LISTED = frozenset(each.name for each in CONTAINERS if each.kinds & {"enum"})


def class_named(name: str) -> HostileClass:
    """Return the class of that name."""
    return _BY_NAME[name]


def classes_of(column: Column, domain: Domain) -> Sequence[HostileClass]:
    """Return the classes that a column has by its type: of a column limited to a list of values, the places in that list.

    Args:
        column: The column.
        domain: What type, declarations and checks leave of it.
    """
    if column.type.form is not None:
        return ()
    limited = listed(column, domain) is not None
    return [
        each
        for each in CLASSES
        if column.type.kind in each.kinds and (each.name in _LISTED) == limited and each.suits(column)
    ]
