"""The registry of constraint kinds: a module in this package is all that a new kind takes.

A kind lists the constraints of its sort that a schema declares and *checks* each of them: on frames by a Polars query, in a
database by SQL. Both know the schema alone, never how the rows came to be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import ClassVar

import polars as pl

from fixturegen.constraints import sql
from fixturegen.constraints.contract import ROW, Constraint, Flagged, Unverifiable, Violation
from fixturegen.constraints.data import Data
from fixturegen.schema import Dialect, Schema, Table


class Kind(ABC):
    """A kind of constraint: what a schema declares of it, and its check face."""

    name: ClassVar[str]

    @abstractmethod
    def constraints(self, schema: Schema, table: Table) -> Iterator[Constraint]:
        """Yield every constraint of this kind that the schema declares for the table."""

    @abstractmethod
    def violating(self, constraint: Constraint, data: Data) -> pl.LazyFrame:
        """Return the numbers of the violating rows, in a column named ``ROW``; other columns are ignored.

        Raises:
            Unverifiable: If frames cannot judge the constraint.
        """

    @abstractmethod
    def flagged(self, constraint: Constraint, schema: Schema, dialect: Dialect) -> Flagged:
        """Return SQL that picks the violating rows in a database.

        Raises:
            Unverifiable: If SQL of that dialect cannot judge the constraint.
        """


_KINDS: dict[str, Kind] = {}


def kind(cls: type[Kind]) -> type[Kind]:
    """Register the decorated class under its ``name``."""
    if cls.name in _KINDS:
        message = f"constraint kind {cls.name!r} is registered twice"
        raise ValueError(message)
    _KINDS[cls.name] = cls()
    return cls


def kinds() -> Mapping[str, Kind]:
    """Return every registered kind by name, importing the modules of this package once."""
    _import_modules()
    return MappingProxyType(_KINDS)


@cache
def _import_modules() -> None:
    package = import_module("fixturegen.constraints")
    for module in iter_modules(package.__path__):
        import_module(f"fixturegen.constraints.{module.name}")


def constraints(schema: Schema, *tables: str) -> Iterator[Constraint]:
    """Yield every constraint of the schema, table by table, or of the given tables only.

    The order follows the tables, then the kinds by name, then the declarations: it never depends on import order.
    """
    registered = sorted(kinds().items())
    for name in tables or tuple(schema.tables):
        for _, each in registered:
            yield from each.constraints(schema, schema.tables[name])


def violations(constraint: Constraint, data: Data) -> Violation | None:
    """Check one constraint on frames; None where it holds.

    Raises:
        Unverifiable: If frames cannot judge it.
    """
    rows = kinds()[constraint.kind].violating(constraint, data)
    found, first = rows.select(pl.len(), pl.col(ROW).min()).collect().row(0)
    return Violation(constraint=constraint, rows=found, example=f"row {first}") if found else None


def query(constraint: Constraint, schema: Schema, dialect: Dialect) -> str | None:
    """Return a SELECT of the number of violating rows in a database; None where SQL cannot judge the constraint."""
    try:
        flagged = kinds()[constraint.kind].flagged(constraint, schema, dialect)
    except Unverifiable:
        return None
    return flagged.count or sql.counting(schema.tables[constraint.table], flagged.condition, flagged.joins, dialect)


def example_query(constraint: Constraint, schema: Schema, dialect: Dialect) -> str:
    """Return a SELECT of the 0-based position of the first violating row, in the order of the primary key.

    Raises:
        Unverifiable: If SQL cannot judge the constraint.
    """
    flagged = kinds()[constraint.kind].flagged(constraint, schema, dialect)
    return sql.locating(schema.tables[constraint.table], flagged.condition, flagged.joins, dialect)
