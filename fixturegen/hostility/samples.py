"""The columns on which the matrix of databases rests: one of every kind, with room for every class."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fixturegen.domain import ANY
from fixturegen.hostility.catalogue import CLASSES
from fixturegen.hostility.contract import HostileClass
from fixturegen.schema import Column, Kind, Type

SAMPLES: Mapping[Kind, Type] = MappingProxyType(
    {
        "integer": Type(kind="integer"),
        "decimal": Type(kind="decimal", precision=20, scale=4),
        "float": Type(kind="float"),
        "boolean": Type(kind="boolean"),
        "text": Type(kind="text"),
        "bytes": Type(kind="bytes"),
        "date": Type(kind="date"),
        "time": Type(kind="time"),
        "datetime": Type(kind="datetime"),
        "interval": Type(kind="interval"),
        "uuid": Type(kind="uuid"),
        "json": Type(kind="json"),
        "enum": Type(kind="enum", labels=("glad", "it's", "a\\b"), name="fixturegen_mood"),
        "array": Type(kind="array", element=Type(kind="text")),
        "ip": Type(kind="ip"),
        "mac": Type(kind="mac"),
        "url": Type(kind="url"),
    }
)
_ALIASES = {"text": "email name url", "url": "url"}
"""Names of the sample columns, for classes that only columns of certain names have."""


def sample(each: HostileClass) -> tuple[Column, object] | None:
    """Return the sample column of a class and its value there; None for a class that no frame holds.

    >>> from fixturegen.hostility.catalogue import class_named
    >>> sample(class_named("2^31"))[1]
    2147483648
    """
    kinds = [kind for kind in SAMPLES if kind in each.kinds]
    # What is listed has the list of an enum; all else that several kinds have is asked of the first one.
    kind: Kind = "enum" if "enum" in each.kinds else kinds[0]
    column = Column(name=_ALIASES.get(kind, "v"), type=SAMPLES[kind], nullable=True)
    value = next(iter(each.values(column, ANY)), None)
    return None if value is None or each.unheld else (column, value)


def sampled() -> list[tuple[HostileClass, Column, object]]:
    """Return every class that a frame holds, with its sample column and value."""
    found = []
    for each in CLASSES:
        held = sample(each)
        if held is not None:
            found.append((each, *held))
    return found
