"""What the writer leaves out of a table: names and roles that the loader would give by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from fixturegen.schema import Check, Exclusion, Reference, Table, Unique
from fixturegen.sources.yaml_names import with_names

Named = TypeVar("Named", Unique, Reference, Check, Exclusion)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A table whose constraints bear only the names worth writing.

    Attributes:
        table: The table, in the order in which it is read back; left-out names and roles are empty.
        uniques: Columns whose unique stands beside them.
        references: Columns whose reference stands beside them, with it.
    """

    table: Table
    uniques: frozenset[str]
    references: dict[str, Reference]


@dataclass(slots=True)
class _Explicit:
    """Constraints (by their place in the table) whose name, and references whose role, must be written."""

    names: set[tuple[str, int]]
    roles: set[int]


def spoken(table: Table) -> Spoken:
    """Return what is worth writing of a table's names.

    Leaving one name out can change what the loader makes of the others, so that names are added until all come back.
    """
    explicit = _Explicit(set(), set())
    while True:
        result, order = _without(table, explicit)
        if not _missed(table, with_names(result.table), order, explicit):
            return result


def _without(table: Table, explicit: _Explicit) -> tuple[Spoken, dict[str, list[int]]]:
    def stripped(parts: tuple[Named, ...], kind: str) -> list[Named]:
        return [part if (kind, at) in explicit.names else replace(part, name="") for at, part in enumerate(parts)]

    uniques, references = stripped(table.uniques, "uniques"), stripped(table.references, "references")
    references = [part if at in explicit.roles else replace(part, role="") for at, part in enumerate(references)]
    beside = _beside(references)
    single = {at: part.columns[0] for at, part in enumerate(uniques) if _is_plain(part)}
    order = {
        "uniques": _ordered(table, single, len(uniques)),
        "references": _ordered(table, {at: column for column, at in beside.items()}, len(references)),
        "checks": list(range(len(table.checks))),
        "exclusions": list(range(len(table.exclusions))),
    }
    key = table.primary_key
    bare = replace(
        table,
        primary_key=key and (key if ("key", 0) in explicit.names else replace(key, name="")),
        uniques=tuple(uniques[at] for at in order["uniques"]),
        references=tuple(references[at] for at in order["references"]),
        checks=tuple(stripped(table.checks, "checks")),
        exclusions=tuple(stripped(table.exclusions, "exclusions")),
    )
    return Spoken(bare, frozenset(single.values()), {name: references[at] for name, at in beside.items()}), order


def _beside(references: list[Reference]) -> dict[str, int]:
    """Return, by column, the reference that stands beside it: of one column, and the first of that column."""
    found: dict[str, int] = {}
    for at, reference in enumerate(references):
        if len(reference.columns) == 1 and not reference.name:
            found.setdefault(reference.columns[0], at)
    return found


def _is_plain(unique: Unique) -> bool:
    plain = len(unique.columns) == 1 and not unique.expressions and unique.predicate is None and not unique.name
    return plain and unique.nulls_distinct and not unique.deferred


def _ordered(table: Table, beside: dict[int, str], number: int) -> list[int]:
    """Return the places of constraints as they are read back: those beside columns first, in the columns' order."""
    positions = {column.name: at for at, column in enumerate(table.columns)}
    first = sorted(beside, key=lambda at: (positions[beside[at]], at))
    return [*first, *(at for at in range(number) if at not in beside)]


def _missed(table: Table, loaded: Table, order: dict[str, list[int]], explicit: _Explicit) -> bool:
    """Note the names and roles that do not come back; say whether there were any."""
    before = len(explicit.names) + len(explicit.roles)
    for kind in ("uniques", "references", "checks", "exclusions"):
        for at, read in zip(order[kind], getattr(loaded, kind), strict=True):
            given = getattr(table, kind)[at]
            if given.name and given.name != read.name:
                explicit.names.add((kind, at))
            if kind == "references" and given.role and given.role != read.role:
                explicit.roles.add(at)
    if table.primary_key and loaded.primary_key and table.primary_key.name not in {"", loaded.primary_key.name}:
        explicit.names.add(("key", 0))
    return len(explicit.names) + len(explicit.roles) > before
