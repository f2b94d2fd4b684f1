"""What processes are told, and the units of their work: files, whose borders follow from row counts alone."""

from __future__ import annotations

import copyreg
import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fixturegen.options import Options
from fixturegen.planning.plan import Plan
from fixturegen.schema import Dialect, Schema
from fixturegen.sinks.manifest import Metadata
from fixturegen.sizing import PART_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a process must know to make the same plan, and to write its files.

    Attributes:
        schema: The schema.
        options: What was asked for.
        ceilings: Most rows of tables whose wishes were lowered, and why.
        address: Address of a database that judges conditions, if one is at hand.
        format: Name of the format.
        dialect: Dialect of SQL.
        metadata: Where the rows come from.
        staging: The folder to write into.
        stems: Names of files, without ending, by table.
    """

    schema: Schema
    options: Options
    ceilings: dict[str, tuple[int, str]]
    address: str | None
    format: str
    dialect: Dialect
    metadata: Metadata
    staging: Path
    stems: dict[str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows ``start`` (inclusive) to ``stop`` (exclusive) of a table: one file; ``part`` is its number, None for the only one."""

    table: str
    start: int
    stop: int
    part: int | None = None

    def __str__(self) -> str:
        """Return the unit as errors name it."""
        return self.table if self.part is None else f"part {self.part} of {self.table}"


def units_of(plan: Plan) -> list[Unit]:
    """Return all files of an export in the order of its tables."""
    found: list[Unit] = []
    for name, table in plan.tables.items():
        first, rows = table.existing, table.rows
        if rows <= PART_ROWS:
            found.append(Unit(name, first, first + rows))
            continue
        borders = range(first, first + rows, PART_ROWS)
        found += [Unit(name, at, min(at + PART_ROWS, first + rows), part) for part, at in enumerate(borders)]
    return found


def packed(value: object) -> bytes:
    """Return a value as bytes for another process; read-only mappings travel as well.

    >>> pickle.loads(packed(MappingProxyType({"a": 1})))
    mappingproxy({'a': 1})
    """
    stream = io.BytesIO()
    _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


def _read_only(held: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(held)


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()
    dispatch_table[MappingProxyType] = lambda held: (_read_only, (dict(held),))
