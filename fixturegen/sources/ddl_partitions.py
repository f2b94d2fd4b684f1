"""Partitions in a file of DDL: what a row must be so that one of them takes it, as one CHECK on the partitioned table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fixturegen.schema import Check, Rows
from fixturegen.sources.ddl_cursor import Cursor
from fixturegen.sources.drafts import Draft

_METHODS = ("RANGE COLUMNS", "LIST COLUMNS", "RANGE", "LIST")
_BETWEEN = frozenset({"PARTITIONS", "SUBPARTITIONS", "SUBPARTITION", "BY", "LINEAR", "HASH", "KEY"})


@dataclass(frozen=True, slots=True)
class _Part:
    oid: str
    name: str
    kind: str
    bound: str
    parent: str


def demand_partitions(tables: Mapping[str, Draft], parents: Mapping[str, str]) -> None:
    """Give each partitioned table of PostgreSQL the CHECK that its partitions together are; none of their rows go elsewhere.

    A table without any partition in the file is left as it is: they are made later.

    Args:
        tables: All tables by name, partitions among them.
        parents: The table that each partition is part of.
    """
    from fixturegen.sources.catalogues.postgresql.partitions import Partitions  # noqa: PLC0415 (loads SQLAlchemy)

    keys = {name: str(draft.options.get("partition_by", "")) for name, draft in tables.items()}
    bounds = {part: bound for draft in tables.values() for part, bound in _bounds(draft)}
    rows: list[Any] = [
        _Part(part, part, "p" if keys[part] else "r", bounds[part], parent)
        for part, parent in parents.items()
        if part in tables
    ]
    own = {part: _own_checks(tables[part], tables[parent]) for part, parent in parents.items() if part in tables}
    known: Any = Partitions(rows, keys)  # type: ignore[arg-type] # names serve for the numbers of a catalogue
    for name in dict.fromkeys(each for each in parents.values() if each not in parents):
        draft = tables[name]
        condition = known.condition(name, own)
        if condition is None:
            draft.count = Rows(0)
        elif condition:
            check = f"{name.rpartition('.')[2]}_partition"
            draft.checks.append(Check(sql=condition, name=check, dialect="postgresql", where=draft.where))


def _bounds(draft: Draft) -> tuple[tuple[str, str], ...]:
    listed = draft.options.get("partitions", ())
    return listed if isinstance(listed, tuple) else ()


def _own_checks(part: Draft, whole: Draft) -> list[str]:
    shared = {check.sql for check in whole.checks}
    return [check.sql for check in part.checks if check.enforced and check.sql not in shared]


def read_partitions(cursor: Cursor, draft: Draft) -> None:
    """Read the partitions that follow PARTITION BY in MariaDB and MySQL, and note which rows they take.

    Args:
        cursor: Behind the key of the partitions.
        draft: The table, whose option ``partition_by`` is that key.
    """
    from fixturegen.sources.catalogues.mysql.partitions import accepted  # noqa: PLC0415 (loads SQLAlchemy)

    while cursor.word() in _BETWEEN:
        cursor.take()
        if cursor.sees_mark("("):
            cursor.group()
        elif (token := cursor.peek()) is not None and token.kind == "number":
            cursor.take()
    if not cursor.sees_mark("("):
        return
    bounds = [_bound(element) for element in cursor.group().elements()]
    key = str(draft.options["partition_by"])
    method = next((each for each in _METHODS if key.upper().startswith(each)), "")
    condition = accepted(method, key[key.find("(") + 1 : key.rfind(")")], bounds) if method else ""
    if condition:
        draft.checks.append(Check(sql=condition, name=f"{draft.name}_partition", dialect="mysql", where=draft.where))


def _bound(element: Cursor) -> str:
    """Return what a partition takes, as the catalogue says it: the end of a range, the values of a list, or ``DEFAULT``."""
    while not element.done and element.word() not in {"LESS", "IN", "DEFAULT"}:
        element.take()
    if element.accept("LESS THAN") or element.accept("IN"):
        return element.group().text if element.sees_mark("(") else "MAXVALUE"
    return "DEFAULT"
